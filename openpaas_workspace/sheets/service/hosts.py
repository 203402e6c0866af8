"""The processes that hold open sheets: shared by small ones, one alone for each that is large or slow, one started ahead.

A sheet goes to the shared process that holds the fewest. What is about no open sheet is asked of the one started ahead.
"""

import asyncio
import contextlib
import logging
import os
import time
from typing import Any, Final

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.errors import Unavailable
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.service.process import HostProcess

_log = logging.getLogger(__name__)
_MB: Final = 1024 * 1024
# The server itself starts first, and a sheet that is being opened goes before the next process.
_AHEAD: Final = 2.0
# What holds more than this when it was asked about no open sheet gives its memory back by ending.
_LARGE: Final = 4 * _MB


class Hosts:
    """All of them. `workspace.get(Hosts)`."""

    def __init__(self, config: Sheets) -> None:
        self._config = config
        self._most = config.hosts or os.cpu_count() or 1
        self._processes: list[HostProcess] = []
        self._ready: HostProcess | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._starting = asyncio.Lock()
        self.closed = False

    def prepare(self) -> None:
        """Start a process soon that nobody needs yet, so that the next sheet opens at once."""
        if self._config.ahead and not self.closed and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_AHEAD, self._prepare)

    async def place(self, key: str, nbytes: int = 0) -> HostProcess:
        """The process for one more sheet of about so many bytes. Raises Unavailable."""
        async with self._starting:
            if self.closed:
                raise Unavailable("The server is stopping; try again in a moment.")
            process = None
            if nbytes > self._config.own_mb * _MB and self._may_own():
                process = await self._next()
                process.owner = key
            if process is None:
                process = await self._shared()
            process.keys.add(key)
            return process

    async def ask(self, verb: str, *arguments: Any) -> Any:
        """What a process answers to what is about no open sheet. Raises what it refuses, Unavailable."""
        try:
            return await self._ask(verb, arguments)
        except Unavailable:
            # The process ended, which is not the fault of what was asked: then it would say so.
            return await self._ask(verb, arguments)

    async def _ask(self, verb: str, arguments: tuple[Any, ...]) -> Any:
        process = self._ready
        if process is None or process.gone:
            process = await self.place("")
        try:
            return await process.call(verb, *arguments)
        finally:
            process.forget("")
            if process is self._ready and _size(arguments) > _LARGE and not process.busy:
                self._ready = None
                process.end()
                self.prepare()

    def weighed(self, process: HostProcess, key: str, nbytes: int) -> None:
        """A sheet has so many bytes of tables now."""
        if nbytes > self._config.own_mb * _MB:
            self._alone(process, key)

    def tidy(self) -> None:
        """End what has held no sheet for a while; start one ahead if there is none."""
        limit = time.monotonic() - self._config.idle_seconds
        for one in self.processes:
            if not one.keys and not one.busy and one.used <= limit:
                self._forget(one)
                one.end()
        if self._ready is None or self._ready.gone:
            self.prepare()

    def close(self) -> None:
        """End them all."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        for one in [*self._processes, *([self._ready] if self._ready is not None else [])]:
            one.end()
        self._processes.clear()

    @property
    def processes(self) -> list[HostProcess]:
        """Those that live and hold sheets."""
        return [one for one in self._processes if not one.gone]

    def _may_own(self) -> bool:
        return sum(1 for one in self.processes if one.owner) < self._config.own_hosts

    async def _shared(self) -> HostProcess:
        shared = [one for one in self.processes if not one.owner]
        found = min(shared, key=lambda one: (one.behind, len(one.keys)), default=None)
        if found is None or ((found.keys or found.behind) and len(shared) < self._most):
            found = await self._next()
        return found

    async def _next(self) -> HostProcess:
        """One more: that which was started ahead, if it has nothing to do."""
        found = self._ready
        if found is None or found.gone or found.busy:
            found = await self._start()
        else:
            self._ready = None
        self._processes.append(found)
        self.prepare()
        return found

    async def _start(self) -> HostProcess:
        process = HostProcess(self._config, self._forget, self._slow)
        await process.start()
        if self.closed:
            process.end()
        return process

    def _prepare(self) -> None:
        self._timer = None
        if self._preparing is None and (self._ready is None or self._ready.gone):
            self._preparing = asyncio.create_task(self._prepared())

    async def _prepared(self) -> None:
        try:
            self._ready = await self._start()
        except OSError:
            _log.exception("No process for sheets could be started ahead")
        finally:
            self._preparing = None

    def _slow(self, process: HostProcess, key: str) -> None:
        if key:
            _log.info("A sheet is slow; it gets a process of its own")
            self._alone(process, key)

    def _alone(self, process: HostProcess, key: str) -> None:
        if process.gone or process.owner or key not in process.keys or process not in self._processes:
            return
        if self._may_own():
            process.reserve(key)
        else:
            _log.warning("No sheet can get a process of its own now: %d have one", self._config.own_hosts)

    def _forget(self, process: HostProcess) -> None:
        if process is self._ready:
            self._ready = None
        with contextlib.suppress(ValueError):
            self._processes.remove(process)


def _size(arguments: tuple[Any, ...]) -> int:
    size = sum(len(one) for one in arguments if isinstance(one, bytes))
    return size + sum(len(row[3]) for one in arguments if isinstance(one, list) for row in one)


async def tidy(workspace: Workspace) -> None:
    """Job: as `Hosts.tidy`."""
    workspace.get(Hosts).tidy()
