"""Dates and times as a format writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ..values import Error
from .coerce import EPOCH, MAX_SERIAL, general
from .runtime import Failure

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_LETTERS = frozenset("ymdhsYMDHS")
Tokens = Sequence[tuple[str, str]]


def is_moment(tokens: Tokens) -> bool:
    """Whether a format's section writes dates or times."""
    return any(kind == "elapsed" or (kind == "other" and part in _LETTERS) for kind, part in tokens)


def moment_text(serial: float, tokens: Tokens) -> str:
    """A serial date as a section writes it."""
    words = _words(tokens)
    fine = max((len(text) for kind, text in words if kind == "fraction"), default=0)
    unit = 10**fine
    ticks = int(serial * 86_400 * unit + 0.5)
    seconds, fraction = divmod(ticks, unit)
    days, clock = divmod(seconds, 86_400)
    if days > MAX_SERIAL:
        raise Failure(Error.VALUE)
    date = dt.date.fromordinal(max(days, 1) + EPOCH) if days else dt.date(1899, 12, 30)
    twelve = any(kind == "half" for kind, _ in words)
    parts: list[str] = []
    for index, (kind, text) in enumerate(words):
        if kind == "elapsed":
            parts.append(str(seconds // {"h": 3600, "m": 60, "s": 1}[text[0]]).rjust(len(text), "0"))
        elif kind == "fraction":
            parts.append("." + str(fraction).rjust(fine, "0")[: len(text)])
        elif kind == "half":
            parts.append(_half(text, clock))
        elif kind == "code":
            minutes = text[0] == "m" and _is_minutes(words, index)
            parts.append(
                _clock_part(text, clock, twelve) if minutes or text[0] in "hs" else _date_part(text, date)
            )
        else:
            parts.append(general(serial) if kind == "general" else text)
    return "".join(parts)


def _words(tokens: Tokens) -> list[tuple[str, str]]:
    """Runs of one letter as one word, AM/PM and fractions of seconds found."""
    words: list[tuple[str, str]] = []
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        ahead = "".join(part for _, part in tokens[index : index + 5]).lower()
        if kind == "other" and ahead == "am/pm":
            words.append(("half", "AM/PM"))
            index += 5
        elif kind == "other" and ahead[:3] == "a/p":
            words.append(("half", "A/P"))
            index += 3
        elif kind == "other" and text in _LETTERS:
            end = index
            while end < len(tokens) and tokens[end][0] == "other" and tokens[end][1].lower() == text.lower():
                end += 1
            words.append(("code", text.lower() * (end - index)))
            index = end
        elif (kind, text) == ("mark", ".") and index + 1 < len(tokens) and tokens[index + 1] == ("mark", "0"):
            end = index + 1
            while end < len(tokens) and tokens[end] == ("mark", "0"):
                end += 1
            words.append(("fraction", "0" * (end - index - 1)))
            index = end
        else:
            words.append((kind, text))
            index += 1
    return words


def _is_minutes(words: Sequence[tuple[str, str]], index: int) -> bool:
    """Whether an m behind hours or before seconds means minutes."""
    before = next((text for kind, text in reversed(words[:index]) if kind in {"code", "elapsed"}), "")
    after = next((text for kind, text in words[index + 1 :] if kind in {"code", "elapsed"}), "")
    return len(words[index][1]) <= 2 and (before[:1] == "h" or after[:1] == "s")


def _half(text: str, clock: int) -> str:
    word = "PM" if clock >= 43_200 else "AM"
    return word if text == "AM/PM" else word[0]


def _clock_part(text: str, clock: int, twelve: bool) -> str:
    hour = clock // 3600
    if twelve:
        hour = hour % 12 or 12
    value = {"h": hour, "m": clock // 60 % 60, "s": clock % 60}[text[0]]
    return str(value).rjust(2, "0") if len(text) > 1 else str(value)


def _date_part(text: str, date: dt.date) -> str:
    count = len(text)
    if text[0] == "y":
        return f"{date.year % 100:02d}" if count <= 2 else f"{date.year:04d}"
    if text[0] == "d":
        name = WEEKDAYS[date.weekday()]
        return (
            str(date.day)
            if count == 1
            else f"{date.day:02d}"
            if count == 2
            else name[:3]
            if count == 3
            else name
        )
    name = MONTHS[date.month - 1]
    short = {1: str(date.month), 2: f"{date.month:02d}", 3: name[:3], 5: name[0]}
    return short.get(count, name)
