"""Who may write where."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from openpaas_workspace.kit.errors import Forbidden
from openpaas_workspace.sheets import schemas as s

from .book import Book
from .edit import Axes, Edit
from .errors import Protected
from .tabs import Rect, Tab
from .wards import Decode, Ward, rect_of, touches

MAX_PROTECTIONS = 500


def may(book: Book, op: Any, author: str, decode: Decode) -> None:
    """Whether protections let the author do this; raises Protected, Forbidden."""
    if not book.protections:
        return
    if isinstance(op, s.Protect):
        known = book.protections.get(op.id)
        if known is not None and author != known.by and author not in (known.members or ()):
            raise Forbidden("Only who may write here can change this protection.")
        return
    found = _against(book, op, author, decode)
    if found is not None:
        raise Protected("These cells are protected: ask who protected them.", found)


def may_take_back(
    book: Book, step: s.Undo | s.Redo, follows: Collection[int], author: str, decode: Decode
) -> None:
    """As `may`, of an undo or redo; parts by whose index formulas only follow what they read are let through."""
    for index, part in enumerate(step.parts if book.protections else ()):
        if index in follows:
            continue
        if isinstance(part, s.Protect):
            may(book, part, author, decode)
        elif (found := _against(book, part, author, decode)) is not None:
            raise Protected("Part of this change is protected now: ask who protected it.", found)


def may_replace(book: Book, author: str) -> bool:
    """Whether somebody who does not manage the sheet may put other content in place of all of it."""
    return not any(is_closed(known, author) for known in book.protections.values())


def is_closed(protection: s.Protect, author: str) -> bool:
    """Whether the author may not write there."""
    return author not in (protection.members or ())


def place_of(tab: Tab, protection: s.Protect) -> tuple[list[int], Rect | None]:
    """Where it lies now: positions of columns, and a rectangle of the grid, ends excluded."""
    if protection.range is not None:
        return [], rect_of(tab, protection.range)
    places = (tab.axis.position(column) for column in protection.columns)
    return sorted(place for place in places if place is not None), None


def told(book: Book) -> list[dict[str, Any]]:
    """All that lie anywhere now, as pages know them."""
    found = []
    for protection in book.protections.values():
        tab = book.tab(protection.tab)
        columns, rect = place_of(tab, protection)
        if (protection.range is not None and rect is None) or (protection.columns and not columns):
            continue
        about = {"id": protection.id, "tab": tab.id, "by": protection.by, "columns": columns, "range": rect}
        found.append(about | {"members": list(protection.members or ())})
    return found


def follow(book: Book, edit: Edit, before: Axes, known: dict[str, s.Protect]) -> None:
    """Ranges go where what they hold has gone, as absolute references do; called after each op."""
    for id_, protection in known.items():
        tab = next((tab for tab in book.tabs if tab.id == protection.tab), None)
        then = None if tab is None else before.get(tab.key)
        if tab is None or then is None or protection.range is None:
            continue
        stayed = then[0] is tab.rows and then[1] is tab.axis and then[2] == tab.offset
        if stayed or book.protections.get(id_) is not protection:
            continue
        was = rect_of(tab, protection.range, then)
        now = None if was is None else _moved(edit, tab, was)
        if was is None or now is None:
            continue
        made = msgspec.structs.replace(protection, range=_named(tab, now))
        if made.range == protection.range:
            continue
        if now[2] - now[0] < was[2] - was[0] or now[3] - now[1] < was[3] - was[1]:
            # What is brought back at an end does not widen it again by itself.
            edit.setting(f"protection:{id_}", protection)
        book.protections[id_] = made


def _against(book: Book, op: Any, author: str, decode: Decode) -> str | None:
    """Which protection is against it."""
    tab = next((tab for tab in book.tabs if tab.id == getattr(op, "tab", None)), None)
    if tab is None or isinstance(op, s.AddTab):
        return None
    for protection in book.protections.values():
        if protection.tab != tab.id or not is_closed(protection, author):
            continue
        if touches(Ward(tab, protection), op, decode):
            return protection.id
    return None


def _moved(edit: Edit, tab: Tab, rect: Rect) -> Rect | None:
    top, left, bottom, right = rect
    for shift in edit.shifts:
        if shift.tab != tab.key:
            continue
        rows = shift.rows.span(top, bottom - 1) if shift.rows else (top, bottom - 1)
        columns = shift.columns.span(left, right - 1) if shift.columns else (left, right - 1)
        if rows is None or columns is None:
            return None
        (top, bottom), (left, right) = (rows[0], rows[1] + 1), (columns[0], columns[1] + 1)
    return top, left, bottom, right


def _named(tab: Tab, rect: Rect) -> s.Range:
    top, left, bottom, right = rect
    rows = [s.HEADER if at < tab.offset else tab.rows.id_at(at - tab.offset) for at in (top, bottom - 1)]
    return s.Range(top=rows[0], left=tab.axis.id_at(left), bottom=rows[1], right=tab.axis.id_at(right - 1))
