"""Which number formats show dates."""

import re

_WRITTEN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]', re.DOTALL)


def shows_date(number: str | None) -> bool:
    """Whether a number format as Excel's shows a date: it has a day and a year, texts in it left out."""
    signs = _WRITTEN.sub("", number or "").lower()
    return "y" in signs and "d" in signs
