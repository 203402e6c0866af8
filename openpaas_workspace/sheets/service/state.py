"""One open sheet as the server holds it: what is asked of its process, in order, also while it goes to another one."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, BinaryIO, Final

from openpaas_workspace.core.blobs import DAMAGED
from openpaas_workspace.kit.errors import Invalid, NotFound, TooLarge, Unavailable, WorkspaceError
from openpaas_workspace.realtime.service.kinds import Elsewhere, Poisoned
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.realtime.service.store import VOID, Stored
from openpaas_workspace.sheets.service.hosts import Hosts
from openpaas_workspace.sheets.service.process import LOST, HostProcess, Refusal, TooLong, Watcher
from openpaas_workspace.sheets.service.records import OP, PREPARED

_log = logging.getLogger(__name__)
_MOST_WAITING: Final = 2 * 1024**3
# Processes that end one after the other, without an answer between: it may be the sheet that ends them.
_MOST_ENDS: Final = 2
Taken = Callable[[Change, bytes, bytes], None]
TOO_MUCH: Final = "This sheet needs more time or memory than it may have here; tell an administrator."
VOIDED: Final = "This change needs more time or memory than a sheet may have; it is taken back."


@dataclass(slots=True, eq=False)
class Asked:
    """A question that is not answered yet; `by` has to answer it. `change`: it is to take that."""

    verb: str
    arguments: tuple[Any, ...]
    future: "asyncio.Future[Any]"
    by: HostProcess | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change on its way with this `data`, of which a process has the large part under a ticket and needs `light` only."""

    by: HostProcess
    ticket: int
    data: bytes
    light: bytes


class SheetState(Elsewhere):
    """One sheet at one number, by its process. Everything is asked in order, so what is asked later knows more.

    When it leaves a process (see `Hosts`), or that ends, another one opens it from the log up to the last change that was
    answered, takes what was answered meanwhile, and is asked again what the first has not answered. Nobody notices.
    """

    _keys = count(1)

    def __init__(self, hosts: Hosts, object_id: str, stored: Callable[[int], Awaitable[Stored]]) -> None:
        self._hosts = hosts
        # No two states are ever confused, also while one of them is being closed.
        self._key = f"{object_id}/{next(self._keys)}"
        self._stored = stored
        self._process: HostProcess | None = None
        self._asked: dict[Asked, None] = {}
        self._results: dict[int, asyncio.Future[Any]] = {}
        self._tickets: dict[int, HostProcess] = {}
        self._prepared: dict[int, Prepared] = {}
        self._upto = 0
        self._since: list[Change] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._closed = False
        self._ends = 0
        self.on_taken: Taken = lambda _change, _outcome, _about: None
        self._lost: Callable[[Exception], None] = lambda _error: None
        self._poisoned: Poisoned = lambda _change: None

    async def taken(self, snapshot: bytes | BinaryIO | None, changes: Sequence[Change]) -> set[int]:
        try:
            return await self._taken(snapshot, changes)
        except WorkspaceError as error:
            if isinstance(error, Refusal) and error.status == Invalid.status:
                raise NotFound(DAMAGED) from error
            raise (
                error if isinstance(error, Unavailable) else Unavailable(TOO_MUCH, retry_after=30)
            ) from error

    async def _taken(self, snapshot: bytes | BinaryIO | None, changes: Sequence[Change]) -> set[int]:
        """A change that the server was ended at may take too long again; nobody was told that it is there."""
        void: set[int] = set()
        each = False
        while True:
            standing = [one for one in changes if one.seq not in void]
            try:
                self._process, self._upto, bad = await self._open(snapshot, standing, each=each)
            except TooLong as error:
                guilty = next((one for one in standing if one.seq > error.reached), None)
                if each and (error.reached < 0 or guilty is None or guilty.kind != OP):
                    raise
                if each and guilty is not None:
                    _log.warning("Change %d of %s is void: %s", guilty.seq, guilty.object_id, error)
                    void.add(guilty.seq)
                # Which one it was is known when each is told.
                each = not each
            else:
                return bad | void

    async def _open(
        self, snapshot: bytes | BinaryIO | None, changes: Sequence[Change], *, each: bool = False
    ) -> tuple[HostProcess, int, set[int]]:
        # Files are packed: their tables take some times as much.
        size = 4 * (_length(snapshot) + sum(len(change.data) for change in changes))
        rows = [row_of(one) for one in changes]
        for last in (False, True):
            process = await self._hosts.place(self._key, size)
            process.watch(self._key, Watcher(partial(self._gone, process), self._leave))
            try:
                bad, seq, nbytes = await process.call("open", self._key, snapshot, rows, each)
            except BaseException as error:
                self._forget(process)
                if last or not process.gone or not isinstance(error, Unavailable):
                    raise
                continue
            break
        self._hosts.weighed(process, self._key, nbytes)
        return process, seq, set(bad)

    def apply(self, change: Change) -> None:
        """Have it taken; what it did comes to `on_taken`, in the order of the changes."""
        row = row_of(change)
        prepared = self._prepared.pop(id(change.data), None)
        if prepared is not None and prepared.by is self._process:
            row = (row[0], row[1], PREPARED, prepared.light)
        asked = self._ask("apply", row, change)
        asked.future.add_done_callback(lambda done: self._applied(change, done))
        self._results[change.seq] = asked.future

    def prepare(self, ticket: int, data: bytes, light: bytes) -> None:
        """A change will have this `data`; who checked it has the large part of it already and needs `light` only."""
        by = self._tickets.pop(ticket, None)
        if by is not None:
            self._prepared[id(data)] = Prepared(by, ticket, data, light)

    def unprepare(self, data: bytes) -> None:
        """Nothing came of the change with this `data`."""
        prepared = self._prepared.pop(id(data), None)
        if prepared is not None and not prepared.by.gone:
            _heard(prepared.by.send("drop", self._key, prepared.ticket))

    async def result(self, seq: int) -> bytes:
        """What a change did, as JSON of an `Outcome`; once for each change. Raises Unavailable, TooLarge for a void one."""
        try:
            outcome, _, _ = await self._results.pop(seq)
        except Exception as error:
            raise TooLarge(VOIDED) if _is_void(error) else Unavailable(LOST, retry_after=1) from error
        found: bytes = outcome
        return found

    def _applied(self, change: Change, done: "asyncio.Future[Any]") -> None:
        if done.cancelled():
            return
        error = done.exception()
        # Whoever made it takes the result in this turn of the loop or the next.
        asyncio.get_running_loop().call_later(30, self._results.pop, change.seq, None)
        if error is not None:
            if _is_void(error):
                # Nobody was told that it is there, and the sheet could not be opened with it.
                _log.warning("Change %d of %s is void: %s", change.seq, change.object_id, error)
                self._poisoned(change)
            self._fail()
            return
        try:
            outcome, about, nbytes = done.result()
            self.on_taken(change, outcome, about)
            if self._process is not None:
                self._hosts.weighed(self._process, self._key, nbytes)
        except Exception:
            _log.exception("A sheet's process answered what makes no sense")
            self._fail()

    def tell(self, lost: Callable[[Exception], None], poisoned: Poisoned) -> None:
        self._lost, self._poisoned = lost, poisoned

    def _gone(self, process: HostProcess) -> None:
        if process is not self._process:
            return
        self._ends += 1
        if self._ends > _MOST_ENDS:
            self._fail()
        else:
            self._leave()

    def _fail(self) -> None:
        """No process holds it."""
        self._closed = True
        for asked in list(self._asked):
            self._asked.pop(asked)
            if not asked.future.done():
                asked.future.set_exception(Unavailable(LOST, retry_after=1))
        self._lost(Unavailable(LOST, retry_after=1))

    @property
    def process(self) -> HostProcess:
        """Its process, or that which it had until now; raises Unavailable."""
        if self._process is None or self._closed or self._hosts.closed:
            raise Unavailable("This sheet was closed; open it again.", retry_after=1)
        return self._process

    async def ask(self, verb: str, *arguments: Any) -> Any:
        """Ask its process; raises what that refuses, Unavailable."""
        if self.process.waiting_bytes > _MOST_WAITING:
            raise Unavailable("This sheet has too much to do; try again in a moment.", retry_after=2)
        return await asyncio.shield(self._ask(verb, arguments).future)

    def _ask(self, verb: str, arguments: tuple[Any, ...], change: Change | None = None) -> Asked:
        process = self.process
        asked = Asked(verb, arguments, asyncio.get_running_loop().create_future(), change=change)
        self._asked[asked] = None
        if not process.gone:
            self._pass_on(asked, process)
        return asked

    def _pass_on(self, asked: Asked, process: HostProcess) -> None:
        asked.by = process
        future = process.send(asked.verb, self._key, *asked.arguments)
        future.add_done_callback(lambda sent: self._answered(asked, process, sent))

    def _answered(self, asked: Asked, process: HostProcess, sent: "asyncio.Future[Any]") -> None:
        error = None if sent.cancelled() else sent.exception()
        if asked.by is not process or sent.cancelled():
            return
        if isinstance(error, Unavailable) and process.gone and not self._closed and not self._hosts.closed:
            return  # another process is asked again
        self._asked.pop(asked, None)
        if error is None:
            self._ends = 0
        if error is None and asked.verb == "check" and isinstance(sent.result(), int):
            self._tickets[sent.result()] = process
        if error is None and asked.change is not None:
            self._upto = asked.change.seq
            if self._since is not None:
                self._since.append(asked.change)
        if asked.future.done():
            return
        if error is not None:
            asked.future.set_exception(error)
        else:
            asked.future.set_result(sent.result())

    async def whole(self) -> tuple[int, bytes]:
        seq, data = await self.ask("container")
        return seq, data

    async def kept(self) -> tuple[int, bytes]:
        seq, data = await self.ask("kept")
        return seq, data

    async def earlier(self, snapshot: bytes | None, changes: Sequence[Change]) -> bytes:
        found: bytes = await self._hosts.ask("earlier", snapshot, [row_of(change) for change in changes])
        return found

    def close(self) -> None:
        self._closed = True
        if self._process is not None:
            self._forget(self._process)

    def _forget(self, process: HostProcess) -> None:
        if not process.gone:
            _heard(process.send("close", self._key))
        process.forget(self._key)

    # to another process

    def _leave(self) -> None:
        if self._leaving is None and not self._closed and self._process is not None:
            self._leaving = asyncio.create_task(
                self._left(self._process), name="a sheet goes to another process"
            )

    async def _left(self, before: HostProcess) -> None:
        try:
            await self._move(before)
        except Exception as error:
            if not self._closed:
                _log.warning("A sheet could not go to another process: %r", error)
                if before.gone:
                    self._fail()
            return
        finally:
            self._since = None
            self._leaving = None
        if self._process is not None and self._process.owner not in {"", self._key}:
            self._leave()

    async def _move(self, before: HostProcess) -> None:
        self._since = []
        upto = self._upto
        stored = await self._stored(upto)
        standing = [change for change in stored.changes if change.kind != VOID]
        after, _, _ = await self._open(stored.snapshot, standing)
        # From here on nothing is awaited: both processes know the same.
        if self._closed or after.gone:
            self._forget(after)
            raise Unavailable(LOST, retry_after=1)
        if self._since:
            caught_up = after.send("take", self._key, [row_of(change) for change in self._since])
            caught_up.add_done_callback(self._caught_up)
            upto = self._since[-1].seq
        self._upto = upto
        self._process = after
        for asked in self._asked:
            if asked.change is not None:
                asked.arguments = row_of(asked.change)
            self._pass_on(asked, after)
        self._forget(before)

    def _caught_up(self, done: "asyncio.Future[Any]") -> None:
        if (
            not done.cancelled()
            and done.exception() is not None
            and not isinstance(done.exception(), Unavailable)
        ):
            self._fail()


def _is_void(error: BaseException) -> bool:
    return isinstance(error, WorkspaceError) and error.status == TooLarge.status


def _heard(future: "asyncio.Future[Any]") -> None:
    """Nobody wants to know what comes of it."""
    future.add_done_callback(lambda done: done.cancelled() or done.exception())


def row_of(change: Change) -> tuple[int, str, str, bytes]:
    """As a process takes it."""
    return change.seq, change.behalf or change.author, change.kind, change.data


def _length(snapshot: bytes | BinaryIO | None) -> int:
    if snapshot is None:
        return 0
    return len(snapshot) if isinstance(snapshot, bytes) else os.fstat(snapshot.fileno()).st_size
