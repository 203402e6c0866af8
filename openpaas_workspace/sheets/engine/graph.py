"""Which formulas read which cells: spans and intervals, never single cells."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from .book import Book
from .ends import open_ended
from .formulas import Area, Node, Reference, Spill, Structured, references, resolve
from .formulas.tree import Call, Name, walk
from .functions.registry import TABLE
from .source import Cells
from .tabs import ANCHOR_COLUMN, ANCHOR_ROW, Span, Tab
from .values import MAX_COLUMNS, MAX_ROWS

Region: TypeAlias = tuple[Tab, int, int, int]  # tab, column position, rows of the grid
Dirty: TypeAlias = dict[Span, list[tuple[int, int]]]
Edges: TypeAlias = dict[Span, set[Span]]

_WIDE = 32  # columns; an area with more stands in a list of its own
_MANY = 8  # times that a span may be dirtied bit by bit before all of it is


class Read(NamedTuple):
    """Cells that each lane of a span reads: columns `left … right-1`, rows `top … bottom` of the grid.

    A relative end is a distance from the lane.
    """

    tab: str
    left: int
    right: int
    top: int
    bottom: int
    top_relative: bool
    bottom_relative: bool

    def reach(self, low: int, high: int) -> tuple[int, int]:
        """Rows read by lanes `low … high-1`, as bounds."""
        tops = (self.top + low, self.top + high - 1) if self.top_relative else (self.top, self.top)
        bottoms = (
            (self.bottom + low, self.bottom + high - 1)
            if self.bottom_relative
            else (self.bottom, self.bottom)
        )
        return min(tops[0], bottoms[0]), max(tops[1], bottoms[1]) + 1

    def lanes(self, start: int, stop: int, low: int, high: int) -> tuple[int, int]:
        """Which of the lanes `low … high-1` read any of the rows `start … stop-1`."""
        if self.top_relative and self.bottom_relative:
            first, last = sorted((self.top, self.bottom))
            return max(low, start - last), min(high, stop - first)
        if not self.top_relative and not self.bottom_relative:
            first, last = sorted((self.top, self.bottom))
            return (low, high) if first < stop and last >= start else (low, low)
        fixed, distance = (self.bottom, self.top) if self.top_relative else (self.top, self.bottom)
        if fixed < start:
            return max(low, start - distance), high
        return (low, high) if fixed < stop else (low, min(high, stop - distance))


class _Index:
    """Reads of one column; those of spans that have changed since are skipped."""

    def __init__(self) -> None:
        self.entries: list[tuple[Span, int, Read]] = []
        self.bounds: list[tuple[int, int]] = []
        self._arrays = np.empty((0, 2), dtype=np.int64)

    def add(self, span: Span, read: Read) -> None:
        self.entries.append((span, span.version, read))
        self.bounds.append(read.reach(span.low + span.tab.offset, span.high + span.tab.offset))

    def met(self, start: int, stop: int) -> Iterator[tuple[Span, Read]]:
        if len(self._arrays) != len(self.bounds):
            self._arrays = np.array(self.bounds, dtype=np.int64).reshape(-1, 2)
        hits = np.flatnonzero((self._arrays[:, 0] < stop) & (self._arrays[:, 1] > start))
        for hit in hits.tolist():
            span, version, read = self.entries[hit]
            if span.version == version:
                yield span, read

    def purge(self) -> None:
        kept = [
            (entry, bound)
            for entry, bound in zip(self.entries, self.bounds, strict=True)
            if entry[0].version == entry[1]
        ]
        self.entries = [entry for entry, _ in kept]
        self.bounds = [bound for _, bound in kept]
        self._arrays = np.empty((0, 2), dtype=np.int64)


class Graph:
    """Dependencies of all spans of a workbook."""

    def __init__(self, book: Book, cells: Cells) -> None:
        self.book = book
        self.cells = cells
        self.columns: dict[tuple[str, int], _Index] = {}
        self.wide: dict[str, _Index] = {}
        self.volatile: set[Span] = set()
        self.elastic: dict[str, set[Span]] = {}
        self.by_span: dict[Span, tuple[int, list[Read]]] = {}
        self._added = 0

    def rebuild(self) -> None:
        """Reads everything anew; after changes of structure."""
        self.columns.clear()
        self.wide.clear()
        self.volatile.clear()
        self.elastic.clear()
        self.by_span.clear()
        self._added = 0
        for tab in self.book.tabs:
            for span in tab.spans.values():
                self.add(span)

    def add(self, span: Span) -> None:
        """A span is new, or covers more rows than before."""
        known = self.by_span.get(span)
        if known is not None and known[0] == span.version:
            return
        reads = list(reads_of(self.book, self.cells, span))
        self.by_span[span] = (span.version, reads)
        if span.compiled.volatile or any(is_volatile(node) for node in _named(self.book, span)):
            self.volatile.add(span)
        for tab in elastic_in(self.book, self.cells, span):
            self.elastic.setdefault(tab, set()).add(span)
        for read in reads:
            if read.right - read.left > _WIDE:
                self.wide.setdefault(read.tab, _Index()).add(span, read)
                continue
            for column in range(read.left, read.right):
                self.columns.setdefault((read.tab, column), _Index()).add(span, read)
        self._added += 1
        if self._added > 1000 and self._added > 2 * len(self.by_span):
            self._purge()

    def alive(self, span: Span) -> bool:
        """Whether the span still has cells."""
        return span.count > 0

    def readers(self, region: Region) -> Iterator[tuple[Span, Read]]:
        """Spans that may read some of a region."""
        tab, column, start, stop = region
        index = self.columns.get((tab.key, column))
        if index is not None:
            yield from index.met(start, stop)
        index = self.wide.get(tab.key)
        if index is not None:
            yield from (
                (span, read) for span, read in index.met(start, stop) if read.left <= column < read.right
            )

    def spread(
        self, regions: Iterable[Region], spans: Iterable[tuple[Span, int, int]]
    ) -> tuple[Dirty, Edges]:
        """Lanes to calculate again after regions changed and spans (rows of the grid) were written, and who reads whom."""
        dirty: Dirty = {}
        edges: Edges = {}
        pushes: dict[Span, int] = {}
        queue: deque[tuple[Region, Span | None]] = deque((region, None) for region in regions)

        def soil(span: Span, low: int, high: int) -> None:
            have = dirty.setdefault(span, [])
            if any(a <= low and high <= b for a, b in have):
                return
            pushes[span] = pushes.get(span, 0) + 1
            if pushes[span] > _MANY:
                low, high = span.low + span.tab.offset, span.high + span.tab.offset
            dirty[span] = _with(have, low, high)
            queue.append(((span.tab, span.tab.place(span.column), low, high), span))

        for span, low, high in spans:
            soil(span, low, high)
        while queue:
            region, maker = queue.popleft()
            for span, read in self.readers(region):
                offset = span.tab.offset
                low, high = read.lanes(region[2], region[3], span.low + offset, span.high + offset)
                if low >= high:
                    continue
                if maker is not None:
                    edges.setdefault(maker, set()).add(span)
                soil(span, low, high)
        return dirty, edges

    def _purge(self) -> None:
        self._added = len(self.by_span)
        self.by_span = {span: known for span, known in self.by_span.items() if self.alive(span)}
        for known in (self.volatile, *self.elastic.values()):
            known.intersection_update([span for span in known if self.alive(span)])
        for index in (*self.columns.values(), *self.wide.values()):
            index.purge()


def _with(intervals: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    """The intervals with one more, joined where they touch."""
    apart = [(a, b) for a, b in intervals if b < low or a > high]
    near = [(a, b) for a, b in intervals if not (b < low or a > high)]
    low = min([low, *(a for a, _ in near)])
    high = max([high, *(b for _, b in near)])
    return sorted([*apart, (low, high)])


def reads_of(book: Book, cells: Cells, span: Span) -> Iterator[Read]:
    """What the lanes of a span read, names included."""
    tab = span.tab
    column = tab.place(span.column)
    for item in span.compiled.reads:
        yield from _read(item, span, column, (ANCHOR_ROW, ANCHOR_COLUMN), cells)
    for node in _named(book, span):
        for inner in references(node):
            if not isinstance(inner, Name):
                yield from _read(inner, span, column, (0, 0), cells)


def is_volatile(node: Node) -> bool:
    """Whether a function in it differs at each calculation."""
    return any(
        isinstance(part, Call) and part.name in TABLE and TABLE[part.name].volatile for part in walk(node)
    )


def elastic_in(book: Book, cells: Cells, span: Span) -> Iterator[str]:
    """Keys of the tabs whose number of rows and columns counts for the results of a span."""
    home = span.tab.key
    for node in (span.compiled.node, *_named(book, span)):
        for item in open_ended(node):
            if isinstance(item, Area):
                yield item.tab or home
            elif (table := cells.table(item.table, home, 0, 0)) is not None:
                yield table.tab


def _named(book: Book, span: Span) -> Iterator[Node]:
    """What the names in a formula stand for, and those in them."""
    seen: set[str] = set()
    names = list(span.compiled.names)
    while names:
        name = names.pop().upper()
        known = book.names.get(name)
        if known is not None and name not in seen:
            seen.add(name)
            names += [inner.text for inner in references(known[1]) if isinstance(inner, Name)]
            yield known[1]


def _read(
    item: Reference | Area | Structured | Spill,
    span: Span,
    column: int,
    anchor: tuple[int, int],
    cells: Cells,
) -> Iterator[Read]:
    tab = span.tab
    if isinstance(item, Spill):
        item = item.anchor
    if isinstance(item, Structured):
        row = span.low + tab.offset
        found = resolve(item, cells, tab.key, row, column)
        if isinstance(found, Area):
            this_row = "#This Row" in item.items
            # A table goes on with its tab.
            last = found.bottom if set(item.items) == {"#Headers"} else MAX_ROWS - 1
            top, bottom = (found.top - row, found.bottom - row) if this_row else (found.top, last)
            right = MAX_COLUMNS if item.first is None else found.right + 1
            yield Read(found.tab or tab.key, found.left, right, top, bottom, this_row, this_row)
        return
    if isinstance(item, Reference):
        item = Area(
            item.row, item.column, item.row, item.column,
            item.row_absolute, item.column_absolute, item.row_absolute, item.column_absolute, item.tab,
        )  # fmt: skip
    left = item.left if item.left_absolute else item.left - anchor[1] + column
    right = item.right if item.right_absolute else item.right - anchor[1] + column
    left, right = sorted((left, right))
    if item.whole == "rows":
        left, right = 0, MAX_COLUMNS - 1
    if right < 0:
        return
    if item.whole == "columns":
        yield Read(item.tab or tab.key, max(left, 0), right + 1, 0, MAX_ROWS - 1, False, False)
        return
    top = item.top if item.top_absolute else item.top - anchor[0]
    bottom = item.bottom if item.bottom_absolute else item.bottom - anchor[0]
    yield Read(
        item.tab or tab.key,
        max(left, 0),
        right + 1,
        top,
        bottom,
        not item.top_absolute,
        not item.bottom_absolute,
    )
