"""How cells look: styles by column and sets of rows, sparse."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np

from openpaas_workspace.kit.dateformat import shows_date
from openpaas_workspace.sheets.schemas import Style

from .cells import Anything
from .idset import ALL_END, IdSet, from_runs, intersect, subtract, to_runs, union

Formats = list[tuple[Style, IdSet]]
PLAIN = Style()


def merged(below: Style, above: Style) -> Style:
    """A style with another laid over it; `""` and False take away."""
    values = {}
    for name in Style.__struct_fields__:
        new, old = getattr(above, name), getattr(below, name)
        values[name] = old if new is None else (new or None)
    return Style(**values)


def laid(formats: Formats, rows: IdSet, style: Style) -> Formats:
    """Formats of a column with a style laid over some rows; each row has one style, and styles are sorted."""
    found: dict[Style, IdSet] = {}
    rest = rows
    for have, where in formats:
        both = intersect(where, rows)
        rest = subtract(rest, where)
        for look, part in ((have, subtract(where, rows)), (merged(have, style), both)):
            if len(part) and look != PLAIN:
                found[look] = union(found[look], part) if look in found else part
    look = merged(PLAIN, style)
    if len(rest) and look != PLAIN:
        found[look] = union(found[look], rest) if look in found else rest
    return sorted(found.items(), key=lambda item: msgspec.json.encode(item[0]))


def of_row(formats: Formats, row: int) -> Style:
    """The style of one row."""
    for style, where in formats:
        at = int(np.searchsorted(where[:, 0], row, side="right")) - 1
        if at >= 0 and row < where[at, 1]:
            return style
    return PLAIN


def for_rows(formats: Formats, rows: Anything) -> list[tuple[Style, Anything]]:
    """Styles that any of the rows have, and which (as indices)."""
    found = []
    for style, where in formats:
        at = np.searchsorted(where[:, 0], rows, side="right") - 1
        hit = np.flatnonzero((at >= 0) & (rows < where[np.maximum(at, 0), 1]))
        if len(hit):
            found.append((style, hit))
    return found


def to_state(formats: Formats) -> list[dict[str, Any]]:
    """As JSON; a run to the end of all ids has length 0."""
    return [
        {
            "style": msgspec.to_builtins(style),
            "rows": [[first, 0 if first + count == ALL_END else count] for first, count in to_runs(where)],
        }
        for style, where in formats
    ]


def from_state(state: list[dict[str, Any]]) -> Formats:
    """From `to_state`."""
    return [
        (
            msgspec.convert(item["style"], Style),
            from_runs((first, count or ALL_END - first) for first, count in item["rows"]),
        )
        for item in state
    ]


def is_time(number: str) -> bool:
    """Whether a number format shows a time of the day or a duration, without a date."""
    low = re.sub(r'"[^"]*"|\\.', "", number).lower()
    return "h" in low and "y" not in low and "d" not in low


def is_date(number: str | None) -> bool:
    """Whether a number format shows a date."""
    return shows_date(number)
