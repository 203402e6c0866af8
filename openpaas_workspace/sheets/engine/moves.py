"""Where positions go when rows or columns are inserted, deleted or moved, and what becomes of references."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from .axis import Axis
from .formulas import Area, Node, Reference, References, map_references, references, relative
from .formulas.tree import GONE, sorted_area
from .idset import IdSet, from_runs

END = 2**40
MOST_PIECES = 20_000


class Piece(NamedTuple):
    """Positions `start … stop-1` go to `start+shift …`; they are gone if `shift` is None.

    `moved`: they were taken out of their surroundings, so that ranges around them do not follow.
    """

    start: int
    stop: int
    shift: int | None
    moved: bool = False


class Moves:
    """A map of positions: pieces that cover all of them, in order."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = list(pieces)
        self.breaks = [piece.start for piece in self.pieces[1:]]
        alive = [piece.start + piece.shift for piece in self.pieces if piece.shift is not None]
        self._in_order = alive == sorted(alive) and not any(piece.moved for piece in self.pieces)

    @classmethod
    def insert(cls, at: int, count: int) -> Moves:
        """`count` new positions before `at`."""
        return cls([Piece(0, at, 0), Piece(at, END, count)] if at else [Piece(0, END, count)])

    @classmethod
    def delete(cls, intervals: Sequence[tuple[int, int]]) -> Moves:
        """Sorted, disjoint intervals go."""
        pieces, start, shift = [], 0, 0
        for first, stop in intervals:
            if first > start:
                pieces.append(Piece(start, first, shift))
            pieces.append(Piece(first, stop, None))
            shift -= stop - first
            start = stop
        pieces.append(Piece(start, END, shift))
        return cls(pieces)

    @classmethod
    def put_back(cls, intervals: Sequence[tuple[int, int]]) -> Moves:
        """What deleting these intervals took away comes again."""
        pieces, start, shift = [], 0, 0
        for first, stop in intervals:
            if first - shift > start:
                pieces.append(Piece(start, first - shift, shift))
            start = first - shift
            shift += stop - first
        pieces.append(Piece(start, END, shift))
        return cls(pieces)

    @classmethod
    def move(cls, start: int, stop: int, to: int) -> Moves:
        """`start … stop-1` is put before position `to`."""
        count = stop - start
        if to <= start:
            parts = [Piece(0, to, 0), Piece(to, start, count), Piece(start, stop, to - start, moved=True)]
            return cls([*(part for part in parts if part.stop > part.start), Piece(stop, END, 0)])
        parts = [Piece(0, start, 0), Piece(start, stop, to - stop, moved=True), Piece(stop, to, -count)]
        return cls([*(part for part in parts if part.stop > part.start), Piece(to, END, 0)])

    @classmethod
    def there_and_back(cls, start: int, stop: int, to: int) -> tuple[Moves, Moves]:
        """A move and the one that takes it back."""
        count = stop - start
        back = cls.move(to, to + count, stop) if to <= start else cls.move(to - count, to, start)
        return cls.move(start, stop, to), back

    @classmethod
    def between(cls, old: Axis, new: Axis, offset: int) -> Moves | None:
        """From one order of ids to another; None when they differ in too many places."""
        if len(old.starts) + len(new.starts) > MOST_PIECES:
            return None
        pieces = [Piece(0, offset, 0)] if offset else []
        wide = max(len(old), len(new) + old.tail - new.tail)
        if wide > len(old):
            old = old.grown(wide)
        if new.tail < old.tail:
            new = new.grown(len(new) + old.tail - new.tail)
        for position, first, count in _placed(old):
            pieces += _found(position + offset, first, count, new, offset)
        shift = len(new) - len(old) - (new.tail - old.tail)
        pieces.append(Piece(len(old) + offset, END, shift))
        return cls(pieces)

    def one(self, position: int) -> int | None:
        """Where a position goes; None if it is gone."""
        piece = self.pieces[bisect_right(self.breaks, position)]
        return None if piece.shift is None else position + piece.shift

    def span(self, first: int, last: int) -> tuple[int, int] | None:
        """Where a range goes, both ends included: its ends follow what stays, all of it follows what moves as one."""
        met = [piece for piece in self._met(first, last) if piece.shift is not None]
        if not met:
            return None
        staying = [piece for piece in met if not piece.moved] or met
        images = [
            (max(first, piece.start) + piece.shift, min(last, piece.stop - 1) + piece.shift)
            for piece in staying
            if piece.shift is not None
        ]
        return min(low for low, _ in images), max(high for _, high in images)

    def _met(self, first: int, last: int) -> Sequence[Piece]:
        """The pieces of a range, or as many of them as tell where its ends go."""
        low, high = bisect_right(self.breaks, first), bisect_right(self.breaks, last)
        if not self._in_order:
            return self.pieces[low : high + 1]
        # Otherwise a long list of pieces would be read for each formula.
        while low < high and self.pieces[low].shift is None:
            low += 1
        while low < high and self.pieces[high].shift is None:
            high -= 1
        return self.pieces[low], self.pieces[high]

    def hull(self, start: int, stop: int) -> tuple[int, int]:
        """Bounds of everything that positions `start … stop-1` become."""
        images = [
            (max(start, piece.start) + piece.shift, min(stop, piece.stop) + piece.shift)
            for piece in self.pieces
            if piece.start < stop and piece.stop > start and piece.shift is not None
        ]
        return (min(low for low, _ in images), max(high for _, high in images)) if images else (0, 0)


def _placed(axis: Axis) -> Iterator[tuple[int, int, int]]:
    position = 0
    for first, count in axis.runs(0, len(axis)):
        yield position, first, count
        position += count


def _found(position: int, first: int, count: int, new: Axis, offset: int) -> Iterator[Piece]:
    """A run of ids as pieces: where in the new order it is, and where it is not."""
    images = sorted(
        (new.id_at(start), start, stop) for start, stop in _runs_at(new, from_runs([(first, count)]))
    )
    at = first
    for id_, start, stop in images:
        if id_ > at:
            yield Piece(position + at - first, position + id_ - first, None)
        place = position + id_ - first
        yield Piece(place, place + stop - start, start + offset - place)
        at = id_ + stop - start
    if at < first + count:
        yield Piece(position + at - first, position + count, None)


def _runs_at(axis: Axis, ids: IdSet) -> Iterator[tuple[int, int]]:
    """Positions of ids, cut where the ids do not follow each other."""
    for start, stop in axis.intervals(ids):
        position = start
        for _, count in axis.runs(start, stop):
            yield position, position + count
            position += count


class Shift(NamedTuple):
    """One change of structure: tab key, and how its rows or columns move, in positions of the grid.

    `back` is what takes a move back; a formula that it would not bring back is remembered.
    """

    tab: str
    rows: Moves | None = None
    columns: Moves | None = None
    back: Shift | None = None

    @classmethod
    def between(cls, key: str, then: tuple[Axis, Axis, int], now: tuple[Axis, Axis, int]) -> Shift | None:
        """How a tab's positions changed; None if they did not, or too much to follow."""
        rows = columns = None
        if then[0] is not now[0] or then[2] != now[2]:
            rows = Moves.between(then[0], now[0], then[2])
            if rows is not None and then[2] != now[2]:
                rows = _offset(rows, now[2] - then[2])
        if then[1] is not now[1]:
            columns = Moves.between(then[1], now[1], 0)
        return None if rows is None and columns is None else cls(key, rows, columns)


def _offset(moves: Moves, by: int) -> Moves:
    pieces = [
        piece._replace(shift=None if piece.shift is None else piece.shift + by) for piece in moves.pieces
    ]
    if by < 0:
        pieces[0] = pieces[0]._replace(shift=None)
    return Moves(pieces)


def moved(node: Node, home: str, shift: Shift) -> Node:
    """A formula written in tab `home` after a change of structure."""

    def follow(item: References) -> Node:
        if not isinstance(item, Reference | Area) or (item.tab or home) != shift.tab:
            return item
        return _cell(item, shift) if isinstance(item, Reference) else _area(sorted_area(item), shift)

    return map_references(node, follow)


def _cell(item: Reference, shift: Shift) -> Node:
    if item.row < 0 or item.column < 0:
        return item
    row = shift.rows.one(item.row) if shift.rows else item.row
    column = shift.columns.one(item.column) if shift.columns else item.column
    if row is None or column is None:
        return GONE
    return item if (row, column) == (item.row, item.column) else replace(item, row=row, column=column)


def _area(item: Area, shift: Shift) -> Node:
    if item.top < 0 or item.left < 0:
        return item
    rows = columns = None
    if shift.rows and item.whole != "columns":
        rows = shift.rows.span(item.top, item.bottom)
        if rows is None:
            return GONE
    if shift.columns and item.whole != "rows":
        columns = shift.columns.span(item.left, item.right)
        if columns is None:
            return GONE
    top, bottom = rows or (item.top, item.bottom)
    left, right = columns or (item.left, item.right)
    return replace(item, top=top, bottom=bottom, left=left, right=right)


def canonical(template: Node) -> Node:
    """The template with the corners of its areas in one order, whichever way they were turned when it was written."""
    return map_references(template, lambda item: _ordered(item) if isinstance(item, Area) else item)


def _ordered(area: Area) -> Area:
    """Absolute ends come first, then lesser numbers."""
    if (not area.top_absolute, area.top) > (not area.bottom_absolute, area.bottom):
        area = replace(
            area,
            top=area.bottom,
            bottom=area.top,
            top_absolute=area.bottom_absolute,
            bottom_absolute=area.top_absolute,
        )
    if (not area.left_absolute, area.left) > (not area.right_absolute, area.right):
        area = replace(
            area,
            left=area.right,
            right=area.left,
            left_absolute=area.right_absolute,
            right_absolute=area.left_absolute,
        )
    return area


class Lanes(NamedTuple):
    """Rows `start … stop-1` before the change, and their template after it."""

    start: int
    stop: int
    template: Node


def follow_span(template: Node, lanes: tuple[int, int], column: int, home: str, shift: Shift) -> list[Lanes]:
    """What a change of structure makes of a formula filled into rows of a column; deleted rows are left out.

    Lanes whose references all move alike stay together, so this takes as many steps as there are references.
    """
    own = home == shift.tab
    to_column = shift.columns.one(column) if own and shift.columns else column
    if to_column is None:
        return []

    def at(row: int) -> Node | None:
        to_row = shift.rows.one(row) if own and shift.rows else row
        if to_row is None:
            return None
        return canonical(relative(moved(relative(template, -row, -column), home, shift), to_row, to_column))

    start, stop = lanes
    found: list[Lanes] = []
    for first, end in _uniform(template, start, stop, home, shift):
        head = at(first)
        if head is None:
            continue
        if end - first == 1 or at(end - 1) == head:
            found.append(Lanes(first, end, head))
            continue
        found.extend(Lanes(row, row + 1, made) for row in range(first, end) if (made := at(row)) is not None)
    return found


def _uniform(template: Node, start: int, stop: int, home: str, shift: Shift) -> Iterator[tuple[int, int]]:
    """The lanes cut wherever one of their references, or they themselves, cross a place where positions jump."""
    cuts = {start, stop}
    if shift.rows and stop - start > 1:
        breaks = shift.rows.breaks
        distances = {0} if home == shift.tab else set()
        for item in references(template):
            if isinstance(item, Reference | Area) and (item.tab or home) == shift.tab:
                distances.update(_distances(item))
                cuts.update(cut for cut in _turns(item) if start < cut < stop)
        cuts.update(cut for b in breaks for d in distances if start < (cut := b - d) < stop)
    ordered = sorted(cuts)
    yield from pairwise(ordered)


def _distances(item: Reference | Area) -> Iterator[int]:
    if isinstance(item, Reference):
        if not item.row_absolute:
            yield item.row
        return
    if item.whole == "columns":
        return
    for row, absolute in ((item.top, item.top_absolute), (item.bottom, item.bottom_absolute)):
        if not absolute:
            yield row


def _turns(item: Reference | Area) -> Iterator[int]:
    """Lanes where an area with one absolute end turns over."""
    if isinstance(item, Area) and item.top_absolute != item.bottom_absolute:
        place = item.top - item.bottom if item.top_absolute else item.bottom - item.top
        yield place
        yield place + 1
