"""DataFrames as tables that a sheet takes, columns of mixed objects included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from openpaas_workspace.kit.errors import Invalid

from .arrow import MIXED
from .dtypes import EPOCH
from .values import Tag

if TYPE_CHECKING:
    import pandas as pd

_FIRST = dt.date(1970, 1, 1).toordinal() - EPOCH


Why = Literal["twice", "table", "half", "objects", "levels"]
_SENTENCES: dict[Why, str] = {
    "twice": "Two columns are called {about!r}: give each a name of its own.",
    "table": "The table cannot be written: {about}.",
    "half": "The column {about!r} holds half a character.",
    "objects": "The column {about!r} holds {held} objects: make text or numbers of them.",
    "levels": "The columns have {about} levels, and a sheet has one line of names: join them.",
}


class Unfit(Invalid):
    """A frame that no sheet can hold: `why`, and the name of the column or what Arrow says, and of a type."""

    def __init__(self, why: Why, about: str, held: str = "") -> None:
        super().__init__(_SENTENCES[why].format(about=about, held=held))
        self.why = why
        self.about = about
        self.held = held


def to_table(frame: pd.DataFrame) -> pa.Table:
    """The frame as Arrow: numbers, texts, booleans and dates of one object column become a mixed one.

    Raises Unfit for objects that no cell can hold.
    """
    _names(frame)
    _types(frame)
    mixed = {name: values for name in frame.columns if (values := _mixed(name, frame[name])) is not None}
    try:
        table = pa.Table.from_pandas(frame.drop(columns=list(mixed)), preserve_index=_counts(frame) or None)
    except (pa.ArrowException, TypeError, ValueError) as error:
        why = str(error.args[0] if error.args else error).rstrip(".")
        raise Unfit("table", why) from error
    for place, name in enumerate(frame.columns):
        if name in mixed:
            table = table.add_column(place, pa.field(str(name), MIXED), mixed[name])
    return table


def _names(frame: pd.DataFrame) -> None:
    if frame.columns.nlevels > 1:
        raise Unfit("levels", str(frame.columns.nlevels))
    known: set[str] = set()
    for name in map(str, frame.columns):
        if name in known:
            raise Unfit("twice", name)
        known.add(name)
    for name in [*known, *map(str, frame.index.names)]:
        if not name.isascii() and _broken(name):
            # A name that cannot be shown would be an error of its own.
            raise Unfit("half", name.encode(errors="replace").decode())


def _types(frame: pd.DataFrame) -> None:
    """Raises Unfit for what would be shown as bare numbers, or for which Arrow has names that nobody knows."""
    index = frame.index
    levels = list(index.dtypes.items()) if hasattr(index, "levels") else [(index.name, index.dtype)]
    for name, dtype in [*frame.dtypes.items(), *levels]:
        categories: Any = getattr(dtype, "categories", None)
        kind = type(dtype if categories is None else categories.dtype).__name__
        if kind in {"PeriodDtype", "IntervalDtype"}:
            raise Unfit("objects", "" if name is None else str(name), kind.removesuffix("Dtype"))


def _counts(frame: pd.DataFrame) -> bool:
    """Whether the index counts otherwise than from 0 on: Arrow would leave it to pandas' own notes."""
    index = frame.index
    return hasattr(index, "step") and (index.start, index.step, index.name) != (0, 1, None)


def _mixed(name: Any, column: pd.Series[Any]) -> pa.Array | None:
    """The column as a mixed one; None if Arrow has a type for it."""
    if str(column.dtype) != "object":
        return None
    try:
        found = pa.Array.from_pandas(column)
    except (pa.ArrowException, OverflowError, UnicodeError):
        found = None
    if found is not None and not pa.types.is_nested(found.type) and not pa.types.is_binary(found.type):
        return None
    return _struct(name, column.tolist())


def array_of(name: Any, values: Sequence[Any]) -> pa.Array:
    """Values as an array, a mixed one if they are of several kinds. Raises Invalid as `to_table`."""
    try:
        found = pa.array(values)
    except pa.ArrowException:
        return _struct(name, values)
    return found


def _struct(name: Any, values: Sequence[Any]) -> pa.Array:
    cells = [_cell(name, value) for value in values]
    if any(text is not None and not text.isascii() and _broken(text) for _, _, text in cells):
        raise Unfit("half", str(name))
    tags = pa.array([cell[0] for cell in cells], pa.uint8())
    numbers = pa.array([cell[1] for cell in cells], pa.float64())
    texts = pa.array([cell[2] for cell in cells], pa.large_string())
    return pa.StructArray.from_arrays([tags, numbers, texts], fields=list(MIXED))


def _cell(name: Any, value: Any) -> tuple[int, float, str | None]:
    if isinstance(value, str):
        return Tag.TEXT, 0.0, value
    if isinstance(value, bool | np.bool_):
        return Tag.BOOLEAN, float(value), None
    if _missing(value):
        return Tag.EMPTY, 0.0, None
    if isinstance(value, int | float | np.integer | np.floating | Decimal):
        return Tag.NUMBER, _number(value), None
    if isinstance(value, dt.timedelta):
        return Tag.NUMBER, value / dt.timedelta(days=1), None
    if isinstance(value, dt.datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
        return Tag.NUMBER, value.toordinal() - _FIRST + seconds / 86_400, None
    if isinstance(value, dt.date):
        return Tag.NUMBER, float(value.toordinal() - _FIRST), None
    raise Unfit("objects", str(name), type(value).__name__)


def _missing(value: Any) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    # Tables compare with themselves as tables.
    return isinstance(value, float | np.generic | Decimal) and bool(value != value)  # noqa: PLR0124  (NaN of any kind)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, ValueError):
        return float("inf")


def _broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
