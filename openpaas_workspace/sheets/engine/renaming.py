"""Formulas go with the names of tabs and of tables' columns, which are texts in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .book import Book
from .formulas import Node, References, Structured, map_references, references
from .source import table_called, table_name
from .tabs import Tab

Rename = Callable[[References, Tab | None], Node]


def named(book: Book, tab: Tab) -> None:
    """Formulas written before there was a tab of this name mean it from now on."""
    folded = tab.name.casefold()

    def meant(item: References, _home: Tab | None) -> Node:
        if isinstance(item, Structured) or item.tab is None or item.tab.casefold() != folded:
            return item
        return replace(item, tab=tab.key)

    _follow(book, meant)


def rename_tab(book: Book, tab: Tab, name: str) -> None:
    """The tab is called so; formulas about its table say the new name."""
    old, new = table_name(tab.name), table_name(name)
    own = table_called(book, old) is tab

    def said(item: References, _home: Tab | None) -> Node:
        if not isinstance(item, Structured) or item.table.casefold() != old.casefold():
            return item
        return replace(item, table=new)

    if own and old != new:
        _follow(book, said)
    tab.name = name
    named(book, tab)


def rename_column(book: Book, tab: Tab, column: int, old: str, new: str) -> None:
    """The column is called `new` now and no more `old`: formulas about it say so, unless another has that name too."""
    if not old or not new or old == new:
        return
    folded = old.lower()
    if any(known.id != column and known.name.lower() == folded for known in tab.columns.values()):
        return

    def renamed(text: str | None) -> str | None:
        return new if text is not None and text.lower() == folded else text

    def said(item: References, home: Tab | None) -> Node:
        if not isinstance(item, Structured):
            return item
        about = table_called(book, item.table) if item.table else home
        return replace(item, first=renamed(item.first), last=renamed(item.last)) if about is tab else item

    _follow(book, said)


def _follow(book: Book, rename: Rename) -> None:
    for tab in book.tabs:
        for span in list(tab.spans.values()):
            if (made := _made(span.template, rename, tab)) is not None:
                tab.reword(span, made)
    for key, (text, node) in book.names.items():
        if (made := _made(node, rename, None)) is not None:
            book.names[key] = (text, made)


def _made(node: Node, rename: Rename, home: Tab | None) -> Node | None:
    """The formula anew, None if it stays as it is."""
    if all(rename(item, home) == item for item in references(node)):
        return None
    return map_references(node, lambda item: rename(item, home))
