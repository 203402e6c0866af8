"""Values of cells: what Python gives and what a sheet holds."""

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.dateformat import shows_date
from openpaas_workspace.kit.errors import Invalid

# Floats count to this; so does what carries JSON.
_COUNTED: Final = 2**53
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001  (a cell's date has no zone)


class CellError(str):
    """An error in a cell, `#N/A` or `#DIV/0!`: a text of its own type."""

    __slots__ = ()


def to_cell(value: Any) -> Any:
    """What goes over the wire for a value: a text that starts with `=` is a formula. Raises Invalid."""
    value = in_microseconds(value)
    if hasattr(value, "item") and getattr(value, "size", 1) == 1 and not isinstance(value, dt.datetime):
        value = value.item()
    if isinstance(value, CellError):
        return {"t": "e", "v": str(value)}
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _COUNTED else _finite(value)
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, float | Decimal):
        return None if value != value else _finite(value)  # noqa: PLR0124  (of some Decimals math knows nothing)
    if isinstance(value, dt.date):
        return {"t": "d", "v": _written(value)}
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    raise Invalid(say("A cell cannot hold {type}: give it text or a number.", type=type(value).__name__))


def in_microseconds(value: Any) -> Any:
    """A date, a duration or an array of them of numpy's, which gives its nanoseconds as plain numbers otherwise."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind not in {"M", "m"} or not type(value).__module__.startswith("numpy"):
        return value
    return value.astype("datetime64[us]" if kind == "M" else "timedelta64[us]")


def _text(value: str) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Invalid(say("A text holds half a character.")) from error
    return {"t": "f", "v": value} if len(value) > 1 and value.startswith("=") else str(value)


def _finite(value: float | Decimal) -> float:
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    if math.isinf(number):
        raise Invalid(say("A cell cannot hold an infinite number."))
    return number


def from_cell(value: Any, number: str | None) -> Any:
    """The Python value of a cell shown with this number format."""
    if isinstance(value, Mapping):
        return CellError(value["v"])
    if isinstance(value, float | int) and not isinstance(value, bool):
        if number and is_date(number):
            return _moment(value, number)
        return int(value) if float(value).is_integer() and abs(value) < 2**53 else value
    return value


def is_date(number: str) -> bool:
    """Whether a number format shows a date."""
    return shows_date(number)


def _moment(serial: float, number: str) -> dt.date | float:
    try:
        moment = _EPOCH + dt.timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return serial
    return moment if "h" in number.lower() or serial % 1 else moment.date()


def _written(value: dt.date) -> str:
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            # A Timestamp of pandas has to be told a zone.
            value = (
                dt.datetime.fromtimestamp(value.timestamp(), value.tzinfo).astimezone().replace(tzinfo=None)
            )
        return value.isoformat(timespec="microseconds" if value.microsecond else "seconds")[:26]
    return value.isoformat()
