"""References to tables: `Sales[Qty]`, `[@Qty]`, `Sales[[#Headers],[Qty]:[Price]]`."""

from __future__ import annotations

import re

from .errors import FormulaError
from .tree import Node, Structured

ITEMS = {text.lower(): text for text in ("#All", "#Data", "#Headers", "#Totals", "#This Row")}
_PART = re.compile(r"\s*\[((?:[^\[\]']|'.)*)\]\s*")
_ESCAPED = re.compile(r"'(.)")
_SPECIAL = re.compile(r"([\[\]#'@])")
_PLAIN = re.compile(r"[\w. ]*\w\Z")


def read_structured(table: str, text: str, position: int) -> Node:
    """The reference in `text`, which has its outer brackets. Raises FormulaError."""
    inner = text[1:-1].strip()
    items: list[str] = []
    if inner.startswith("@"):
        items.append("#This Row")
        inner = inner[1:].strip()
    elif not table and not inner:
        raise FormulaError("The [ ] names no column.", position)
    first, last = None, None
    if inner.startswith("["):
        first, last = _parts(inner, items, position)
    elif inner.lower() in ITEMS:
        items.append(ITEMS[inner.lower()])
    elif inner:
        first = _plain(inner, position)
    return Structured(table, tuple(items), first, last)


def _plain(text: str, position: int) -> str:
    if text.startswith("#") or re.search(r"(?<!')[\[\]]", _ESCAPED.sub("", text)):
        raise FormulaError("The part in [ ] is no column of a table.", position)
    return _ESCAPED.sub(r"\1", text)


def _parts(inner: str, items: list[str], position: int) -> tuple[str | None, str | None]:
    columns: list[str] = []
    index, joint = 0, ","
    while True:
        match = _PART.match(inner, index)
        if match is None or len(columns) > 2:
            raise FormulaError("The part in [ ] is no column of a table.", position)
        word = match.group(1)
        if word.lower() in ITEMS and joint == ",":
            items.append(ITEMS[word.lower()])
        else:
            columns.append(_ESCAPED.sub(r"\1", word))
        index = match.end()
        if index == len(inner):
            break
        joint = inner[index]
        if joint not in ",:" or (joint == ":" and not columns) or (joint == "," and columns):
            raise FormulaError("The part in [ ] is no column of a table.", position)
        index += 1
    return (columns[0] if columns else None), (columns[1] if len(columns) > 1 else None)


def structured_text(node: Structured) -> str:
    """The reference as canonical text."""
    row_only = node.items == ("#This Row",)
    if row_only and node.last is None:
        if node.first is None:
            return f"{node.table}[@]"
        plain = _PLAIN.match(node.first)
        return f"{node.table}[@{node.first}]" if plain else f"{node.table}[@[{_escape(node.first)}]]"
    columns = [column for column in (node.first, node.last) if column is not None]
    if not node.items and len(columns) == 1:
        return f"{node.table}[{_escape(columns[0])}]"
    if not columns and len(node.items) < 2:
        return f"{node.table}[{''.join(node.items)}]"
    parts = [f"[{item}]" for item in node.items]
    if columns:
        parts.append(":".join(f"[{_escape(column)}]" for column in columns))
    return f"{node.table}[{','.join(parts)}]"


def _escape(column: str) -> str:
    return _SPECIAL.sub(r"'\1", column)
