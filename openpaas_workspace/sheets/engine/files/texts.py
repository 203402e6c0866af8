"""Columns of text as what they mean: numbers as French and English people write them, dates, percents, yes and no.

Codes stay text: what begins with a zero (postal codes, telephones), or is longer than a number is exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from openpaas_workspace.sheets.schemas import Style

from ..arrow import MIXED
from ..values import Tag

_SPACES = r"[  \x{202f}]"
_FRENCH = rf"^[-+]?(?:\d{{1,3}}(?:{_SPACES}\d{{3}})+|\d+)(?:,\d+)?(?:[eE][-+]?\d{{1,3}})?$|^[-+]?,\d+$"
_ENGLISH = (
    r"^[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d{1,3})?$|^[-+]?\.\d+(?:[eE][-+]?\d{1,3})?$"
)
_MARKED = rf"(?:{_SPACES}?(%|€))$"
_CODE = r"^0\d[\d .]*$|^0\d[\dA-Z]+$|^\+\d[\d ]{6,}$|^\d{13,}$"
# One code, or several of them.
_LIKE_CODE = r"^[\dA-Z][\dA-Z .|/,;-]*$"
_TRUE, _FALSE = ("true", "vrai", "oui", "yes"), ("false", "faux", "non", "no")
_NAMED_CODE = re.compile(
    r"siren|siret|insee|posta[lu]|\bcp\b|t[ée]l(?:[ée]phone)?\b|phone|\bfax\b|\bnir\b|\biban\b|\bean\b|code",
    re.IGNORECASE,
)
# The share of a column that must be numbers before the rest of it counts as the odd text between numbers.
_MOSTLY = 0.9
_DATES = (
    (r"^\d{4}-\d{2}-(?P<day>\d{2})$", "%Y-%m-%d", "yyyy-mm-dd"),
    (r"^\d{4}-\d{2}-(?P<day>\d{2})[T ]\d{2}:\d{2}$", "%Y-%m-%dT%H:%M", "yyyy-mm-dd hh:mm"),
    (r"^\d{4}-\d{2}-(?P<day>\d{2})[T ]\d{2}:\d{2}:\d{2}$", "%Y-%m-%dT%H:%M:%S", "yyyy-mm-dd hh:mm:ss"),
    (r"^(?P<day>0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])/\d{4}$", "%d/%m/%Y", "dd/mm/yyyy"),
    (r"^(?:0?[1-9]|1[0-2])/(?P<day>0?[1-9]|[12]\d|3[01])/\d{4}$", "%m/%d/%Y", "mm/dd/yyyy"),
    (r"^(?P<day>0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.\d{4}$", "%d.%m.%Y", "dd/mm/yyyy"),
    (r"^(?P<day>0[1-9]|[12]\d|3[01])-(?:0[1-9]|1[0-2])-\d{4}$", "%d-%m-%Y", "dd/mm/yyyy"),
    (r"^(?P<day>\d{2})/\d{2}/\d{4} \d{2}:\d{2}$", "%d/%m/%Y %H:%M", "dd/mm/yyyy hh:mm"),
    (r"^(?P<day>\d{2})/\d{2}/\d{4} \d{2}:\d{2}:\d{2}$", "%d/%m/%Y %H:%M:%S", "dd/mm/yyyy hh:mm:ss"),
)


@dataclass(frozen=True, slots=True)
class Meant:
    """A column with its type, and how its numbers are shown."""

    array: pa.Array
    look: Style | None = None


def meaning(texts: pa.Array, name: str, *, comma: bool) -> Meant:
    """A column of text as what it means; `comma`: where both are possible, a comma is the decimal one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    filled = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    count = len(filled) - filled.null_count
    kept = pc.if_else(pc.equal(texts, ""), None, texts)
    if not count:
        return Meant(kept)
    moments = _moments(filled)
    if moments is not None:
        return moments
    if _all(filled, _CODE, some=True) or (_NAMED_CODE.search(name) and _all(filled, _LIKE_CODE)):
        return Meant(kept)
    return _truths(filled) or _numbers(filled, kept, count, comma=comma) or Meant(kept)


def _all(filled: pa.Array, pattern: str, *, some: bool = False) -> bool:
    """Whether all that is there (or with `some` anything) reads so."""
    said = pc.match_substring_regex(filled, pattern)
    found = pc.any(said) if some else pc.all(said)
    return bool(found.as_py())


def _first(filled: pa.Array) -> pa.Array:
    """Enough to see what a column is not."""
    return filled.drop_null().slice(0, 200)


def _moments(filled: pa.Array) -> Meant | None:
    few = _first(filled)
    for pattern, form, shown in _DATES:
        if not _all(few, pattern) or not _all(filled, pattern):
            continue
        texts = pc.replace_substring(filled, " ", "T") if form.startswith("%Y") else filled
        try:
            moments = pc.strptime(texts, form, "us", error_is_null=True)
        except pa.ArrowException:
            continue
        # Arrow takes 31 February for 2 March.
        days = pc.struct_field(pc.extract_regex(filled, pattern), "day").cast(pa.int64())
        if moments.null_count == filled.null_count and pc.all(pc.equal(days, pc.day(moments))).as_py():
            return Meant(moments, Style(number=shown))
    return None


def _truths(filled: pa.Array) -> Meant | None:
    few = pc.utf8_lower(_first(filled))
    known = pa.array([*_TRUE, *_FALSE], few.type)
    if not pc.all(pc.is_in(few, known)).as_py():
        return None
    lower = pc.utf8_lower(filled)
    words = {word: _TRUE if word in _TRUE else _FALSE for word in pc.unique(lower.drop_null()).to_pylist()}
    if len(words) > 2 or not set(words) <= {*_TRUE, *_FALSE}:
        return None
    return Meant(pc.if_else(pc.is_null(lower), None, pc.is_in(lower, pa.array(_TRUE, lower.type))))


def _numbers(filled: pa.Array, kept: pa.Array, count: int, *, comma: bool) -> Meant | None:
    mark = _mark(filled)
    bare = pc.replace_substring_regex(filled, _MARKED, "") if mark else filled
    french, english = (pc.match_substring_regex(bare, pattern) for pattern in (_FRENCH, _ENGLISH))
    counts = [pc.sum(one).as_py() or 0 for one in (french, english)]
    is_french = counts[0] > counts[1] or (counts[0] == counts[1] and comma)
    said, good = (french, counts[0]) if is_french else (english, counts[1])
    if good < count * _MOSTLY:
        return None
    if is_french:
        plain = pc.replace_substring(pc.replace_substring_regex(bare, _SPACES, ""), ",", ".")
    else:
        plain = pc.replace_substring(bare, ",", "")
    if good < count:
        return Meant(_mixed(pc.if_else(said, plain, None), kept, said))
    plain = pc.replace_substring_regex(plain, r"^\+", "")
    look = _look(mark, plain)
    if not mark and _all(plain, r"^-?\d{1,18}$"):
        return Meant(plain.cast(pa.int64()))
    numbers = plain.cast(pa.float64())
    return Meant(pc.divide(numbers, 100.0) if mark == "%" else numbers, look)


def _mark(filled: pa.Array) -> str:
    """`%` or `€` if all that is there ends so."""
    for mark in ("%", "€"):
        if pc.all(pc.ends_with(filled, mark)).as_py():
            return mark
    return ""


def _look(mark: str, plain: pa.Array) -> Style | None:
    if not mark:
        return None
    whole = not pc.any(pc.match_substring(plain, ".")).as_py()
    number = ("0%" if whole else "0.00%") if mark == "%" else ("#,##0 €" if whole else "#,##0.00 €")
    return Style(number=number)


def _mixed(plain: pa.Array, kept: pa.Array, said: pa.Array) -> pa.Array:
    """Numbers, and the texts between them as they are."""
    numbers = pc.fill_null(plain.cast(pa.float64()), 0.0)
    tags = pc.if_else(said, int(Tag.NUMBER), int(Tag.TEXT))
    tags = pc.fill_null(tags, int(Tag.EMPTY)).cast(pa.uint8())
    texts = pc.if_else(pc.fill_null(said, True), None, kept).cast(pa.large_string())
    return pa.StructArray.from_arrays([tags, numbers, texts], fields=list(MIXED))
