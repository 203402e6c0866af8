"""A tab and the formulas in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from openpaas_workspace.sheets.schemas import Style, View

from .arrays import gives_one
from .axis import COLUMNS_INSERTED, ROWS_INSERTED, Axis
from .cells import Anything
from .columns import NO_FORMULA, SPILLED, Column
from .formulas import Area, Compiled, Node, Reference, compile_formula, relative
from .idset import IdSet
from .moves import canonical
from .values import MAX_COLUMNS, MAX_ROWS, Block

Rect: TypeAlias = tuple[
    int, int, int, int
]  # top, left, bottom, right in positions of the grid, ends excluded
Anchor: TypeAlias = tuple[int, int]  # column id, row id

# Where templates are compiled: far from the edges, so that no distance of theirs leaves the sheet. `spills`: a lane may give an array.
ANCHOR_ROW, ANCHOR_COLUMN = MAX_ROWS // 2, MAX_COLUMNS // 2


class Span:
    """One formula in rows of a column: `template` holds distances instead of relative positions.

    All cells of the column with this template belong to it, between `low` and `high` (positions of data rows, not
    necessarily tight); `count` says how many. `column` is an id. In the first `margin` rows of the grid some reference
    leaves the sheet. `spills`: a lane may give an array.
    """

    __slots__ = (
        "column",
        "compiled",
        "count",
        "high",
        "low",
        "margin",
        "sid",
        "spills",
        "tab",
        "template",
        "version",
    )

    def __init__(self, sid: int, tab: Tab, column: int, template: Node) -> None:
        self.sid = sid
        self.tab = tab
        self.column = column
        self.low = 0
        self.high = 0
        self.count = 0
        self.version = 0
        self.become(template)

    def become(self, template: Node) -> None:
        """It has this template from now on."""
        self.template = template
        self.compiled = compiled(template)
        self.margin = _margin(self.compiled)
        self.spills = self.compiled.spills and not gives_one(template)
        self.version += 1

    def include(self, low: int, high: int) -> None:
        """Its bounds take in rows `low … high-1`."""
        if self.low == self.high:
            self.low, self.high = low, high
        elif low < self.low or high > self.high:
            self.low, self.high = min(low, self.low), max(high, self.high)
        else:
            return
        self.version += 1

    def rows(self, low: int, high: int) -> Anything:
        """Which of the rows `low … high-1` are its own, as positions."""
        column = self.tab.columns[self.column]
        owner = column.owner
        if owner is None:
            return np.empty(0, dtype=np.int64)
        return low + np.flatnonzero(owner[low:high] == self.sid)


class Tab:
    """Rows, columns and what they hold. Positions of data rows are one less than those of the grid if it has a header."""

    def __init__(self, id_: str, name: str) -> None:
        self.id = id_
        self.key = key_of(id_)
        self.name = name
        self.header = False
        self.rows = Axis.plain(0, ROWS_INSERTED)
        self.axis = Axis.plain(0, COLUMNS_INSERTED)
        self.columns: dict[int, Column] = {}
        self.spans: dict[int, Span] = {}
        self.templates: dict[tuple[int, Node], Span] = {}
        self.next_span = 0
        self.arrays: dict[Anchor, Block] = {}
        self.placed: dict[Anchor, tuple[Rect, Block]] = {}
        self.respill = False
        self.widths: dict[int, int] = {}
        self.formats: dict[int, list[tuple[Style, IdSet]]] = {}
        self.frozen = (0, 0)
        self.views: dict[str, View] = {}

    @property
    def offset(self) -> int:
        """Rows of the grid before the first data row."""
        return 1 if self.header else 0

    @property
    def height(self) -> int:
        """Rows of the grid that exist."""
        return len(self.rows) + self.offset

    def column_at(self, position: int) -> Column | None:
        """The column at a position; None if nothing was ever written there."""
        return self.columns.get(self.axis.id_at(position))

    def made(self, id_: int) -> Column:
        """The column of an id, made if it holds nothing yet."""
        column = self.columns.get(id_)
        if column is None:
            column = self.columns[id_] = Column(id_)
            position = self.axis.position(id_)
            if position is not None:
                self.axis = self.axis.grown(position + 1)
        return column

    def place(self, column: int) -> int:
        """The position of a column that exists."""
        position = self.axis.position(column)
        return -1 if position is None else position

    def in_order(self) -> Iterator[tuple[int, Column | None]]:
        """Ids and columns from left to right."""
        for id_ in self.axis.ids(0, len(self.axis)).tolist():
            yield id_, self.columns.get(id_)

    def span_of(self, column: int, template: Node) -> Span:
        """The span of a template in a column, made if it is new."""
        template = canonical(template)
        span = self.templates.get((column, template))
        if span is None:
            sid = self.next_span
            self.next_span += 1
            span = Span(sid, self, column, template)
            self.spans[sid] = span
            self.templates[column, template] = span
        return span

    def reword(self, span: Span, template: Node) -> None:
        """All cells of a span have this template from now on."""
        template = canonical(template)
        column, known = self.columns[span.column], self.templates.get((span.column, template))
        if known is None:
            del self.templates[span.column, span.template]
            self.templates[span.column, template] = span
            span.become(template)
            return
        owners = column.owners()
        owners[owners == span.sid] = known.sid
        known.count += span.count
        known.include(span.low, span.high)
        self.forget(span)

    def forget(self, span: Span) -> None:
        """A span without cells goes."""
        if self.spans.pop(span.sid, None) is not None:
            self.templates.pop((span.column, span.template), None)
            span.version += 1

    def release(self, owners: Anything) -> None:
        """Cells that belonged to these owners have them no more."""
        found, counts = np.unique(owners, return_counts=True)
        for sid, count in zip(found.tolist(), counts.tolist(), strict=True):
            if sid == SPILLED:
                self.respill = True
            elif sid != NO_FORMULA:
                span = self.spans[sid]
                span.count -= count
                if span.count == 0:
                    self.forget(span)


def _margin(made: Compiled) -> int:
    tops = [
        ANCHOR_ROW - top
        for read in (*made.reads, *made.places)
        for top, absolute in (
            ((read.row, read.row_absolute),)
            if isinstance(read, Reference)
            else ((read.top, read.top_absolute), (read.bottom, read.bottom_absolute))
            if isinstance(read, Area) and read.whole != "columns"
            else ()
        )
        if not absolute
    ]
    return max([0, *tops])


def key_of(id_: str) -> str:
    """How stored formulas name a tab, so that its name may change."""
    return "\x01" + id_.casefold()


def compiled(template: Node) -> Compiled:
    """A template made ready."""
    return compile_formula(relative(template, -ANCHOR_ROW, -ANCHOR_COLUMN), ANCHOR_ROW, ANCHOR_COLUMN)
