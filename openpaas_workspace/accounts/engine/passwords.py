"""What makes a password good enough: CNIL 2022-100, case 2 (a password, and attempts that are slowed down).

The recommendation asks for 50 bits where attempts are limited, as the delays of `throttle` do, and 80 bits where
they are not. The bits are those of a guesser (`guessing`), which the recommendation takes in place of rules about
kinds of characters; there are none of those here, and no password has to be changed after some time.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from openpaas_workspace.accounts.engine.guessing import guess

MAX_CHARACTERS = 256
STRONG = 80
"""Bits that would be enough even if attempts were not slowed down."""
_WEAK = 28
Grade = Literal["weak", "fair", "good", "strong"]
ADVICE = {
    "about": "This password is easy to guess: it holds your name, your username or your address.",
    "known": "This password is easy to guess: it is one of those that are tried first.",
    "pattern": "This password is easy to guess: it repeats something or follows the keyboard.",
    "date": "This password is easy to guess: dates and years are tried first.",
    "words": "This password is easy to guess: add one or two words that have nothing to do with the others.",
    "short": "This password is easy to guess: make it longer.",
}


@dataclass(frozen=True)
class Strength:
    """What a password is worth: bits, a word for them, whether that is enough, and what to change if not."""

    bits: int
    grade: Grade
    enough: bool
    advice: str


def normal_password(password: str) -> str:
    """The form that is hashed: the same keys on any keyboard give the same password."""
    return unicodedata.normalize("NFKC", password)


def strength(password: str, *, about: Iterable[str], shortest: int, wanted: int) -> Strength:
    """What a new password is worth. `about` are texts about its member; `wanted` are the bits that are enough."""
    password = normal_password(password)
    if len(password) > MAX_CHARACTERS:
        return Strength(0, "weak", False, f"This password is too long: {MAX_CHARACTERS} characters at most.")
    found = guess(password, about)
    bits = int(found.bits)
    if len(password) < shortest:
        advice = f"Choose a password of at least {shortest} characters; a sentence is easy to remember."
        return Strength(bits, "weak" if bits < _WEAK else "fair", False, advice)
    if bits < wanted:
        return Strength(bits, "weak" if bits < _WEAK else "fair", False, ADVICE[found.reason or "short"])
    return Strength(bits, "strong" if bits >= STRONG else "good", True, "")
