"""Types of columns: what pandas and Arrow call them, and how their values become numbers of a sheet.

A date is the number of days since 1899-12-30 of the clock on the wall, a duration a number of days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openpaas_workspace.kit.errors import Invalid

from .cells import Anything

EPOCH = 25_569  # 1970-01-01
_DAYS = (-(2**31), 2**31 - 1)  # what Arrow's dates hold
_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000, "D": 1}
_TEMPORAL = re.compile(r"(timestamp|duration)\[(s|ms|us|ns)(?:, tz=(.+))?\]")
_PANDAS_TEMPORAL = re.compile(r"(datetime64|timedelta64)\[(s|ms|us|ns)(?:, (.+))?\]")
_NULLABLE = {
    **{
        f"{sign}int{bits}": f"{'UI' if sign else 'I'}nt{bits}"
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
    "bool": "boolean",
}
_PLAIN = {name.lower(): name for name in _NULLABLE.values() if name != "boolean"}


@dataclass(frozen=True, slots=True)
class Dtype:
    """A column's type: Arrow's name of it, pandas' two names, and the categories where it has them.

    `arrow` is `""` for a column that is what its cells are.
    """

    arrow: str = ""
    pandas: tuple[str, str] | None = None
    categories: tuple[str, ...] | None = None
    ordered: bool = False

    @property
    def kind(self) -> str:
        """One of auto, number, boolean, text, datetime, duration, date."""
        return _kind(self.arrow)

    @property
    def unit(self) -> str:
        """The unit in which dates and durations count."""
        found = _TEMPORAL.match(self.arrow)
        return found[2] if found else "D"

    @property
    def zone(self) -> str | None:
        """The time zone of moments, if they have one."""
        found = _TEMPORAL.match(self.arrow)
        return found[3] if found else None

    @property
    def native(self) -> bool:
        """Whether values are stored as counts of a unit."""
        return self.kind in {"datetime", "duration", "date"}

    @property
    def pandas_name(self) -> str:
        """The name people know: `Int64`, `datetime64[us]`, `string`; `""` for auto."""
        if self.categories is not None:
            return "category"
        return self.pandas[1] if self.pandas and self.pandas[1] != "object" else self.arrow

    def state(self) -> dict[str, Any]:
        """As JSON."""
        state: dict[str, Any] = {"arrow": self.arrow}
        if self.pandas:
            state["pandas"] = list(self.pandas)
        if self.categories is not None:
            state |= {"categories": list(self.categories), "ordered": self.ordered}
        return state

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Dtype:
        """From `state()`; raises Invalid."""
        arrow, pandas, categories = state.get("arrow", ""), state.get("pandas"), state.get("categories")
        if arrow:
            arrow_type(arrow)
        return cls(
            arrow,
            (str(pandas[0]), str(pandas[1])) if pandas else None,
            tuple(str(item) for item in categories) if categories is not None else None,
            bool(state.get("ordered", False)),
        )


AUTO = Dtype()


def named(name: str) -> Dtype:
    """The type that pandas calls so; raises Invalid."""
    if not name:
        return AUTO
    if name in {"string", "str", "text"}:
        return Dtype("large_string", ("unicode", "str" if name == "text" else name))
    if name == "category":
        return Dtype("large_string", None, ())
    if name in {"bool", "boolean"}:
        return Dtype("bool", ("bool", name))
    if name == "date":
        return Dtype("date32[day]", ("date", "object"))
    if found := _PANDAS_TEMPORAL.fullmatch(name):
        arrow = "timestamp" if found[1] == "datetime64" else "duration"
        return Dtype(str(arrow_type(f"{arrow}[{found[2]}{', tz=' + found[3] if found[3] else ''}]")))
    if name.lower() in {"float64", "float32"} or name.lower() in _PLAIN:
        arrow = {"float64": "double", "float32": "float"}.get(name.lower(), name.lower())
        return Dtype(arrow, (name.lower(), name))
    raise Invalid(
        f"There is no column type {name!r}: try int64, float64, bool, string, category, date or datetime64[us]."
    )


@cache
def arrow_type(name: str) -> pa.DataType:
    """Arrow's type by its name; raises Invalid."""
    if found := _TEMPORAL.fullmatch(name):
        if found[1] == "duration":
            return pa.duration(found[2])
        try:
            if found[3]:
                pc.assume_timezone(pa.array([0], pa.timestamp("s")), found[3], ambiguous="earliest")
        except pa.ArrowInvalid:
            raise Invalid(f"There is no time zone {found[3]!r}.") from None
        return pa.timestamp(found[2], found[3])
    alias = {"double": "float64", "float": "float32", "date32[day]": "date32", "date64[ms]": "date64"}
    try:
        return pa.type_for_alias(alias.get(name, name))
    except ValueError:
        raise Invalid(f"There is no column type {name!r}.") from None


@cache
def _kind(arrow: str) -> str:
    if not arrow:
        return "auto"
    if found := _TEMPORAL.match(arrow):
        return "datetime" if found[1] == "timestamp" else "duration"
    if arrow.startswith("date"):
        return "date"
    if arrow == "bool":
        return "boolean"
    return "text" if "string" in arrow else "number"


def nullable(pandas: tuple[str, str]) -> tuple[str, str]:
    """The names of the same type that also holds missing values."""
    return pandas[0], _NULLABLE.get(pandas[1], pandas[1])


def to_serial(numbers: Anything, dtype: Dtype) -> Anything:
    """Stored counts as numbers of the sheet."""
    if dtype.zone:
        moments = pa.array(numbers, pa.int64()).cast(pa.timestamp(dtype.unit, dtype.zone))
        numbers = pc.local_timestamp(moments).cast(pa.int64()).to_numpy()
    per_day = _PER_DAY[dtype.unit]
    whole, rest = np.divmod(numbers.astype(np.int64), per_day)
    serial = whole.astype(np.float64) + rest.astype(np.float64) / per_day
    return serial if dtype.kind == "duration" else serial + EPOCH


def has_year(days: Anything) -> Anything:
    """Which days since 1970 are of the years 1 to 9999, as Python has dates."""
    return (days >= -719_162) & (days < 2_932_897)


def from_serial(serial: Anything, dtype: Dtype) -> Anything:
    """Numbers of the sheet as counts, rounded to the unit; numbers out of reach become the nearest end."""
    days = serial if dtype.kind == "duration" else serial - EPOCH
    per_day = _PER_DAY[dtype.unit]
    most = 2**62 // per_day
    days = np.clip(days, -most, most)
    whole = np.floor(days)
    grain = min(per_day, _PER_DAY["ms"])  # a serial date of today is exact to 0.6 µs only
    counts: Anything = whole.astype(np.int64) * per_day + (
        np.rint((days - whole) * grain).astype(np.int64) * (per_day // grain)
    )
    if dtype.kind == "date":
        counts = np.clip(whole, *_DAYS).astype(np.int64)
    if dtype.zone:
        walls = pa.array(counts, pa.int64()).cast(pa.timestamp(dtype.unit))
        moments = pc.assume_timezone(walls, dtype.zone, ambiguous="earliest", nonexistent="latest")
        counts = np.asarray(moments.cast(pa.int64()).to_numpy())
    return counts
