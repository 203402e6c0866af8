"""Which rows of a tab somebody may see. Every way out of a sheet asks here, and here only.

There are no rules yet: all rows are everybody's. What a rule hides is then in no window, view, search, table, export or
copy, and nothing is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from openpaas_workspace.sheets.schemas import Changed, Lost

from .book import Book
from .cells import Anything
from .tabs import Tab
from .values import Mask


class Reader(NamedTuple):
    """Who looks: a member's id, and whether they manage the sheet."""

    member: str
    manages: bool = False


# The server itself: for the log, snapshots and the file of the sheet.
SERVER: Final = Reader("", manages=True)
# Somebody of whom nothing is known: sees what all may see.
ANYBODY: Final = Reader("")

Rule: TypeAlias = Callable[[Book, Tab, Reader], Mask]


def rules_of(book: Book, tab: Tab) -> Sequence[Rule]:  # noqa: ARG001  (no tab has any yet)
    """The rules of a tab: each says for every data row whether it is hidden from a reader."""
    return ()


def seen(book: Book, tab: Tab, reader: Reader) -> Anything | None:
    """Positions of the data rows that a reader may see, in order; None for all."""
    rules = rules_of(book, tab)
    if not rules or reader is SERVER:
        return None
    hidden = np.zeros(len(tab.rows), dtype=np.bool_)
    for rule in rules:
        hidden |= rule(book, tab, reader)
    return np.flatnonzero(~hidden) if hidden.any() else None


def within(book: Book, tab: Tab, reader: Reader, order: Anything | None) -> Anything | None:
    """Those of the rows of a view (None for all) that a reader may see, in the order of the view."""
    rows = seen(book, tab, reader)
    if rows is None or order is None:
        return rows if order is None else order
    return order[np.isin(order, rows)]


def sees_all(book: Book, reader: Reader) -> bool:
    """Whether a reader may have the sheet as a file, with all that is in it."""
    return all(seen(book, tab, reader) is None for tab in book.tabs)


def told(book: Book, changed: Sequence[Changed]) -> list[Changed]:
    """What everybody hears of a change: of a tab with rules only that it changed, not where."""
    ruled = {tab.id for tab in book.tabs if rules_of(book, tab)}
    if not ruled:
        return list(changed)
    return [Changed(tab=one.tab, structure=True) if one.tab in ruled else one for one in changed]


def shown_lost(book: Book, lost: Sequence[Lost], reader: Reader) -> list[Lost]:
    """What a reader hears of others' values that they overwrote."""
    found: list[Lost] = []
    for one in lost:
        tab = next((tab for tab in book.tabs if tab.id == one.tab), None)
        rows = None if tab is None else seen(book, tab, reader)
        if rows is None or (tab is not None and tab.rows.position(one.row) in set(rows.tolist())):
            found.append(one)
    return found
