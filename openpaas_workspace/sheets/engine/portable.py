"""Stored formulas as text that means the same in another process: tabs by id."""

from __future__ import annotations

from dataclasses import replace

from .formulas import Area, Name, Node, Reference, References, map_references, parse, shift, unparse
from .tabs import key_of


def portable(node: Node) -> str:
    """A formula with tabs by id: `'$t1'!A1`."""

    def named(item: References) -> Node:
        if isinstance(item, Reference | Area | Name) and item.tab is not None and item.tab.startswith("\x01"):
            return replace(item, tab="$" + item.tab[1:])
        return item

    return unparse(shift(map_references(node, named), 0, 0))


def local(text: str) -> Node:
    """From `portable`; raises FormulaError."""

    def keyed(item: References) -> Node:
        if isinstance(item, Reference | Area | Name) and item.tab is not None and item.tab.startswith("$"):
            return replace(item, tab=key_of(item.tab[1:]))
        return item

    return map_references(parse(text), keyed)
