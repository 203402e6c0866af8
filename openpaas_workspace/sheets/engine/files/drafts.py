"""A workbook made of what a file says: cells by column, formulas, looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import pyarrow as pa

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.sheets.schemas import Style

from ..arrow import from_arrow
from ..axis import COLUMNS_INSERTED, ROWS_INSERTED, Axis
from ..book import Book
from ..cells import NO_WORDS, Anything, Cells
from ..columns import Column
from ..dtypes import AUTO
from ..formats import PLAIN
from ..formulas import Node, relative
from ..formulas.legacy import from_single, intersecting
from ..idset import ALL, from_ids, subtract
from ..tabs import Tab
from ..values import Tag
from .limits import fits

_REFERENCE = re.compile(
    r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'!|(?<![A-Za-z0-9_.$])(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})(?![A-Za-z0-9_(.])'
)
_BAD_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_LABEL = 255


@dataclass(slots=True)
class Draft:
    """A tab as a file has it, by positions of its grid from 0."""

    name: str
    columns: dict[int, Cells] = field(default_factory=dict)
    height: int = 0
    width: int = 0
    # Where a formula stands, and its text there.
    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    # The same formula in other rows of its column: of which in `formulas`.
    shared: list[tuple[int, int, int]] = field(default_factory=list)
    # What an array fills: top, left, bottom, right, ends excluded; its formula stands in the first. Formulas that are
    # none of these take one cell where a range stands for a value.
    arrays: list[tuple[int, int, int, int]] = field(default_factory=list)
    looks: dict[int, list[tuple[Style, Anything]]] = field(default_factory=dict)
    column_looks: dict[int, Style] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)


def book_of(drafts: Sequence[Draft], names: Sequence[tuple[str, str]] = ()) -> Book:
    """The state of a new workbook; raises TooLarge. A formula that cannot be read stays the value it had."""
    book = Book()
    for number, draft in enumerate(drafts, 1):
        for row, place, _ in (*draft.formulas, *draft.shared):
            draft.height, draft.width = max(draft.height, row + 1), max(draft.width, place + 1)
        fits(draft.height, draft.width, draft.height * len(draft.columns))
        book.tabs.append(_tab(f"t{number}", _free_name(draft.name or f"Sheet{number}", book), draft))
    for name, text in names:
        _define(book, name, text)
    for tab, draft in zip(book.tabs, drafts, strict=True):
        _join_formulas(book, tab, draft)
    return book


def tab_of(table: pa.Table, name: str, looks: dict[int, Style] | None = None, *, header: bool = True) -> Book:
    """A workbook of one table, whose types are kept."""
    fits(table.num_rows + 1, table.num_columns, table.num_rows * table.num_columns)
    tab = Tab("t1", _free_name(name, Book()))
    tab.header = header
    tab.rows = Axis.plain(table.num_rows, ROWS_INSERTED)
    tab.axis = Axis.plain(table.num_columns, COLUMNS_INSERTED)
    for place, incoming in enumerate(from_arrow(table)):
        column = Column(place, incoming.name if header else "", incoming.dtype, incoming.cells)
        column.index = incoming.index
        tab.columns[place] = column
    for place, style in (looks or {}).items():
        tab.formats[place] = [(style, ALL)]
    return Book(tabs=[tab])


def _tab(id_: str, name: str, draft: Draft) -> Tab:
    for array in draft.arrays:
        _empty(draft, array)
    tab = Tab(id_, name)
    labels = _labels(draft)
    offset = 1 if labels else 0
    tab.header = bool(labels)
    tab.rows = Axis.plain(max(draft.height - offset, 0), ROWS_INSERTED)
    tab.axis = Axis.plain(draft.width, COLUMNS_INSERTED)
    tab.widths = {place: width for place, width in draft.widths.items() if place < draft.width}
    tab.frozen = draft.frozen
    for place in list(draft.columns):
        cells = draft.columns.pop(place)
        kept = cells.take(slice(offset, None)) if offset else cells
        if kept.codes is not None and not bool((kept.codes >= 0).any()):  # the label was the only text
            kept.codes, kept.words = None, NO_WORDS
        tab.columns[place] = Column(place, labels[place] if labels else "", AUTO, kept)
    for place in set(draft.looks) | set(draft.column_looks):
        _dress(tab, place, draft, offset)
    return tab


def _empty(draft: Draft, array: tuple[int, int, int, int]) -> None:
    """What an array had filled: it fills it again."""
    top, left, bottom, right = array
    for place in range(left, min(right, draft.width)):
        cells = draft.columns.get(place)
        stop = min(bottom, 0 if cells is None else len(cells))
        if cells is not None and stop > top:
            cells.put(slice(top, stop), Cells.empty(stop - top))


def _labels(draft: Draft) -> list[str]:
    """What the first row calls the columns, if it holds nothing but texts, each once, over most of them."""
    if draft.height < 2 or not draft.width or any(row == 0 for row, _, _ in draft.formulas):
        return []
    columns = [draft.columns.get(place) for place in range(draft.width)]
    first = [cells.at(0) if cells is not None and len(cells) else None for cells in columns]
    labels = [label for label in first if isinstance(label, str) and len(label) <= _LONGEST_LABEL]
    if len(labels) + first.count(None) < draft.width or len(labels) * 2 <= draft.width - 1:
        return []
    if len({label.casefold() for label in labels}) < len(labels):
        return []
    if draft.width == 1 and not bool((draft.columns[0].tags[1:] == Tag.NUMBER).any()):
        return []
    return [label if isinstance(label, str) else "" for label in first]


def _dress(tab: Tab, place: int, draft: Draft, offset: int) -> None:
    """Looks of a column; those of a header are the page's."""
    rest = ALL
    formats = []
    for style, rows in draft.looks.get(place, []):
        where = from_ids(rows[rows >= offset].astype(np.int64) - offset)
        rest = subtract(rest, where)
        if style != PLAIN and len(where):
            formats.append((style, where))
    below = draft.column_looks.get(place, PLAIN)
    if below != PLAIN and len(rest):
        formats.append((below, rest))
    if formats:
        tab.formats[place] = formats


def _join_formulas(book: Book, tab: Tab, draft: Draft) -> None:
    """Formulas of a draft, those that are filled down as one."""
    known: dict[tuple[int, bool, str], Node | None] = {}
    spilling = {(top, left) for top, left, _, _ in draft.arrays}
    places: dict[tuple[int, Node], list[int]] = {}
    templates: list[Node | None] = []
    for row, place, text in draft.formulas:
        spills = (row, place) in spilling
        key = (place, spills, _from_here(text, row, place))
        if key not in known:
            known[key] = _template(book, text, (row, place), spills=spills)
        template = known[key]
        templates.append(template)
        if template is not None:
            places.setdefault((place, template), []).append(row)
    for row, place, number in draft.shared:
        template = templates[number]
        if template is not None:
            places.setdefault((place, template), []).append(row)
    for (place, template), rows in places.items():
        _own(tab, place, template, np.unique(np.array(rows, dtype=np.int64)) - tab.offset)


def _own(tab: Tab, place: int, template: Node, rows: Anything) -> None:
    column = tab.made(place)
    column.grown(int(rows[-1]) + 1)
    span = tab.span_of(place, template)
    column.owners()[rows] = span.sid
    column.cells.put(rows, Cells.empty(len(rows)))
    span.count += len(rows)
    span.include(int(rows[0]), int(rows[-1]) + 1)


def _template(book: Book, text: str, at: tuple[int, int], *, spills: bool) -> Node | None:
    if "[" in text:  # a part of another file, or a table that stays behind
        return None
    try:
        node = from_single(book.read("=" + text))
        return relative(node if spills else intersecting(node, book.of_many), *at)
    except (WorkspaceError, RecursionError):
        return None


def _from_here(text: str, row: int, place: int) -> str:
    """The text with distances for positions, so that formulas filled down read alike."""

    def distance(found: re.Match[str]) -> str:
        letters = found[2]
        if letters is None:
            return found[0]
        column = 0
        for letter in letters.upper():
            column = column * 26 + ord(letter) - 64
        across = f"C{column}" if found[1] else f"C[{column - 1 - place}]"
        down = f"R{found[4]}" if found[3] else f"R[{int(found[4]) - 1 - row}]"
        return down + across

    return _REFERENCE.sub(distance, text)


def _define(book: Book, name: str, text: str) -> None:
    try:
        node = book.read("=" + text)
    except (WorkspaceError, RecursionError):
        return
    if re.fullmatch(r"[^\W\d][\w.]{0,254}", name) and not name.startswith("_xl"):
        book.names[name.upper()] = (name, node)


def _free_name(name: str, book: Book) -> str:
    clean = _BAD_NAME.sub(" ", name).strip().strip("'")[:100] or "Sheet"
    return next(tried for tried in _tried(clean) if book.called(tried) is None)


def _tried(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name[:95]} {number}" for number in count(2))
