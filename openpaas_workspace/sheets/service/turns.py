"""Who may change a sheet now: many who only fill cells, or one who changes its shape."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """First come, first served. Those who share hold `serial` together, so that whoever replaces the content waits."""

    def __init__(self, serial: asyncio.Lock) -> None:
        self._serial = serial
        self._turn = asyncio.Lock()
        self._sharing = 0
        self._nobody = asyncio.Event()
        self._nobody.set()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Beside others who share."""
        async with self._turn:
            if not self._sharing:
                await self._serial.acquire()
            self._sharing += 1
            self._nobody.clear()
        try:
            yield
        finally:
            self._sharing -= 1
            if not self._sharing:
                self._serial.release()
                self._nobody.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """With nobody else; who comes later waits."""
        async with self._turn:
            await self._nobody.wait()
            async with self._serial:
                yield
