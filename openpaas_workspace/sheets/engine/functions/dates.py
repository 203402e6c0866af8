"""Functions of dates and times. A date is the number of days since 1899-12-30."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..values import Error, Numbers, Scalar, as_numbers
from .coerce import MAX_SERIAL, Errors, parse_number, to_number
from .registry import cellwise, elementwise, function, lazy
from .runtime import Code, Context, Failure, Omitted, Value
from .statistics import collected

Days = npt.NDArray[np.datetime64]
_UNIX = 25_569  # serial of 1970-01-01
_SECONDS = 86_400


def _outside(serials: Numbers) -> Errors:
    wrong = (serials < 0) | (serials >= MAX_SERIAL + 1) | ~np.isfinite(serials)
    return np.where(wrong, Error.NUM, 0).astype(np.uint8)


def _days(serials: Numbers) -> Days:
    safe = np.where(_outside(serials) != 0, 0.0, serials)
    return (np.floor(safe).astype(np.int64) - _UNIX).astype("datetime64[D]")


def _serials(days: Days) -> Numbers:
    return days.astype("datetime64[D]").astype(np.int64).astype(np.float64) + _UNIX


def _parts(serials: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    days = _days(serials)
    months = days.astype("datetime64[M]")
    count = months.astype(np.int64)
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return (
        (count // 12 + 1970).astype(np.float64),
        (count % 12 + 1).astype(np.float64),
        day.astype(np.float64),
    )


@elementwise("YEAR", "n")
def year(serials: Numbers) -> tuple[Numbers, Errors]:
    """YEAR(date)."""
    return _parts(serials)[0], _outside(serials)


@elementwise("MONTH", "n")
def month(serials: Numbers) -> tuple[Numbers, Errors]:
    """MONTH(date)."""
    return _parts(serials)[1], _outside(serials)


@elementwise("DAY", "n")
def day(serials: Numbers) -> tuple[Numbers, Errors]:
    """DAY(date)."""
    return _parts(serials)[2], _outside(serials)


@elementwise("DATE", "nnn")
def date(years: Numbers, months: Numbers, days: Numbers) -> tuple[Numbers, Errors]:
    """DATE(year, month, day): months and days may run over."""
    years = np.trunc(years)
    years = np.where((years >= 0) & (years < 1900), years + 1900, years)
    count = np.clip((years - 1970) * 12 + np.trunc(months) - 1, -120_000, 120_000)
    first = _serials(count.astype(np.int64).astype("datetime64[M]").astype("datetime64[D]"))
    serials = first + np.trunc(days) - 1
    return np.where(years < 0, -1.0, serials), _outside(np.where(years < 0, -1.0, serials))


def _shifted(serials: Numbers, months: Numbers) -> tuple[npt.NDArray[np.datetime64], Errors]:
    moved = _days(serials).astype("datetime64[M]") + np.clip(np.trunc(months), -200_000, 200_000).astype(
        np.int64
    )
    return moved, _outside(serials)


def _last(months: npt.NDArray[np.datetime64]) -> Numbers:
    return _serials((months + 1).astype("datetime64[D]")) - 1


@elementwise("EDATE", "nn")
def edate(serials: Numbers, months: Numbers) -> tuple[Numbers, Errors]:
    """EDATE(date, months)."""
    moved, errors = _shifted(serials, months)
    first = _serials(moved.astype("datetime64[D]"))
    result = np.minimum(first + _parts(serials)[2] - 1, _last(moved))
    return result, np.where(errors != 0, errors, _outside(result)).astype(np.uint8)


@elementwise("EOMONTH", "nn")
def eomonth(serials: Numbers, months: Numbers) -> tuple[Numbers, Errors]:
    """EOMONTH(date, months)."""
    moved, errors = _shifted(serials, months)
    result = _last(moved)
    return result, np.where(errors != 0, errors, _outside(result)).astype(np.uint8)


@elementwise("DAYS", "nn")
def days(end: Numbers, start: Numbers) -> tuple[Numbers, Errors]:
    """DAYS(end, start)."""
    errors = _outside(end)
    return np.floor(end) - np.floor(start), np.where(errors != 0, errors, _outside(start)).astype(np.uint8)


@elementwise("WEEKDAY", "nn", 1.0)
def weekday(serials: Numbers, kind: Numbers) -> tuple[Numbers, Errors]:
    """WEEKDAY(date, kind): 1 from Sunday, 2 from Monday, 3 from Monday as 0, 11 to 17 from Monday to Sunday."""
    kinds = np.trunc(kind)
    monday = np.mod(np.floor(serials) - 2, 7)
    first = np.where(kinds >= 11, kinds - 11, np.where(kinds == 1, 6.0, 0.0))
    result = np.mod(monday - first, 7) + np.where(kinds == 3, 0.0, 1.0)
    known = np.isin(kinds, [1, 2, 3, 11, 12, 13, 14, 15, 16, 17])
    errors = _outside(serials)
    return result, np.where(errors != 0, errors, np.where(known, 0, Error.NUM)).astype(np.uint8)


def _iso_week(serials: Numbers) -> Numbers:
    thursday = np.floor(serials) - np.mod(np.floor(serials) - 2, 7) + 3
    first = _first_of_year(_parts(thursday)[0])
    return as_numbers(np.floor((thursday - first) / 7) + 1)


def _first_of_year(years: Numbers) -> Numbers:
    return _serials(((years - 1970) * 12).astype(np.int64).astype("datetime64[M]").astype("datetime64[D]"))


@elementwise("ISOWEEKNUM", "n")
def isoweeknum(serials: Numbers) -> tuple[Numbers, Errors]:
    """ISOWEEKNUM(date)."""
    return _iso_week(serials), _outside(serials)


@elementwise("WEEKNUM", "nn", 1.0)
def weeknum(serials: Numbers, kind: Numbers) -> tuple[Numbers, Errors]:
    """WEEKNUM(date, kind): 1 weeks from Sunday, 2 from Monday, 11 to 17, 21 by ISO."""
    kinds = np.trunc(kind)
    start = np.where(kinds == 1, 6.0, np.where(kinds == 2, 0.0, kinds - 11))
    first = _first_of_year(_parts(serials)[0])
    offset = np.mod(np.mod(first - 2, 7) - start, 7)
    weeks = np.floor((np.floor(serials) - first + offset) / 7) + 1
    known = np.isin(kinds, [1, 2, 11, 12, 13, 14, 15, 16, 17, 21])
    errors = _outside(serials)
    result = np.where(kinds == 21, _iso_week(serials), weeks)
    return result, np.where(errors != 0, errors, np.where(known, 0, Error.NUM)).astype(np.uint8)


@elementwise("TIME", "nnn")
def time(hours: Numbers, minutes: Numbers, seconds: Numbers) -> Numbers:
    """TIME(hour, minute, second): the part of a day."""
    total = np.trunc(hours) * 3600 + np.trunc(minutes) * 60 + np.trunc(seconds)
    return np.where(total < 0, np.nan, np.mod(total, _SECONDS) / _SECONDS)


def _clock(serials: Numbers) -> npt.NDArray[np.int64]:
    part = serials - np.floor(serials)
    return np.mod(np.floor(part * _SECONDS + 0.5), _SECONDS).astype(np.int64)


@elementwise("HOUR", "n")
def hour(serials: Numbers) -> tuple[Numbers, Errors]:
    """HOUR(time)."""
    return as_numbers(_clock(serials) // 3600), _outside(serials)


@elementwise("MINUTE", "n")
def minute(serials: Numbers) -> tuple[Numbers, Errors]:
    """MINUTE(time)."""
    return as_numbers(_clock(serials) // 60 % 60), _outside(serials)


@elementwise("SECOND", "n")
def second(serials: Numbers) -> tuple[Numbers, Errors]:
    """SECOND(time)."""
    return as_numbers(_clock(serials) % 60), _outside(serials)


@lazy("TODAY", 0, 0, "never", volatile=True)
def today(context: Context, _codes: Sequence[Code]) -> Value:
    """TODAY()."""
    return float(np.floor(context.source.now))


@lazy("NOW", 0, 0, "never", volatile=True)
def now(context: Context, _codes: Sequence[Code]) -> Value:
    """NOW()."""
    return context.source.now


@cellwise("DATEDIF", "nnt")
def datedif(start: float, end: float, unit: str) -> Scalar:
    """DATEDIF(start, end, unit): whole "Y", "M" or "D" between two dates; "YM", "MD", "YD" what is left."""
    first, last = float(np.floor(start)), float(np.floor(end))
    if first > last or first < 0 or last > MAX_SERIAL:
        return Error.NUM
    (year_1, month_1, day_1), (year_2, month_2, day_2) = (
        tuple(float(part) for part in _parts(np.array(serial))) for serial in (first, last)
    )
    months = (year_2 - year_1) * 12 + month_2 - month_1 - (day_2 < day_1)
    if unit.upper() in {"YD", "MD"}:
        return _days_left(last, (year_2, month_2, day_2), (month_1, day_1), unit.upper())
    answers = {"D": last - first, "M": months, "Y": months // 12, "YM": months % 12}
    return answers.get(unit.upper(), Error.NUM)


def _days_left(last: float, end: tuple[float, ...], start: tuple[float, float], unit: str) -> float:
    year_2, month_2, day_2 = end
    month_1, day_1 = start
    if unit == "YD":
        year_2 -= (month_2, day_2) < (month_1, day_1)
        month_2 = month_1
    elif day_2 < day_1:
        month_2 -= 1
    anchor = date_serial(year_2, month_2, day_1)
    return last - anchor


def date_serial(years: float, months: float, day_of_month: float) -> float:
    """The serial of a date whose month and day may run over."""
    count = np.array((years - 1970) * 12 + months - 1).astype(np.int64)
    return float(_serials(count.astype("datetime64[M]").astype("datetime64[D]"))) + day_of_month - 1


def _holidays(context: Context, arguments: list[Value], index: int) -> Days:
    if len(arguments) <= index or isinstance(arguments[index], Omitted):
        return np.zeros(0, dtype="datetime64[D]")
    return _days(collected(context, [arguments[index]]))


def _serial(context: Context, value: Value) -> float:
    plain = context.single(value)
    number = to_number(plain) if not isinstance(plain, str) else parse_number(plain)
    if number is None:
        raise Failure(Error.VALUE)
    if isinstance(number, Error) or not 0 <= number < MAX_SERIAL + 1:
        raise Failure(number if isinstance(number, Error) else Error.NUM)
    return number


@function("NETWORKDAYS", 2, 3)
def networkdays(context: Context, arguments: list[Value]) -> Value:
    """NETWORKDAYS(start, end, holidays): Mondays to Fridays, both ends counted."""
    first, last = (_days(np.array(_serial(context, value))) for value in arguments[:2])
    holidays = _holidays(context, arguments, 2)
    if first <= last:
        return float(np.busday_count(first, last + 1, holidays=holidays))
    return -float(np.busday_count(last, first + 1, holidays=holidays))


@function("WORKDAY", 2, 3)
def workday(context: Context, arguments: list[Value]) -> Value:
    """WORKDAY(start, days, holidays)."""
    start = _days(np.array(_serial(context, arguments[0])))
    count = to_number(context.single(arguments[1]))
    if isinstance(count, Error):
        return count
    whole = int(count)
    if abs(whole) > MAX_SERIAL:
        return Error.NUM
    if whole == 0:
        return float(_serials(start))
    holidays = _holidays(context, arguments, 2)
    first = start.astype("datetime64[D]").item()
    roll: Literal["backward", "forward"] = "backward" if whole > 0 else "forward"
    moved = np.busday_offset(first, whole, roll=roll, holidays=holidays)
    serial = float(_serials(np.asarray(moved)))
    return serial if 0 <= serial <= MAX_SERIAL else Error.NUM
