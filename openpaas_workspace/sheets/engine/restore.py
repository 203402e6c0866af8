"""Builds the op that takes another back, and applies its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from openpaas_workspace.sheets.schemas import (
    DeleteColumns,
    DeleteRows,
    Grow,
    MoveColumns,
    MoveRows,
    OrderRows,
    Part,
    PutBlock,
    PutColumn,
    PutColumns,
    PutFormula,
    PutNumber,
    PutRows,
    PutState,
    RemoveTab,
    Trim,
)

from . import raw
from .axis import Axis
from .book import Book
from .cells import Cells
from .edit import Axes, Content, Edit, Gone, Grown, New, Reordered, Rewritten, Setting, places
from .formulas import Node, Reference, references, relative, shift
from .formulas.tree import Area
from .history import Cells as Held
from .idset import NONE, IdSet, from_runs, intersect, size, subtract, to_ids, to_runs, union
from .moves import Shift, follow_span
from .settings import describe
from .structure import order_from
from .tabs import ANCHOR_COLUMN, ANCHOR_ROW, Tab
from .values import MAX_COLUMNS, MAX_ROWS


class Plan(NamedTuple):
    """Parts in the order in which they must be applied, and how many cells stay as others left them.

    `follows` are the indices of those by which formulas read again what they read before something was deleted.
    """

    parts: list[Part]
    skipped: int
    follows: frozenset[int]


class Planner:
    """Turns what an op remembered into parts of a new op, upon the state now."""

    def __init__(self, book: Book, inverse: Sequence[object], held: Held, settings: set[str]) -> None:
        self.book = book
        self.inverse = inverse[::-1]
        self.held = held
        self.settings = settings
        self.axes: Axes = book.axes()
        self.structure: list[Part] = []
        self.columns: list[Part] = []
        self.content: list[Part] = []
        self.formulas: list[Part] = []
        self.ends: list[Part] = []
        self.follows: list[int] = []
        self.skipped = 0

    def plan(self) -> Plan:
        """Changes of structure come first, formulas last: they are written as they read after all the others."""
        for item in self.inverse:
            if isinstance(item, Setting):
                self._setting(item)
            elif isinstance(item, Grown):
                self._end(item)
            elif isinstance(item, Gone | New | Reordered) and (tab := self._tab(item.tab)) is not None:
                self._structure(tab, item)
        for item in self.inverse:
            if isinstance(item, Content | Rewritten) and (tab := self._tab(item.tab)) is not None:
                rows = self._free(item)
                if isinstance(item, Content):
                    self._content(tab, item, rows)
                    for template, ids in item.formulas:
                        self._formula(tab, item.column, intersect(ids, rows), template, item.axes)
                else:
                    before = len(self.formulas)
                    self._formula(tab, item.column, rows, item.template, item.axes)
                    self.follows += range(before, len(self.formulas))
        first = len(self.structure) + len(self.columns) + len(self.content)
        parts = [*self.structure, *self.columns, *self.content, *self.formulas, *self.ends]
        return Plan(parts, self.skipped, frozenset(first + index for index in self.follows))

    def _tab(self, id_: str) -> Tab | None:
        return next((tab for tab in self.book.tabs if tab.id == id_), None)

    def _setting(self, item: Setting) -> None:
        if item.key in self.settings or (isinstance(item.part, RemoveTab) and self._is_needed(item.part.tab)):
            self.skipped += 1
        elif isinstance(item.part, PutNumber):
            self._number(item.part)
        elif isinstance(item.part, PutColumn):
            self.columns.append(item.part)
        else:
            if (
                isinstance(item.part, PutState)
                and item.part.what == "header"
                and (tab := self._tab(item.part.tab))
            ):
                rows, columns, _ = self.axes[tab.key]
                self.axes[tab.key] = (rows, columns, 1 if item.part.value else 0)
            self.structure.append(item.part)

    def _number(self, part: PutNumber) -> None:
        """What another has written into since keeps the format with its value."""
        rows = subtract(from_runs(part.rows), self.held.get((part.tab, part.column), NONE))
        if len(rows):
            self.formulas.append(msgspec.structs.replace(part, rows=to_runs(rows)))

    def _is_needed(self, tab: str) -> bool:
        """Whether others wrote in a tab since, or it is the last one."""
        return len(self.book.tabs) == 1 or any(
            id_ == tab and len(rows) for (id_, _), rows in self.held.items()
        )

    def _end(self, item: Grown) -> None:
        """What grew is cut off after all else, what was cut off comes back before."""
        if item.rows > 0 or item.columns > 0:
            self.ends.append(Trim(tab=item.tab, rows=item.rows, columns=item.columns))
        elif item.rows or item.columns:
            self.structure.append(Grow(tab=item.tab, rows=-item.rows, columns=-item.columns))
            tab = self._tab(item.tab)
            if tab is not None:
                rows, columns, offset = self.axes[tab.key]
                rows = rows.grown(len(rows) - item.rows)
                self.axes[tab.key] = (rows, columns.grown(len(columns) - item.columns), offset)

    def _free(self, item: Content | Rewritten) -> IdSet:
        held = self.held.get((item.tab, item.column), NONE)
        self.skipped += size(intersect(item.ids, held))
        return subtract(item.ids, held)

    def _structure(self, tab: Tab, item: Gone | New | Reordered) -> None:
        rows, columns, offset = self.axes[tab.key]
        if isinstance(item, New):
            self._remove(tab, item, rows, columns)
        elif isinstance(item, Gone):
            self._bring_back(tab, item)
        elif not item.columns and item.block is None:
            self.structure.append(OrderRows(tab=tab.id, data=raw.packed_ids(item.before)))
            self.axes[tab.key] = (rows.ordered(order_from(item.before, rows)), columns, offset)
        else:
            self._move_back(tab, item, columns if item.columns else rows)

    def _remove(self, tab: Tab, item: New, rows: Axis, columns: Axis) -> None:
        offset = self.axes[tab.key][2]
        if item.columns:
            busy = [column for (id_, column), held in self.held.items() if id_ == tab.id and len(held)]
            kept = intersect(item.ids, from_runs((column, 1) for column in busy))
        else:
            kept = NONE
            for (id_, _), held in self.held.items():
                if id_ == tab.id:
                    kept = union(kept, intersect(item.ids, held))
        self.skipped += size(kept)
        runs = to_runs(subtract(item.ids, kept))
        if not runs:
            return
        first, last = runs[0][0], runs[-1][0] + runs[-1][1] - 1
        if item.columns:
            self.structure.append(DeleteColumns(tab=tab.id, first=first, last=last, runs=runs))
            self.axes[tab.key] = (rows, columns.removed(columns.intervals(from_runs(runs))), offset)
        else:
            self.structure.append(DeleteRows(tab=tab.id, first=first, last=last, runs=runs))
            self.axes[tab.key] = (rows.removed(rows.intervals(from_runs(runs))), columns, offset)

    def _bring_back(self, tab: Tab, item: Gone) -> None:
        for start, stop in reversed(item.intervals):
            rows, columns, offset = self.axes[tab.key]
            axis = rows if item.columns is None else columns
            runs = item.before.runs(start, stop)
            before = _next_alive(item.before, start, stop, axis)
            after = axis.restored(axis.position(before) or 0, runs)
            if item.columns is None:
                self.structure.append(PutRows(tab=tab.id, before=before, runs=runs))
                self.axes[tab.key] = (after, columns, offset)
                continue
            states = {state["id"]: state for state in item.columns}
            described = [
                states.get(id_, {"id": id_, "name": "", "dtype": {"arrow": ""}})
                for first, count in runs
                for id_ in range(first, first + count)
            ]
            self.structure.append(PutColumns(tab=tab.id, before=before, columns=described))
            self.axes[tab.key] = (rows, after, offset)

    def _move_back(self, tab: Tab, item: Reordered, axis: Axis) -> None:
        rows, columns, offset = self.axes[tab.key]
        assert item.block is not None  # noqa: S101
        start, stop = item.block
        alive = [
            place
            for id_ in item.before.ids(start, stop).tolist()
            if (place := axis.position(id_)) is not None
        ]
        if not alive or alive != list(range(alive[0], alive[0] + len(alive))):
            self.skipped += 1
            return
        before = _next_alive(item.before, start, stop, axis)
        to = axis.position(before) or 0
        if alive[0] <= to <= alive[-1] + 1:
            return
        first, last = axis.id_at(alive[0]), axis.id_at(alive[-1])
        after = axis.moved(alive[0], alive[-1] + 1, to)
        if item.columns:
            self.structure.append(MoveColumns(tab=tab.id, first=first, last=last, before=before))
            self.axes[tab.key] = (rows, after, offset)
        else:
            self.structure.append(MoveRows(tab=tab.id, first=first, last=last, before=before))
            self.axes[tab.key] = (after, columns, offset)

    def _content(self, tab: Tab, item: Content, rows: IdSet) -> None:
        if not len(rows):
            return
        if item.cells is None:
            data = b""
        else:
            cells = item.cells
            if size(rows) != len(cells):
                cells = cells.take(_indices(item.ids, rows))
            data = raw.to_bytes(cells, native=item.native)
        self.content.append(PutBlock(tab=tab.id, column=item.column, rows=to_runs(rows), data=data))

    def _formula(self, tab: Tab, column: int, ids: IdSet, template: Node, axes: Axes) -> None:
        """Writes a template of then as it reads in the order that will be."""
        now = self.axes[tab.key]
        position = now[1].position(column)
        if not len(ids) or position is None:
            return
        for rows, made in self._followed(tab, column, ids, template, axes):
            intervals = now[0].intervals(rows)
            if not intervals:
                continue
            at, node = spelled(made, intervals[0][0] + now[2], position)
            text = self.book.write(node)
            self.formulas.append(PutFormula(tab=tab.id, column=column, rows=to_runs(rows), at=at, text=text))

    def _followed(
        self, tab: Tab, column: int, ids: IdSet, template: Node, axes: Axes
    ) -> Iterator[tuple[IdSet, Node]]:
        then = axes[tab.key]
        place = then[1].position(column)
        if place is None:
            return
        lanes = [(start + then[2], stop + then[2], start, template) for start, stop in then[0].intervals(ids)]
        read = {
            tab.key,
            *(item.tab for item in references(template) if isinstance(item, Reference | Area) and item.tab),
        }
        for key in sorted(read & set(axes) & set(self.axes)):
            change = Shift.between(key, axes[key], self.axes[key])
            if change is None or key == tab.key:
                continue
            lanes = [
                (part.start, part.stop, start + part.start - first, part.template)
                for first, stop, start, node in lanes
                for part in follow_span(node, (first, stop), place, tab.key, change)
            ]
        own = Shift.between(tab.key, then, self.axes[tab.key])
        for first, stop, start, node in lanes:
            parts = (
                [(first, stop, node)]
                if own is None
                else follow_span(node, (first, stop), place, tab.key, own)
            )
            for a, b, made in parts:
                yield from_runs(then[0].runs(start + a - first, start + b - first)), made


def spelled(template: Node, row: int, column: int) -> tuple[tuple[int, int], Node]:
    """A cell (of the grid) where a template reads without leaving the sheet, this one if it can be, and how it reads."""
    inside = []
    for at in ((row, column), (ANCHOR_ROW, column), (ANCHOR_ROW, ANCHOR_COLUMN)):
        node = relative(template, -at[0], -at[1])
        if all(_inside(item) for item in references(node)):
            if not any(_turned(item) for item in references(node)):
                return at, node
            inside.append((at, shift(node, 0, 0)))
    if inside:
        return inside[0]
    return (row, column), shift(relative(template, -row, -column), 0, 0)


def _turned(item: object) -> bool:
    return isinstance(item, Area) and (item.top > item.bottom or item.left > item.right)


def _inside(item: object) -> bool:
    if isinstance(item, Reference):
        return 0 <= item.row < MAX_ROWS and 0 <= item.column < MAX_COLUMNS
    if not isinstance(item, Area):
        return True
    rows, columns = (item.top, item.bottom), (item.left, item.right)
    return min(*rows, *columns) >= 0 and max(rows) < MAX_ROWS and max(columns) < MAX_COLUMNS


def put_block(book: Book, edit: Edit, op: PutBlock) -> None:
    """Content is put back in the rows that are still there."""
    tab = book.tab(op.tab)
    if tab.axis.position(op.column) is None:
        return
    column = tab.made(op.column)
    ids = from_runs((first, count) for first, count in op.rows)
    if tab.rows.tail < (last := int(ids[-1, 1])) <= tab.rows.floor:
        tab.rows = tab.rows.grown(len(tab.rows) + last - tab.rows.tail)
    cells, native = raw.from_bytes(op.data) if op.data else (Cells.empty(size(ids)), column.native)
    listed = to_ids(ids)
    at = tab.rows.at(listed)
    here = at >= 0
    order = np.argsort(at[here], kind="stable")
    at = at[here][order]
    if not len(at):
        return
    if not (here.all() and bool((np.diff(order) == 1).all())):
        cells = cells.take(np.flatnonzero(here)[order])
    if int(at[-1] - at[0]) == len(at) - 1:
        edit.write(tab, column, slice(int(at[0]), int(at[-1]) + 1), cells, native=native)
    else:
        edit.write(tab, column, at, cells, native=native)


def put_formula(book: Book, edit: Edit, op: PutFormula) -> None:
    """A formula is put back in the rows that are still there."""
    tab = book.tab(op.tab)
    intervals = tab.rows.intervals(from_runs((first, count) for first, count in op.rows))
    if not intervals or tab.axis.position(op.column) is None:
        return
    column = tab.made(op.column)
    template = relative(book.read(op.text), *op.at)
    edit.assign(tab, column, places(intervals), template)


def put_columns(tab: Tab, op: PutColumns) -> None:
    """Columns that came back get their names and types."""
    for state in op.columns:
        describe(tab, tab.made(int(state["id"])), state)


def _next_alive(then: Axis, start: int, stop: int, now: Axis) -> int:
    """Before which id the positions `start … stop-1` of an older order belong now.

    That is the next one that is still there, or the one after the last that is still there before them.
    """
    for first, count in then.runs(stop, len(then)):
        found = now.intervals(from_runs([(first, count)]))
        if found:
            return int(min(now.ids(a, b).min() for a, b in found))
    for first, count in reversed(then.runs(0, start)):
        found = now.intervals(from_runs([(first, count)]))
        if found:
            last = int(max(now.ids(a, b).max() for a, b in found))
            return now.id_at((now.position(last) or 0) + 1)
    return now.id_at(0)


def _indices(have: IdSet, wanted: IdSet) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where ids stand in a listing of `have`, in order."""
    before = np.concatenate(([0], np.cumsum(have[:, 1] - have[:, 0])))
    parts = []
    for first, end in wanted.tolist():
        run = int(np.searchsorted(have[:, 0], first, side="right")) - 1
        start = int(before[run]) + first - int(have[run, 0])
        parts.append(np.arange(start, start + end - first, dtype=np.int64))
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = np.concatenate(parts)
    return found
