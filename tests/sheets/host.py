"""What a server does around a workbook: check, append, apply; and what tests ask of the result."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from openpaas_workspace.kit.schema import decode, encode
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.arrow import write_stream
from openpaas_workspace.sheets.engine.workbook import Change, Workbook


def f(text: str) -> s.Formula:
    """A formula as an input."""
    return s.Formula(v=text)


def table_bytes(columns: dict[str, Any] | pd.DataFrame) -> bytes:
    """A table as Arrow bytes."""
    frame = columns if isinstance(columns, pd.DataFrame) else pd.DataFrame(columns)
    return write_stream(pa.Table.from_pandas(frame, preserve_index=None))


class Host:
    """A workbook with its log, through which every op goes as JSON as it would on disk."""

    def __init__(self, *, tabs: Sequence[str] = ("t",)) -> None:
        self.book = Workbook()
        self.log: list[bytes] = []
        for tab in tabs:
            self.do(s.AddTab(id=tab, name=tab.upper()))

    def do(self, op: s.MemberOp, author: str = "ann", base: int | None = None) -> Change:
        base = self.book.seq if base is None else base
        return self.append(self.book.check(op, base, author), author, base)

    def append(self, op: s.Op, author: str, base: int | None = None) -> Change:
        seq = self.book.seq + 1
        line = encode(s.Applied(seq=seq, author=author, client="c", n=seq, at=0, seed=seq * 7919, op=op))
        self.log.append(line)
        return play(self.book, line, base)

    def undo(self, author: str = "ann") -> Change:
        return self.append(self.book.undo(author), author)

    def redo(self, author: str = "ann") -> Change:
        return self.append(self.book.redo(author), author)

    def put(
        self, cells: dict[str, Any], author: str = "ann", tab: str = "t", base: int | None = None
    ) -> Change:
        """Cells by their A1 names, as they are called now."""
        found = self.book.book.tab(tab)
        given = []
        for name, value in cells.items():
            column, row = a1(name)
            typed = f(value) if isinstance(value, str) and value.startswith("=") else value
            given.append((found.rows.id_at(row - found.offset), found.axis.id_at(column), typed))
        return self.do(s.SetCells(tab=tab, cells=given), author, base)

    def values(self, tab: str = "t", rows: int = 50, columns: int = 20) -> list[list[Any]]:
        """Values row by row, errors as their texts."""
        window = self.book.window(tab, 0, rows, (0, columns))
        lists = [[v.v if isinstance(v, s.Failure) else v for v in column.values] for column in window.columns]
        return [list(row) for row in zip(*lists, strict=True)]

    def value(self, name: str, tab: str = "t") -> Any:
        column, row = a1(name)
        found = self.book.book.tab(tab)
        if row >= found.height or column >= len(found.axis):
            return None
        value = self.book.window(tab, row, row + 1, (column, column + 1)).columns[0].values[0]
        return value.v if isinstance(value, s.Failure) else value

    def formula(self, name: str, tab: str = "t") -> Any:
        column, row = a1(name)
        found = self.book.book.tab(tab)
        held = self.book.input(tab, found.rows.id_at(row - found.offset), found.axis.id_at(column))
        return held.v if isinstance(held, s.Formula | s.Moment | s.Failure) else held

    def row(self, number: int, tab: str = "t") -> int:
        """The id of a row of the grid, from 1."""
        found = self.book.book.tab(tab)
        return found.rows.id_at(number - 1 - found.offset)

    def column(self, letter: str, tab: str = "t") -> int:
        return self.book.book.tab(tab).axis.id_at(a1(letter + "1")[0])


def a1(name: str) -> tuple[int, int]:
    """Column and row from 0."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(name[len(letters) :]) - 1


def play(book: Workbook, line: bytes, base: int | None = None) -> Change:
    """Applies one line of a log."""
    applied = decode(line, s.Applied)
    return book.apply(
        applied.seq, applied.author, applied.op, 46_000.0 + applied.seq / 7, applied.seed, base_seq=base
    )


def replay(lines: Sequence[bytes], book: Workbook | None = None) -> Workbook:
    """A workbook from its log."""
    book = book or Workbook()
    for line in lines:
        play(book, line)
    return book


def everything(book: Workbook) -> tuple[bytes, list[Any]]:
    """All that people can see: inputs, settings, order, and every value."""
    values = []
    for tab in book.tabs:
        for view in (None, ""):
            window = book.window(tab.id, 0, 300, (0, 60), view=view)
            values.append(
                (window.rows, [(column.id, column.values) for column in window.columns], window.looks)
            )
    return book.to_container(), values


def same(one: Workbook, other: Workbook) -> None:
    """Both show the same."""
    first, second = everything(one), everything(other)
    assert first[1] == second[1]
    assert first[0] == second[0]


def frame(book: Workbook, tab: str = "t") -> pd.DataFrame:
    return book.to_arrow(tab).to_pandas()


def approx(values: Sequence[Any]) -> Any:
    return np.array(values, dtype=object)
