"""What an op would touch of what a protection holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from openpaas_workspace.sheets import schemas as s

from .arrow import Incoming
from .axis import Axis
from .content import area_of, rows_between
from .idset import from_runs
from .raw import unpacked_ids
from .structure import order_from
from .tabs import Rect, Tab
from .values import Tag

Decode = Callable[[bytes], list[Incoming]]


class Ward:
    """A protection of a tab as it lies now: the whole tab, columns by id, or a rectangle of the grid."""

    def __init__(self, tab: Tab, protection: s.Protect) -> None:
        self.tab = tab
        self.whole = protection.range is None and not protection.columns
        self.columns = frozenset() if protection.range is not None else frozenset(protection.columns)
        self.rect = None if protection.range is None else rect_of(tab, protection.range)
        self._inside: frozenset[int] | None = None

    @property
    def inside(self) -> frozenset[int]:
        """Ids of the columns of the rectangle."""
        if self._inside is None:
            left, right = (self.rect[1], self.rect[3]) if self.rect else (0, 0)
            self._inside = frozenset(self.tab.axis.ids(left, right).tolist())
        return self._inside

    def cells(self, columns: Iterable[int], rows: tuple[int, int] | None = None) -> bool:
        """Whether it holds any cell of columns, in rows of the grid or in all."""
        if self.rect is None:
            return not self.columns.isdisjoint(columns)
        return (rows is None or self.crosses(*rows)) and not self.inside.isdisjoint(columns)

    def crosses(self, start: int, stop: int) -> bool:
        """Whether rows `start … stop-1` of the grid meet the rectangle."""
        return self.rect is not None and start < self.rect[2] and stop > self.rect[0]

    def whole_rows(self, start: int, stop: int) -> bool:
        """Whether rows, of all columns, would be taken from their places."""
        return bool(self.columns) or self.crosses(start, stop)

    def row_gap(self, at: int) -> bool:
        """Whether rows before this one would stand inside the rectangle."""
        return self.rect is not None and self.rect[0] < at < self.rect[2]

    def column_gap(self, at: int) -> bool:
        """Whether columns before this position would."""
        return self.rect is not None and self.rect[1] < at < self.rect[3]

    def filled(self, start: int, stop: int) -> bool:
        """Whether data rows hold anything in protected columns."""
        found = (self.tab.columns.get(id_) for id_ in self.columns)
        return any(
            bool((column.cells.tags[start:stop] != Tag.EMPTY).any())
            or (column.owner is not None and bool((column.owner[start:stop] >= 0).any()))
            for column in found
            if column is not None
        )


def rect_of(tab: Tab, found: s.Range, axes: tuple[Axis, Axis, int] | None = None) -> Rect | None:
    """Where a range is in the grid, or was by `axes`, ends excluded; None when its ends are gone."""
    rows, columns, offset = axes or (tab.rows, tab.axis, tab.offset)
    ends = [
        0 if id_ == s.HEADER else None if (at := rows.position(id_)) is None else at + offset
        for id_ in (found.top, found.bottom)
    ]
    sides = [columns.position(id_) for id_ in (found.left, found.right)]
    top, bottom, left, right = *ends, *sides
    if top is None or bottom is None or left is None or right is None:
        return None
    return min(top, bottom), min(left, right), max(top, bottom) + 1, max(left, right) + 1


def touches(ward: Ward, op: Any, decode: Decode) -> bool:
    """Whether an op, or a part of an undo, writes or moves what is protected, or puts something in between."""
    if isinstance(op, s.SetView) or (isinstance(op, s.PutState) and op.what == "views"):
        return False
    if ward.whole or isinstance(op, s.ReplaceTable | s.RemoveTab):
        return True
    found = _TOUCHES.get(type(op))
    return found is not None and found(ward, op, decode)


def _set_cells(ward: Ward, op: s.SetCells, _decode: Decode) -> bool:
    if ward.rect is None:
        return any(column in ward.columns for _, column, _ in op.cells)
    return any(
        column in ward.inside and (at := _row(ward.tab, row)) is not None and ward.crosses(at, at + 1)
        for row, column, _ in op.cells
    )


def _set_block(ward: Ward, op: s.SetBlock, decode: Decode) -> bool:
    columns = decode(op.data)
    top, left = _row(ward.tab, op.row) or 0, ward.tab.axis.position(op.column) or 0
    height = len(columns[0].cells) if columns else 0
    return ward.cells(ward.tab.axis.ids(left, left + len(columns)).tolist(), (top, top + height))


def _clear(ward: Ward, op: s.Clear | s.Format, _decode: Decode) -> bool:
    if op.range is None:
        return ward.cells(op.columns if isinstance(op, s.Format) else ())
    top, left, bottom, right = area_of(ward.tab, op.range)
    offset = ward.tab.offset
    return ward.cells(ward.tab.axis.ids(left, right).tolist(), (top + offset, bottom + offset))


def _fill(ward: Ward, op: s.FillFormula, _decode: Decode) -> bool:
    start, stop = rows_between(ward.tab, op.first, op.last)
    return ward.cells([op.column], (start + ward.tab.offset, stop + ward.tab.offset))


def _upsert(ward: Ward, op: s.UpsertRows, decode: Decode) -> bool:
    names = {incoming.name for incoming in decode(op.data)}
    return ward.cells(id_ for id_, column in ward.tab.columns.items() if column.name in names)


def _insert_rows(ward: Ward, op: s.InsertRows | s.PutRows, _decode: Decode) -> bool:
    at = _row(ward.tab, op.before)
    # Before a row that only comes back with the same undo: nobody knows where that is.
    return ward.rect is not None if at is None else ward.row_gap(at)


def _delete_rows(ward: Ward, op: s.DeleteRows, _decode: Decode) -> bool:
    offset = ward.tab.offset
    spans = _spans(ward.tab.rows, op.runs) if op.runs else [rows_between(ward.tab, op.first, op.last)]
    return any(
        ward.crosses(start + offset, stop + offset) or (bool(ward.columns) and ward.filled(start, stop))
        for start, stop in spans
    )


def _move_rows(ward: Ward, op: s.MoveRows, _decode: Decode) -> bool:
    offset = ward.tab.offset
    start, stop = rows_between(ward.tab, op.first, op.last)
    return ward.whole_rows(start + offset, stop + offset) or ward.row_gap(_row(ward.tab, op.before) or 0)


def _sort_rows(ward: Ward, op: s.SortRows, _decode: Decode) -> bool:
    start, stop = min(op.headings or 0, len(ward.tab.rows)), len(ward.tab.rows)
    if op.first is not None and op.last is not None:
        start, stop = rows_between(ward.tab, op.first, op.last)
    return ward.whole_rows(start + ward.tab.offset, stop + ward.tab.offset)


def _order_rows(ward: Ward, op: s.OrderRows, _decode: Decode) -> bool:
    """An order that leaves the rows of a rectangle where they are is nothing to it."""
    order = order_from(unpacked_ids(op.data), ward.tab.rows)
    moved = np.flatnonzero(order != np.arange(len(order))) + ward.tab.offset
    if ward.rect is None:
        return bool(len(moved))
    return bool(((moved >= ward.rect[0]) & (moved < ward.rect[2])).any())


def _insert_columns(ward: Ward, op: s.InsertColumns, _decode: Decode) -> bool:
    return ward.column_gap(ward.tab.axis.position(op.before) or 0)


def _put_columns(ward: Ward, op: s.PutColumns, _decode: Decode) -> bool:
    at = ward.tab.axis.position(op.before)
    back = {int(state["id"]) for state in op.columns}
    gap = ward.rect is not None if at is None else ward.column_gap(at)
    return gap or bool(ward.columns & back)


def _delete_columns(ward: Ward, op: s.DeleteColumns, _decode: Decode) -> bool:
    spans = _spans(ward.tab.axis, op.runs or [(op.first, 1), (op.last, 1)])
    return any(_columns(ward, start, stop) for start, stop in spans)


def _move_columns(ward: Ward, op: s.MoveColumns, _decode: Decode) -> bool:
    axis = ward.tab.axis
    first, last = sorted((axis.position(op.first) or 0, axis.position(op.last) or 0))
    return _columns(ward, first, last + 1) or ward.column_gap(axis.position(op.before) or 0)


def _columns(ward: Ward, left: int, right: int) -> bool:
    return ward.cells(ward.tab.axis.ids(left, right).tolist())


def _rename(ward: Ward, op: s.RenameColumn, _decode: Decode) -> bool:
    return ward.cells([op.column], (0, 1))


def _put_column(ward: Ward, op: s.PutColumn, _decode: Decode) -> bool:
    id_ = int(op.column["id"])
    found = ward.tab.columns.get(id_)
    typed = found is None or found.dtype.state() != op.column["dtype"]
    return ward.cells([id_], None if typed else (0, 1))


def _put_state(ward: Ward, op: s.PutState, _decode: Decode) -> bool:
    if op.what == "header":
        return True
    return op.what == "formats" and any(int(column) in ward.columns for column in op.value)


def _put_cells(ward: Ward, op: s.PutBlock | s.PutFormula, _decode: Decode) -> bool:
    if ward.rect is None:
        return op.column in ward.columns
    spans = ward.tab.rows.intervals(from_runs((first, count) for first, count in op.rows))
    offset = ward.tab.offset
    return any(ward.cells([op.column], (start + offset, stop + offset)) for start, stop in spans)


def _row(tab: Tab, id_: int) -> int | None:
    """Where a row is in the grid."""
    at = tab.rows.position(id_)
    return 0 if id_ == s.HEADER else None if at is None else at + tab.offset


def _spans(axis: Axis, runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where runs of ids are, those that nobody has made yet too."""
    last = max((first + count for first, count in runs if first < axis.floor), default=0)
    grown = axis.grown(len(axis) + max(last - axis.tail, 0))
    return grown.intervals(from_runs((first, count) for first, count in runs))


_TOUCHES: dict[type, Callable[[Ward, Any, Decode], bool]] = {
    s.SetCells: _set_cells,
    s.SetBlock: _set_block,
    s.Clear: _clear,
    s.Format: _clear,
    s.FillFormula: _fill,
    s.UpsertRows: _upsert,
    s.InsertRows: _insert_rows,
    s.PutRows: _insert_rows,
    s.DeleteRows: _delete_rows,
    s.MoveRows: _move_rows,
    s.SortRows: _sort_rows,
    s.OrderRows: _order_rows,
    s.InsertColumns: _insert_columns,
    s.PutColumns: _put_columns,
    s.DeleteColumns: _delete_columns,
    s.MoveColumns: _move_columns,
    s.RenameColumn: _rename,
    s.PutColumn: _put_column,
    s.SetColumnType: lambda ward, op, _: ward.cells([op.column]),
    s.ColumnWidth: lambda ward, op, _: op.column in ward.columns,
    s.PutState: _put_state,
    s.PutBlock: _put_cells,
    s.PutFormula: _put_cells,
}
