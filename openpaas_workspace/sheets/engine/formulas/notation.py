"""How cells, columns and tabs are written: `$B$3`, `XFD`, `'My tab'!`."""

from __future__ import annotations

import re

from ..values import MAX_COLUMNS, MAX_ROWS

_PLAIN_TAB = re.compile(r"[^\W\d][\w.]*\Z")
_CELL_LIKE = re.compile(
    r"[A-Za-z]{1,3}[0-9]+\Z|[Rr][0-9]*([Cc][0-9]*)?\Z|[Cc][0-9]*\Z|TRUE\Z|FALSE\Z", re.IGNORECASE
)


def column_name(column: int) -> str:
    """Letters of a column counted from 0: 0 is A, 16383 is XFD."""
    name = ""
    column += 1
    while column > 0:
        column, digit = divmod(column - 1, 26)
        name = chr(65 + digit) + name
    return name


def column_number(name: str) -> int:
    """The column of letters in any case, counted from 0."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(row: int, column: int, row_absolute: bool = False, column_absolute: bool = False) -> str:
    """A cell as formulas write it: `B$3`."""
    return f"{'$' * column_absolute}{column_name(column)}{'$' * row_absolute}{row + 1}"


def split_cell(text: str) -> tuple[int, int, bool, bool]:
    """Row, column, row absolute, column absolute of text such as `$B3`; it may lie outside the sheet."""
    column_absolute = text.startswith("$")
    letters = re.match(r"[A-Za-z]+", text[column_absolute:])
    name = letters.group() if letters else ""
    rest = text[column_absolute + len(name) :]
    row_absolute = rest.startswith("$")
    return int(rest[row_absolute:]) - 1, column_number(name), row_absolute, column_absolute


def inside(row: int, column: int) -> bool:
    """Whether the sheet has such a cell."""
    return 0 <= row < MAX_ROWS and 0 <= column < MAX_COLUMNS


def tab_prefix(tab: str | None) -> str:
    """A tab's name as written before a reference, with its `!`; empty for None."""
    if tab is None:
        return ""
    if _PLAIN_TAB.match(tab) and not _CELL_LIKE.match(tab):
        return f"{tab}!"
    quoted = tab.replace("'", "''")
    return f"'{quoted}'!"
