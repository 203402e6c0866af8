"""How long to wait after failed logins: nothing at first, then longer and longer."""

from dataclasses import dataclass

_MINUTE = 60_000
_HOUR = 60 * _MINUTE


@dataclass(frozen=True)
class Policy:
    """`free` failures cost nothing; each one after doubles the wait from a minute to `longest`.

    Failures are forgotten `window` after the last one. All times in milliseconds.
    """

    free: int
    longest: int
    window: int

    def wait_after(self, failures: int) -> int:
        """How long nobody may try again once there were so many failures."""
        if failures < self.free:
            return 0
        return min(_MINUTE << min(failures - self.free, 20), self.longest)


# One account from one network: a person who mistypes, or one guesser.
PAIR = Policy(free=5, longest=15 * _MINUTE, window=24 * _HOUR)
# One account from anywhere: many guessers. Higher, so that one of them cannot lock the member out.
ACCOUNT = Policy(free=20, longest=_HOUR, window=24 * _HOUR)
# One network, any account: one guesser with many names. A whole office may share it.
NETWORK = Policy(free=30, longest=15 * _MINUTE, window=_HOUR)
