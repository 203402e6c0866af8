"""The writer of the log: one thread, one transaction for whatever arrived during the last one.

An append is durable when its callback hears no error. It changes nothing at all when it does:
the row of the object, its changes and its facts commit together, and only if the object still
stands at the number and the fence that the caller believed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import bindparam, insert, update

from openpaas_workspace.core import generation
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.db import Work, is_full, sync_engine
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.stream import events_table, row_of
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import DiskFull, Unavailable
from openpaas_workspace.realtime.models import changes, client_ids, live_objects
from openpaas_workspace.realtime.service.blobsfirst import BlobsFirst
from openpaas_workspace.realtime.service.statements import Line, Statement

_log = logging.getLogger(__name__)
_MOVE_HEAD = (
    update(live_objects)
    .where(
        live_objects.c.id == bindparam("object"),
        live_objects.c.head_seq == bindparam("old"),
        live_objects.c.fence == bindparam("held"),
        live_objects.c.epoch == bindparam("age"),
    )
    .values(head_seq=bindparam("new"), changed_at=bindparam("when"))
)
_CHANGE_NAMES = tuple(column.name for column in changes.columns)
_CHANGE_COLUMNS = tuple(name for name in _CHANGE_NAMES if name != "blob")
_CLAIM_NAMES = tuple(column.name for column in client_ids.columns)


class Fenced(Unavailable):
    """Another process hosts the object now, or it moved on without this one."""

    def __init__(self) -> None:
        super().__init__(
            "Another server process works on this now; open it again in a moment.", retry_after=5
        )


class LogFailed(Unavailable):
    """The database refused the change; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The change could not be stored; nothing was changed. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Change:
    """One change as the log holds it."""

    object_id: str
    seq: int
    epoch: int
    author: str
    author_kind: str
    behalf: str
    session: str
    kind: str
    data: bytes
    at: int
    first_seq: int


@dataclass(slots=True)
class Head:
    """Where the log of one object stands, as this process believes; only the writer moves it."""

    object_id: str
    epoch: int
    fence: int
    seq: int


@dataclass(slots=True)
class Draft:
    """A change before it has a number: what, by whom, over which connection.

    `claims` are client ids that it uses for the first time; `facts` are built with the number
    given and published in the same transaction.
    """

    kind: str
    data: bytes
    actor: Actor
    session: str = ""
    claims: Sequence[tuple[int, str]] = ()
    facts: Sequence[Callable[[int], Event]] = ()


@dataclass(slots=True)
class Append:
    """A draft on its way. `refused` is asked right before each attempt to commit; `done` hears the end."""

    head: Head
    draft: Draft
    refused: Callable[[], Exception | None]
    done: Callable[[Change | None, Exception | None], None]
    blob: str | None = None
    change: Change | None = None


class LogWriter:
    """Commits appends in the order given; one writer for the whole process."""

    def __init__(
        self,
        workspace: Workspace,
        rights_moved: Callable[[], Awaitable[None]],
        committed: Callable[[int, float], None] = lambda _changes, _seconds: None,
    ) -> None:
        self._workspace = workspace
        self._db = workspace.db
        self._blobs_first = BlobsFirst(workspace.get(Blobs), self._queue, _not_kept)
        self._rights_moved = rights_moved
        self._committed = committed
        self._engine = sync_engine(workspace.db)
        self._line = Line(self._engine)
        self._move_head = Statement(self._engine, _MOVE_HEAD)
        self._generation = Statement(self._engine, generation.READ)
        self._share = None if self._db.is_sqlite else Statement(self._engine, generation.SHARE)
        self._add_changes = Statement(self._engine, insert(changes).inline(), _CHANGE_NAMES)
        self._add_claims = Statement(self._engine, insert(client_ids).inline(), _CLAIM_NAMES)
        self._add_events: Statement | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="log-writer")
        self._pending: list[Append] = []
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._seen: int | None = None
        self.commits = 0

    def append(self, entry: Append) -> None:
        """Queue one append; `entry.done` is called in the loop, in the order of the calls, after the commit."""
        if self._closed:
            raise Unavailable("The server is stopping; try again in a moment.")
        if not self._blobs_first.take(entry):
            self._queue(entry)

    def _queue(self, entry: Append) -> None:
        self._pending.append(entry)
        if self._task is None:
            self._task = asyncio.create_task(self._drain(), name="log writer")

    async def close(self) -> None:
        """Write what is queued, then end the thread."""
        self._closed = True
        await self._blobs_first.close()
        while self._task is not None:
            await asyncio.shield(self._task)
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()

    async def _drain(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                await self._write(batch)
        finally:
            self._task = None

    async def _write(self, batch: list[Append]) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        errors: dict[str, Exception] | None = None
        try:
            while errors is None:
                async with self._db.write_lock:
                    batch = _number([entry for entry in batch if not _turn_away(entry)])
                    errors = await loop.run_in_executor(self._thread, self._commit, batch) if batch else {}
                if errors is None:
                    await self._rights_moved()
        except Exception:
            _log.exception("The log could not be written")
            errors = {entry.head.object_id: LogFailed() for entry in batch}
        self.commits += 1
        durable = sum(entry.head.object_id not in errors for entry in batch)
        if durable:
            self._committed(durable, loop.time() - begun)
        for entry in batch:
            _finish(entry, errors.get(entry.head.object_id))
        if any(entry.draft.facts for entry in batch):
            self._db.bus.wake()

    # in the thread

    def _commit(self, batch: list[Append]) -> dict[str, Exception] | None:
        """Errors by object; None when rights changed meanwhile: then nothing was written."""
        rooms: dict[str, list[Append]] = {}
        for entry in batch:
            rooms.setdefault(entry.head.object_id, []).append(entry)
        try:
            return self._try(rooms)
        except Exception as error:
            if len(rooms) == 1:
                return dict.fromkeys(rooms, _told(error))
        # One object spoiled it for all: each by itself.
        found: dict[str, Exception] = {}
        for name, entries in rooms.items():
            try:
                if self._try({name: entries}) is None:
                    found[name] = LogFailed()
            except Exception as error:
                found[name] = _told(error)
        return found

    def _try(self, rooms: dict[str, list[Append]]) -> dict[str, Exception] | None:
        try:
            cursor = self._line.begin()
            for entries in rooms.values():
                self._write_room(cursor, entries)
            if self._stale(cursor):
                self._line.undo()
                return None
            self._line.commit()
        except BaseException:
            self._line.rollback()
            raise
        return {}

    def _stale(self, cursor: Any) -> bool:
        """Whether somebody's rights changed since the last look; if not, they cannot before the commit."""
        if self._share is not None:
            self._share.run(cursor, {})
        row = self._generation.run(cursor, {}).fetchone()
        seen, self._seen = self._seen, row[0] if row else 0
        return seen != self._seen

    def _write_room(self, cursor: Any, entries: list[Append]) -> None:
        head, last = entries[0].head, entries[-1].change
        assert last is not None  # numbered before  # noqa: S101
        move = {
            "object": head.object_id,
            "old": head.seq,
            "held": head.fence,
            "age": head.epoch,
            "new": last.seq,
            "when": last.at,
        }
        if self._move_head.run(cursor, move).rowcount != 1:
            raise Fenced
        self._add_changes.run_many(cursor, [_row(entry) for entry in entries])
        self._add_claims.run_many(cursor, [row for entry in entries for row in _claims(entry)])
        facts = [row for entry in entries for row in self._facts(entry)]
        if facts:
            if self._add_events is None:
                self._add_events = Statement(self._engine, insert(events_table).inline(), list(facts[0]))
            self._add_events.run_many(cursor, facts)

    def _facts(self, entry: Append) -> list[dict[str, Any]]:
        if not entry.draft.facts or entry.change is None:
            return []
        speaker = Work(self._workspace, entry.draft.actor, cast("Any", None))
        return [row_of(fact(entry.change.seq), speaker) for fact in entry.draft.facts]


def _turn_away(entry: Append) -> bool:
    error = entry.refused()
    if error is not None:
        _finish(entry, error)
    return error is not None


def _finish(entry: Append, error: Exception | None) -> None:
    if error is None and entry.change is not None:
        entry.head.seq = entry.change.seq
    try:
        entry.done(None if error else entry.change, error)
    except Exception:
        _log.exception("A change of %s could not be passed on", entry.head.object_id)


def _not_kept(entry: Append, error: Exception) -> None:
    _log.error("The bytes of a change of %s could not be kept", entry.head.object_id, exc_info=error)
    _finish(entry, DiskFull() if is_full(error) else LogFailed())


def _number(batch: list[Append]) -> list[Append]:
    """Give each the next number of its object."""
    last: dict[str, int] = {}
    for entry in batch:
        head, draft = entry.head, entry.draft
        seq = last[head.object_id] = last.get(head.object_id, head.seq) + 1
        entry.change = Change(
            object_id=head.object_id,
            seq=seq,
            epoch=head.epoch,
            author=draft.actor.id,
            author_kind=draft.actor.kind,
            behalf=draft.actor.behalf,
            session=draft.session,
            kind=draft.kind,
            data=draft.data,
            at=now(),
            first_seq=seq,
        )
    return batch


def _row(entry: Append) -> dict[str, Any]:
    change = entry.change
    row = {name: getattr(change, name) for name in _CHANGE_COLUMNS}
    row["blob"] = entry.blob
    if entry.blob:
        row["data"] = None
    return row


def _claims(entry: Append) -> list[dict[str, Any]]:
    head = entry.head
    return [
        {"object_id": head.object_id, "epoch": head.epoch, "client_id": client, "member_id": member}
        for client, member in entry.draft.claims
    ]


def _told(error: Exception) -> Exception:
    if isinstance(error, Fenced):
        return error
    _log.error("A commit of the log failed", exc_info=error)
    return DiskFull() if is_full(error) else LogFailed()
