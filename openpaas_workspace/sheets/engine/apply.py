"""Carries out ops that were checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from openpaas_workspace.sheets import schemas as s

from . import content, settings, tables
from .arrow import Incoming
from .book import Book
from .dtypes import named
from .edit import Edit
from .idset import from_runs
from .raw import unpacked_ids
from .restore import put_block, put_columns, put_formula
from .structure import (
    delete_columns,
    delete_rows,
    grow,
    insert_columns,
    insert_rows,
    move_columns,
    move_rows,
    order_from,
    order_rows,
    reach,
    trim,
)
from .tabs import Tab


class Applier:
    """Applies ops to a book. `decoded` gives the columns of an op's table, `packed` and `unpacked` a tab as bytes."""

    def __init__(
        self,
        book: Book,
        decoded: Callable[[bytes], list[Incoming]],
        packed: Callable[[Tab], bytes],
        unpacked: Callable[[bytes], Tab],
    ) -> None:
        self.book = book
        self.decoded = decoded
        self.packed = packed
        self.unpacked = unpacked
        self.author = ""

    def apply(self, edit: Edit, op: Any) -> None:
        """One op, or a part of an undo."""
        _HANDLERS[type(op)](self, edit, op)

    def parts(self, edit: Edit, op: s.Undo | s.Redo) -> None:
        """Each in turn; one about what is gone since is left out."""
        for part in op.parts:
            tab = getattr(part, "tab", None)
            if (
                tab is not None
                and not isinstance(part, s.AddTab)
                and all(known.id != tab for known in self.book.tabs)
            ):
                continue
            self.apply(edit, part)

    def insert_rows(self, edit: Edit, op: s.InsertRows) -> None:
        tab = self.book.tab(op.tab)
        insert_rows(self.book, edit, tab, tab.rows.position(op.before) or 0, op.count)

    def put_rows(self, edit: Edit, op: s.PutRows) -> None:
        tab = self.book.tab(op.tab)
        at = tab.rows.position(op.before)
        runs = [(first, count) for first, count in op.runs]
        insert_rows(self.book, edit, tab, len(tab.rows) if at is None else at, runs)

    def delete_rows(self, edit: Edit, op: s.DeleteRows) -> None:
        tab = self.book.tab(op.tab)
        if op.runs:
            _materialise(edit, tab, op.runs)
            delete_rows(self.book, edit, tab, tab.rows.intervals(from_runs((a, b) for a, b in op.runs)))
        else:
            delete_rows(self.book, edit, tab, [content.rows_between(tab, op.first, op.last)])

    def move_rows(self, edit: Edit, op: s.MoveRows) -> None:
        tab = self.book.tab(op.tab)
        start, stop = content.rows_between(tab, op.first, op.last)
        to = tab.rows.position(op.before)
        if to is not None and not start <= to <= stop:
            move_rows(self.book, edit, tab, (start, stop), to)

    def insert_columns(self, edit: Edit, op: s.InsertColumns) -> None:
        tab = self.book.tab(op.tab)
        insert_columns(self.book, edit, tab, tab.axis.position(op.before) or 0, op.count)

    def put_columns(self, edit: Edit, op: s.PutColumns) -> None:
        tab = self.book.tab(op.tab)
        at = tab.axis.position(op.before)
        runs = [(int(state["id"]), 1) for state in op.columns]
        insert_columns(self.book, edit, tab, len(tab.axis) if at is None else at, runs)
        put_columns(tab, op)
        edit.everything = True

    def delete_columns(self, edit: Edit, op: s.DeleteColumns) -> None:
        tab = self.book.tab(op.tab)
        if op.runs:
            last = max(first + count for first, count in op.runs)
            if tab.axis.tail < last <= tab.axis.floor:
                reach(edit, tab, columns=len(tab.axis) + last - tab.axis.tail)
            found = tab.axis.intervals(from_runs((a, b) for a, b in op.runs))
        else:
            left, right = sorted((tab.axis.position(op.first) or 0, tab.axis.position(op.last) or 0))
            found = [(left, right + 1)]
        delete_columns(self.book, edit, tab, found)

    def move_columns(self, edit: Edit, op: s.MoveColumns) -> None:
        tab = self.book.tab(op.tab)
        start, stop = sorted((tab.axis.position(op.first) or 0, tab.axis.position(op.last) or 0))
        to = tab.axis.position(op.before)
        if to is not None and not start <= to <= stop + 1:
            move_columns(self.book, edit, tab, (start, stop + 1), to)

    def sort_rows(self, edit: Edit, op: s.SortRows) -> None:
        tab = self.book.tab(op.tab)
        start, stop = min(op.headings or 0, len(tab.rows)), len(tab.rows)
        if op.first is not None and op.last is not None:
            start, stop = content.rows_between(tab, op.first, op.last)
            stop = min(stop, len(tab.rows))
        if stop - start < 2:
            return
        from .spills import withdraw

        withdraw(tab)
        order = np.arange(len(tab.rows))
        order[start:stop] = tables.sorted_order(tab, op.keys, order[start:stop], op.collation)
        order_rows(self.book, edit, tab, order)

    def order_rows(self, edit: Edit, op: s.OrderRows) -> None:
        tab = self.book.tab(op.tab)
        order_rows(self.book, edit, tab, order_from(unpacked_ids(op.data), tab.rows))

    def put_number(self, edit: Edit, op: s.PutNumber) -> None:
        tab = self.book.tab(op.tab)
        if tab.axis.position(op.column) is not None:
            rows = from_runs((first, count) for first, count in op.rows)
            settings.put_number(edit, tab, op.column, rows, was=op.was, number=op.number)

    def column_type(self, edit: Edit, op: s.SetColumnType) -> None:
        tab = self.book.tab(op.tab)
        settings.set_column_type(edit, tab, tab.made(op.column), named(op.dtype))


def _materialise(edit: Edit, tab: Tab, runs: list[tuple[int, int]]) -> None:
    """Rows that an op names beyond the last one exist from now on."""
    last = max((first + count for first, count in runs if first < tab.rows.floor), default=0)
    if last > tab.rows.tail:
        reach(edit, tab, rows=len(tab.rows) + last - tab.rows.tail)


_Handler = Callable[[Applier, Edit, Any], None]
_HANDLERS: dict[type, _Handler] = {
    s.AddTab: lambda a, e, op: settings.add_tab(a.book, e, op),
    s.RemoveTab: lambda a, e, op: settings.remove_tab(a.book, e, op, a.packed),
    s.PutTab: lambda a, e, op: settings.put_tab(a.book, e, op, a.unpacked),
    s.RenameTab: lambda a, e, op: settings.rename_tab(a.book, e, op),
    s.MoveTab: lambda a, e, op: settings.move_tab(a.book, e, op),
    s.SetCells: lambda a, e, op: content.set_cells(a.book, e, op),
    s.SetBlock: lambda a, e, op: content.set_block(a.book, e, op, a.decoded(op.data)),
    s.Clear: lambda a, e, op: content.clear(a.book, e, op),
    s.InsertRows: Applier.insert_rows,
    s.DeleteRows: Applier.delete_rows,
    s.MoveRows: Applier.move_rows,
    s.InsertColumns: Applier.insert_columns,
    s.DeleteColumns: Applier.delete_columns,
    s.MoveColumns: Applier.move_columns,
    s.RenameColumn: lambda a, e, op: settings.rename_column(a.book, e, op),
    s.SetColumnType: Applier.column_type,
    s.FillFormula: lambda a, e, op: content.fill_formula(a.book, e, op),
    s.ReplaceTable: lambda a, e, op: tables.replace_table(a.book, e, op, a.decoded(op.data)),
    s.UpsertRows: lambda a, e, op: tables.upsert_rows(a.book, e, op, a.decoded(op.data)),
    s.Format: lambda a, e, op: settings.format_cells(a.book, e, op),
    s.ColumnWidth: lambda a, e, op: settings.column_width(e, a.book.tab(op.tab), op),
    s.Freeze: lambda a, e, op: settings.freeze(e, a.book.tab(op.tab), op),
    s.SortRows: Applier.sort_rows,
    s.SetView: lambda a, e, op: settings.set_view(e, a.book.tab(op.tab), op, a.author),
    s.DefineName: lambda a, e, op: settings.define_name(a.book, e, op),
    s.Protect: lambda a, e, op: settings.protect(a.book, e, op),
    s.PutBlock: lambda a, e, op: put_block(a.book, e, op),
    s.PutFormula: lambda a, e, op: put_formula(a.book, e, op),
    s.PutNumber: Applier.put_number,
    s.PutRows: Applier.put_rows,
    s.PutColumns: Applier.put_columns,
    s.PutColumn: lambda a, e, op: settings.put_column(a.book, e, op),
    s.PutState: lambda a, e, op: settings.put_state(a.book, e, a.book.tab(op.tab), op.what, op.value),
    s.Trim: lambda a, e, op: trim(e, a.book.tab(op.tab), op.rows, op.columns),
    s.Grow: lambda a, e, op: grow(e, a.book.tab(op.tab), op.rows, op.columns),
    s.OrderRows: Applier.order_rows,
    s.Undo: Applier.parts,
    s.Redo: Applier.parts,
}
