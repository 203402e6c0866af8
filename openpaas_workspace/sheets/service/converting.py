"""Files of other programs in and out: each is read or written in a process apart, which holds nobody's open sheet.

It reaches no network and no file but the one that it is given.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import BinaryIO

from openpaas_workspace.kit.errors import Unavailable
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.service.process import HostProcess, TooLong, TooMuch

# A process that has worked on more than this gives its memory back by ending.
_LARGE = 4 * 1024 * 1024
_LAST = 19
_LOST = "The file asked for more memory or time than it may have; it was not opened."


class Converters:
    """`workspace.get(Converters)`."""

    def __init__(self, config: Sheets) -> None:
        self._config = config
        self._places = asyncio.Semaphore(config.converters)
        self._idle: list[HostProcess] = []
        self._working: set[HostProcess] = set()

    async def read(self, file: BinaryIO, name: str) -> bytes:
        """The container of an open file called so, which nobody changes. Raises Invalid, TooLarge, Unavailable."""
        async with self._process(os.fstat(file.fileno()).st_size) as process:
            made: bytes = await process.call("import_file", file, name)
        return made

    async def write(self, container: bytes, form: str, tab: str, locale: str) -> tuple[str, bytes]:
        """The media type and the bytes of a file. Raises Invalid, NotFound, Unavailable."""
        async with self._process(len(container)) as process:
            media, made = await process.call("export_file", container, form, tab, locale)
        return media, made

    async def alone(self) -> HostProcess:
        """A process for one long piece of work, which lets everybody else go first; whoever asked ends it."""
        process = await self._start()
        if process.pid is not None:
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, _LAST)
        return process

    def close(self) -> None:
        """End them all."""
        for process in [*self._idle, *self._working]:
            process.end()
        self._idle.clear()

    @asynccontextmanager
    async def _process(self, size: int) -> AsyncIterator[HostProcess]:
        async with self._places:
            while self._idle and self._idle[-1].gone:
                self._idle.pop()
            process = self._idle.pop() if self._idle else await self._start()
            self._working.add(process)
            try:
                yield process
            except (Unavailable, TooLong, TooMuch) as error:
                raise Unavailable(_LOST) from error
            finally:
                self._working.discard(process)
                if size > _LARGE or process.gone:
                    process.end()
                else:
                    self._idle.append(process)

    async def _start(self) -> HostProcess:
        process = HostProcess(self._config, lambda _process: None, apart=True)
        await process.start()
        return process
