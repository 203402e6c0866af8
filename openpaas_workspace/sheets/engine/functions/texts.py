"""Functions of text."""

from __future__ import annotations

import re

from ..values import MAX_TEXT, Error, Scalar
from .aggregates import flattened
from .coerce import block_errors, block_texts, parse_date, parse_number, parse_time, to_boolean
from .criteria import wildcard
from .registry import cellwise, function
from .runtime import Context, Failure, Lanes, Omitted, PerLane, Union, Value
from .spread import Spread, spread


def short(text: str) -> str:
    """The text, unless it is longer than a cell can hold."""
    if len(text) > MAX_TEXT:
        raise Failure(Error.LIMIT)
    return text


def _count(number: float) -> int:
    if number < 0:
        raise Failure(Error.VALUE)
    return int(min(number, 2**31))


@cellwise("LEFT", "tn", 1.0)
def left(text: str, count: float) -> str:
    """LEFT(text, count)."""
    return text[: _count(count)]


@cellwise("RIGHT", "tn", 1.0)
def right(text: str, count: float) -> str:
    """RIGHT(text, count)."""
    return text[max(len(text) - _count(count), 0) :]


@cellwise("MID", "tnn")
def mid(text: str, start: float, count: float) -> str:
    """MID(text, start, count)."""
    if start < 1:
        raise Failure(Error.VALUE)
    first = _count(start) - 1
    return text[first : first + _count(count)]


@cellwise("LEN", "t")
def len_(text: str) -> float:
    """LEN(text): UTF-16 units, as Excel counts."""
    return float(len(text) + sum(character > "\uffff" for character in text))


@cellwise("UPPER", "t")
def upper(text: str) -> str:
    """UPPER(text)."""
    return text.upper()


@cellwise("LOWER", "t")
def lower(text: str) -> str:
    """LOWER(text)."""
    return text.lower()


@cellwise("PROPER", "t")
def proper(text: str) -> str:
    """PROPER(text): a capital at each start of letters."""
    return re.sub(r"[^\W\d_]+", lambda match: match[0][0].upper() + match[0][1:].lower(), text)


@cellwise("TRIM", "t")
def trim(text: str) -> str:
    """TRIM(text): single spaces between words only."""
    return " ".join(part for part in text.split(" ") if part)


@cellwise("CLEAN", "t")
def clean(text: str) -> str:
    """CLEAN(text): without control characters."""
    return "".join(character for character in text if character >= " ")


@cellwise("SUBSTITUTE", "tttn", 0.0)
def substitute(text: str, old: str, new: str, place: float) -> str:
    """SUBSTITUTE(text, old, new, which)."""
    if not old:
        return text
    if place == 0:
        return (
            short(text.replace(old, new)) if text.count(old) * len(new) + len(text) < 10**8 else _too_long()
        )
    if place < 1:
        raise Failure(Error.VALUE)
    index = -1
    for _ in range(int(place)):
        index = text.find(old, index + 1)
        if index < 0:
            return text
    return short(text[:index] + new + text[index + len(old) :])


def _too_long() -> str:
    raise Failure(Error.LIMIT)


@cellwise("REPLACE", "tnnt")
def replace(text: str, start: float, count: float, new: str) -> str:
    """REPLACE(text, start, count, new)."""
    if start < 1:
        raise Failure(Error.VALUE)
    first = _count(start) - 1
    return short(text[:first] + new + text[first + _count(count) :])


def _from(text: str, start: float) -> int:
    if start < 1 or start > len(text) + 1:
        raise Failure(Error.VALUE)
    return int(start) - 1


@cellwise("FIND", "ttn", 1.0)
def find(wanted: str, text: str, start: float) -> Scalar:
    """FIND(text, within, start): with regard to case."""
    place = text.find(wanted, _from(text, start))
    return Error.VALUE if place < 0 else float(place + 1)


@cellwise("SEARCH", "ttn", 1.0)
def search(wanted: str, text: str, start: float) -> Scalar:
    """SEARCH(text, within, start): without regard to case, with wildcards."""
    first, lowered = _from(text, start), text.lower()
    pattern = wildcard(wanted)
    place = lowered.find(wanted.lower(), first) if pattern is None else pattern.find(lowered, first)
    return Error.VALUE if place < 0 else float(place + 1)


@cellwise("REPT", "tn")
def rept(text: str, count: float) -> str:
    """REPT(text, count)."""
    times = _count(count)
    if len(text) * times > MAX_TEXT:
        raise Failure(Error.LIMIT)
    return text * times


@cellwise("EXACT", "tt")
def exact(first: str, second: str) -> bool:
    """EXACT(text, text): with regard to case."""
    return first == second


@cellwise("VALUE", "v")
def value_(value: Scalar) -> Scalar:
    """VALUE(text): the number, date or time that a text spells."""
    if isinstance(value, bool):
        return Error.VALUE
    if not isinstance(value, str):
        return float(value or 0)
    number = parse_number(value)
    return Error.VALUE if number is None else number


@cellwise("NUMBERVALUE", "ttt", ".", ",")
def numbervalue(text: str, decimal: str, group: str) -> Scalar:
    """NUMBERVALUE(text, decimal, group)."""
    plain = text.replace(" ", "")
    if not plain:
        return 0.0
    whole, point, rest = plain.partition(decimal[:1] or ".")
    number = parse_number(whole.replace(group[:1] or ",", "") + ("." if point else "") + rest)
    return Error.VALUE if number is None else number


@cellwise("CHAR", "n")
def char(code: float) -> Scalar:
    """CHAR(code): of Windows' Latin characters."""
    if not 1 <= int(code) <= 255:
        return Error.VALUE
    return bytes([int(code)]).decode("cp1252", errors="replace")


@cellwise("CODE", "t")
def code(text: str) -> Scalar:
    """CODE(text): of the first of Windows' Latin characters."""
    return float(text[0].encode("cp1252", errors="replace")[0]) if text else Error.VALUE


@cellwise("UNICHAR", "n")
def unichar(code_point: float) -> Scalar:
    """UNICHAR(number)."""
    point = int(code_point)
    if not 0 < point < 0x110000 or 0xD800 <= point < 0xE000:
        return Error.VALUE
    return chr(point)


@cellwise("UNICODE", "t")
def unicode(text: str) -> Scalar:
    """UNICODE(text)."""
    return float(ord(text[0])) if text else Error.VALUE


@cellwise("DATEVALUE", "t")
def datevalue(text: str) -> Scalar:
    """DATEVALUE(text)."""
    serial = parse_date(text.strip().split(" ")[0] if ":" in text else text.strip())
    return Error.VALUE if serial is None else serial


@cellwise("TIMEVALUE", "t")
def timevalue(text: str) -> Scalar:
    """TIMEVALUE(text)."""
    time = parse_time(text.strip())
    if time is None:
        number = parse_number(text)
        time = number if number is not None and ":" in text else None
    return Error.VALUE if time is None else time % 1


def _pieces(context: Context, value: Value) -> list[str]:
    """All texts of an argument, row by row. Fails with the first error."""
    block = context.block(value)
    errors = block_errors(block)
    if errors is not None:
        raise Failure(Error(int(errors[errors != 0][0])))
    texts, _ = block_texts(block)
    return [str(text) for text in texts.ravel().tolist()]


def _joined(pieces: list[str], separators: list[str]) -> str:
    length = sum(map(len, pieces))
    if length > MAX_TEXT:
        raise Failure(Error.LIMIT)
    if len(separators) == 1:
        return short(separators[0].join(pieces))
    parts: list[str] = []
    for index, piece in enumerate(pieces):
        if index:
            parts.append(separators[(index - 1) % len(separators)])
        parts.append(piece)
    return short("".join(parts))


def _scalars_joined(context: Context, arguments: list[Value]) -> Value:
    """Texts of single values for all lanes, added one by one."""
    if any(isinstance(value, Union) for value in arguments):
        raise PerLane
    operands = spread(context, arguments)
    if not isinstance(operands, Spread) or not operands.lanes:
        raise PerLane
    from ..formulas.operators import join

    result: Value = ""
    for block in operands.blocks:
        result = join(context, result, Lanes(block) if block.shape[0] > 1 else block.at(0, 0))
    return result


@function("CONCAT", 1, 255, lanes=True)
def concat(context: Context, arguments: list[Value]) -> Value:
    """CONCAT(text or range, …)."""
    if context.lanes > 1:
        return _scalars_joined(context, arguments)
    return _joined([piece for value in flattened(arguments) for piece in _pieces(context, value)], [""])


@function("CONCATENATE", 1, 255, "inputs", lanes=True)
def concatenate(context: Context, arguments: list[Value]) -> Value:
    """CONCATENATE(text, …)."""
    from ..formulas.operators import join

    result: Value = ""
    for value in arguments:
        result = join(context, result, value)
    return result


@function("TEXTJOIN", 3, 254)
def textjoin(context: Context, arguments: list[Value]) -> Value:
    """TEXTJOIN(separator, skip empty, text or range, …)."""
    separators = _pieces(context, arguments[0])
    skip = to_boolean(context.single(arguments[1])) if not isinstance(arguments[1], Omitted) else True
    if isinstance(skip, Error):
        return skip
    pieces = [piece for value in flattened(arguments[2:]) for piece in _pieces(context, value)]
    return _joined([piece for piece in pieces if piece or not skip], separators)
