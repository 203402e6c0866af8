"""Values as the type that an operator or function asks for, by Excel's rules."""

from __future__ import annotations

import datetime as dt
import math
import re
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ..values import Block, Error, Mask, Numbers, Scalar, Tag, Texts

Errors: TypeAlias = npt.NDArray[np.uint8]  # error codes by cell, 0 where there is none

_NUMBER = re.compile(
    r"([-+]?)\s*[$€£]?\s*([-+]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d+))?\s*(%?)\Z"
)
_BRACKETED = re.compile(r"\(\s*([$€£.\d][^()]*)\)")  # as accountants write what is less than 0
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})\Z")
_AMERICAN = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})\Z")
_NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})[- ,]+(\d{4}|\d{2})\Z")
_TIME = re.compile(r"(\d{1,4}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?\s*([AaPp][Mm])?\Z")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EPOCH = dt.date(1899, 12, 30).toordinal()
MAX_SERIAL = 2_958_465  # 9999-12-31


@lru_cache(maxsize=65_536)
def parse_number(text: str) -> float | None:
    """The number, percentage, amount, date or time that a text spells in English; None when it spells none."""
    stripped = text.strip()
    match = _NUMBER.match(stripped)
    if match is None:
        inner = _BRACKETED.fullmatch(stripped)
        return _parse_moment(stripped) if inner is None else parse_number(f"-{inner[1]}")
    before, after, digits, exponent, percent = match.groups()
    if before and after:
        return None
    sign = before or after
    value = float(f"{sign}{digits.replace(',', '')}{'e' + exponent if exponent else ''}")
    return (value / 100 if percent else value) if math.isfinite(value) else None


def _parse_moment(text: str) -> float | None:
    if not text or text[0] not in "0123456789":
        return None
    day, _, clock = text.partition(" ") if ":" in text else (text, "", "")
    if ":" in day:
        return parse_time(text)
    serial = parse_date(day)
    if serial is None or not clock:
        return serial
    time = parse_time(clock.strip())
    return None if time is None else serial + time


def parse_date(text: str) -> float | None:
    """The serial of a date as `2026-01-31`, `1/31/2026` or `31 Jan 2026`; None when it is none."""
    if match := _ISO.match(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _AMERICAN.match(text):
        month, day, year = (int(part) for part in match.groups())
    elif (match := _NAMED.match(text)) and match[2][:3].lower() in _MONTHS:
        day, month, year = int(match[1]), _MONTHS.index(match[2][:3].lower()) + 1, int(match[3])
    else:
        return None
    if year < 100:
        year += 2000 if year < 30 else 1900
    try:
        return float(dt.date(year, month, day).toordinal() - EPOCH)
    except ValueError:
        return None


def parse_time(text: str) -> float | None:
    """The part of a day that a time such as `13:30` or `1:30 PM` is; None when it is none."""
    match = _TIME.match(text)
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), float(match[3] or 0)
    if match[4]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if match[4].lower() == "pm" else 0)
    return (hours * 3600 + minutes * 60 + seconds) / 86400 if minutes < 60 and seconds < 60 else None


def general(number: float) -> str:
    """A number as text, with 15 digits at most: what `&` makes of it."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    sign = "-" if number < 0 else ""
    mantissa, _, power = f"{abs(number):.14e}".partition("e")
    digits, exponent = mantissa.replace(".", "").rstrip("0") or "0", int(power)
    if 0 <= exponent <= 20:
        whole = digits[: exponent + 1].ljust(exponent + 1, "0")
        rest = digits[exponent + 1 :]
        return sign + whole + ("." + rest if rest else "")
    if exponent < 0 and len(digits) - exponent + 1 <= 20:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    point = "." + digits[1:] if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}E{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def to_number(value: Scalar) -> float | Error:
    """One value as a number: an empty cell is 0, TRUE is 1, a text is what it spells."""
    if isinstance(value, Error):
        return value
    if isinstance(value, str):
        number = parse_number(value)
        return Error.VALUE if number is None else number
    return 0.0 if value is None else float(value)


def to_text(value: Scalar) -> str | Error:
    """One value as a text."""
    if isinstance(value, str | Error):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return "" if value is None else general(value)


def to_boolean(value: Scalar) -> bool | Error:
    """One value as a condition: a number other than 0 is TRUE, a text must be TRUE or FALSE."""
    if isinstance(value, Error):
        return value
    if isinstance(value, str):
        return {"TRUE": True, "FALSE": False}.get(value.upper(), Error.VALUE)
    return bool(value)


def block_errors(block: Block) -> Errors | None:
    """Error codes of a block by cell; None when there is none."""
    if not block.has(Tag.ERROR):
        return None
    return np.where(block.tags == Tag.ERROR, block.numbers, 0).astype(np.uint8)


def block_numbers(block: Block) -> tuple[Numbers, Errors | None]:
    """All cells as numbers; where there is an error or a text that spells no number, its code stands in the second."""
    errors = block_errors(block)
    if not block.has(Tag.TEXT):
        return block.numbers, errors
    numbers = block.numbers.copy()
    errors = np.zeros(block.shape, dtype=np.uint8) if errors is None else errors
    texts = block.text_array()
    for row, column in zip(*np.nonzero(block.tags == Tag.TEXT), strict=True):
        number = parse_number(texts[row, column])
        if number is None:
            errors[row, column] = Error.VALUE
        else:
            numbers[row, column] = number
    return numbers, errors if errors.any() else None


def block_texts(block: Block) -> tuple[Texts, Errors | None]:
    """All cells as texts, and the errors among them."""
    tag = block.uniform()
    if tag == Tag.TEXT:
        return block.text_array(), None
    texts = np.array(block.text_array(), dtype=object, copy=True)
    numbers = block.tags == Tag.NUMBER
    if numbers.any():
        texts[numbers] = [general(number) for number in block.numbers[numbers].tolist()]
    booleans = block.tags == Tag.BOOLEAN
    if booleans.any():
        texts[booleans] = np.where(block.numbers[booleans] != 0, "TRUE", "FALSE").astype(object)
    return texts, block_errors(block)


def block_booleans(block: Block) -> tuple[Mask, Errors | None]:
    """All cells as conditions, and the errors among them."""
    errors = block_errors(block)
    mask = block.numbers != 0
    if not block.has(Tag.TEXT):
        return mask, errors
    errors = np.zeros(block.shape, dtype=np.uint8) if errors is None else errors
    texts = block.text_array()
    for row, column in zip(*np.nonzero(block.tags == Tag.TEXT), strict=True):
        value = to_boolean(texts[row, column])
        if isinstance(value, Error):
            errors[row, column] = value
        else:
            mask[row, column] = value
    return mask, errors if errors.any() else None


def with_errors(block: Block, errors: Errors | None) -> Block:
    """The block with errors laid over it."""
    if errors is None:
        return block
    errors = np.broadcast_to(errors, block.shape)
    wrong = errors != 0
    if not wrong.any():
        return block
    tags = np.where(wrong, np.uint8(Tag.ERROR), block.tags)
    numbers = np.where(wrong, errors, block.numbers)
    texts = None
    if block.texts is not None or block.coded is not None:
        texts = np.where(wrong, np.array("", dtype=object), block.text_array())
    return Block(tags, numbers, texts)


def both(first: Errors | None, second: Errors | None) -> Errors | None:
    """Errors of two operands: the first one's come first."""
    if first is None or second is None:
        return second if first is None else first
    merged: Errors = np.where(first != 0, first, second)
    return merged


def numeric(numbers: Numbers, errors: Errors | None = None) -> Block:
    """A block of calculated numbers; what is not finite is `#NUM!`."""
    finite = np.isfinite(numbers)
    if not finite.all():
        bad: Errors = np.where(finite, 0, Error.NUM).astype(np.uint8)
        errors = both(errors, bad)
        numbers = np.where(finite, numbers, 0.0)
    plain = Block(np.broadcast_to(np.uint8(Tag.NUMBER), numbers.shape), numbers)
    return with_errors(plain, errors)


def powers(numbers: Numbers, exponents: Numbers) -> Numbers:
    """`numbers ^ exponents` by cell, with the same digits for one cell as for many.

    numpy takes other ways for a repeated exponent and for single numbers, whose last digit may differ.
    """
    first, second = np.broadcast_arrays(numbers, exponents)
    shape = first.shape
    flat, exponent = np.array(first, dtype=np.float64).ravel(), np.array(second, dtype=np.float64).ravel()
    if flat.size == 1:
        flat, exponent = np.repeat(flat, 2), np.repeat(exponent, 2)
    result: Numbers = np.power(flat, exponent)[: first.size].reshape(shape)
    return result
