"""Says whether an op can be applied, before anything is written down; and how it must be understood now."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound, TooLarge
from openpaas_workspace.sheets import schemas as s

from .arrays import gives_one
from .arrow import Incoming
from .axis import Axis
from .basis import Basis, gone
from .content import rows_between
from .dtypes import named
from .formulas import compile_formula
from .headings import headings
from .inputs import read, read_typed
from .protections import MAX_PROTECTIONS
from .tabs import Tab
from .values import MAX_COLUMNS, MAX_ROWS, Tag

MAX_CELLS = 10_000  # in one set_cells
MAX_TABS = 200
_TAB_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[^\W\d][\w.]{0,254}")
_CELL = re.compile(r"[A-Za-z]{1,3}\d{1,7}|[rR]\d*([cC]\d*)?|[cC]\d*|true|false", re.IGNORECASE)


class Checker(Basis):
    """Checks ops, made upon the state after op `base`, against a book."""

    def check(self, op: Any) -> Any:
        """The op as the log must have it; raises a WorkspaceError with a sentence."""
        if self.base > self.book.seq:
            raise Invalid("This change was made upon a state that does not exist yet: reload the page.")
        self.history.since(self.base)
        handler = _CHECKS.get(type(op))
        if handler is None:
            raise Invalid("This kind of change is made by the server only.")
        found = handler(self, op)
        return op if found is None else found

    def set_cells(self, op: s.SetCells) -> Any:
        tab = self.book.tab(op.tab)
        if len(op.cells) > MAX_CELLS:
            raise TooLarge(f"One change writes {MAX_CELLS:,} cells at most: send more as a block.")
        lost = [
            cell
            for cell in op.cells
            if (cell[0] != s.HEADER and tab.rows.position(cell[0]) is None)
            or tab.axis.position(cell[1]) is None
        ]
        if lost:
            gone("This row or column was deleted meanwhile: copy what you wrote to another.", lost)
        if any(not 0 <= place < len(op.cells) for _, places in op.numbers for place in places):
            raise Invalid("A number format is for a cell that is not written.")
        cells: list[tuple[int, int, Any]] = []
        numbers: dict[int, list[float]] = {}
        for row, column, given in op.cells:
            self.column(tab, column)
            if row == s.HEADER:
                self.header(tab)
            else:
                self.row(tab, row)
            found = read(given)
            if found.formula is not None:
                if row == s.HEADER:
                    raise Invalid("A column's name is a text, not a formula.")
                self.takes_formula(tab, column)
                cells.append((row, column, s.Formula(v=self.formula(found.formula, tab, (row, column)))))
                continue
            if isinstance(found.value, float):
                numbers.setdefault(column, []).append(found.value)
            cells.append((row, column, given))
        for column, values in numbers.items():
            self.takes(tab, column, np.array(values))
        return msgspec.structs.replace(op, cells=cells)

    def set_block(self, op: s.SetBlock) -> Any:
        tab = self.book.tab(op.tab)
        if op.row == s.HEADER:
            raise Invalid("A block starts below the header: rename the columns one by one.")
        top, left = self.row(tab, op.row), self.column(tab, op.column)
        columns = self.decoded(op.data)
        rows = len(columns[0].cells) if columns else 0
        if not rows:
            raise Invalid("The block is empty.")
        if top + rows > MAX_ROWS - tab.offset or left + len(columns) > MAX_COLUMNS:
            raise TooLarge(
                f"The block does not fit: a sheet has {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns."
            )
        for position, incoming in enumerate(columns, left):
            id_ = tab.axis.id_at(position)
            if not incoming.dtype.native:
                self.takes(tab, id_, incoming.cells.numbers)
            if op.parse and self.base != self.book.seq and self._has_formulas(incoming):
                self._same_structure(tab)
            if op.parse and self._has_formulas(incoming):
                self.takes_formula(tab, id_)
        return None

    def _has_formulas(self, incoming: Incoming) -> bool:
        texts = [str(word) for word in incoming.cells.words]
        formulas = [found.formula for word in texts if (found := read_typed(word)).formula is not None]
        for text in formulas:
            self.book.read(text)
        return bool(formulas)

    def _same_structure(self, tab: Tab) -> None:
        sorted_ = self.history.axes_at(self.base, tab.id) is not None
        if sorted_ or any(entry.shifts for entry in self.history.since(self.base)):
            raise Conflict("Rows or columns moved while you pasted formulas: paste again.")

    def clear(self, op: s.Clear) -> None:
        tab = self.book.tab(op.tab)
        self.area(tab, op.range)
        self.same_rows(tab, op.range.top, op.range.bottom)

    def insert_rows(self, op: s.InsertRows) -> None:
        tab = self.book.tab(op.tab)
        if op.before == s.HEADER:
            raise Invalid("Nothing goes above the header.")
        at = self.row(tab, op.before)
        if max(at, len(tab.rows)) + op.count > MAX_ROWS - tab.offset:
            raise TooLarge(f"There is no room for {op.count:,} more rows: a sheet has {MAX_ROWS:,}.")

    def insert_columns(self, op: s.InsertColumns) -> None:
        tab = self.book.tab(op.tab)
        at = self.column(tab, op.before)
        if max(at, len(tab.axis)) + op.count > MAX_COLUMNS:
            raise TooLarge(f"There is no room for {op.count:,} more columns: a sheet has {MAX_COLUMNS:,}.")

    def delete_rows(self, op: s.DeleteRows) -> Any:
        tab = self.book.tab(op.tab)
        if op.runs:
            raise Invalid("The rows to delete are named by the first and the last.")
        then = self.history.axes_at(self.base, op.tab)
        runs = _runs_between(then[0] if then else tab.rows, op.first, op.last, MAX_ROWS)
        return msgspec.structs.replace(op, runs=runs)

    def delete_columns(self, op: s.DeleteColumns) -> Any:
        tab = self.book.tab(op.tab)
        if op.runs:
            raise Invalid("The columns to delete are named by the first and the last.")
        then = self.history.axes_at(self.base, op.tab)
        runs = _runs_between(then[1] if then else tab.axis, op.first, op.last, MAX_COLUMNS)
        return msgspec.structs.replace(op, runs=runs)

    def move_rows(self, op: s.MoveRows) -> None:
        tab = self.book.tab(op.tab)
        for row in (op.first, op.last, op.before):
            if row == s.HEADER:
                raise Invalid("The header stays where it is.")
            self.row(tab, row)

    def move_columns(self, op: s.MoveColumns) -> None:
        tab = self.book.tab(op.tab)
        for column in (op.first, op.last, op.before):
            self.column(tab, column)

    def rename_column(self, op: s.RenameColumn) -> None:
        tab = self.book.tab(op.tab)
        self.column(tab, op.column)
        self.header(tab)
        if any(
            column.name == op.name and column.id != op.column for column in tab.columns.values() if op.name
        ):
            raise Conflict(f"Another column is called {op.name!r}: choose another name.")

    def column_type(self, op: s.SetColumnType) -> None:
        tab = self.book.tab(op.tab)
        self.column(tab, op.column)
        named(op.dtype)
        found = tab.columns.get(op.column)
        if found is not None and not found.survives_plain():
            raise Invalid("This column holds times too exact for another type: write it anew from a script.")

    def fill_formula(self, op: s.FillFormula) -> Any:
        tab = self.book.tab(op.tab)
        lost = [(op.first, op.column, s.Formula(v=op.text))]
        self.column(tab, op.column, lost)
        for row in (op.first, op.last):
            if row == s.HEADER:
                raise Invalid("A column's name is a text, not a formula.")
            self.row(tab, row, lost)
        self.takes_formula(tab, op.column)
        self.same_rows(tab, op.first, op.last)
        start, stop = rows_between(tab, op.first, op.last)
        node = self.book.read(op.text)
        if stop - start > MAX_CELLS and compile_formula(node, 0, 0).spills and not gives_one(node):
            raise TooLarge(f"A formula that may give arrays is filled into {MAX_CELLS:,} rows at most.")
        return msgspec.structs.replace(op, text=self.formula(op.text, tab, (op.first, op.column)))

    def replace_table(self, op: s.ReplaceTable) -> None:
        self.book.tab(op.tab)
        if not self.decoded(op.data):
            raise Invalid("The table has no columns.")

    def upsert_rows(self, op: s.UpsertRows) -> None:
        tab = self.book.tab(op.tab)
        columns = self.decoded(op.data)
        known = {column.name: column for column in tab.columns.values()}
        if not tab.header or op.key not in known:
            raise Invalid(f"The sheet has no column called {op.key!r} to merge by.")
        key = next((incoming for incoming in columns if incoming.name == op.key), None)
        if key is None:
            raise Invalid(f"The table has no column called {op.key!r} to merge by.")
        if len(tab.rows) + len(key.cells) > MAX_ROWS - 1 or len(tab.axis) + len(columns) > MAX_COLUMNS:
            raise TooLarge(f"The rows do not fit: a sheet has {MAX_ROWS:,}.")
        if bool((key.cells.tags == Tag.EMPTY).any()):
            raise Invalid(f"Some rows of the table have no {op.key!r}: give each a key.")
        for incoming in columns:
            if incoming.name in known and not incoming.dtype.native:
                self.takes(tab, known[incoming.name].id, incoming.cells.numbers)

    def format(self, op: s.Format) -> None:
        tab = self.book.tab(op.tab)
        if op.range is not None:
            self.area(tab, op.range)
        for column in op.columns:
            self.column(tab, column)
        if op.range is None and not op.columns:
            raise Invalid("Say which cells or columns are to look so.")

    def column_width(self, op: s.ColumnWidth) -> None:
        self.column(self.book.tab(op.tab), op.column)

    def freeze(self, op: s.Freeze) -> None:
        self.book.tab(op.tab)

    def sort_rows(self, op: s.SortRows) -> Any:
        tab = self.book.tab(op.tab)
        self.keys(tab, op.keys)
        if not op.keys:
            raise Invalid("Say by which column to sort.")
        for row in (op.first, op.last):
            if row is not None and row != s.HEADER:
                self.row(tab, row)
        above = op.headings
        if above is None and (op.first is None or op.last is None):
            above = headings(tab)
        return msgspec.structs.replace(op, headings=above, collation="dictionary")

    def set_view(self, op: s.SetView) -> None:
        tab = self.book.tab(op.tab)
        if op.view is not None:
            self.keys(tab, op.view.sort)
            for condition in op.view.filter:
                self.column(tab, condition.column)
                if condition.test == "between" and len(condition.values) != 2:
                    raise Invalid("A filter between two values has two.")
                if len(condition.values) > MAX_CELLS:
                    raise TooLarge(f"A filter has {MAX_CELLS:,} values at most.")

    def add_tab(self, op: s.AddTab) -> None:
        if not _TAB_ID.fullmatch(op.id):
            raise Invalid("A tab's id has letters, digits, - and _ only.")
        if any(tab.id.casefold() == op.id.casefold() for tab in self.book.tabs):
            raise Conflict("There is a tab with this id: choose another.")
        if len(self.book.tabs) >= MAX_TABS:
            raise TooLarge(f"A workbook has {MAX_TABS} tabs at most.")
        if op.position is not None and not 0 <= op.position <= len(self.book.tabs):
            raise Invalid("There is no such place among the tabs.")
        self.tab_name(op.name, None)

    def remove_tab(self, op: s.RemoveTab) -> None:
        self.book.tab(op.tab)
        if len(self.book.tabs) == 1:
            raise Invalid("A workbook has one tab at least.")

    def rename_tab(self, op: s.RenameTab) -> None:
        self.tab_name(op.name, self.book.tab(op.tab))

    def move_tab(self, op: s.MoveTab) -> None:
        self.book.tab(op.tab)
        if not 0 <= op.position < len(self.book.tabs):
            raise Invalid("There is no such place among the tabs.")

    def define_name(self, op: s.DefineName) -> Any:
        if not _NAME.fullmatch(op.name) or _CELL.fullmatch(op.name):
            raise Invalid("A name starts with a letter, has letters, digits, _ and . only, and is no cell's.")
        if len(self.book.names) >= MAX_CELLS and op.name.upper() not in self.book.names:
            raise TooLarge(f"A workbook has {MAX_CELLS:,} names at most.")
        if not op.text:
            return None
        return msgspec.structs.replace(op, text=self.formula(op.text, self.book.tabs[0]))

    def protect(self, op: s.Protect) -> None:
        tab = self.book.tab(op.tab)
        if len(self.book.protections) >= MAX_PROTECTIONS and op.id not in self.book.protections:
            raise TooLarge(f"A workbook has {MAX_PROTECTIONS:,} protections at most: lift one first.")
        for column in op.columns:
            self.column(tab, column)
        if op.range is not None:
            self.area(tab, op.range)


def _runs_between(axis: Axis, first: int, last: int, most: int) -> list[tuple[int, int]]:
    start, stop = axis.position(first), axis.position(last)
    if s.HEADER in {first, last}:
        raise Invalid("The header cannot be deleted.")
    if start is None or stop is None:
        raise NotFound("These rows or columns are gone already.")
    start, stop = sorted((start, stop))
    if stop >= most:
        raise Invalid(f"A sheet has {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns.")
    return axis.grown(stop + 1).runs(start, stop + 1)


_CHECKS: dict[type, Callable[[Checker, Any], Any]] = {
    s.AddTab: Checker.add_tab,
    s.RemoveTab: Checker.remove_tab,
    s.RenameTab: Checker.rename_tab,
    s.MoveTab: Checker.move_tab,
    s.SetCells: Checker.set_cells,
    s.SetBlock: Checker.set_block,
    s.Clear: Checker.clear,
    s.InsertRows: Checker.insert_rows,
    s.DeleteRows: Checker.delete_rows,
    s.MoveRows: Checker.move_rows,
    s.InsertColumns: Checker.insert_columns,
    s.DeleteColumns: Checker.delete_columns,
    s.MoveColumns: Checker.move_columns,
    s.RenameColumn: Checker.rename_column,
    s.SetColumnType: Checker.column_type,
    s.FillFormula: Checker.fill_formula,
    s.ReplaceTable: Checker.replace_table,
    s.UpsertRows: Checker.upsert_rows,
    s.Format: Checker.format,
    s.ColumnWidth: Checker.column_width,
    s.Freeze: Checker.freeze,
    s.SortRows: Checker.sort_rows,
    s.SetView: Checker.set_view,
    s.DefineName: Checker.define_name,
    s.Protect: Checker.protect,
}
