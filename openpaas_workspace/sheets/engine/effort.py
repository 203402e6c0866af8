"""How much time formulas may take: one that takes longer shows `#LIMIT!`, so that a sheet can be opened whatever is in it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from .functions.runtime import TooSlow
from .tabs import Span

T = TypeVar("T")
_TICK = 0.05  # seconds


class Effort:
    """Seconds of the processor for one evaluation, and for the slow ones of a change together.

    Whenever a change needs all of that the next one gets half. Only the main thread of a process keeps time.
    """

    def __init__(self, one: float = 10.0, together: float = 40.0) -> None:
        self.one = one
        self.together = together
        self._share = 1.0
        self._ticks = 0
        self._since = 0
        self._working = False
        self._left = 0.0
        self._slow: set[Span] = set()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Time is kept while a change is calculated."""
        self._slow.clear()
        self._left = self.together * self._share
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGVTALRM, self._tick)
        signal.setitimer(signal.ITIMER_VIRTUAL, _TICK, _TICK)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
            self._share = max(self._share / 2, 1 / 32) if self._left <= 0 else min(self._share * 2, 1.0)

    def within(self, span: Span, work: Callable[[], T]) -> T | None:
        """What the work gives, None if that takes too long."""
        if self._left <= 0 and span in self._slow:
            return None
        self._since, self._working = self._ticks, True
        with contextlib.suppress(TooSlow):
            try:
                return work()
            finally:
                self._working = False
                self._spent(span)
        return None

    def _spent(self, span: Span) -> None:
        if self._ticks != self._since:
            self._left -= (self._ticks - self._since) * _TICK
            self._slow.add(span)

    def _tick(self, _signal: int, _frame: FrameType | None) -> None:
        self._ticks += 1
        if self._working and (self._ticks - self._since) * _TICK > min(self.one, self._left):
            raise TooSlow
