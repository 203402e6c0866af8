"""Addresses of cells as people write them: `B2`, `A1:C3`, `B:B`, `2:5`; counted from 0 with the row of the header."""

import re
from typing import Final, NamedTuple

from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Invalid

MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
_PART: Final = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{0,7})")


class Area(NamedTuple):
    """A rectangle of the grid, ends excluded; None is as far as there is anything."""

    top: int | None
    bottom: int | None
    left: int | None
    right: int | None

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return (
            self.top is not None
            and self.left is not None
            and self.bottom == self.top + 1
            and self.right == self.left + 1
        )


def area_of(text: str) -> Area:
    """The rectangle of an address; raises Invalid."""
    if not isinstance(text, str):
        raise _no_address(str(text))
    first, colon, second = text.strip().partition(":")
    start = _corner(first, text)
    if not colon:
        if None in start:
            raise _no_address(text)
        end = start
    else:
        end = _corner(second, text)
        if [one is None for one in start] != [one is None for one in end]:
            raise _no_address(text)
    left, right = _ordered(start[0], end[0])
    top, bottom = _ordered(start[1], end[1])
    if (right or 0) > MOST_COLUMNS or (bottom or 0) > MOST_ROWS:
        raise _no_address(text)
    return Area(top, bottom, left, right)


def letters(position: int) -> str:
    """A column's letters by its position."""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def written(area: Area) -> str:
    """The address of a rectangle."""
    first = f"{'' if area.left is None else letters(area.left)}{'' if area.top is None else area.top + 1}"
    last = f"{'' if area.right is None else letters(area.right - 1)}{area.bottom or ''}"
    return first if area.single else f"{first}:{last}"


def _corner(text: str, whole: str) -> tuple[int | None, int | None]:
    found = _PART.fullmatch(text.strip())
    if found is None or not text.strip():
        raise _no_address(whole)
    column = row = None
    if found[1]:
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        column -= 1
    if found[2]:
        row = int(found[2]) - 1
        if row < 0:
            raise _no_address(whole)
    return column, row


def _ordered(one: int | None, other: int | None) -> tuple[int | None, int | None]:
    if one is None or other is None:
        return None, None
    return min(one, other), max(one, other) + 1


def _no_address(text: str) -> Invalid:
    return Invalid(say("“{text}” is no address of cells: write B2, A1:C3 or B:B.", text=text))
