"""Many who ask the same thing at the same time get one answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Together(Generic[Answer]):
    """Shares answers. Each is looked for after everybody who gets it has asked: it is as fresh as one's own."""

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[Answer]] = {}
        self._gates: dict[Hashable, asyncio.Lock] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is being looked for, and nothing of what was is kept."""
        return not self._next and not self._gates

    async def ask(self, key: Hashable, look: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of `look()`, or of an equal one that begins from now on; its error reaches all who share it.

        One look for a key runs at a time, and those who ask meanwhile share the next. It runs in a
        task of its own, which goes on when somebody who asked is cancelled.
        """
        coming = self._next.get(key)
        if coming is None:
            coming = self._next[key] = asyncio.create_task(self._look(key, look))
            # Everybody may have been cancelled: then nobody is left to hear of its error.
            coming.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(coming)

    async def _look(self, key: Hashable, look: Callable[[], Awaitable[Answer]]) -> Answer:
        gate = self._gates.setdefault(key, asyncio.Lock())
        try:
            async with gate:
                del self._next[key]
                return await look()
        finally:
            if self._next.get(key) is asyncio.current_task():  # cancelled before its turn
                del self._next[key]
            if key not in self._next and not gate.locked():
                self._gates.pop(key, None)
