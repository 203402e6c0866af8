"""Formulas as OpenDocument writes them: `of:=SUM([.A1:.B3];[$Tab.C1])`, and as ours."""

from __future__ import annotations

import re
from dataclasses import replace

from ..book import Book
from ..formulas import Area, Name, Node, Reference, References, map_references
from ..formulas.legacy import without_marks
from ..formulas.tree import Literal, Spill, Structured, walk

_PART = re.compile(r'"(?:[^"]|"")*"|\[((?:[^\]\']|\'(?:[^\']|\'\')*\')*)\]|\{[^}]*\}|[;~!]')
_CANONICAL = re.compile(r'"(?:[^"]|"")*"|\[[^\]]*\]|\{[^}]*\}|,')
_CORNER = re.compile(r"(?:\$?((?:'(?:[^']|'')*')|[^'.]*))?\.(\$?[A-Z]{0,3}\$?\d{0,7})")
_INSIDE = re.compile(r'"(?:[^"]|"")*"|[;|,]')


def from_open(text: str) -> str | None:
    """A formula of OpenDocument without `=`, as ours; None for another language than OpenFormula."""
    if not text.startswith("of:="):
        return None
    try:
        return _PART.sub(_ours, text[4:])
    except ValueError:
        return None


def to_open(book: Book, node: Node) -> str | None:
    """A stored tree as OpenDocument has it; None for what it would not understand. `@` goes without saying there."""
    node = without_marks(node)
    if any(isinstance(part, Structured | Spill) for part in walk(node)):
        return None

    def bracketed(item: References) -> Node:
        if isinstance(item, Reference | Area):
            tab = None if item.tab is None else book.by_key(item.tab)
            if item.tab is not None and tab is None:
                return Literal("#REF!")
            plain = book.write(replace(item, tab=None))[1:]
            first, colon, last = plain.partition(":")
            where = f"${_quoted(tab.name)}" if tab is not None else ""
            return Name(f"[{where}.{first}" + (f":.{last}]" if colon else "]"))
        return item

    text = book.write(map_references(node, bracketed))[1:]
    return "of:=" + _CANONICAL.sub(_theirs, text)


def _ours(found: re.Match[str]) -> str:
    text = found[0]
    if found[1] is not None:
        return _reference(found[1])
    if text.startswith("{"):
        marks = {";": ",", "|": ";"}
        return _INSIDE.sub(lambda one: marks.get(one[0], one[0]), text)
    return {";": ",", "~": ",", "!": " "}.get(text, text)


def _theirs(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("{"):
        marks = {",": ";", ";": "|"}
        return _INSIDE.sub(lambda one: marks.get(one[0], one[0]), text)
    return ";" if text == "," else text


def _reference(text: str) -> str:
    """`.A1:.B3` or `$Tab.A1` as ours."""
    corners = []
    place = 0
    while place < len(text):
        found = _CORNER.match(text, place)
        if found is None:
            raise ValueError(text)
        corners.append((found[1] or "", found[2]))
        place = found.end() + 1
    tab = corners[0][0]
    prefix = f"{tab if tab.startswith(chr(39)) else _quoted(tab)}!" if tab else ""
    return prefix + ":".join(address for _, address in corners)


def _quoted(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_]\w*", name):
        return name
    return "'" + name.replace("'", "''") + "'"
