"""Spans that read their own cells or each other's: running totals, and true cycles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .axis import merge_intervals
from .graph import Dirty, Edges, Read
from .tabs import Span
from .totals import run_total
from .values import Error

if TYPE_CHECKING:
    from .calculate import Calculator

T = TypeVar("T")
_Cell: TypeAlias = tuple[int, int]  # which span, row of the grid

_MOST_EDGES = 4_000_000


class _Link(NamedTuple):
    """Span number `reader` reads cells of span number `maker`."""

    reader: int
    maker: int
    read: Read


def components(dirty: Dirty, edges: Edges) -> list[list[Span]]:
    """Spans in the order in which they can be calculated; those that depend on each other stand together."""
    return strongly_connected(dirty, edges)[::-1]


def strongly_connected(nodes: Iterable[T], edges: Mapping[T, Iterable[T]]) -> list[list[T]]:
    """Tarjan's groups of nodes that reach each other; a group comes after all that it leads to."""
    number: dict[T, int] = {}
    lowest: dict[T, int] = {}
    stack: list[T] = []
    on_stack: set[T] = set()
    groups: list[list[T]] = []
    for root in nodes:
        if root in number:
            continue
        work: list[tuple[T, Iterable[T]]] = []

        def enter(node: T, work: list[tuple[T, Iterable[T]]] = work) -> None:
            number[node] = lowest[node] = len(number)
            stack.append(node)
            on_stack.add(node)
            work.append((node, iter(edges.get(node, ()))))

        enter(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in number:
                    enter(successor)
                    break
                if successor in on_stack:
                    lowest[node] = min(lowest[node], number[successor])
            else:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    groups.append(_popped(stack, on_stack, node))
    return groups


def _popped(stack: list[T], on_stack: set[T], node: T) -> list[T]:
    at = stack.index(node) if len(stack) < 64 else len(stack) - 1 - stack[::-1].index(node)
    group = stack[at:]
    del stack[at:]
    on_stack.difference_update(group)
    return group


def untie(calculator: Calculator, spans: Sequence[Span], dirty: Dirty) -> None:
    """Calculates spans that depend on each other, row by row where that can be; cells of a true cycle show it."""
    links = [
        _Link(reader, maker, read)
        for reader, span in enumerate(spans)
        for read in calculator.graph.by_span[span][1]
        for maker, other in enumerate(spans)
        if read.tab == other.tab.key and read.left <= other.tab.place(other.column) < read.right
    ]
    if len(spans) == 1 and len(links) == 1:
        parts = dirty[spans[0]]
        if all(run_total(calculator, spans[0], low, high) for low, high in parts):
            return
    for downward in (True, False):
        sweep = _sweep(spans, links, dirty, downward=downward)
        if sweep is not None:
            _swept(calculator, spans, dirty, sweep, downward=downward)
            return
    _cell_by_cell(calculator, spans, links, dirty)


def _sweep(
    spans: Sequence[Span], links: Sequence[_Link], dirty: Dirty, *, downward: bool
) -> tuple[int, list[int]] | None:
    """How many rows can be calculated at once, and the order of the spans in them; None if rows depend both ways."""
    step = 2**30
    same_row: dict[int, set[int]] = {}
    for link in links:
        nearest = _nearest(link, spans, dirty, downward=downward)
        if nearest is None or nearest < 0:
            return None
        if nearest == 0:
            same_row.setdefault(link.maker, set()).add(link.reader)
        step = min(step, _gap(link, nearest))
    groups = strongly_connected(range(len(spans)), same_row)
    if any(len(group) > 1 for group in groups) or any(
        maker in readers for maker, readers in same_row.items()
    ):
        return None
    return max(step, 1), [group[0] for group in reversed(groups)]


def _nearest(link: _Link, spans: Sequence[Span], dirty: Dirty, *, downward: bool) -> int | None:
    """How many rows lie at least between a lane and what it reads on the side already calculated."""
    read = link.read
    parts = dirty[spans[link.reader]]
    low, high = parts[0][0], parts[-1][1] - 1
    ends = []
    for value, is_relative in ((read.top, read.top_relative), (read.bottom, read.bottom_relative)):
        if is_relative:
            ends.append(-value if downward else value)
        else:
            ends.append(low - value if downward else value - high)
    return min(ends)


def _gap(link: _Link, nearest: int) -> int:
    """Rows that may be calculated together as far as this link goes; ranges that reach the lane's row need one."""
    if nearest > 0:
        return nearest
    read = link.read
    alone = read.top_relative and read.bottom_relative and read.top == read.bottom
    return 2**30 if alone else 1


def _swept(
    calculator: Calculator,
    spans: Sequence[Span],
    dirty: Dirty,
    sweep: tuple[int, list[int]],
    *,
    downward: bool,
) -> None:
    step, order = sweep
    intervals = merge_intervals([part for span in spans for part in dirty[span]])
    for start, stop in intervals if downward else reversed(intervals):
        starts = range(start, stop, step)
        for at in starts if downward else reversed(starts):
            for which in order:
                for low, high in dirty[spans[which]]:
                    a, b = max(at, low), min(at + step, stop, high)
                    if a < b:
                        calculator.evaluate(spans[which], a, b)


def _cell_by_cell(
    calculator: Calculator, spans: Sequence[Span], links: Sequence[_Link], dirty: Dirty
) -> None:
    rows = [_rows(span, dirty) for span in spans]
    edges: dict[_Cell, list[_Cell]] = {}
    count = 0
    for link in links:
        made = rows[link.maker]
        for row in rows[link.reader].tolist():
            low, high = link.read.reach(row, row + 1)
            first, last = np.searchsorted(made, (low, high)).tolist()
            count += last - first
            if count > _MOST_EDGES:
                _all_fail(calculator, spans, rows)
                return
            for source in made[first:last].tolist():
                edges.setdefault((link.maker, source), []).append((link.reader, row))
    cells = [(which, row) for which, own in enumerate(rows) for row in own.tolist()]
    for group in reversed(strongly_connected(cells, edges)):
        if len(group) > 1 or group[0] in edges.get(group[0], ()):
            for which, row in group:
                calculator.fail(spans[which], row, Error.CYCLE)
        else:
            which, row = group[0]
            calculator.evaluate(spans[which], row, row + 1)


def _rows(span: Span, dirty: Dirty) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    offset = span.tab.offset
    parts = [span.rows(low - offset, high - offset) + offset for low, high in dirty[span]]
    joined: np.ndarray[tuple[int], np.dtype[np.int64]] = np.concatenate(parts).astype(np.int64)
    return joined


def _all_fail(calculator: Calculator, spans: Sequence[Span], rows: Sequence[Iterable[int]]) -> None:
    for span, own in zip(spans, rows, strict=True):
        for row in own:
            calculator.fail(span, int(row), Error.CYCLE)
