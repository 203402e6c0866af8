"""How fast one connection may speak."""

import time
from collections.abc import Callable


class Bucket:
    """Tokens that fill again with time; taking more than there are costs waiting, not losing."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_second
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def take(self, amount: float = 1.0) -> float:
        """Take tokens; returns the seconds to wait before going on."""
        moment = self._clock()
        self._tokens = min(self._burst, self._tokens + (moment - self._at) * self._rate) - amount
        self._at = moment
        return max(0.0, -self._tokens / self._rate)
