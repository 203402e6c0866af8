"""The workbook as formulas see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .book import Book
from .columns import column_block, joined_block
from .formulas import Node, Table
from .tabs import Tab
from .values import Block, Mask, Scalar, Tag, block_of


class Cells:
    """Reads the workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def seed(self) -> int:
        """That of the op."""
        return self.book.seed

    @property
    def now(self) -> float:
        """That of the op, as a serial date."""
        return self.book.now

    def extent(self, tab: str) -> tuple[int, int]:
        """Rows and columns that exist."""
        found = self._tab(tab)
        return found.height, len(found.axis)

    def block(self, tab: str, top: int, left: int, bottom: int, right: int) -> Block:
        """Values, the header's names included."""
        found = self._tab(tab)
        if right <= left:
            return column_block(None, top, bottom).view(slice(None), slice(0))
        offset = found.offset
        columns = [found.column_at(position) for position in range(left, right)]
        for column in columns:
            if column is not None and len(column) < bottom - offset <= 2 * len(column):
                column.grown(bottom - offset)
        if offset and top == 0 and bottom > 1:
            whole = [column for column in columns if column is not None and len(column) >= bottom - 1]
            if len(whole) == len(columns):
                return joined_block([column.headed(bottom - 1) for column in whole])
        parts = [column_block(column, max(top - offset, 0), max(bottom - offset, 0)) for column in columns]
        body = joined_block(parts)
        return _headed(found, body, left, right) if top < offset and bottom > top else body

    def cell(self, tab: str, row: int, column: int) -> Scalar:
        """One value."""
        found = self._tab(tab)
        there = found.column_at(column)
        if row < found.offset:
            return there.name if there is not None and there.name else None
        return None if there is None else there.at(row - found.offset)

    def name(self, text: str, _tab: str) -> Node | None:
        """A defined name, in any case."""
        found = self.book.names.get(text.upper())
        return found[1] if found else None

    def table(self, name: str, tab: str, _row: int, _column: int) -> Table | None:
        """A tab with a header is a table of the tab's name, where `_` stands for what a name cannot have."""
        found = self._tab(tab) if not name else table_called(self.book, name)
        if found is None or not found.header:
            return None
        names = tuple(column.name if column is not None else "" for _, column in found.in_order())
        return Table(found.name, found.key, 0, 0, found.height, len(found.axis), names)

    def spill(self, tab: str, row: int, column: int) -> tuple[int, int] | None:
        """The size of the array that a cell makes."""
        found = self._tab(tab)
        anchor = (found.axis.id_at(column), found.rows.id_at(row - found.offset))
        placed = found.placed.get(anchor)
        return placed[1].shape if placed else None

    def subtotals(self, tab: str, top: int, left: int, bottom: int, right: int) -> Mask | None:
        """Which cells hold a SUBTOTAL."""
        found = self._tab(tab)
        sids = [span.sid for span in found.spans.values() if span.compiled.subtotal]
        if not sids:
            return None
        mask = np.zeros((bottom - top, right - left), dtype=np.bool_)
        for position in range(left, right):
            column = found.column_at(position)
            if column is not None and column.owner is not None:
                low = max(top - found.offset, 0)
                part = np.isin(column.owner[low : max(bottom - found.offset, 0)], sids)
                start = low + found.offset - top
                mask[start : start + len(part), position - left] = part
        return mask

    def foreign(self, name: str, calls: Sequence[Sequence[Scalar | Block]]) -> list[Scalar | Block]:
        """Asks the engine that knows what this one does not."""
        return self.book.foreign(name, calls)

    def _tab(self, tab: str) -> Tab:
        found = self.book.by_key(tab) if tab.startswith("\x01") else self.book.called(tab)
        if found is None:
            raise KeyError(tab)
        return found


def table_called(book: Book, name: str) -> Tab | None:
    """The tab whose table has this name."""
    folded = name.casefold()
    for tab in book.tabs:
        if table_name(tab.name).casefold() == folded:
            return tab
    return book.called(name)


def table_name(name: str) -> str:
    """A tab's name as one of a table."""
    plain = "".join(letter if letter.isalnum() or letter in "._" else "_" for letter in name)
    return plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"


def _headed(tab: Tab, body: Block, left: int, right: int) -> Block:
    names = [tab.column_at(position) for position in range(left, right)]
    head = block_of([[column.name or None if column is not None else None for column in names]])
    tags = np.concatenate((head.tags, body.tags))
    numbers = np.concatenate((head.numbers, body.numbers))
    if not (head.has(Tag.TEXT) or body.has(Tag.TEXT)):
        return Block(tags, numbers)
    return Block(tags, numbers, np.concatenate((head.text_array(), body.text_array())))
