"""The event stream: rows written with their unit, numbered once committed, then told to listeners.

Numbers (`seq`) follow the order of commits, so that a listener that has seen n has seen
everything before n. On SQLite one transaction writes at a time and numbers its own rows.
On PostgreSQL an id taken inside a transaction could commit late and be missed, so one
dispatcher at a time numbers what is committed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update

from openpaas_workspace.core import generation, stream
from openpaas_workspace.core.db import Database, Work
from openpaas_workspace.core.events import Recorded, event_types
from openpaas_workspace.core.follower import Follower, Listener
from openpaas_workspace.core.stream import BATCH, Verification, events_table, recorded, stream_table
from openpaas_workspace.core.wakeup import Wakeup
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.ids import new_id

_log = logging.getLogger(__name__)
_LOOK_EVERY = 1.0
_PATIENCE = 30.0
_SHORTEST = 180  # days; the least that Settings.event_retention_days allows
_e = events_table.c
# Asked every second: built once.
_NEWS = select(_e.id).where(or_(_e.seq.is_(None), _e.seq > bindparam("head"))).limit(1)


class Bus:
    """Records facts, numbers them, tells listeners in order."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._wake = asyncio.Event()
        self._listeners: dict[str, Listener] = {}
        self._wanted: dict[str, tuple[Listener, bool]] = {}
        self._followers: dict[str, Follower] = {}
        self._task: asyncio.Task[None] | None = None
        self._wakeup: Wakeup | None = None
        self.began = 0
        self.head = 0
        self.epoch = ""

    def listen(self, name: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` in this process with every batch from now on; returns how to stop it.

        For what lives in memory (sockets, caches). A failure is logged and the batch is gone
        for this listener; it must be quick, for the next batch waits for it.
        """
        if name in self._listeners:
            raise RuntimeError(f"a listener named {name} is already there")
        self._listeners[name] = listener
        return lambda: self._listeners.pop(name, None) and None

    def follow(self, name: str, listener: Listener, *, beginning: bool = False) -> None:
        """Call `listener` at least once with every event, in one process at a time, after restarts too.

        It begins with `start`; a new name hears what comes from then on, or with `beginning`
        also all that is kept. A batch that fails is given again, later and later, never skipped.
        """
        if name in self._wanted:
            raise RuntimeError(f"a follower named {name} is already there")
        self._wanted[name] = (listener, beginning)
        if self._task is not None:
            self._begin(name)

    async def start(self) -> None:
        """Find the head of the stream and begin numbering and telling."""
        async with self._db.unit(SYSTEM) as work:
            await stream.lock(work)
            place = await stream.position(work)
        self.began = self.head = place.seq
        self.epoch = place.epoch
        if not self._db.is_sqlite:
            self._wakeup = Wakeup(self._db.url, stream.CHANNEL, self.wake)
        self._task = asyncio.create_task(self._run(), name="event dispatcher")
        for name in self._wanted:
            self._begin(name)
        self.wake()

    async def stop(self) -> None:
        """Stop; unnumbered rows are numbered at the next start, followers go on where they were."""
        followers = list(self._followers.values())
        self._followers.clear()
        for follower in followers:
            await follower.stop()
        if self._wakeup is not None:
            await self._wakeup.stop()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """There may be something to number or to tell."""
        self._wake.set()

    async def record(self, work: Work) -> None:
        """Write the unit's facts as rows of its transaction; the last thing of the unit."""
        if any(fact.moves_rights for fact in work.events):
            await generation.advance(work)
        rows = [stream.row_of(fact, work) for fact in work.events]
        if self._db.is_sqlite:
            await stream.append(work, rows)
        else:
            await work.conn.execute(events_table.insert(), rows)

    async def since(self, seq: int, limit: int = BATCH) -> list[Recorded]:
        """Numbered events after `seq`, in order, without those that were pruned."""
        query = select(events_table).where(_e.seq > seq, _e.type != "").order_by(_e.seq).limit(limit)
        async with self._db.read(SYSTEM) as work:
            return [recorded(row) for row in await work.all(query)]

    async def place(self) -> Row[Any]:
        """Where the stream stands: epoch, seq, pruned_seq."""
        async with self._db.read(SYSTEM) as work:
            return await stream.position(work)

    async def verify(self) -> Verification:
        """Check the whole chain; names the first row that is wrong."""
        return await stream.verify(
            self._db, min([_SHORTEST, *(kind.retention_days for kind in event_types())])
        )

    async def prune(self, longest: int) -> int:
        """Forget what is older than `longest` days, or than its type's own fewer; returns how many."""
        return await stream.prune(self._db, longest, stream.retention(event_types(), longest))

    async def renew_epoch(self) -> None:
        """Say that numbers may have gone back (after a restore): whoever resumes starts afresh."""
        async with self._db.unit(SYSTEM) as work:
            await stream.lock(work)
            await stream.position(work)
            self.epoch = new_id()
            await work.execute(update(stream_table).values(epoch=self.epoch))

    def _begin(self, name: str) -> None:
        listener, beginning = self._wanted[name]
        first = 0 if beginning else self.head
        self._followers[name] = Follower(self._db, name, listener, self.since, first)

    async def _run(self) -> None:
        while True:
            woken = True
            try:
                # Not wait_for: in Python 3.11 it loses a cancellation that meets the wake-up, and stop would hang.
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._wake.wait()
            except TimeoutError:
                woken = False
            self._wake.clear()
            try:
                if woken or await self._news():
                    await self._number(woken=woken)
                    await self._tell()
            except Exception:
                _log.exception("The event dispatcher failed; it tries again")
                await asyncio.sleep(0.5)
                self.wake()

    async def _news(self) -> bool:
        """Whether another process, or the log, wrote something that nobody was woken for."""
        async with self._db.read(SYSTEM) as work:
            found = await work.conn.execute(_NEWS, {"head": self.head})
            return found.first() is not None

    async def _number(self, *, woken: bool) -> None:
        """Number what is committed; without cause given, only if a look finds something."""
        if self._db.is_sqlite or not woken:
            async with self._db.read(SYSTEM) as work:
                if await work.first(select(_e.id).where(_e.seq.is_(None)).limit(1)) is None:
                    return
        while True:
            async with self._db.unit(SYSTEM) as work:
                count = await stream.number(work)
            if count < BATCH:
                return

    async def _tell(self) -> None:
        while batch := await self.since(self.head):
            self.head = batch[-1].seq
            await asyncio.gather(*(self._call(*item, batch) for item in list(self._listeners.items())))
            for follower in self._followers.values():
                follower.wake()

    async def _call(self, name: str, listener: Listener, batch: list[Recorded]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await listener(batch)
        except Exception:
            _log.exception("Listener %s failed on events up to %s", name, self.head)
