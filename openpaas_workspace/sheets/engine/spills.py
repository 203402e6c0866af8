"""Arrays that one cell makes and several show."""

from __future__ import annotations

import numpy as np

from .cells import Cells
from .columns import NO_FORMULA, SPILLED, put_result
from .tabs import Anchor, Rect, Tab
from .values import MAX_COLUMNS, MAX_ROWS, Block, Error, Tag, scalar_block

Region = tuple[Tab, int, int, int]  # tab, column position, rows of the grid


def withdraw(tab: Tab) -> None:
    """Takes all spilled values away, before cells move; `place` puts them back."""
    for anchor in list(tab.placed):
        _clear(tab, anchor)
    tab.respill = tab.respill or bool(tab.arrays)


def place(tab: Tab) -> list[Region]:
    """Puts every array where it belongs, the topmost first, or `#SPILL!` where something is in the way.

    Returns what changed.
    """
    if not tab.arrays and not tab.placed:
        tab.respill = False
        return []
    wanted = _wanted(tab)
    fitting: dict[Anchor, tuple[Rect, Block]] = {}
    blocked: list[Rect] = []
    for anchor, (rect, block) in sorted(wanted.items(), key=lambda item: item[1][0]):
        if _free(tab, rect, [other for other, _ in fitting.values()]):
            fitting[anchor] = (rect, block)
        else:
            blocked.append(rect)
    changed: list[Region] = []
    for anchor in [anchor for anchor in tab.placed if tab.respill or not _same(tab, anchor, fitting)]:
        changed += _regions(tab, tab.placed[anchor][0])
        _clear(tab, anchor)
    tab.respill = False
    for anchor, (rect, block) in fitting.items():
        if anchor not in tab.placed:
            _show(tab, anchor, rect, block)
            changed += _regions(tab, rect)
    changed += [(tab, rect[1], rect[0], rect[0] + 1) for rect in blocked if _blocked(tab, rect)]
    return changed


def _wanted(tab: Tab) -> dict[Anchor, tuple[Rect, Block]]:
    found: dict[Anchor, tuple[Rect, Block]] = {}
    for (column, row), block in list(tab.arrays.items()):
        left, top = tab.axis.position(column), tab.rows.position(row)
        known = tab.columns.get(column)
        if left is None or top is None or known is None or known.owner_at(top) < 0:
            del tab.arrays[column, row]
            continue
        height, width = block.shape
        top += tab.offset
        found[column, row] = ((top, left, top + height, left + width), block)
    return found


def _same(tab: Tab, anchor: Anchor, wanted: dict[Anchor, tuple[Rect, Block]]) -> bool:
    if anchor not in wanted:
        return False
    (rect, block), (other, new) = tab.placed[anchor], wanted[anchor]
    return rect == other and block is new


def _regions(tab: Tab, rect: Rect) -> list[Region]:
    top, left, bottom, right = rect
    return [(tab, column, top, bottom) for column in range(left, right)]


def _free(tab: Tab, rect: Rect, taken: list[Rect]) -> bool:
    top, left, bottom, right = rect
    if bottom > MAX_ROWS or right > MAX_COLUMNS:
        return False
    if any(a[0] < bottom and top < a[2] and a[1] < right and left < a[3] for a in taken):
        return False
    low, high = top - tab.offset, bottom - tab.offset
    for position in range(left, right):
        column = tab.column_at(position)
        start = low + 1 if position == left else low
        if column is None or start >= len(column):
            continue
        filled = column.cells.tags[start:high] != Tag.EMPTY
        if column.owner is not None:
            owner = column.owner[start:high]
            filled = (filled & (owner == NO_FORMULA)) | (owner >= 0)
        if filled.any():
            return False
    return True


def _show(tab: Tab, anchor: Anchor, rect: Rect, block: Block) -> None:
    top, left, bottom, right = rect
    low = top - tab.offset
    tab.rows = tab.rows.grown(bottom - tab.offset)
    tab.axis = tab.axis.grown(right)
    for position in range(left, right):
        column = tab.made(tab.axis.id_at(position))
        put_result(column, low, block.view(slice(None), slice(position - left, position - left + 1)))
        owner = column.owners()
        owner[low + (1 if position == left else 0) : bottom - tab.offset] = SPILLED
    tab.placed[anchor] = (rect, block)


def _blocked(tab: Tab, rect: Rect) -> bool:
    """The anchor shows the error; says whether it did not before."""
    top, left = rect[0] - tab.offset, rect[1]
    column = tab.column_at(left)
    if column is None or column.at(top) is Error.SPILL:
        return False
    put_result(column, top, scalar_block(Error.SPILL))
    return True


def _clear(tab: Tab, anchor: Anchor) -> None:
    """Cells that still show an array are emptied; the anchor keeps its value until it is calculated or placed."""
    (top, left, bottom, right), _ = tab.placed.pop(anchor)
    low, high = top - tab.offset, bottom - tab.offset
    for position in range(left, right):
        column = tab.column_at(position)
        if column is None or column.owner is None:
            continue
        stop = min(high, len(column))
        mine = low + np.flatnonzero(column.owner[low:stop] == SPILLED)
        if len(mine):
            column.put(mine, Cells.empty(len(mine)), native=column.native)
            column.owner[mine] = NO_FORMULA
