"""Words of names, folded: what is typed finds them whatever its case and accents. Pure."""

import re
import unicodedata
from collections.abc import Sequence

MAX_WORDS = 16
MAX_WORD = 48
MAX_ASKED = 8
_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Without case, accents and ligatures."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_APART)


def words(name: str) -> list[str]:
    """The words of a name, each once, in order."""
    found = dict.fromkeys(word[:MAX_WORD] for word in _WORD.findall(folded(name)))
    return list(found)[:MAX_WORDS]


def asked(text: str) -> list[str]:
    """The beginnings that a name must have, the longest first; none that another one implies."""
    wanted: list[str] = []
    for word in sorted(words(text), key=lambda word: (-len(word), word))[:MAX_ASKED]:
        if not any(other.startswith(word) for other in wanted):
            wanted.append(word)
    return wanted


def end(beginning: str) -> str:
    """What comes after every word with this beginning, byte for byte."""
    return beginning + "\U0010ffff"


def rank(name: str, wanted: Sequence[str]) -> tuple[int, int, str]:
    """Smaller is better: the name begins so, has whole words of it, is short."""
    own = words(name)
    first = int(not (own and any(own[0].startswith(word) for word in wanted)))
    whole = -sum(word in own for word in wanted)
    return first, whole, folded(name)
