"""One open push socket: who listens, what it has had, what waits for it."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.schema import encode
from openpaas_workspace.realtime.push.config import PushSettings
from openpaas_workspace.realtime.push.engine.bucket import Bucket
from openpaas_workspace.realtime.push.engine.framing import framed
from openpaas_workspace.realtime.push.engine.outbox import Outbox, Overflow
from openpaas_workspace.realtime.push.schemas import Ephemera, Heartbeat, Outbound
from openpaas_workspace.sharing.schemas import Level

_IN_FLIGHT = 256 * 1024
RUBBISH, SESSION_ENDED, TOO_SLOW, TOO_MANY, RESTART, FAILED = 4400, 4401, 4408, 4429, 1012, 1011


class Transport(Protocol):
    """What a connection needs of its socket."""

    def send(self, frame: bytes) -> "asyncio.Future[None] | None":
        """Write a frame; None or a done future: it has left."""

    def ping(self) -> None:
        """Ask for a sign of life."""

    def close(self, code: int, reason: str) -> None:
        """Close it."""


class Connection:
    """Holds the outbox; written to by the hub, emptied while the socket takes it."""

    def __init__(
        self,
        actor: Actor,
        transport: Transport,
        limits: PushSettings,
        values: Callable[[str], dict[str, Any]],
    ) -> None:
        now = asyncio.get_running_loop().time()
        self.id = new_id()
        self.actor = actor
        self.topics: dict[str, Level] = {}
        self.live = False
        self.covered = 0
        self.sent = 0
        self.heard = self.beat = now
        self.greeted = False
        self.warned = 0.0
        self.closed = False
        self.code: int | None = None
        self.bucket = Bucket(limits.frames_per_second, limits.frame_burst, now)
        self._transport = transport
        self._values = values
        self._outbox = Outbox(limits.queue_frames, limits.queue_bytes)
        self._in_flight = 0
        self._room = asyncio.Event()

    def send(self, frame: Outbound) -> None:
        """Send a control frame."""
        self._put(self._outbox.control, framed(encode(frame)))

    def events(self, frame: bytes) -> None:
        """Send a framed batch of events."""
        self.sent += 1
        self._put(self._outbox.durable, frame)

    def ephemeral(self, topic: str, frame: bytes) -> None:
        """Send a framed change of a topic, or its whole state later if this page is slow."""
        if not self.closed:
            self._outbox.ephemeral(topic, frame)
            self._flush()

    def lose(self, topic: str) -> None:
        """Follow a topic no more; what waits of it is dropped."""
        self.topics.pop(topic, None)
        self._outbox.forget(topic)

    def heartbeat(self, now: float) -> None:
        """Say how far it has come, unless something waits that says so itself."""
        self.beat = now
        if self.live and not len(self._outbox):
            self.send(Heartbeat(seq=self.covered, n=self.sent))
        if not self.closed:
            self._transport.ping()

    async def room(self) -> None:
        """Wait until nothing waits to be sent; raises ConnectionError once it is closed."""
        while len(self._outbox) or self._in_flight:
            self._room.clear()
            await self._room.wait()
        if self.closed:
            raise ConnectionError

    def close(self, code: int, reason: str) -> None:
        """Close it; nothing more is sent."""
        if not self.closed:
            self.ended()
            self.code = code
            self._transport.close(code, reason)

    def ended(self) -> None:
        """The socket is gone."""
        self.closed = True
        self.live = False
        self._outbox.clear()
        self._in_flight = 0
        self._room.set()

    def _put(self, add: Callable[[bytes], None], frame: bytes) -> None:
        if self.closed:
            return
        try:
            add(frame)
        except Overflow:
            self.close(TOO_SLOW, "too slow; resume")
            return
        self._flush()

    def _flush(self) -> None:
        while not self.closed and self._in_flight < _IN_FLIGHT:
            frame = self._outbox.take() or self._refresh()
            if frame is None:
                break
            written = self._transport.send(frame)
            if written is not None and not written.done():
                self._in_flight += len(frame)
                written.add_done_callback(partial(self._left, len(frame)))
        if not len(self._outbox) and not self._in_flight:
            self._room.set()

    def _refresh(self) -> bytes | None:
        """The whole state of a topic whose changes were dropped."""
        if self._outbox.stale and not self._in_flight:
            topic = self._outbox.stale.pop()
            if topic in self.topics:
                return framed(encode(Ephemera(topic=topic, values=self._values(topic), all=True)))
        return None

    def _left(self, size: int, _written: object) -> None:
        if not self.closed:
            self._in_flight -= size
            self._flush()
