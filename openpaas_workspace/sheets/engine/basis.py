"""What checks of ops have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from openpaas_workspace.kit.errors import Conflict, Invalid, TooLarge
from openpaas_workspace.sheets import schemas as s

from .arrow import Incoming
from .axis import Axis
from .book import Book
from .content import area_of
from .errors import Deleted
from .history import History
from .idset import IdSet, intersect, size
from .late import Late
from .tabs import Tab
from .values import MAX_COLUMNS, MAX_ROWS

MAX_NAME = 100
MAX_KEYS = 64
MAX_FORMATTED = 16_384
_BAD = set("[]:*?/\\")


class Basis:
    """Questions about ops made upon the state after op `base`. Nothing here changes anything."""

    def __init__(
        self, book: Book, history: History, decoded: Callable[[bytes], list[Incoming]], base: int
    ) -> None:
        self.book = book
        self.history = history
        self.decoded = decoded
        self.base = base

    def row(self, tab: Tab, row: int, cells: Sequence[tuple[int, int, Any]] = ()) -> int:
        """The position of a data row; raises Deleted."""
        position = tab.rows.position(row)
        if position is None:
            gone("This row was deleted meanwhile: copy what you wrote to another.", cells)
        if position >= MAX_ROWS - tab.offset:
            raise Invalid(f"A sheet has {MAX_ROWS:,} rows.")
        return position

    def column(self, tab: Tab, column: int, cells: Sequence[tuple[int, int, Any]] = ()) -> int:
        """The position of a column; raises Deleted."""
        position = tab.axis.position(column)
        if position is None:
            gone("This column was deleted meanwhile: copy what you wrote to another.", cells)
        if position >= MAX_COLUMNS:
            raise Invalid(f"A sheet has {MAX_COLUMNS:,} columns.")
        return position

    def formula(self, text: str, tab: Tab, cell: tuple[int, int] | None = None) -> str:
        """A formula seen at `base` as it reads now, in a cell (ids of row and column) if it is in one."""
        if not text.startswith("="):
            raise Invalid("A formula starts with =.")
        node = self.book.read(text, stale=True)
        entries = self.history.since(self.base)
        if not any(entry.shifts or entry.structure for entry in entries) and (
            not self.book.former or node == self.book.read(text)
        ):
            return text
        return self.book.write(Late(self.book, self.history, tab, cell).after(entries, node))

    def same_rows(self, tab: Tab, first: int, last: int) -> None:
        """The rows that stood between two at `base` are those that do now, but for new ones and for those that are gone."""
        then = self.history.axes_at(self.base, tab.id)
        if then is None:
            return
        count = max(len(then[0]), len(tab.rows))
        before, now = then[0].grown(count), tab.rows.grown(count)
        was, left = _between(before, first, last), now.idset(0, len(now))
        meant = intersect(_between(now, first, last), before.idset(0, len(before)))
        alive = intersect(was, left)
        if not size(meant) == size(alive) == size(intersect(meant, alive)):
            raise Conflict("These rows were put in another order meanwhile: select again what you mean.")

    def takes_formula(self, tab: Tab, column: int) -> None:
        """Whether a column can hold results without rounding what it holds."""
        found = tab.columns.get(column)
        if found is not None and not (found.survives_plain() and found.cells.fits(np.array([0.5]))):
            raise Invalid(
                "This column holds numbers too exact for a formula beside them: change its type first."
            )

    def takes(self, tab: Tab, column: int, numbers: Any) -> None:
        """Whether a column can hold these numbers without rounding those it holds."""
        found = tab.columns.get(column)
        if found is not None and not found.native and numbers is not None and not found.cells.fits(numbers):
            raise Invalid(
                "This column holds whole numbers too large for decimals beside them: change its type first."
            )

    def header(self, tab: Tab) -> None:
        """The tab has a header."""
        if not tab.header:
            raise Invalid("This tab has no header: its columns are called by their letters.")

    def keys(self, tab: Tab, keys: Sequence[s.SortKey]) -> None:
        """Columns to sort by."""
        if len(keys) > MAX_KEYS:
            raise TooLarge(f"Rows are sorted by {MAX_KEYS} columns at most.")
        for key in keys:
            self.column(tab, key.column)

    def area(self, tab: Tab, found: s.Range) -> None:
        """A range of what is there."""
        for row in (found.top, found.bottom):
            if row != s.HEADER:
                self.row(tab, row)
        for column in (found.left, found.right):
            self.column(tab, column)
        _, left, _, right = area_of(tab, found)
        if right - left > MAX_FORMATTED:
            raise TooLarge(f"A range has {MAX_FORMATTED:,} columns at most.")

    def tab_name(self, name: str, tab: Tab | None) -> None:
        """A name that a tab may get."""
        if not name.strip() or len(name) > MAX_NAME or _BAD & set(name) or name[0] == "'" or name[-1] == "'":
            raise Invalid(f"A tab's name has 1 to {MAX_NAME} characters, none of them [ ] : * ? / \\.")
        if not name.isprintable():
            raise Invalid("A tab's name has printable characters only.")
        taken = self.book.called(name)
        if taken is not None and taken is not tab:
            raise Conflict(f"Another tab is called {name!r}: choose another name.")


def _between(axis: Axis, first: int, last: int) -> IdSet:
    start, stop = sorted((axis.position(first) or 0, axis.position(last) or 0))
    return axis.grown(stop + 1).idset(start, stop + 1)


def gone(sentence: str, cells: Sequence[tuple[int, int, Any]]) -> NoReturn:
    """Refuses a change of what is not there any more, and hands back what it held."""
    raise Deleted(sentence, cells)
