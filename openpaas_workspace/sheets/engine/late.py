"""A formula that comes late: typed upon an older state, it becomes what it would be had it been in its cell since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .axis import Axis
from .book import Book
from .edit import Axes
from .formulas import Node, relative, shift
from .history import Entry, History
from .moves import Shift, canonical, moved
from .tabs import Tab


class _Known(NamedTuple):
    """A formula and where everything stood before a change; `kept`: an undo of the change would put it back."""

    node: Node
    axes: Axes
    kept: bool


class Late:
    """A formula of a tab; `cell` are the ids of its row and column, if it is in one."""

    def __init__(self, book: Book, history: History, tab: Tab, cell: tuple[int, int] | None) -> None:
        self._book, self._history, self._tab, self._cell = book, history, tab, cell

    def after(self, entries: Sequence[Entry], node: Node) -> Node:
        """How it reads after these changes, the oldest first."""
        tab, cell = self._tab, self._cell
        known: dict[int, _Known] = {}
        for index, entry in enumerate(entries):
            if not (entry.shifts or entry.structure):
                continue
            before, target = node, known.get(entry.of)
            back = target is not None and target.kept
            if target is not None and back:
                now = next((later.axes for later in entries[index + 1 :] if later.axes), None)
                node = _returned(target, tab, self._book.axes() if now is None else now)
            else:
                for change in entry.shifts:
                    node = moved(node, tab.key, change)
                if cell is not None and not entry.shifts:
                    # What is beyond the sheet now may come back with the next order.
                    node = relative(node, -_distance(self._history, tab, entry, cell[0]), 0)
            kept = back or (cell is not None and _is_kept(before, entry, tab, cell))
            known[entry.seq] = _Known(before, entry.axes, kept)
        return shift(node, 0, 0)


def _returned(known: _Known, tab: Tab, now: Axes) -> Node:
    """The formula of before a change that was taken back, with what others did meanwhile."""
    node = known.node
    for key in known.axes.keys() & now.keys():
        change = Shift.between(key, known.axes[key], now[key])
        if change is not None:
            node = moved(node, tab.key, change)
    return node


def _is_kept(node: Node, entry: Entry, tab: Tab, cell: tuple[int, int]) -> bool:
    """Whether a change makes another formula of it, or one that the way back does not lead to: such are remembered."""
    at = _place(entry.axes.get(tab.key), cell)
    if at is None:
        return False
    template = relative(node, *at)
    for change in entry.shifts:
        node, to = moved(node, tab.key, change), _moved_to(at, tab, change)
        if to is None or (after := canonical(relative(node, *to))) != template:
            return True
        if change.back is not None:
            returned = _moved_to(to, tab, change.back)
            if returned is None or canonical(
                relative(moved(node, tab.key, change.back), *returned)
            ) != canonical(template):
                return True
        at, template = to, after
    return False


def _place(axes: tuple[Axis, Axis, int] | None, cell: tuple[int, int]) -> tuple[int, int] | None:
    if axes is None:
        return None
    rows, columns, offset = axes
    row, column = rows.position(cell[0]), columns.position(cell[1])
    return None if row is None or column is None else (row + offset, column)


def _moved_to(at: tuple[int, int], tab: Tab, change: Shift) -> tuple[int, int] | None:
    if change.tab != tab.key:
        return at
    row = change.rows.one(at[0]) if change.rows else at[0]
    column = change.columns.one(at[1]) if change.columns else at[1]
    return None if row is None or column is None else (row, column)


def _distance(history: History, tab: Tab, entry: Entry, row: int) -> int:
    """How far down a row came when the rows were sorted: what it holds goes with it."""
    before = next((rows for id_, rows, _ in entry.structure if id_ == tab.id), None)
    if before is None:
        return 0
    then = history.axes_at(entry.seq, tab.id)
    came, left = (then[0] if then else tab.rows).position(row), before.position(row)
    return 0 if came is None or left is None else came - left
