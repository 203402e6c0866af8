"""Calculates what a change made stale: by spans in the order of their dependencies, until nothing spills anew."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .book import Book
from .cells import Anything
from .columns import put_result
from .effort import Effort
from .formulas import evaluate
from .graph import Dirty, Edges, Graph, Region
from .knots import components, untie
from .source import Cells
from .spills import place
from .tabs import Span, Tab
from .values import Block, Error, scalar_block

_ROUNDS = 40
_RUNS = 8


class Calculator:
    """Evaluates spans of a workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.cells = Cells(book)
        self.graph = Graph(book, self.cells)
        self.effort = Effort()
        self._ends: dict[str, tuple[int, int]] = {}

    def run(self, regions: list[Region], spans: Iterable[tuple[Span, int, int]]) -> list[Region]:
        """Calculates all that depends on changed regions, and the spans (rows of the grid); returns what changed."""
        with self.effort.kept():
            return self._run(regions, spans)

    def _run(self, regions: list[Region], spans: Iterable[tuple[Span, int, int]]) -> list[Region]:
        changed: list[Region] = list(regions)
        spans = [
            *spans,
            *(
                (span, *lanes(span))
                for span in (*self.graph.volatile, *self._stretched())
                if self.graph.alive(span)
            ),
        ]
        anchors: set[tuple[Tab, int, int]] = set()
        for turn in range(_ROUNDS):
            dirty, edges = self.graph.spread(regions, spans)
            self._calculate(dirty, edges)
            changed += [
                (span.tab, span.tab.place(span.column), low, high)
                for span, parts in dirty.items()
                for low, high in parts
            ]
            regions = [region for tab in self.book.tabs for region in place(tab)]
            changed += regions
            spans = [(span, *lanes(span)) for span in self._stretched() if self.graph.alive(span)]
            if not regions and not spans:
                return changed
            if turn >= _ROUNDS // 2:
                anchors |= {(tab, column, low) for tab, column, low, _ in regions}
        for tab, column, row in anchors:
            self._give_up(tab, column, row)
        return changed

    def everything(self) -> list[Region]:
        """Calculates all formulas, from nothing that was kept."""
        self.graph.rebuild()
        for tab in self.book.tabs:
            for column in tab.columns.values():
                column.forget()
        return self.run([], [(span, *lanes(span)) for tab in self.book.tabs for span in tab.spans.values()])

    def _stretched(self) -> set[Span]:
        """Formulas about all of a tab that has got longer, wider or less since this was asked last."""
        ends = {tab.key: (tab.height, len(tab.axis)) for tab in self.book.tabs}
        before, self._ends = self._ends, ends
        found: set[Span] = set()
        for key, spans in self.graph.elastic.items():
            if ends.get(key) != before.get(key):
                found |= spans
        return found

    def evaluate(self, span: Span, low: int, high: int) -> None:
        """Calculates lanes (rows of the grid) of a span, in any order."""
        if low < span.margin < high:
            self.evaluate(span, low, span.margin)
            low = span.margin
        tab = span.tab
        column, offset = tab.columns[span.column], tab.offset
        owner = column.owners()[low - offset : high - offset]
        mine = owner == span.sid
        if span.spills:
            for row in np.flatnonzero(mine).tolist():
                self._single(span, low + row)
            return
        rows = np.flatnonzero(mine)
        if len(rows) == 0:
            return
        for anchor in [anchor for anchor in tab.arrays if anchor[0] == span.column]:
            place = tab.rows.position(anchor[1])
            if place is not None and column.owner_at(place) == span.sid:
                del tab.arrays[anchor]
        first, last = int(rows[0]), int(rows[-1]) + 1
        parts = _runs(rows) if len(rows) < last - first else [(first, last)]
        if len(parts) <= _RUNS or len(rows) < (last - first) // 4:
            for start, stop in parts:
                put_result(column, low - offset + start, self._values(span, low + start, stop - start))
            return
        made = self._values(span, low + first, last - first)
        put_result(column, low - offset + first, made, mine[first:last])

    def evaluate_plainly(self, span: Span, low: int, high: int) -> None:
        """Calculates a few lanes (rows of the grid) that all belong to a span whose lanes give one value each."""
        column, offset = span.tab.columns[span.column], span.tab.offset
        put_result(column, low - offset, self._values(span, low, high - low))

    def fail(self, span: Span, row: int, error: Error) -> None:
        """A cell (row of the grid) of a span shows an error instead of a result."""
        tab = span.tab
        tab.arrays.pop((span.column, tab.rows.id_at(row - tab.offset)), None)
        put_result(tab.columns[span.column], row - tab.offset, scalar_block(error))

    def _values(self, span: Span, row: int, count: int) -> Block:
        tab = span.tab

        def work() -> Block:
            return evaluate(span.compiled, self.cells, tab.key, row, tab.place(span.column), lanes=count)

        made = self.effort.within(span, work)
        return scalar_block(Error.LIMIT, count) if made is None else made

    def _single(self, span: Span, row: int) -> None:
        tab = span.tab
        block = self._values(span, row, 1)
        anchor = (span.column, tab.rows.id_at(row - tab.offset))
        if block.shape == (1, 1):
            tab.arrays.pop(anchor, None)
            put_result(tab.columns[span.column], row - tab.offset, block)
            return
        before = tab.arrays.get(anchor)
        if before is None or not _alike(before, block):
            tab.arrays[anchor] = block
        put_result(tab.columns[span.column], row - tab.offset, block.view(slice(1), slice(1)))

    def _calculate(self, dirty: Dirty, edges: Edges) -> None:
        for group in components(dirty, edges):
            if len(group) > 1 or group[0] in edges.get(group[0], ()):
                untie(self, group, dirty)
            else:
                for low, high in dirty[group[0]]:
                    self.evaluate(group[0], low, high)

    def _give_up(self, tab: Tab, column: int, row: int) -> None:
        there = tab.column_at(column)
        owner = there.owner_at(row - tab.offset) if there is not None else -1
        if owner >= 0:
            self.fail(tab.spans[owner], row, Error.CYCLE)
            place(tab)


def lanes(span: Span) -> tuple[int, int]:
    """All lanes of a span, as rows of the grid."""
    return span.low + span.tab.offset, span.high + span.tab.offset


def _runs(rows: Anything) -> list[tuple[int, int]]:
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    starts = rows[np.concatenate(([0], cuts))]
    stops = rows[np.concatenate((cuts - 1, [len(rows) - 1]))] + 1
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _alike(one: Block, other: Block) -> bool:
    return (
        one.shape == other.shape
        and bool((one.tags == other.tags).all())
        and bool((one.numbers == other.numbers).all())
        and bool((one.text_array() == other.text_array()).all())
    )
