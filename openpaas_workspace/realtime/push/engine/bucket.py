"""A token bucket."""


class Bucket:
    """`rate` a second for long, `burst` at once. Times are seconds of one monotonic clock."""

    def __init__(self, rate: float, burst: int, at: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = float(burst), at

    def take(self, at: float) -> bool:
        """Whether one more is allowed now."""
        self._left = min(self._burst, self._left + (at - self._at) * self._rate)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def wait(self) -> float:
        """Seconds until the next one is allowed."""
        return max(0.0, (1 - self._left) / self._rate)
