"""Amounts, percentages, dates and times as people write them, and the number formats that go with them, as Excel's."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import NamedTuple

from openpaas_workspace.sheets.schemas import Moment

from .formats import is_date, is_time
from .inputs import read, read_typed

SHORT_DATE = "dd/mm/yyyy"
"""The date of the reader's language in figures: pages show it in the order of that language."""

_SPACE = "[ \u00a0\u202f]"
_SPACES = re.compile(_SPACE)
_FRENCH = rf"(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+|\d+)(?:,\d*)?|,\d+"
_ENGLISH = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_AMOUNTS = {
    french: re.compile(
        rf"(?P<sign>[-+−]?){_SPACE}?(?P<before>[€$£]?){_SPACE}?(?P<inner>[-+−]?)"
        rf"(?P<number>{number})(?P<power>[eE][+-]?\d{{1,3}})?{_SPACE}?(?P<after>[€$£%]?)"
    )
    for french, number in ((True, _FRENCH), (False, _ENGLISH))
}
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:[ T](\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")
_TIME = re.compile(r"(\d{1,4})(?::| ?h ?)(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?[Mm]\.?)?")
_DAY = 86_400


class Meant(NamedTuple):
    """A value, and the number format that a cell without one gets."""

    value: float | Moment
    number: str | None = None


def meant(text: str, *, french: bool) -> Meant | None:
    """What a trimmed text says as a number, date or time of the language; None if it is none."""
    return _moment(text, french=french) or _time(text) or _amount(text, french=french)


def spoken(value: float, number: str, *, french: bool) -> str | None:
    """How somebody would type a number that is shown so; None where that is as a plain number."""
    text = None
    if is_date(number):
        text = _date_text(value, french=french)
    elif is_time(number):
        text = _time_text(value)
    elif re.sub(r'"[^"]*"|\\.', "", number).rstrip().endswith("%"):
        text = format(value * 100, ".15g") + (" %" if french else "%")
        text = text.replace(".", ",") if french else text
    if text is None:
        return None
    found = meant(text, french=french)
    again = found and (read(found.value).value if isinstance(found.value, Moment) else found.value)
    return text if again == value else None


def shown(text: str, *, french: bool) -> str:
    """An ISO date or moment as the language writes it in figures."""
    if not french:
        return text.replace("T", " ")
    day, _, rest = text.partition("T")
    year, month, number = day.split("-")
    return f"{number}/{month}/{year}" + (f" {rest}" if rest else "")


def _amount(text: str, *, french: bool) -> Meant | None:
    match = _AMOUNTS[french].fullmatch(text)
    if match is None:
        return None
    sign, before, inner, digits, power, after = match.groups("")
    if (sign and inner) or (before and after) or (power and (before or after == "%")):
        return None
    plain = _SPACES.sub("", digits).replace(",", "." if french else "")
    read_ = read_typed(
        ("-" if sign + inner in {"-", "−"} else "") + plain + power + ("%" if after == "%" else "")
    )
    if not isinstance(read_.value, float):
        return None
    places = ".00" if re.search(r"[.]\d", plain) else ""
    grouped = plain != digits.replace(",", "." if french else ",")
    return Meant(read_.value, _format(before, after, power, places, grouped=grouped))


def _format(before: str, after: str, power: str, places: str, *, grouped: bool) -> str | None:
    if power:
        return "0.00E+00"
    if after == "%":
        return f"0{places}%"
    if before:
        return f'"{before}"#,##0{places}'
    if after:
        return f'#,##0{places}\\ "{after}"'
    return f"#,##0{places}" if grouped else None


def _moment(text: str, *, french: bool) -> Meant | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if len(match[3]) == 2:
        year += 2000 if year < 30 else 1900
    day, month = (first, second) if french else (second, first)
    try:
        if match[4] is None:
            return Meant(Moment(v=date(year, month, day).isoformat()), SHORT_DATE)
        moment = datetime(year, month, day, int(match[4]), int(match[5]), int(match[6] or 0))  # noqa: DTZ001  (cells have no zone)
    except ValueError:
        return None
    return Meant(Moment(v=moment.isoformat()), f"{SHORT_DATE} hh:mm" + (":ss" if match[6] else ""))


def _time(text: str) -> Meant | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, half = int(match[1]), int(match[2]), int(match[3] or 0), (match[4] or "").lower()
    if minutes > 59 or seconds > 59 or (half and not 1 <= hours <= 12):
        return None
    number = ("[h]" if hours > 23 else "h" if half else "hh") + ":mm" + (":ss" if match[3] else "")
    if half:
        hours, number = hours % 12 + (12 if half == "p" else 0), number + " AM/PM"
    return Meant((hours * 3600 + minutes * 60 + seconds) / _DAY, number)


def _date_text(value: float, *, french: bool) -> str | None:
    if not 0 < value < 2_958_466:
        return None
    days = math.floor(value)
    day = date.fromordinal(date(1899, 12, 30).toordinal() + days).isoformat()
    rest = _time_text(value - days) if value != days else None
    iso = shown(day, french=french) if french else f"{int(day[5:7])}/{int(day[8:])}/{day[:4]}"
    return iso if value == days else f"{iso} {rest}"


def _time_text(value: float) -> str | None:
    if not 0 <= value < 400:
        return None
    seconds = round(value * _DAY)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text
