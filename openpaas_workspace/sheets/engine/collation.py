"""Texts in the order of a dictionary, the same in every language."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})


def dictionary_key(word: str) -> str:
    """What to compare: first the letters without accents and case, then with their accents (Unicode TR 10, levels 1 and 2)."""
    folded = word.casefold()
    if word.isascii():
        return f"{folded}\0{folded}"
    plain = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return f"{letters}\0{folded}"
