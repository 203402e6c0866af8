"""Rows and columns come, go and move, and every formula goes on meaning the cells it meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .axis import Axis
from .book import Book
from .cells import Anything
from .columns import Column
from .edit import Edit, Gone, Grown, New, Reordered
from .formulas import Area, Node, references
from .moves import Moves, Shift, follow_span, moved
from .spills import withdraw
from .tabs import Span, Tab
from .values import Tag


class _Rewrite(NamedTuple):
    tab: Tab
    column: Column
    rows: Anything
    template: Node


def insert_rows(book: Book, edit: Edit, tab: Tab, at: int, new: int | Sequence[tuple[int, int]]) -> None:
    """Rows before a data row: as many new ones, or those with given ids."""
    reach(edit, tab, rows=at)
    before = tab.rows
    after = before.inserted(at, new) if isinstance(new, int) else before.restored(at, new)
    count = len(after) - len(before)
    _follow(book, edit, tab, Shift(tab.key, rows=Moves.insert(at + tab.offset, count)))
    end = len(before)
    _splice(tab, [(0, at), (-1, count), (at, end)])
    tab.rows = after
    edit.keep(New(tab.id, after.idset(at, at + count), columns=False))
    _bounds(tab, Moves.insert(at, count))
    edit.axes = book.axes()


def delete_rows(book: Book, edit: Edit, tab: Tab, intervals: Sequence[tuple[int, int]]) -> None:
    """Data rows go, and all that is in them."""
    if not intervals:
        return
    reach(edit, tab, rows=intervals[-1][1])
    withdraw(tab)
    edit.keep(Gone(tab.id, tuple(intervals), tab.rows), 200 + 32 * len(intervals))
    for column in tab.columns.values():
        for start, stop in intervals:
            if start < len(column):
                at = slice(start, min(stop, len(column)))
                edit.touch(tab, column.id, edit.capture(tab, column, at))
    moves = Moves.delete(intervals)
    grid = [(start + tab.offset, stop + tab.offset) for start, stop in intervals]
    back = Shift(tab.key, rows=Moves.put_back(grid))
    _follow(book, edit, tab, Shift(tab.key, rows=Moves.delete(grid), back=back))
    for column in tab.columns.values():
        if column.owner is not None:
            for start, stop in intervals:
                tab.release(column.owner[start:stop])
    kept, at_row = [], 0
    for start, stop in intervals:
        kept.append((at_row, start))
        at_row = stop
    _splice(tab, [*kept, (at_row, len(tab.rows))])
    tab.rows = tab.rows.removed(intervals)
    _bounds(tab, moves)
    edit.axes = book.axes()


def move_rows(book: Book, edit: Edit, tab: Tab, block: tuple[int, int], to: int) -> None:
    """A block of data rows (first, one after the last) is put before row `to`."""
    start, stop = block
    reach(edit, tab, rows=max(stop, to))
    before, offset, end = tab.rows, tab.offset, len(tab.rows)
    edit.keep(Reordered(tab.id, before, columns=False, block=(start, stop)))
    moves, back = Moves.there_and_back(start + offset, stop + offset, to + offset)
    _follow(book, edit, tab, Shift(tab.key, rows=moves, back=Shift(tab.key, rows=back)))
    if to <= start:
        pieces = [(0, to), (start, stop), (to, start), (stop, end)]
    else:
        pieces = [(0, start), (stop, to), (start, stop), (to, end)]
    _splice(tab, pieces)
    tab.rows = before.moved(start, stop, to)
    _bounds(tab, Moves.move(start, stop, to))
    edit.axes = book.axes()


def order_rows(book: Book, edit: Edit, tab: Tab, order: Anything) -> None:
    """Rows are put in order: `order[k]` is the position now of what comes k-th. Formulas move as Excel's sort does:
    their distances stay."""
    withdraw(tab)
    edit.keep(Reordered(tab.id, tab.rows, columns=False, block=None), 200 + 32 * len(tab.rows.starts))
    for column in tab.columns.values():
        column.reorder(order)
    tab.rows = tab.rows.ordered(order)
    for span in tab.spans.values():
        span.low, span.high = 0, len(order)
        span.version += 1
    edit.structure.add(tab.id)
    edit.moved = True
    edit.axes = book.axes()


def insert_columns(book: Book, edit: Edit, tab: Tab, at: int, new: int | Sequence[tuple[int, int]]) -> None:
    """Columns before a position: as many new ones, or those with given ids."""
    reach(edit, tab, columns=at)
    before = tab.axis
    after = before.inserted(at, new) if isinstance(new, int) else before.restored(at, new)
    count = len(after) - len(before)
    _follow(book, edit, tab, Shift(tab.key, columns=Moves.insert(at, count)))
    tab.axis = after
    edit.keep(New(tab.id, after.idset(at, at + count), columns=True))
    edit.axes = book.axes()


def delete_columns(book: Book, edit: Edit, tab: Tab, intervals: Sequence[tuple[int, int]]) -> None:
    """Columns go, and all that is in them."""
    if not intervals:
        return
    reach(edit, tab, columns=intervals[-1][1])
    withdraw(tab)
    gone = [id_ for start, stop in intervals for id_ in tab.axis.ids(start, stop).tolist()]
    columns = [tab.columns[id_] for id_ in gone if id_ in tab.columns]
    edit.keep(
        Gone(tab.id, tuple(intervals), tab.axis, tuple(column_state(tab, column) for column in columns))
    )
    for column in columns:
        if len(column):
            edit.touch(tab, column.id, edit.capture(tab, column, slice(0, len(column))))
    back = Shift(tab.key, columns=Moves.put_back(intervals))
    _follow(book, edit, tab, Shift(tab.key, columns=Moves.delete(intervals), back=back))
    for column in columns:
        if column.owner is not None:
            tab.release(column.owner)
        del tab.columns[column.id]
    for key in [key for key in tab.arrays if key[0] in set(gone)]:
        del tab.arrays[key]
    tab.axis = tab.axis.removed(intervals)
    edit.axes = book.axes()


def move_columns(book: Book, edit: Edit, tab: Tab, block: tuple[int, int], to: int) -> None:
    """A block of columns (first, one after the last) is put before position `to`."""
    start, stop = block
    reach(edit, tab, columns=max(stop, to))
    edit.keep(Reordered(tab.id, tab.axis, columns=True, block=(start, stop)))
    moves, back = Moves.there_and_back(start, stop, to)
    _follow(book, edit, tab, Shift(tab.key, columns=moves, back=Shift(tab.key, columns=back)))
    tab.axis = tab.axis.moved(start, stop, to)
    edit.axes = book.axes()


def trim(edit: Edit, tab: Tab, rows: int, columns: int) -> None:
    """The last rows and columns go as far as they are empty; nobody's references change."""
    withdraw(tab)
    used = max([0, *(_used(column) for column in tab.columns.values())])
    before, wide = len(tab.rows), len(tab.axis)
    tab.rows = tab.rows.trimmed(max(min(rows, before - used), 0))
    for column in tab.columns.values():
        column.splice([(0, len(tab.rows))])
    while columns and len(tab.axis):
        last = tab.columns.get(tab.axis.id_at(len(tab.axis) - 1))
        if tab.axis.trimmed(1) is tab.axis or (last is not None and (_used(last) or last.name)):
            break
        if last is not None:
            del tab.columns[last.id]
        tab.axis = tab.axis.trimmed(1)
        columns -= 1
    edit.keep(Grown(tab.id, len(tab.rows) - before, len(tab.axis) - wide))
    edit.structure.add(tab.id)
    edit.moved = True


def grow(edit: Edit, tab: Tab, rows: int, columns: int) -> None:
    """Rows and columns more at the end."""
    tab.rows = tab.rows.grown(len(tab.rows) + rows)
    tab.axis = tab.axis.grown(len(tab.axis) + columns)
    edit.keep(Grown(tab.id, rows, columns))
    edit.structure.add(tab.id)
    edit.moved = True


def reach(edit: Edit, tab: Tab, *, rows: int = 0, columns: int = 0) -> None:
    """What is about to change exists; an undo cuts off again what did not before."""
    long, wide = len(tab.rows), len(tab.axis)
    tab.rows, tab.axis = tab.rows.grown(rows), tab.axis.grown(columns)
    if len(tab.rows) > long or len(tab.axis) > wide:
        edit.keep(Grown(tab.id, len(tab.rows) - long, len(tab.axis) - wide))


def _used(column: Column) -> int:
    """Rows up to the last that holds anything."""
    filled = column.cells.tags != Tag.EMPTY
    if column.owner is not None:
        filled |= column.owner >= 0
    rows = np.flatnonzero(filled)
    return int(rows[-1]) + 1 if len(rows) else 0


def set_header(book: Book, edit: Edit, tab: Tab, *, header: bool) -> None:
    """The tab has a header from now on, or has none: references follow their cells."""
    if tab.header == header:
        return
    moves = Moves.insert(0, 1) if header else Moves.delete([(0, 1)])
    _follow(book, edit, tab, Shift(tab.key, rows=moves))
    tab.header = header
    edit.axes = book.axes()


def column_state(tab: Tab, column: Column) -> dict[str, Any]:
    """What a column is, apart from its cells."""
    state: dict[str, Any] = {"id": column.id, "name": column.name, "dtype": column.dtype.state()}
    if column.index:
        state["index"] = True
    if column.id in tab.widths:
        state["width"] = tab.widths[column.id]
    return state


def _follow(book: Book, edit: Edit, tab: Tab, shift: Shift) -> None:
    """Formulas of all tabs, and names, before the cells move; those that its `back` would not bring back are remembered."""
    withdraw(tab)
    edit.structure.add(tab.id)
    edit.shifts.append(shift)
    edit.moved = True
    rewrites: list[_Rewrite] = []
    for home in book.tabs:
        for span in home.spans.values():
            if home is tab or shift.tab in _tabs_read(span):
                rewrites += _rewrites(home, span, shift)
                if shift.back is not None and _may_not_return(span.template, shift):
                    _remember(edit, home, span, shift, shift.back)
    for rewrite in rewrites:
        edit.rewrite(rewrite.tab, rewrite.column, rewrite.rows, rewrite.template)
    for name, (text, node) in book.names.items():
        book.names[name] = (text, moved(node, "", shift))


def _tabs_read(span: Span) -> set[str | None]:
    return {
        getattr(read, "tab", None) or getattr(getattr(read, "anchor", None), "tab", None)
        for read in (*span.compiled.reads, *span.compiled.places)
    }


def _rewrites(home: Tab, span: Span, shift: Shift) -> list[_Rewrite]:
    offset, column = home.offset, home.columns[span.column]
    lanes = (span.low + offset, span.high + offset)
    found: list[_Rewrite] = []
    for start, stop, template in follow_span(span.template, lanes, home.place(span.column), home.key, shift):
        if template != span.template:
            rows = span.rows(start - offset, stop - offset)
            if len(rows):
                found.append(_Rewrite(home, column, rows, template))
    return found


def _may_not_return(template: Node, shift: Shift) -> bool:
    """Whether the way back of a change may lead elsewhere although the template stays the same.

    When something is deleted, that is so for areas of which one end stands and the other goes along.
    """
    pieces = [piece for moves in (shift.rows, shift.columns) if moves for piece in moves.pieces]
    return any(piece.moved for piece in pieces) or any(
        isinstance(item, Area)
        and (item.top_absolute != item.bottom_absolute or item.left_absolute != item.right_absolute)
        for item in references(template)
    )


def _remember(edit: Edit, home: Tab, span: Span, shift: Shift, back: Shift) -> None:
    place, own = home.place(span.column), home.key == shift.tab
    lanes = (span.low + home.offset, span.high + home.offset)
    for start, stop, template in follow_span(span.template, lanes, place, home.key, shift):
        to_place = shift.columns.one(place) if own and shift.columns else place
        returned: list[Node | None] = []
        for lane in {start, stop - 1}:
            to_lane = shift.rows.one(lane) if own and shift.rows else lane
            if to_lane is not None and to_place is not None:
                found = follow_span(template, (to_lane, to_lane + 1), to_place, home.key, back)
                returned.append(found[0].template if found else None)
        rows = span.rows(start - home.offset, stop - home.offset)
        if len(rows) and any(made != span.template for made in returned):
            edit.remember(home, home.columns[span.column], rows, span)


def _splice(tab: Tab, pieces: Sequence[tuple[int, int]]) -> None:
    for column in tab.columns.values():
        column.splice(pieces)


def _bounds(tab: Tab, moves: Moves) -> None:
    for span in tab.spans.values():
        span.low, span.high = moves.hull(span.low, span.high)
        span.version += 1


def order_from(before: Axis, now: Axis) -> Anything:
    """The order that puts rows back as they were in `before`; rows that are new since stay behind their neighbours."""
    ids = now.ids(0, len(now))
    rank = before.at(ids)
    # A row that is new since goes with the last known one above it, or stays at the end.
    known = np.flatnonzero(rank >= 0)
    rank[int(known[-1]) + 1 if len(known) else 0 :] = len(before)
    above = np.maximum.accumulate(np.where(rank >= 0, np.arange(len(ids)), -1))
    filled = np.where(above >= 0, rank[np.maximum(above, 0)], -1)
    return np.lexsort((np.arange(len(ids)), filled))
