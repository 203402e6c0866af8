"""Finding cells by what they show: texts that hold a text, and numbers and dates as people write them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.sheets.schemas import Formula, Moment

from .cells import Anything
from .columns import Column
from .inputs import read
from .tabs import Tab
from .typed import typed
from .values import Mask, Tag, as_mask, tag_of

_HALF_A_SECOND = 0.5 / 86_400
_DIGITS = "-+.0123456789e"


class Wanted(NamedTuple):
    """What is looked for: a text in lower case, and the number, date, TRUE or error that it means, as cells hold them.

    `moment`: it is one, and shown to the second; without a time of day any of that day will do.
    """

    text: str
    number: float | None = None
    tag: Tag = Tag.NUMBER
    moment: bool = False

    def met(self, numbers: Anything) -> Mask:
        """Which numbers are shown like the one that is looked for."""
        number = self.number or 0.0
        if not self.moment:
            # As many digits as are shown.
            return as_mask(np.abs(numbers - number) <= 5e-15 * abs(number))
        if number == math.floor(number):
            return as_mask(np.floor(numbers + _HALF_A_SECOND) == number)
        return as_mask(np.abs(numbers - number) < _HALF_A_SECOND)

    @classmethod
    def of(cls, text: str, locale: str) -> Wanted:
        """What somebody of a language means; without one only the text counts."""
        wanted = cls(text.casefold())
        try:
            given = typed(text, locale) if locale else None
            value = None if isinstance(given, str | Formula | None) else read(given).value
        except Invalid:  # a formula that is not finished
            return wanted
        if value is None or isinstance(value, str):
            return wanted
        return wanted._replace(number=float(value), tag=tag_of(value), moment=isinstance(given, Moment))


def find(tab: Tab, wanted: Wanted, most: int, order: Anything | None) -> list[tuple[int, int]]:
    """Places of the grid, by rows; `order` are the positions of data rows that a view shows."""
    found: list[tuple[int, int]] = []
    if not wanted.text:
        return found
    place_of = None
    if order is not None:
        place_of = np.full(len(tab.rows), -1, dtype=np.int64)
        place_of[order] = np.arange(len(order))
    for place, (_, column) in enumerate(tab.in_order()):
        if column is None:
            continue
        if tab.header and wanted.text in column.name.casefold():
            found.append((0, place))
        rows = np.flatnonzero(_holds(column, wanted))
        if place_of is not None:
            rows = np.sort(place_of[rows][place_of[rows] >= 0])
        found += [(row + tab.offset, place) for row in rows[:most].tolist()]
        if len(found) > most * 4:
            break
    return sorted(found)[:most]


def _holds(column: Column, wanted: Wanted) -> Anything:
    cells = column.cells
    found: Anything = np.zeros(len(cells), dtype=np.bool_)
    if cells.codes is not None:
        passed = [wanted.text in str(word).casefold() for word in cells.words]
        found = np.array([*passed, False], dtype=np.bool_)[cells.codes]
    if cells.numbers is None:
        return found
    if wanted.number is not None:
        numbers = column.floats(0, len(cells))
        found |= (cells.tags == wanted.tag) & wanted.met(numbers)
    rows = np.flatnonzero(cells.tags == Tag.NUMBER) if wanted.text.strip(_DIGITS) == "" else ()
    if len(rows):
        shown = [
            wanted.text in format(number, ".15g") for number in column.floats(0, len(cells))[rows].tolist()
        ]
        found[rows[np.array(shown, dtype=np.bool_)]] = True
    return found
