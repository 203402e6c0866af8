"""What people put into cells, as values."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import NamedTuple

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.schemas import Failure, Formula, Input, Moment

from .dtypes import EPOCH
from .values import MAX_TEXT, Error, Scalar

DATE_FORMAT = "yyyy-mm-dd"
MOMENT_FORMAT = "yyyy-mm-dd hh:mm:ss"

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?")


class Read(NamedTuple):
    """A value, or the text of a formula; `number` is the number format that goes with it."""

    value: Scalar = None
    formula: str | None = None
    number: str | None = None


def read(given: Input) -> Read:
    """The value of an input; raises Invalid or TooLarge."""
    if isinstance(given, Formula):
        return Read(formula=given.v)
    if isinstance(given, Moment):
        return _moment(given.v)
    if isinstance(given, Failure):
        error = Error.from_text(given.v)
        if error is None:
            raise Invalid(f"There is no error called {given.v!r}.")
        return Read(error)
    if isinstance(given, str):
        return Read(_checked(given) or None)
    if given is None or isinstance(given, bool):
        return Read(given)
    return Read(_number(given))


def read_typed(text: str) -> Read:
    """A text as if typed in canonical English: `=A1`, `12.5`, `50%`, `TRUE`, `2026-05-01`; `'` before it keeps it a text."""
    if text.startswith("'"):
        return Read(_checked(text[1:]))
    stripped = text.strip()
    if stripped.startswith("=") and len(stripped) > 1:
        return Read(formula=stripped)
    if _NUMBER.fullmatch(stripped):
        percent = stripped.endswith("%")
        number = float(stripped.rstrip("%"))
        if math.isfinite(number):
            return Read(number / 100, number="0%") if percent else Read(number)
    if stripped.upper() in {"TRUE", "FALSE"}:
        return Read(stripped.upper() == "TRUE")
    if _DATE.fullmatch(stripped):
        try:
            return _moment(stripped)
        except Invalid:
            return Read(text)
    error = Error.from_text(stripped) if stripped.startswith("#") else None
    return Read(error) if error is not None else Read(_checked(text) or None)


def _checked(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise TooLarge(f"A text of {len(text):,} characters is too long: a cell holds {MAX_TEXT:,}.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Invalid("The text holds half a character: type it again.") from None
    return text


def _number(given: float) -> float:
    try:
        number = float(given)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Invalid("A number is too large for a cell: 1E+308 is the limit.")
    return number


def _moment(text: str) -> Read:
    try:
        if len(text) == 10:
            return Read(float(date.fromisoformat(text).toordinal() - _FIRST), number=DATE_FORMAT)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{text!r} is no date: write it as 2026-05-01 or 2026-05-01T12:30:00.") from None
    if moment.tzinfo is not None:
        raise Invalid("A date in a cell has no time zone: leave it out.")
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return Read(moment.toordinal() - _FIRST + seconds / 86_400, number=MOMENT_FORMAT)


_FIRST = date(1970, 1, 1).toordinal() - EPOCH


def shown(value: Scalar) -> Input:
    """A value as the input that gives it."""
    return Failure(v=value.text) if isinstance(value, Error) else value
