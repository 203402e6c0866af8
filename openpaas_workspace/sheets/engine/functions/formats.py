"""TEXT and FIXED: numbers and dates written by a format such as `#,##0.00`, `0.0%`, `dd/mm/yyyy` or `[h]:mm`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

from ..values import Error, Scalar
from .coerce import general, parse_number
from .moments import is_moment, moment_text
from .registry import cellwise
from .runtime import Failure
from .texts import short

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>[Gg]eneral)|(?P<power>[Ee][+-])|(?P<mark>[0#?.,%@])|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)\Z")
MAX_FORMAT = 255  # characters


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a format: its tokens as `(kind, text)`, and its condition."""

    tokens: tuple[tuple[str, str], ...]
    text: str
    condition: tuple[str, float] | None = None


@lru_cache(maxsize=1024)
def sections(pattern: str) -> tuple[Section, ...]:
    """The parts of a format between its `;`."""
    parts: list[list[tuple[str, str]]] = [[]]
    raw = [""]
    conditions: list[tuple[str, float] | None] = [None]
    for match in _TOKEN.finditer(pattern):
        kind = match.lastgroup or "other"
        text = match.group(kind)
        if kind == "other" and text == ";":
            parts.append([])
            raw.append("")
            conditions.append(None)
            continue
        raw[-1] += match.group()
        condition = _CONDITION.match(text) if kind == "bracket" else None
        if condition:
            conditions[-1] = (condition[1], float(condition[2]))
        elif kind == "bracket":
            parts[-1].append(_bracket(text))
        elif kind != "fill":
            parts[-1].append((kind, text))
    return tuple(
        Section(tuple(part), text, rule) for part, text, rule in zip(parts, raw, conditions, strict=True)
    )


def _bracket(text: str) -> tuple[str, str]:
    if text.startswith("$"):
        return "quoted", text[1:].partition("-")[0]
    return ("elapsed", text.lower()) if text and set(text.lower()) <= set("hms") else ("quoted", "")


@cellwise("TEXT", "vt")
def text(value: Scalar, pattern: str) -> Scalar:
    """TEXT(value, format)."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if len(pattern) > MAX_FORMAT:
        return Error.VALUE
    if isinstance(value, str):
        number = parse_number(value)
        return _text_section(value, pattern) if number is None else formatted(number, pattern)
    return formatted(float(value or 0), pattern)


def _text_section(value: str, pattern: str) -> str:
    parts = sections(pattern)
    last = parts[-1]
    if len(parts) < 4 and not any(token == ("mark", "@") for token in last.tokens):
        return value
    return short("".join(value if token == ("mark", "@") else token[1] for token in last.tokens))


def formatted(number: float, pattern: str) -> str:
    """A number as a format writes it. Fails with `#VALUE!` for a format that is none."""
    if not pattern:
        return ""
    parts = sections(pattern)
    section, signed = _chosen(number, parts)
    if is_moment(section.tokens):
        if number < 0:
            raise Failure(Error.VALUE)
        return short(moment_text(number, section.tokens))
    body = _number_text(abs(number), section)
    minus = "-" if number < 0 and signed and any(digit in "123456789" for digit in body) else ""
    return short(minus + body)


def _chosen(number: float, parts: tuple[Section, ...]) -> tuple[Section, bool]:
    """The section for a number, and whether it writes a minus sign."""
    if any(part.condition for part in parts):
        for part in parts:
            if part.condition is None or _holds(number, *part.condition):
                return part, True
        raise Failure(Error.VALUE)
    if number < 0 and len(parts) > 1:
        return parts[1], False
    if number == 0 and len(parts) > 2:
        return parts[2], False
    return parts[0], True


def _holds(number: float, sign: str, limit: float) -> bool:
    return {
        "<": number < limit,
        ">": number > limit,
        "<=": number <= limit,
        ">=": number >= limit,
        "=": number == limit,
        "<>": number != limit,
    }[sign]


def _number_text(number: float, section: Section) -> str:
    tokens = section.tokens
    if any(kind == "power" for kind, _ in tokens):
        return _scientific(number, tokens)
    if not any(kind == "mark" and mark in "0#?" for kind, mark in tokens):
        return "".join(general(number) if kind == "general" or part == "@" else part for kind, part in tokens)
    value = Decimal(repr(number)).scaleb(2 * sum(token == ("mark", "%") for token in tokens))
    tokens, scale, grouped = _commas(tokens)
    value = value.scaleb(-3 * scale)
    whole, decimals = _halves(tokens)
    places = sum(kind == "mark" and mark in "0#?" for kind, mark in decimals)
    digits, fraction = _rounded(value, places)
    return _whole_text(digits, whole, grouped=grouped) + _decimal_text(fraction, decimals)


def _commas(tokens: tuple[tuple[str, str], ...]) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    """Tokens without their commas; how many times they divide by a thousand; whether digits are grouped."""
    places = [index for index, (kind, mark) in enumerate(tokens) if kind == "mark" and mark in "0#?"]
    point = next((index for index, token in enumerate(tokens) if token == ("mark", ".")), len(tokens))
    last = max((index for index in places if index < point), default=-1)
    scale, grouped = 0, False
    kept: list[tuple[str, str]] = []
    for index, token in enumerate(tokens):
        if token != ("mark", ","):
            kept.append(token)
        elif places and places[0] < index < last:
            grouped = True
        elif (places and index > places[-1]) or last < index < point:
            scale += 1
    return tuple(kept), scale, grouped


def _halves(tokens: tuple[tuple[str, str], ...]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    for index, token in enumerate(tokens):
        if token == ("mark", "."):
            return list(tokens[:index]), list(tokens[index:])
    ends = max(
        (index for index, (kind, mark) in enumerate(tokens) if kind == "mark" and mark in "0#?"), default=-1
    )
    return list(tokens[: ends + 1]), list(tokens[ends + 1 :])


def _rounded(value: Decimal, places: int) -> tuple[str, str]:
    """Digits before and after the point."""
    with localcontext() as context:
        context.prec = 400
        fixed = f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"
    whole, _, fraction = fixed.partition(".")
    return whole.lstrip("0"), fraction


def _whole_text(digits: str, tokens: list[tuple[str, str]], *, grouped: bool) -> str:
    placed: list[str] = []
    remaining, count = digits, 0
    places = [index for index, (kind, mark) in enumerate(tokens) if kind == "mark" and mark in "0#?"]
    for index in range(len(tokens) - 1, -1, -1):
        kind, mark = tokens[index]
        if kind != "mark" or mark not in "0#?":
            placed.append(mark)
            continue
        taken = remaining if places and index == places[0] else remaining[-1:]
        remaining = "" if taken == remaining and index == places[0] else remaining[:-1]
        taken = taken or {"0": "0", "?": " "}.get(mark, "")
        for digit in reversed(taken):
            if grouped and count and count % 3 == 0 and digit != " ":
                placed.append(",")
            placed.append(digit)
            count += 1
    if not places:
        placed.append(digits)
    return "".join(reversed(placed))


def _decimal_text(digits: str, tokens: list[tuple[str, str]]) -> str:
    parts: list[str] = []
    index = 0
    for kind, mark in tokens:
        if kind != "mark" or mark not in "0#?":
            parts.append(mark)
            continue
        digit = digits[index] if index < len(digits) else ""
        if mark != "0" and not digits[index:].strip("0"):
            digit = "" if mark == "#" else " "
        parts.append(digit)
        index += 1
    return "".join(parts)


def _scientific(number: float, tokens: tuple[tuple[str, str], ...]) -> str:
    place = next(index for index, (kind, _) in enumerate(tokens) if kind == "power")
    mantissa, sign = tokens[:place], tokens[place][1]
    tail = tokens[place + 1 :]
    whole, decimals = _halves(mantissa)
    width = sum(kind == "mark" and mark in "0#?" for kind, mark in whole) or 1
    places = sum(kind == "mark" and mark in "0#?" for kind, mark in decimals)
    exponent = int(f"{number:e}".partition("e")[2]) if number else 0
    exponent -= exponent % width
    value = Decimal(repr(number)).scaleb(-exponent)
    digits, fraction = _rounded(value, places)
    if len(digits) > width:
        exponent += width
        digits, fraction = _rounded(Decimal(repr(number)).scaleb(-exponent), places)
    text_ = _whole_text(digits, whole, grouped=False) + _decimal_text(fraction, decimals)
    shown = "-" if exponent < 0 else "+" if sign.endswith("+") else ""
    zeros = [token for token in tail if token[0] == "mark" and token[1] in "0#?"]
    rest = "".join(part for kind, part in tail if (kind, part) not in zeros)
    return f"{text_}{sign[0]}{shown}{str(abs(exponent)).rjust(len(zeros), '0')}{rest}"


@cellwise("FIXED", "nnb", 2.0, False)
def fixed(number: float, places: float, plain: bool) -> str:
    """FIXED(number, decimals, no commas)."""
    count = int(places)
    if count > 127:
        raise Failure(Error.VALUE)
    with localcontext() as context:
        context.prec = 700
        step = Decimal(1).scaleb(min(-count, 320))
        value = (Decimal(repr(number)) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
        return short(f"{value:f}" if plain else f"{value:,f}")
