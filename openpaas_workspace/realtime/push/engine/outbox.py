"""What waits for one connection, by class: control before durable before ephemeral; bounded."""

from collections import deque


class Overflow(Exception):
    """The page reads too slowly: close it, it resumes from the log."""


class Outbox:
    """Frames by class. At half of either limit ephemeral frames go; beyond it Overflow is raised.

    `stale` are topics whose ephemeral frames were dropped: send their whole state once there is room.
    """

    def __init__(self, frames: int, size: int) -> None:
        self._frames, self._size = frames, size
        self._control: deque[bytes] = deque()
        self._durable: deque[bytes] = deque()
        self._ephemeral: dict[str, deque[bytes]] = {}
        self.bytes = 0
        self.stale: set[str] = set()

    def __len__(self) -> int:
        return len(self._control) + len(self._durable) + sum(map(len, self._ephemeral.values()))

    def control(self, frame: bytes) -> None:
        """Add a frame that goes first."""
        self._add(self._control, frame)

    def durable(self, frame: bytes) -> None:
        """Add a frame of events."""
        self._add(self._durable, frame)

    def ephemeral(self, topic: str, frame: bytes) -> None:
        """Add a frame that may be dropped."""
        if topic in self.stale or self._half_full():
            self._drop()
            self.stale.add(topic)
            return
        self._ephemeral.setdefault(topic, deque()).append(frame)
        self.bytes += len(frame)

    def take(self) -> bytes | None:
        """The next frame, or None."""
        frame: bytes | None = None
        if self._control:
            frame = self._control.popleft()
        elif self._durable:
            frame = self._durable.popleft()
        elif self._ephemeral:
            topic, waiting = next(iter(self._ephemeral.items()))
            frame = waiting.popleft()
            if not waiting:
                del self._ephemeral[topic]
        if frame is not None:
            self.bytes -= len(frame)
        return frame

    def forget(self, topic: str) -> None:
        """Drop what waits of a topic that may not be seen any more."""
        self.stale.discard(topic)
        self.bytes -= sum(map(len, self._ephemeral.pop(topic, ())))

    def clear(self) -> None:
        """Drop everything."""
        self._control.clear()
        self._durable.clear()
        self._ephemeral.clear()
        self.stale.clear()
        self.bytes = 0

    def _half_full(self) -> bool:
        return 2 * len(self) > self._frames or 2 * self.bytes > self._size

    def _add(self, queue: deque[bytes], frame: bytes) -> None:
        queue.append(frame)
        self.bytes += len(frame)
        if self._half_full():
            self._drop()
        if len(self) > self._frames or self.bytes > self._size:
            raise Overflow

    def _drop(self) -> None:
        self.stale.update(self._ephemeral)
        self.bytes -= sum(len(frame) for waiting in self._ephemeral.values() for frame in waiting)
        self._ephemeral.clear()
