"""One live object in memory: its state, its connections, its way to the log."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Full, Unavailable
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service.kinds import BadChange, Description, LiveKind, State, Watcher
from openpaas_workspace.realtime.service.log import Append, Change, Draft, Head, LogFailed, LogWriter
from openpaas_workspace.realtime.service.presence import Presences
from openpaas_workspace.sharing.schemas import Level

_log = logging.getLogger(__name__)
RESTART = 1012
LATER = 1013
Done = Callable[[Change | None, Exception | None], None]


class Standing(NamedTuple):
    """The level of an actor in a room, whether it may run code, and the sentence why it may only read if that is odd.

    `known` is false while the rights cannot be asked for: nothing is allowed then, and nothing was withdrawn.
    """

    level: Level
    execute: bool
    why: str = ""
    known: bool = True


NOTHING = Standing(Level.none, execute=False)
UNKNOWN = Standing(Level.none, execute=False, known=False)
UNASKED = "The server cannot ask for rights now; nothing was changed. Try again in a moment."


class Judged(Protocol):
    """Somebody whose level on a live object is kept true."""

    actor: Actor
    level: Level

    def rights(self, actor: Actor, standing: Standing) -> None:
        """The actor's groups or level may have changed."""


class Connection(Judged, Protocol):
    """Somebody who looks at a live object: a socket of a page, or a test."""

    id: str

    @property
    def waiting_bytes(self) -> int:
        """How much waits for it to read."""

    def deliver(self, frame: bytes) -> None:
        """Send what others changed; must not block."""

    def end(self, code: int, reason: str) -> None:
        """Close; nothing of it is accepted any more."""

    def presence(self) -> dict[str, Any] | None:
        """What it shows of itself to the others."""


class LiveObject:
    """A live object. Only its host makes one."""

    def __init__(
        self, *, ref: Ref, kind: LiveKind, described: Description, head: Head, state: State, writer: LogWriter
    ) -> None:
        self.ref = ref
        self.kind = kind
        self.described = described
        self.head = head
        self.state = state
        self.seq = head.seq
        self.owners: dict[int, str] = {}
        self.connections: dict[str, Connection] = {}
        self.askers: set[Judged] = set()
        self.failed: Exception | None = None
        self.since_snapshot = [0, 0]
        self.used = time.monotonic()
        self.serial = asyncio.Lock()
        self.on_poison: Callable[[LiveObject, Change], None] = lambda _live, _change: None
        self.voiding: list[asyncio.Task[None]] = []
        self.presences: Presences | None = None
        self.within = ""
        self._writer = writer
        self._watchers: dict[object, Watcher] = {}
        self._flying = 0
        self._landed = asyncio.Event()
        self._landed.set()

    @property
    def epoch(self) -> int:
        """The history that pages must hold to take part."""
        return self.head.epoch

    def submit(
        self,
        draft: Draft,
        done: Done,
        *,
        origin: object = None,
        refused: Callable[[], Exception | None] | None = None,
    ) -> None:
        """Send a change to the log; `done` is called once it is committed and applied here, or refused.

        Changes of one object are committed, applied and told in the order of the calls. `refused`
        is asked right before the commit, so that a right lost meanwhile counts. `origin` does not
        get its own change back.
        """
        self._flying += 1
        self._landed.clear()
        self.used = time.monotonic()

        def may_not() -> Exception | None:
            return self.failed or (refused() if refused is not None else None)

        def landed(change: Change | None, error: Exception | None) -> None:
            self._flying -= 1
            if change is None:
                for client, _member in draft.claims:
                    self.owners.pop(client, None)
            try:
                if change is not None:
                    error = self._take(change, origin)
                elif isinstance(error, Unavailable) or (isinstance(error, Full) and not self.kind.serial):
                    # What is judged before it is logged was shown to nobody: when only the disk is full, it may stay.
                    self.fail(error)
            finally:
                if not self._flying:
                    self._landed.set()
                done(None if error else change, error)

        self._writer.append(Append(self.head, draft, may_not, landed))

    async def append(
        self,
        draft: Draft,
        *,
        origin: object = None,
        refused: Callable[[], Exception | None] | None = None,
    ) -> Change:
        """As `submit`, awaited; raises what refused it."""
        future: asyncio.Future[Change] = asyncio.get_running_loop().create_future()

        def done(change: Change | None, error: Exception | None) -> None:
            if future.done():
                return
            if change is not None:
                future.set_result(change)
            else:
                future.set_exception(error or LogFailed())

        self.submit(draft, done, origin=origin, refused=refused)
        return await future

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher(change, origin)` after each commit; returns how to stop."""
        mark = object()
        self._watchers[mark] = watcher
        return lambda: self._watchers.pop(mark, None) and None

    def join(self, connection: Connection) -> None:
        """From now on `connection` gets every change that is applied."""
        self.connections[connection.id] = connection
        if self.presences is not None:
            self.presences.entered(connection.id, connection.actor, str(self.ref), self.within)

    def leave(self, connection: Connection) -> None:
        """The connection is gone."""
        self.connections.pop(connection.id, None)
        self.used = time.monotonic()
        if self.presences is not None:
            self.presences.left(connection.id)

    def presence(self) -> list[tuple[Connection, dict[str, Any]]]:
        """Who is here, with what they show."""
        shown = ((connection, connection.presence()) for connection in self.connections.values())
        return [(connection, state) for connection, state in shown if state is not None]

    def fail(self, error: Exception) -> None:
        """What is in memory may not be the truth: everybody syncs again with what the log holds."""
        if self.failed is None:
            self.failed = error
            self.end_all(LATER if isinstance(error, Unavailable | Full) else RESTART, str(error))

    def end_all(self, code: int, reason: str) -> None:
        """Close every connection."""
        for connection in list(self.connections.values()):
            connection.end(code, reason)
            self.leave(connection)

    async def landed(self) -> None:
        """Wait until nothing of this object is on its way to the log, no mark that a change is void either."""
        await self._landed.wait()
        if self.voiding:
            await asyncio.wait(self.voiding)

    def _take(self, change: Change, origin: object) -> Exception | None:
        if self.failed is not None:
            return LogFailed()
        try:
            self.state.apply(change)
        except BadChange as error:
            _log.warning("%s: change %s is void: %s", self.ref, change.seq, error.sentence)
            self.on_poison(self, change)
            if error.damaged:
                self.fail(error)
            return error
        self.seq = change.seq
        self.since_snapshot[0] += 1
        self.since_snapshot[1] += len(change.data)
        others = [one for one in self.connections.values() if one is not origin]
        frame = self.kind.frame(change) if others else None
        if frame is not None:
            for connection in others:
                connection.deliver(frame)
        self.kind.changed(self.ref.id, change)
        for watcher in list(self._watchers.values()):
            try:
                watcher(change, origin)
            except Exception:
                _log.exception("A watcher of %s failed at change %s", self.ref, change.seq)
        return None
