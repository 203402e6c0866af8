"""Who hosts what: leases with a fence, so that two processes on one database never diverge.

A process keeps one row of its own alive; the rows of what it holds last as long as that.
A process of this machine that is no more is taken over from at once.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import DiskFull, Unavailable
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.models import leases

_log = logging.getLogger(__name__)
_l = leases.c


class Held(Unavailable):
    """Another living process hosts this."""

    def __init__(self) -> None:
        super().__init__(
            "Another server process has this open. Open it there, or try again in a moment.", retry_after=5
        )


class Lapsed(Unavailable):
    """This process could not say in time that it lives, so that it may hold nothing; `full`: for want of room."""

    def __init__(self, *, full: bool) -> None:
        super().__init__(
            "The server's disk is full; what was saved is kept. Tell an administrator."
            if full
            else "The server could not write for a while; what was saved is kept. Try again in a moment.",
            retry_after=5,
        )


class Leases:
    """The leases of this process."""

    def __init__(self, workspace: Workspace, seconds: float, lost: Callable[[], Awaitable[None]]) -> None:
        self._db = workspace.db
        self._seconds = seconds
        self._lost = lost
        self._until = 0.0
        self._full = False
        self._held: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self.owner = f"{_machine()}/{os.getpid()}/{_started(os.getpid())}/{new_id()}"

    @property
    def alive(self) -> bool:
        """Whether nobody can have taken over from this process."""
        return time.monotonic() < self._until

    def lapse(self) -> Lapsed:
        """Why this process may hold nothing."""
        return Lapsed(full=self._full)

    async def start(self) -> None:
        """Say that this process lives, and keep saying it."""
        await self._renew()
        self._task = asyncio.create_task(self._keep(), name="lease keeper")

    async def stop(self) -> None:
        """Give everything back."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._until = 0.0
        async with self._db.unit(SYSTEM) as work:
            await work.execute(delete(leases).where(_l.resource == self._process(self.owner)))
            # The rows stay: a fence must never be given twice.
            await work.execute(update(leases).where(_l.owner == self.owner).values(owner=""))

    async def acquire(self, work: Work, resource: str) -> int:
        """The fence under which this process may write `resource`; raises Held, Lapsed. In the caller's unit."""
        if not self.alive:
            raise self.lapse()
        row = await work.first(select(leases).where(_l.resource == resource).with_for_update())
        if row is None:
            values = {"resource": resource, "owner": self.owner, "fence": 1, "expires_at": 0}
            await work.execute(insert(leases), values)
            return 1
        if row.owner != self.owner:
            if await self._lives(work, row.owner):
                raise Held
            taken = update(leases).where(_l.resource == resource, _l.fence == row.fence)
            if await work.execute(taken.values(owner=self.owner, fence=row.fence + 1)) != 1:
                raise Held
            return int(row.fence) + 1
        return int(row.fence)

    async def hold(self, resource: str) -> bool:
        """Take `resource` for as long as this process lives; false while another living process has it."""
        if self.alive and resource in self._held:
            return True
        try:
            async with self._db.unit(SYSTEM) as work:
                await self.acquire(work, resource)
        except (Held, Lapsed, IntegrityError):  # another process has it, or took it in this moment
            return False
        self._held.add(resource)
        return self.alive

    async def release(self, resource: str) -> None:
        """Let others take `resource`; the fence stays counted."""
        async with self._db.unit(SYSTEM) as work:
            mine = update(leases).where(_l.resource == resource, _l.owner == self.owner)
            await work.execute(mine.values(owner=""))

    @staticmethod
    def _process(owner: str) -> str:
        return f"process:{owner.rpartition('/')[2]}"

    async def _lives(self, work: Work, owner: str) -> bool:
        if not owner or not _may_live(owner):
            return False
        row: Row[Any] | None = await work.first(
            select(_l.expires_at).where(_l.resource == self._process(owner))
        )
        return row is not None and row[0] > now()

    async def _renew(self) -> None:
        begun = time.monotonic()
        row = {
            "resource": self._process(self.owner),
            "owner": self.owner,
            "fence": 1,
            "expires_at": now() + int(self._seconds * 1000),
        }
        async with self._db.unit(SYSTEM) as work:
            mine = update(leases).where(_l.resource == row["resource"])
            if not await work.execute(mine.values(expires_at=row["expires_at"])):
                await work.execute(insert(leases), row)
                long_gone = _l.expires_at < now() - 86_400_000
                await work.execute(delete(leases).where(_l.resource.startswith("process:"), long_gone))
        self._until = begun + self._seconds
        self._full = False

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._seconds / 4)
            lapsed = not self.alive
            if lapsed:
                self._held.clear()
            try:
                await self._renew()
            except Exception as error:
                self._full = isinstance(error, DiskFull)
                _log.exception("This process could not renew its lease")
            if lapsed or not self.alive:
                # Somebody else may have written meanwhile: what is in memory is not the truth.
                await self._lost()


def _machine() -> str:
    """Where a process id means something: this boot of this machine, in this container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.readlink('/proc/self/ns/pid').strip('pid:[]')}"
    except OSError:
        return new_id()


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def _may_live(owner: str) -> bool:
    """False when the owner is a process of this machine that has ended."""
    machine, pid, started, _ = owner.split("/")
    return machine != _machine() or not started or _started(int(pid)) == started
