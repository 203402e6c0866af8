"""What waits for one page: bounded, the important first, merged when it grows, closed when it overflows."""

import struct
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from itertools import groupby
from typing import Any

from tornado.iostream import IOStream, StreamClosedError

from openpaas_workspace.realtime.engine import awareness, frames
from openpaas_workspace.realtime.engine.frames import Large
from openpaas_workspace.realtime.engine.log import merge_all

# Beyond this the kernel and tornado hold enough; the rest waits here, where it can be merged.
_IN_STREAM = 256 * 1024
_LARGE = 64 * 1024
_WHOLE = 4 * 1024 * 1024
_PIECE = 512 * 1024
_BINARY = 0x82
_OPCODE = 0x0F
_FIN = 0x80
Payload = bytes | Large
# What was framed last, small and large: a fan-out needs one entry; who joins gets small frames before the large one.
_last: list[tuple[bytes, bytes]] = [(b"", b""), (b"", b"")]


class Lane(IntEnum):
    """Classes of frames; a lower one goes first."""

    CONTROL = 0
    UPDATE = 1
    AWARENESS = 2


def head(size: int, first: int = _BINARY) -> bytes:
    """What stands before a payload of this size in its WebSocket frame; `first` is the frame's first byte."""
    if size < 126:
        return struct.pack("BB", first, size)
    if size <= 0xFFFF:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)


def wire(payload: bytes) -> bytes:
    """The payload as one WebSocket frame; built once when the same bytes go to many."""
    slot = len(payload) > _LARGE
    if _last[slot][0] is not payload:
        _last[slot] = (payload, head(len(payload)) + payload)
    return _last[slot][1]


def sent_at_once(stream: IOStream, data: bytes) -> int:
    """How many bytes the socket took at once, which costs a third of the way through the stream.

    Nothing may wait in there, and tornado tells nowhere else. TLS has a state of its own.
    """
    if type(stream) is not IOStream or stream._write_futures:  # noqa: SLF001
        return 0
    try:
        return stream.socket.send(data)
    except (OSError, AttributeError):
        return 0  # full, broken or closed: the stream waits or tells


class Outbox:
    """The frames on their way to one page."""

    def __init__(
        self, stream: IOStream, overflow: Callable[[], None], *, max_frames: int, max_bytes: int
    ) -> None:
        self._stream = stream
        self._overflow = overflow
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._lanes: tuple[deque[Payload], ...] = tuple(deque() for _ in Lane)
        self._rest: deque[tuple[bytes, memoryview]] = deque()
        self._bytes = 0
        self._full = False
        self.closed = False
        self.merged = 0

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return sum(len(lane) for lane in self._lanes)

    @property
    def waiting_bytes(self) -> int:
        """How many bytes wait, here and in the stream."""
        buffer = self._stream._write_buffer  # noqa: SLF001
        return self._bytes + (0 if buffer is None else len(buffer))

    def send(self, payload: Payload, lane: Lane) -> None:
        """Send now, or as soon as the page has taken what it has; never blocks."""
        if self.closed:
            return
        if self._full:
            self._keep(payload, lane)
            return
        if isinstance(payload, Large) or len(payload) > _WHOLE:
            self._put(payload)
            return
        data = _last[0][1] if _last[0][0] is payload else wire(payload)
        sent = sent_at_once(self._stream, data)
        if sent < len(data):
            self._write(memoryview(data)[sent:])

    def close(self) -> None:
        """Drop what waits; nothing is sent any more."""
        self.closed = True
        self._rest.clear()
        for lane in self._lanes:
            lane.clear()

    def _keep(self, payload: Payload, lane: Lane) -> None:
        self._lanes[lane].append(payload)
        self._bytes += len(payload)
        if self.waiting > self._max_frames // 2 or self._bytes > self._max_bytes // 2:
            self._squeeze()
        if self.waiting > self._max_frames or self._bytes > self._max_bytes:
            self.close()
            self._overflow()

    def _put(self, payload: Payload) -> None:
        """Hand a message to the stream; a very large one in fragments, copied one by one.

        Between fragments the loop goes on, and pings and the close of the connection have their place.
        """
        if isinstance(payload, bytes) and len(payload) <= _WHOLE:
            self._write(wire(payload))
            return
        before, body = (payload.head, payload.body) if isinstance(payload, Large) else (b"", payload)
        view = memoryview(body)
        for at in range(0, len(body), _PIECE):
            part = view[at : at + _PIECE]
            first = (0 if at else _BINARY & _OPCODE) | (_FIN if at + _PIECE >= len(body) else 0)
            self._rest.append((head(len(before) + len(part), first) + before, part))
            before = b""
        self._go_on()

    def _go_on(self) -> None:
        while self._rest and not self._full and not self.closed:
            part = b"".join(self._rest.popleft())
            self._write(part, pause=len(self._rest) > 0)

    def _write(self, data: bytes | memoryview, *, pause: bool = False) -> None:
        try:
            future = self._stream.write(data)
        except StreamClosedError:
            self.close()
            return
        if pause or len(self._stream._write_buffer) > _IN_STREAM:  # noqa: SLF001
            self._full = True
            future.add_done_callback(self._drained)

    def _drained(self, _future: Any) -> None:
        self._full = False
        self._go_on()
        for lane in self._lanes:
            while lane and not self._full and not self.closed:
                payload = lane.popleft()
                self._bytes -= len(payload)
                self._put(payload)

    def _squeeze(self) -> None:
        """Make one update of all that wait, and keep of each page's presence the last."""
        updates = self._lanes[Lane.UPDATE]
        found: list[Payload] = []
        for large, run in groupby(updates, lambda payload: len(payload) > _LARGE):
            some = list(run)
            if large or len(some) == 1:
                found += some
            else:
                # To merge large ones takes longer than to send them.
                found.append(frames.update(merge_all(part for one in some for part in _update_of(one))))
                self.merged += len(some)
        updates.clear()
        updates.extend(found)
        presences = self._lanes[Lane.AWARENESS]
        last = {_speakers(payload): payload for payload in presences}
        presences.clear()
        presences.extend(last.values())
        self._bytes = sum(len(payload) for lane in self._lanes for payload in lane)


def _update_of(payload: Payload) -> list[bytes]:
    if isinstance(payload, Large):
        return [payload.body]
    frame = frames.decode(payload, max_bytes=len(payload))
    return [frame.payload] if isinstance(frame, frames.SyncFrame) else []


def _speakers(payload: Payload) -> tuple[int, ...]:
    frame = frames.decode(payload) if isinstance(payload, bytes) else None
    if not isinstance(frame, frames.AwarenessFrame):
        return ()
    return tuple(one.client for one in awareness.decode(frame.payload))
