"""A page that writes without rest, loses its server, comes back, and remembers what was confirmed."""

import asyncio
import random
import re
from collections import deque

import websockets
from pycrdt import Map, Text

from openpaas_workspace.realtime.engine.frames import Sync, SyncFrame
from tests.realtime.page import Page, _decode

TOKEN = re.compile(r"<\d+\.\d+>")


class Writer(Page):
    """One of ten. Its tokens are unique; it puts them at the start or the end of a cell, never inside another's."""

    def __init__(self, *args, name: str, number: int, seed: int) -> None:
        super().__init__(*args)
        self.name = name
        self.number = number
        self.random = random.Random(seed)
        self.written: set[str] = set()
        self.acked_tokens: set[str] = set()
        self.made_cells: set[str] = set()
        self.waiting: deque[list[str]] = deque()
        self.reconnects = 0
        self.stopping = False
        self.paused = False

    def act(self) -> None:
        """Change the document, connected or not."""
        token = f"<{self.number}.{len(self.written)}>"
        self.written.add(token)

        def change(_page) -> None:
            if self.random.random() < 0.05 or not len(self.cells):
                cell = f"made-{self.number}-{len(self.written)}"
                self.made_cells.add(cell)
                self.cells.insert(
                    self.random.randint(0, len(self.cells)),
                    Map({"id": cell, "cell_type": "raw", "metadata": Map({}), "source": Text(token)}),
                )
                return
            source = self.cells[self.random.randrange(len(self.cells))]["source"]
            source.insert(self.random.choice([0, len(source)]), token)

        self.edit(change)
        self.waiting.append([token])

    async def run(self) -> None:
        """Write, send, reconnect, until told to stop."""
        while not self.stopping:
            if self.closed is not None or self.socket is None:
                await self.back()
            if not self.paused:
                self.act()
            try:
                await self.flush()
            except websockets.ConnectionClosed:
                self.closed = self.closed or (1006, "")
            await asyncio.sleep(self.random.uniform(0.01, 0.2))

    async def back(self) -> None:
        """Connect again with the same session, as the stock page does."""
        while True:
            try:
                await self.open()
                if self.closed is None:
                    self.reconnects += 1
                    return
                assert self.closed[0] not in {1003, 4400, 4403, 4404}, self.closed
            except (OSError, websockets.WebSocketException, TimeoutError):
                pass
            if self.stopping:
                raise RuntimeError("stopped while disconnected")
            if self.random.random() < 0.5:
                self.act()  # somebody types while offline
            await asyncio.sleep(0.1)

    async def settle(self, patience: float) -> None:
        """Everything confirmed."""
        async with asyncio.timeout(patience):
            while self.closed is not None or self.written != self.acked_tokens:
                if self.closed is not None:
                    self.stopping = False
                    await self.back()
                await asyncio.sleep(0.02)

    async def _receive(self, message: bytes) -> None:
        frame = _decode(message)
        if isinstance(frame, SyncFrame) and frame.step is Sync.STEP1:
            # The answer holds everything that is not confirmed.
            tokens = [token for group in self.waiting for token in group]
            self.waiting.clear()
            before = self.sent
            await super()._receive(message)
            if self.sent > before:
                self.waiting.append(tokens)
            else:
                assert not tokens
            return
        before = len(self.acks)
        await super()._receive(message)
        if len(self.acks) > before:
            self.acked_tokens.update(self.waiting.popleft())

    def tokens(self) -> list[str]:
        """Every token of the replica, in the order of the cells."""
        text = "".join(str(cell["source"]) for cell in self.cells)
        return TOKEN.findall(text)
