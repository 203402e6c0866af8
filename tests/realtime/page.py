"""A page: a Yjs document (pycrdt) behind a real WebSocket, as the stock front end behaves, or worse."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import quote

import websockets
from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.realtime.engine import awareness, frames
from openpaas_workspace.realtime.engine.frames import RawFrame, Sync, SyncFrame


class Page:
    """One page in one room. `acks` counts the confirmations of its own edits."""

    def __init__(self, url: str, room: str, session: str, headers: dict[str, str]) -> None:
        query = f"?sessionId={quote(session)}" if session else ""
        self.url = f"{url.replace('http', 'ws')}/api/collaboration/room/{quote(room)}{query}"
        self.headers = headers
        self.doc: Doc = Doc()
        self.text = self.doc.get("source", type=Text)
        self.cells = self.doc.get("cells", type=Array)
        self.meta = self.doc.get("meta", type=Map)
        self.synced = asyncio.Event()
        self.role: dict | None = None
        self.roles: list[dict] = []
        self.acks: list[int] = []
        self.raws: list[dict] = []
        self.presences: dict[int, dict | None] = {}
        self.awareness_frames = 0
        self.updates: list[bytes] = []
        self.sent = 0
        self.closed: tuple[int, str] | None = None
        self.muted = False
        self.socket: websockets.ClientConnection | None = None
        self._reader: asyncio.Task | None = None
        self._applying = False
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._subscription = self.doc.observe(self._changed)

    async def open(self, *, ack: bool = True, wait: bool = True) -> "Page":
        self.closed, self.synced = None, asyncio.Event()
        self.acks, self.sent = [], 0
        self.socket = await websockets.connect(
            self.url, additional_headers=self.headers, max_size=None, compression=None
        )
        self._reader = asyncio.create_task(self._read())
        if ack:
            await self.send(frames.raw({"type": "hello", "ack": True}))
        await self.send(frames.step1(self.doc.get_state()))
        if wait:
            await asyncio.wait_for(self._synced_or_closed(), 30)
        return self

    async def _synced_or_closed(self) -> None:
        while not self.synced.is_set() and self.closed is None:  # noqa: ASYNC110
            await asyncio.sleep(0.002)

    async def send(self, message: bytes) -> None:
        assert self.socket is not None
        await self.socket.send(message)

    def edit(self, change: Callable[["Page"], None]) -> None:
        """Change the document in one transaction; the update is queued for `flush`."""
        with self.doc.transaction():
            change(self)

    async def flush(self) -> None:
        """Send what was edited."""
        while not self._outgoing.empty():
            update = self._outgoing.get_nowait()
            if not self.muted:
                self.sent += 1
                await self.send(frames.update(update))

    async def type(self, text: str, at: int | None = None) -> None:
        self.edit(lambda page: page.text.insert(len(page.text) if at is None else at, text))
        await self.flush()

    async def acked(self, patience: float = 30.0) -> None:
        async with asyncio.timeout(patience):
            while len(self.acks) < self.sent:
                if self.closed is not None:
                    raise ConnectionError(self.closed)
                await asyncio.sleep(0.002)

    async def say(self, state: dict | None, client: int | None = None, clock: int = 1) -> None:
        one = awareness.Presence(client or self.doc.client_id, clock, state)
        await self.send(frames.awareness(awareness.encode([one])))

    async def save(self, number: int = 1) -> dict:
        await self.send(frames.save(number))
        return await self.raw(lambda raw: raw.get("type") == "save" and raw["responseTo"] == number)

    async def raw(self, wanted: Callable[[dict], bool], patience: float = 30.0) -> dict:
        async with asyncio.timeout(patience):
            while True:
                for one in self.raws:
                    if wanted(one):
                        return one
                await asyncio.sleep(0.002)

    async def gone(self, patience: float = 30.0) -> tuple[int, str]:
        async with asyncio.timeout(patience):
            while self.closed is None:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        return self.closed

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        if self._reader is not None:
            await self._reader

    def _changed(self, event) -> None:
        if not self._applying:
            self._outgoing.put_nowait(event.update)

    async def _read(self) -> None:
        assert self.socket is not None
        try:
            async for message in self.socket:
                await self._receive(message)
        except websockets.ConnectionClosed:
            pass
        self.closed = (self.socket.close_code or 0, self.socket.close_reason or "")

    async def _receive(self, message: bytes) -> None:
        frame = _decode(message)
        match frame:
            case SyncFrame(Sync.STEP1, vector):
                update = self.doc.get_update(vector)
                while not self._outgoing.empty():
                    self._outgoing.get_nowait()
                if not self.muted:
                    self.sent += update != b"\0\0"
                    await self.send(frames.step2(update))
            case SyncFrame(step, update):
                self.updates.append(update)
                self._applying = True
                try:
                    if update != b"\0\0":
                        self.doc.apply_update(update)
                finally:
                    self._applying = False
                if step is Sync.STEP2:
                    self.synced.set()
            case frames.AwarenessFrame(payload):
                self.awareness_frames += 1
                for one in awareness.decode(payload):
                    self.presences[one.client] = one.state
            case RawFrame(value):
                self._hear(value)

    def _hear(self, value: dict) -> None:
        self.raws.append(value)
        if value["type"] == "role":
            self.role = value
            self.roles.append(value)
        elif value["type"] == "ack":
            self.acks.append(value["seq"])

    def __str__(self) -> str:
        return str(self.text)


def _decode(message: bytes):
    return frames.decode(message, max_bytes=2**31)


async def open_page(house, path: str, name: str = "alice", **more) -> Page:
    """PUT the session, then open the socket."""
    answer = await house.session(path, name)
    assert answer.status_code == 200, answer.text
    reply = answer.json()
    room = f"{reply['format']}:{reply['type']}:{reply['fileId']}"
    page = Page(house.url, room, reply["sessionId"], {"X-Member": name})
    return await page.open(**more)


def notebook(*sources: str) -> dict:
    return json.loads(
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "id": f"cell-{number}",
                        "metadata": {},
                        "outputs": [],
                        "execution_count": None,
                        "source": source,
                    }
                    for number, source in enumerate(sources)
                ],
            }
        )
    )
