"""Ephemeral values: the last one by topic and key, coalesced, with an end; never stored."""

from dataclasses import dataclass, field
from typing import Any

MAX_KEYS = 5000
MAX_TOPICS = 20_000
_CROWD, _HALL = 25, 200
_PAUSE, _PAUSE_IN_CROWD, _PAUSE_IN_HALL = 0.2, 0.5, 2.0


@dataclass
class _Topic:
    values: dict[str, tuple[Any, float]] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    next_at: float = 0.0


class Board:
    """Values and what changed since it was last sent. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._topics: dict[str, _Topic] = {}

    def set(self, topic: str, key: str, value: Any, until: float) -> None:
        """Set a value, or with None end it. The oldest value goes when a topic has too many."""
        if topic not in self._topics and (value is None or len(self._topics) >= MAX_TOPICS):
            return
        held = self._topics.setdefault(topic, _Topic())
        known = held.values.pop(key, None)
        if value is not None:
            held.values[key] = (value, until)
            if len(held.values) > MAX_KEYS:
                oldest = next(iter(held.values))
                del held.values[oldest]
                held.changed[oldest] = None
        if (known[0] if known else None) != value:
            held.changed[key] = value

    def values(self, topic: str) -> dict[str, Any]:
        """All values of a topic now."""
        held = self._topics.get(topic)
        return {key: value for key, (value, _) in held.values.items()} if held else {}

    def due(self, topic: str, readers: int, at: float) -> tuple[dict[str, Any], float | None]:
        """What to send of a topic now, or nothing and when to ask again (None: when it changes)."""
        held = self._topics.get(topic)
        if held is None or not held.changed:
            return {}, None
        if at < held.next_at:
            return {}, held.next_at
        changed, held.changed = held.changed, {}
        held.next_at = at + _pause(readers)
        return changed, None

    def expire(self, at: float) -> list[str]:
        """End what is over; returns the topics that changed. Forgets empty topics."""
        changed: list[str] = []
        for topic, held in list(self._topics.items()):
            for key in [key for key, (_, until) in held.values.items() if until <= at]:
                del held.values[key]
                held.changed[key] = None
            if held.changed:
                changed.append(topic)
            elif not held.values and held.next_at <= at:
                del self._topics[topic]
        return changed


def _pause(readers: int) -> float:
    """Seconds between two frames to so many."""
    if readers > _HALL:
        return _PAUSE_IN_HALL
    return _PAUSE_IN_CROWD if readers > _CROWD else _PAUSE
