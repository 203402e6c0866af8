"""Looks at every running kernel once a second and ends what went over its limits.

Control groups do the capping where they can be had; the watcher then only tells why. Without them it adds up
the processes itself. Disk is always its business: a tree of processes has no quota of its own.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from openpaas_workspace.core import beneath
from openpaas_workspace.kernels import processes
from openpaas_workspace.kernels.cgroups import Group
from openpaas_workspace.kernels.engine import jail, sentences

MB = 1024 * 1024
_IN_MEMORY = ("/tmp", "/dev/shm", jail.IPYTHON)  # noqa: S108
_WRITTEN = 64 * MB
_MOST_SOCKETS, _SOCKETS_BYTES = 1000, 4 * MB
_REGULARLY = 60.0
_REST = 20
_LONGEST = 3000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watched:
    """One running kernel: its outer process, its caps, its writable folders, and who hears why it ended."""

    pid: int
    memory_mb: int
    home_mb: int
    home_files: int
    folders: tuple[tuple[Path, str], ...]
    group: Group | None
    ended: Callable[[str], None]
    own: Path | None = None
    """The kernel's own folder of the machine: in it lie its sockets, which it can write to, in no quota."""
    _started: int = 0
    _counted: float = field(default_factory=time.monotonic)
    _cost: float = 0.0
    _written: int = 0
    _room: int = _WRITTEN

    def __post_init__(self) -> None:
        self._started = processes.started(self.pid)

    def look(self) -> str:
        """The sentence of the limit that the kernel passed, or nothing. Blocks: reads /proc and folders."""
        if self.group is not None and self.group.out_of_memory():
            return sentences.memory(self.memory_mb)
        if self._fills_its_sockets():
            return sentences.SOCKETS
        if not self._needs_processes():
            return ""
        pids = self._processes()
        if not pids:
            return ""
        if self.group is None or "memory" not in self.group:
            used = processes.resident(pids) + processes.in_memory_files(pids[-1], _IN_MEMORY)
            if used > self.memory_mb * MB:
                return sentences.memory(self.memory_mb)
        return self._disk(pids)

    def stopped_by_system(self, sentence: str) -> bool:
        """Whether the system itself stopped a process for this, so that the rest may live on."""
        return (
            self.group is not None and "memory" in self.group and sentence == sentences.memory(self.memory_mb)
        )

    def kill(self) -> None:
        """Ends every process of the kernel. Blocks for a moment."""
        processes.kill(self._processes())
        if self.group is not None:
            self.group.kill()

    def _fills_its_sockets(self) -> bool:
        try:
            return self.own is not None and sum(_sizes(self.own, "s", _MOST_SOCKETS)) > _SOCKETS_BYTES
        except beneath.TooLarge:
            return True

    def _needs_processes(self) -> bool:
        return bool(self.folders and self.home_mb) or self.group is None or "memory" not in self.group

    def _processes(self) -> list[int]:
        if processes.started(self.pid) != self._started:
            return []  # it ended, and its number may be another's by now
        return processes.tree(self.pid)

    def _disk(self, pids: list[int]) -> str:
        if not self.home_mb or not self.folders:
            return ""
        now, wrote = time.monotonic(), processes.written(pids)
        since = now - self._counted
        grown = _WRITTEN + 1 if wrote is None else abs(wrote - self._written)
        if since < _REST * self._cost or not grown:
            return ""
        # What was written since may fill what was left then: that is counted at once, not after the next 64 MB.
        enough = min(_WRITTEN, max(self._room, MB))
        if since < _REGULARLY and (wrote is None or grown <= enough):
            return ""
        verdict = self._count()
        self._counted, self._written = time.monotonic(), wrote or 0
        self._cost = self._counted - now
        return verdict

    def _count(self) -> str:
        total = 0
        try:
            for source, below in self.folders:
                total += sum(_sizes(source, below, self.home_files))
        except beneath.TooLarge:
            return sentences.files(self.home_files)
        self._room = self.home_mb * MB - total
        return sentences.disk(self.home_mb) if self._room < 0 else ""


class Watcher:
    """The one task that looks at all kernels of a server; it runs while there are any."""

    def __init__(self, interval: float = 1.0) -> None:
        self._interval = interval
        self._watched: dict[str, Watched] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, kernel_id: str, watched: Watched) -> None:
        """Begins to watch a kernel; call in the event loop."""
        self._watched[kernel_id] = watched
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def drop(self, kernel_id: str) -> None:
        """Ends watching a kernel that ended, and says so if a limit was why."""
        watched = self._watched.pop(kernel_id, None)
        if watched is None:
            return
        if watched.group is not None and watched.group.out_of_memory():
            watched.ended(sentences.memory(watched.memory_mb))

    async def _run(self) -> None:
        while self._watched:
            await asyncio.sleep(self._interval)
            for kernel_id, watched in list(self._watched.items()):
                sentence = await asyncio.to_thread(_safely, watched)
                if sentence and self._watched.get(kernel_id) is watched:
                    watched.ended(sentence)
                    if not watched.stopped_by_system(sentence):
                        del self._watched[kernel_id]
                        await asyncio.to_thread(watched.kill)


def _safely(watched: Watched) -> str:
    try:
        return watched.look()
    except Exception:
        log.exception("looking at a kernel failed")
        return ""


def _sizes(source: Path, below: str, limit: int) -> Iterator[int]:
    seen: set[tuple[int, int]] = set()
    with suppress(FileNotFoundError, NotADirectoryError):  # a single file has RLIMIT_FSIZE
        fd = beneath.open_folder_beneath(source, below)
        try:
            for path, entry in beneath.walk_beneath(fd, limit=limit):
                about = entry.stat
                if len(path) > _LONGEST:
                    raise beneath.TooLarge(errno.EFBIG, "folders are nested too deep to be counted", path)
                if about.st_nlink > 1 and entry.kind == "other":
                    key = (about.st_dev, about.st_ino)
                    if key in seen:
                        continue
                    seen.add(key)
                yield about.st_blocks * 512
        finally:
            os.close(fd)
