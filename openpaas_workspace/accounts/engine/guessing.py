"""How hard a password is to guess: bits, by the words, dates and keys in it (zxcvbn, with French words and keyboards)."""

import gzip
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Reason = Literal["", "about", "known", "pattern", "date", "words", "short"]
ABOUT = "about"
_MOST = 72  # more is not looked at: what is there counts as nothing
_WORDS = Path(__file__).parent / "words"
_RUN = re.compile(r"(?P<letters>[A-Za-z]+)|(?P<digits>[0-9]+)|(?P<blanks>[\s'’_.,-]+)|.", re.DOTALL)
_SHORT_WORD = 10.0  # bits: the words of one to three letters in a language are a thousand at most
_SYMBOLS = 33
_LOOKALIKES = {"a": ["4", "@"], "e": ["3"], "i": ["1", "!"], "o": ["0"], "s": ["$", "5"], "t": ["7"]}
_PATTERNS: Mapping[str, Reason] = {
    "repeat": "pattern",
    "sequence": "pattern",
    "spatial": "pattern",
    "date": "date",
    "regex": "date",
    "dictionary": "words",
    "bruteforce": "short",
}


@dataclass(frozen=True)
class Guess:
    """The bits a guesser who knows words, names and habits must find, and what makes them few."""

    bits: float
    reason: Reason


def guess(password: str, about: Iterable[str] = ()) -> Guess:
    """How hard `password` is; `about` are texts about its member (names, address), which are tried first."""
    from zxcvbn import matching, scoring

    looked_at = _folded(password)[:_MOST]
    if not looked_at:
        return Guess(0.0, "short")
    own = {word: rank for rank, word in enumerate(_parts(about), 1)}
    matches = matching.omnimatch(looked_at, {**_dictionaries(), ABOUT: own})
    others = [match for match in matches if match.get("dictionary_name") != ABOUT]
    # the cheapest way by words and signs need not be the one of fewest bits: what is known counts either way
    ways = [matches, others] if len(others) < len(matches) else [matches]
    found = [_weighed(scoring.most_guessable_match_sequence(looked_at, way)["sequence"], own) for way in ways]
    return Guess(min(one.bits for one in found), found[0].reason)


def _weighed(parts: Iterable[Mapping[str, Any]], own: Mapping[str, int]) -> Guess:
    parts = list(parts)
    bits, seen = 0.0, set()
    worst: dict[Reason, int] = {}
    for part in parts:
        word = part.get("matched_word", "")
        bits += 1.0 if word and word in seen else _bits(part)
        seen.add(word)
        reason = _reason(part, own, whole=len(parts) == 1)
        worst[reason] = worst.get(reason, 0) + len(part["token"])
    return Guess(bits, _first(worst))


def _bits(part: Mapping[str, Any]) -> float:
    if part["pattern"] != "bruteforce":
        return math.log2(max(2, part["guesses"]))
    return sum(_run(run) for run in _RUN.finditer(part["token"]))


def _run(run: re.Match[str]) -> float:
    """The bits of letters, digits or signs that no dictionary has: each by the size of its own kind."""
    text = run[0]
    if run["letters"]:
        # a capital at the beginning is a habit, not chance
        each = math.log2(26 if text[1:].islower() or len(text) == 1 else 52)
        return min(len(text) * each, _SHORT_WORD) if len(text) < 4 else len(text) * each
    if run["digits"]:
        return len(text) * math.log2(10)
    return 1.0 if run["blanks"] else len(text) * math.log2(_SYMBOLS)


def _reason(part: Mapping[str, Any], own: Mapping[str, int], *, whole: bool) -> Reason:
    if str(part.get("base_token", "")).lower() in own:
        return "about"
    if part["pattern"] == "dictionary":
        if part["dictionary_name"] == ABOUT:
            return "about"
        if whole or part["dictionary_name"] == "passwords":
            return "known"
    return _PATTERNS.get(part["pattern"], "short")


def _first(worst: Mapping[Reason, int]) -> Reason:
    """What to tell: one's own name before all, else what most of the password is made of."""
    if "about" in worst:
        return "about"
    return max(worst, key=lambda reason: worst[reason], default="short")


def _parts(about: Iterable[str]) -> list[str]:
    """The texts whole, and the words in them of three letters and more."""
    found: dict[str, None] = {}
    for text in about:
        folded = _folded(text).lower()
        joined = re.sub(r"[\W_]+", "", folded)
        for word in (folded, joined, *re.split(r"[\W_]+", folded)):
            if len(word) > 2:
                found[word] = None
    return list(found)


def _folded(text: str) -> str:
    """Without accents, letter by letter, so that a place in it is the same place in `text`."""
    return "".join((unicodedata.normalize("NFKD", letter)[:1] or letter) for letter in text)


@cache
def _dictionaries() -> dict[str, dict[str, int]]:
    from zxcvbn import matching

    # its full table of look-alikes multiplies: one password could keep a core busy for minutes
    matching.L33T_TABLE.clear()
    matching.L33T_TABLE.update(_LOOKALIKES)
    common = (_WORDS / "common.txt").read_text("utf-8").split()
    french = gzip.decompress((_WORDS / "french.txt.gz").read_bytes()).decode().split()
    ours = {"common": common, "french": french}
    return {
        **{name: words for name, words in matching.RANKED_DICTIONARIES.items() if name != "user_inputs"},
        **{name: matching.build_ranked_dict(words) for name, words in ours.items()},
    }
