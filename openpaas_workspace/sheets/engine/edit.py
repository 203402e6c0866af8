"""One change to a workbook while it is made: what it touches, and what takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from openpaas_workspace.sheets.schemas import Part

from .axis import Axis
from .cells import Anything, Cells
from .columns import NO_FORMULA, Column
from .dtypes import Dtype
from .formulas import Node
from .idset import NONE, IdSet, from_ids, union
from .moves import Shift
from .tabs import Span, Tab
from .values import Tag

_FEW = 16  # intervals of one column that are told apart

Places: TypeAlias = slice | Anything  # data rows of a tab: an interval, or sorted positions
Axes: TypeAlias = dict[str, tuple[Axis, Axis, int]]  # tab key: rows, columns, offset


@dataclass(frozen=True, slots=True)
class Content:
    """Cells of a column as they were, in the order of their rows' ids; `cells` is None where all were empty."""

    tab: str
    column: int
    ids: IdSet
    cells: Cells | None
    native: bool
    formulas: tuple[tuple[Node, IdSet], ...]
    axes: Axes


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A formula as it was before a change of structure took something from it."""

    tab: str
    column: int
    ids: IdSet
    template: Node
    axes: Axes


@dataclass(frozen=True, slots=True)
class Gone:
    """Rows or columns that were deleted: where they stood in the order of then."""

    tab: str
    intervals: tuple[tuple[int, int], ...]
    before: Axis
    columns: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True)
class New:
    """Rows or columns that were inserted."""

    tab: str
    ids: IdSet
    columns: bool


@dataclass(frozen=True, slots=True)
class Grown:
    """Rows and columns that a table got at its end because something was written there."""

    tab: str
    rows: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class Reordered:
    """Rows or columns in the order they had; `block` is what was moved, None when all may have been."""

    tab: str
    before: Axis
    columns: bool
    block: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Setting:
    """Anything named by a key that can be put back by an op of its own."""

    key: str
    part: Part


Inverse: TypeAlias = Content | Rewritten | Gone | New | Grown | Reordered | Setting


@dataclass(slots=True)
class Edit:
    """What one op has done so far. `undoable` turns False when taking it back would need more than `most` bytes."""

    axes: Axes
    most: int
    inverse: list[Inverse] = field(default_factory=list)
    nbytes: int = 0
    undoable: bool = True
    wrote: dict[tuple[str, int], IdSet] = field(default_factory=dict)
    settings: set[str] = field(default_factory=set)
    dirty: list[tuple[Tab, int, int, int]] = field(default_factory=list)
    spans: list[tuple[Span, int, int]] = field(default_factory=list)
    structure: set[str] = field(default_factory=set)
    everything: bool = False
    shifts: list[Shift] = field(default_factory=list)
    moved: bool = False
    _last: tuple[Axis, slice, tuple[Anything, IdSet, Anything | None]] | None = None

    def keep(self, item: Inverse, nbytes: int = 200) -> None:
        """Remembers how to take something back, unless that has become too large."""
        self.nbytes += nbytes
        if self.nbytes > self.most:
            self.undoable = False
            self.inverse.clear()
        if self.undoable:
            self.inverse.append(item)

    def setting(self, key: str, part: Part) -> None:
        """A setting as it was, by the op that puts it back."""
        self.settings.add(key)
        self.keep(Setting(key, part), 500)

    def column(self, tab: Tab, id_: int) -> Column:
        """The column of an id, made if it holds nothing yet; in a table a column more is part of the change."""
        before = len(tab.axis)
        column = tab.made(id_)
        if tab.header and len(tab.axis) > before:
            self.keep(Grown(tab.id, columns=len(tab.axis) - before))
        return column

    def write(self, tab: Tab, column: Column, at: Places, cells: Cells, *, native: bool = False) -> None:
        """Inputs are written over cells."""
        self._take_over(tab, column, at)
        column.put(at, cells, native=native)
        self._soil(tab, column, at)

    def replace(self, tab: Tab, column: Column, dtype: Dtype, cells: Cells) -> None:
        """All cells of a column, given as its type stores them; its type changes."""
        rows = max(len(column), len(cells))
        if rows:
            self._take_over(tab, column, slice(0, rows))
        column.dtype, column.native, column.owner = dtype, dtype.native, None
        column.cells = cells
        self.dirty.append((tab, column.id, 0, rows))

    def assign(self, tab: Tab, column: Column, at: Places, template: Node) -> None:
        """A formula, as a template, is written into cells."""
        self._take_over(tab, column, at)
        self.join(tab, column, at, template)
        self._soil(tab, column, at)

    def assign_each(self, tab: Tab, column: Column, rows: Anything, templates: dict[Node, list[int]]) -> None:
        """Formulas are written into cells, each template into its rows; `rows` are all of them, sorted."""
        self._take_over(tab, column, rows)
        for template, own in templates.items():
            self.join(tab, column, np.array(own, dtype=np.int64), template)
        self._soil(tab, column, rows)

    def join(self, tab: Tab, column: Column, at: Places, template: Node) -> None:
        """Cells without a formula become part of a span."""
        low, high = bounds(at)
        span = tab.span_of(column.id, template)
        column.plain()
        column.owners()[at] = span.sid
        span.count += high - low if isinstance(at, slice) else len(at)
        span.include(low, high)
        self.spans.append((span, low, high))

    def rewrite(self, tab: Tab, column: Column, at: Anything, template: Node) -> None:
        """Cells of a span join another, since a change of structure changed their formula."""
        owner = column.owners()
        for sid in np.unique(owner[at]).tolist():
            span = tab.spans[sid]
            self.remember(tab, column, at[owner[at] == sid], span)
        released = owner[at]
        self.join(tab, column, at, template)
        tab.release(released)

    def remember(self, tab: Tab, column: Column, rows: Anything, span: Span) -> None:
        """Remembers the formula of cells."""
        ids = from_ids(ids_at(tab, rows))
        self.keep(Rewritten(tab.id, column.id, ids, span.template, self.axes), 200 + 16 * len(ids))

    def capture(self, tab: Tab, column: Column, at: Places) -> IdSet:
        """Remembers cells as they are; returns their rows."""
        ids, rows, order = self._listed(tab, at)
        if not self.undoable:
            return rows
        taken = column.cells.take(at)
        formulas: list[tuple[Node, IdSet]] = []
        if column.owner is not None:
            owner = column.owner[at]
            made = owner != NO_FORMULA
            if made.any():
                _blank(taken, made)
                sids = np.unique(owner[owner >= 0]).tolist()
                formulas = [(tab.spans[sid].template, from_ids(ids[owner == sid])) for sid in sids]
        if order is not None:
            taken = taken.take(order)
        kept = taken if bool((taken.tags != Tag.EMPTY).any()) else None
        size = (
            300
            + (kept.nbytes if kept is not None else 0)
            + sum(200 + 16 * len(where) for _, where in formulas)
        )
        self.keep(Content(tab.id, column.id, rows, kept, column.native, tuple(formulas), self.axes), size)
        return rows

    def _listed(self, tab: Tab, at: Places) -> tuple[Anything, IdSet, Anything | None]:
        """Ids of places, as a set too, and how to put them in order; kept, since one op writes the same rows of many columns."""
        if (
            isinstance(at, slice)
            and self._last is not None
            and self._last[0] is tab.rows
            and self._last[1] == at
        ):
            return self._last[2]
        ids = ids_at(tab, at)
        rows = from_ids(ids) if not isinstance(at, slice) else tab.rows.idset(at.start, at.stop)
        order = np.argsort(ids, kind="stable") if bool((np.diff(ids) < 0).any()) else None
        if isinstance(at, slice):
            self._last = (tab.rows, at, (ids, rows, order))
        return ids, rows, order

    def touch(self, tab: Tab, column: int, rows: IdSet) -> None:
        """Notes that the op wrote these cells."""
        key = (tab.id, column)
        self.wrote[key] = union(self.wrote.get(key, NONE), rows)

    def _soil(self, tab: Tab, column: Column, at: Places) -> None:
        """Notes where values change: as a few intervals, or one around all."""
        parts = [bounds(at)]
        if not isinstance(at, slice) and parts[0][1] - parts[0][0] > len(at):
            cuts = np.flatnonzero(np.diff(at) != 1) + 1
            if len(cuts) < _FEW:
                parts = [bounds(part) for part in np.split(at, cuts)]
        self.dirty += [(tab, column.id, low, high) for low, high in parts]

    def _take_over(self, tab: Tab, column: Column, at: Places) -> None:
        """Cells are about to be written: what they hold is remembered, and they leave their spans."""
        _, high = bounds(at)
        if high > (before := len(tab.rows)):
            tab.rows = tab.rows.grown(high)
            if tab.header:
                self.keep(Grown(tab.id, rows=high - before))
        column.grown(high)
        self.touch(tab, column.id, self.capture(tab, column, at))
        if column.owner is not None:
            released = column.owner[at].copy()
            column.owner[at] = NO_FORMULA
            tab.release(released)


def bounds(at: Places) -> tuple[int, int]:
    """The first row and the one after the last."""
    return (at.start, at.stop) if isinstance(at, slice) else (int(at[0]), int(at[-1]) + 1)


def ids_at(tab: Tab, at: Places) -> Anything:
    """Ids of rows."""
    if isinstance(at, slice):
        return tab.rows.ids(at.start, at.stop)
    return tab.rows.ids_of(at)


def places(intervals: Sequence[tuple[int, int]]) -> Places:
    """Intervals of positions as places; there must be one at least."""
    if len(intervals) == 1:
        return slice(*intervals[0])
    return np.concatenate([np.arange(start, stop, dtype=np.int64) for start, stop in intervals])


def _blank(cells: Cells, where: Anything) -> None:
    cells.tags[where] = Tag.EMPTY
    if cells.numbers is not None:
        cells.numbers[where] = 0
    if cells.codes is not None:
        cells.codes[where] = -1
