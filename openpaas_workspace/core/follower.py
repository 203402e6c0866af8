"""A listener with a durable cursor: it hears of every event at least once, whatever is killed.

One process at a time holds the cursor, by a lease; the place is kept in memory while the
lease lasts and written at most once a second, so a killed process repeats a little.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import BigInteger, Column, String, Table, or_, select, update
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.core.db import Database, metadata
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.stream import stream_table
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.ids import new_id

_log = logging.getLogger(__name__)
LEASE = 30.0
_SAVE_EVERY = 1.0
_LONGEST_PAUSE = 60.0
Listener = Callable[[Sequence[Recorded]], Awaitable[None]]
Since = Callable[[int], Awaitable[list[Recorded]]]

cursors_table = Table(
    "event_cursors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("holder", String(26), nullable=False),
    Column("until", BigInteger, nullable=False),
)
_c = cursors_table.c


class Follower:
    """Runs one durable listener; `listener` is called again with the same batch until it succeeds."""

    def __init__(self, db: Database, name: str, listener: Listener, since: Since, first: int) -> None:
        self._db, self._name, self._listener, self._since, self._first = db, name, listener, since, first
        self._me = new_id()
        self._wake = asyncio.Event()
        self._seq = 0
        self._saved = (0, 0.0)  # cursor in the database, loop time of its writing
        self._held_until = 0.0
        self._pause = 0.5
        self._task = asyncio.create_task(self._run(), name=f"event follower {name}")

    def wake(self) -> None:
        """There are new events."""
        self._wake.set()

    async def stop(self) -> None:
        """End, write the cursor and give up the lease."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if self._held_until:
            await self._save(release=True)

    async def _run(self) -> None:
        while True:
            try:
                wait = await self._turn()
                self._pause = 0.5
            except Exception:
                _log.exception("Follower %s failed after event %s; it tries again", self._name, self._seq)
                wait, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
                await asyncio.sleep(wait)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def _turn(self) -> float:
        """Hear what is new; returns how long to wait at most."""
        self._wake.clear()
        clock = asyncio.get_running_loop().time
        if clock() > self._held_until - LEASE / 2 and not await self._claim():
            return LEASE / 3
        while batch := await self._since(self._seq):
            await self._listener(batch)
            self._seq = batch[-1].seq
            if clock() - self._saved[1] >= _SAVE_EVERY and not await self._save():
                return 0.0
        if self._seq == self._saved[0]:
            return LEASE / 3
        rest = _SAVE_EVERY - (clock() - self._saved[1])
        if rest > 0:
            return rest
        await self._save()
        return LEASE / 3

    async def _claim(self) -> bool:
        """Take or renew the lease; a cursor that is beyond the stream (a restore) starts at its end."""
        held = self._held_until > asyncio.get_running_loop().time()
        if held and self._seq != self._saved[0]:
            return await self._save()
        await self._register()
        async with self._db.unit(SYSTEM) as work:
            free = or_(_c.holder.in_(("", self._me)), _c.until < now())
            got = await work.execute(
                update(cursors_table)
                .where(_c.name == self._name, free)
                .values(holder=self._me, until=now() + int(LEASE * 1000))
            )
            seq = await work.scalar(select(_c.seq).where(_c.name == self._name))
            end = await work.scalar(select(stream_table.c.seq))
        if not got:
            self._held_until = 0.0
            return False
        loop_now = asyncio.get_running_loop().time()
        self._held_until, self._seq, self._saved = loop_now + LEASE, min(seq, end), (seq, loop_now)
        return True

    async def _register(self) -> None:
        async with self._db.read(SYSTEM) as work:
            if await work.first(select(_c.name).where(_c.name == self._name)):
                return
        values = {"name": self._name, "seq": self._first, "holder": "", "until": 0}
        with contextlib.suppress(IntegrityError):  # another process was faster
            async with self._db.unit(SYSTEM) as work:
                await work.execute(cursors_table.insert(), values)

    async def _save(self, *, release: bool = False) -> bool:
        loop_now = asyncio.get_running_loop().time()
        until = 0 if release else now() + int(LEASE * 1000)
        async with self._db.unit(SYSTEM) as work:
            kept = await work.execute(
                update(cursors_table)
                .where(_c.name == self._name, _c.holder == self._me)
                .values(seq=self._seq, until=until, holder="" if release else self._me)
            )
        self._held_until = loop_now + LEASE if kept and not release else 0.0
        self._saved = (self._seq, loop_now)
        return bool(kept)
