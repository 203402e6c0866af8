"""What a page shows of a tab: values, inputs and looks of a few rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from openpaas_workspace.kit.errors import NotFound, TooLarge
from openpaas_workspace.sheets.schemas import Formula, Input, Moment, Style, Window, WindowColumn

from . import formats
from .book import Book
from .cells import Anything
from .columns import NO_FORMULA, Column
from .dtypes import EPOCH, Dtype
from .edit import Content
from .idset import contains
from .inputs import DATE_FORMAT, MOMENT_FORMAT, shown
from .tabs import Tab
from .values import Error, Scalar, Tag

MAX_WINDOW = 100_000  # cells
Places: TypeAlias = tuple[int, int, int]  # the first place, the last, how many rows are shown


def window(
    book: Book,
    tab: Tab,
    rows: tuple[int, int],
    columns: tuple[int, int],
    order: Anything | None,
    *,
    above: int,
    inputs: bool,
    looks: bool,
) -> Window:
    """A window; `order` are the positions of data rows that a view shows, `above` headings before all. Raises TooLarge."""
    height = tab.height if order is None else len(order) + tab.offset
    top, bottom = max(rows[0], 0), min(max(rows[1], 0), height)
    left, right = max(columns[0], 0), min(max(columns[1], 0), len(tab.axis))
    if max(bottom - top, 0) * max(right - left, 0) > MAX_WINDOW:
        raise TooLarge(f"A window has {MAX_WINDOW:,} cells at most.")
    head = 1 if tab.header and top == 0 and bottom > 0 else 0
    low, high = max(top - tab.offset, 0), max(bottom - tab.offset, 0)
    places = slice(low, high) if order is None else order[low:high]
    ids = tab.rows.ids(low, high) if order is None else tab.rows.ids_of(order[low:high])
    found = [_column(book, tab, place, places, head, inputs=inputs) for place in range(left, right)]
    styles, used = _looks(tab, [column.id for column in found], ids, head) if looks else ([], [])
    return Window(
        seq=book.seq,
        tab=tab.id,
        top=top,
        left=left,
        height=height,
        total=tab.height,
        width=len(tab.axis),
        next_row=tab.rows.tail,
        next_column=tab.axis.tail,
        rows=[-1] * head + ids.tolist(),
        columns=found,
        headings=0 if order is None else int(np.count_nonzero(order[:above] < above)),
        numbers=None if order is None else [0] * head + (order[low:high] + tab.offset).tolist(),
        styles=styles,
        looks=used,
    )


def places(tab: Tab, rows: tuple[int, int], order: Anything | None) -> Places:
    """Where a view shows some rows of the grid, both ends included."""
    top, bottom = rows
    if order is None:
        return top, bottom, bottom - top + 1
    head = int(tab.header and top == 0)
    shown = np.flatnonzero((order >= top - tab.offset) & (order <= bottom - tab.offset)) + tab.offset
    empty = max(0, bottom + 1 - max(top, tab.height))
    count = head + len(shown) + empty
    if not count:
        return 0, -1, 0
    hidden = tab.height - tab.offset - len(order)
    first = 0 if head else int(shown[0]) if len(shown) else max(top, tab.height) - hidden
    last = bottom - hidden if empty else int(shown[-1]) if len(shown) else 0
    return first, last, count


def values_of(column: Column, places: slice | Anything) -> list[Scalar]:
    """Values at some rows, as formulas see them; takes as long as the rows are many, however long the column is."""
    rows: Anything = np.arange(places.start, places.stop) if isinstance(places, slice) else places
    inside = rows < len(column)
    few = taken(column, rows[inside])
    count = len(few)
    tags, numbers = few.cells.tags.tolist(), few.floats(0, count).tolist()
    codes = few.cells.codes.tolist() if few.cells.codes is not None else [-1] * count
    words = few.cells.words
    made = [
        _scalar(tag, number, words[code] if code >= 0 else "")
        for tag, number, code in zip(tags, numbers, codes, strict=True)
    ]
    if count == len(rows):
        return made
    found: list[Scalar] = [None] * len(rows)
    for at, value in zip(np.flatnonzero(inside).tolist(), made, strict=True):
        found[at] = value
    return found


def taken(column: Column, rows: Anything) -> Column:
    """Some rows of a column as one of their own, with values in place of formulas."""
    part = Column(column.id, column.name, column.dtype, column.few(rows[rows < len(column)]))
    part.native, part.index = column.native, column.index
    part.grown(len(rows))
    return part


def input_at(book: Book, tab: Tab, row: int | None, place: int | None) -> Input:
    """What a cell at a data row and column position holds."""
    column = None if place is None else tab.column_at(place)
    if column is None or row is None or place is None:
        return None
    owner = column.owner_at(row)
    if owner >= 0:
        return Formula(v=book.text_at(tab.spans[owner].template, row + tab.offset, place))
    return None if owner != -1 else _as_input(column.at(row), column.dtype)


def kept_input(book: Book, item: Content, row: int) -> Input:
    """What a cell held, from what was remembered of it."""
    tab = book.tab(item.tab)
    for template, ids in item.formulas:
        if contains(ids, np.array([row], dtype=np.int64))[0]:
            position, place = tab.rows.position(row), tab.axis.position(item.column)
            return Formula(v=book.text_at(template, (position or 0) + tab.offset, place or 0))
    if item.cells is None:
        return None
    before = np.concatenate(([0], np.cumsum(item.ids[:, 1] - item.ids[:, 0])))
    run = int(np.searchsorted(item.ids[:, 0], row, side="right")) - 1
    kept = Column(item.column, "", tab.made(item.column).dtype, item.cells)
    kept.native = item.native
    return _as_input(kept.at(int(before[run]) + row - int(item.ids[run, 0])), kept.dtype)


def letters(place: int) -> str:
    """A column's letters by its position."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def named_columns(tab: Tab, chosen: Sequence[str] | None) -> tuple[list[Column], list[str]]:
    """The columns of a tab, or those that are chosen by name, and what a table calls them; raises NotFound."""
    columns = [column if column is not None else Column(id_) for id_, column in tab.in_order()]
    if tab.header:
        names = [
            column.name or ("" if column.index else letters(place)) for place, column in enumerate(columns)
        ]
    else:
        names = [letters(place) for place in range(len(columns))]
    if chosen is None:
        return columns, names
    places = []
    for name in chosen:
        if name not in names:
            raise NotFound(f"The sheet has no column called {name!r}.")
        places.append(names.index(name))
    return [columns[place] for place in places], [names[place] for place in places]


def number_format(dtype: Dtype) -> str | None:
    """The format in which a column's type shows numbers."""
    return {"date": DATE_FORMAT, "datetime": MOMENT_FORMAT, "duration": "[h]:mm:ss"}.get(dtype.kind)


def _column(
    book: Book, tab: Tab, place: int, places: slice | Anything, head: int, *, inputs: bool
) -> WindowColumn:
    id_ = tab.axis.id_at(place)
    column = tab.columns.get(id_)
    width = tab.widths.get(id_, 0)
    count = places.stop - places.start if isinstance(places, slice) else len(places)
    if column is None:
        empty: list[Input] = [None] * (count + head)
        return WindowColumn(
            id=id_, name="", dtype="", width=width, values=empty, inputs=empty if inputs else None
        )
    plain = values_of(column, places)
    values: list[Input] = [shown(value) for value in plain]
    names: list[Input] = [column.name or None] * head
    return WindowColumn(
        id=id_,
        name=column.name,
        dtype=column.dtype.pandas_name,
        width=width,
        values=names + values,
        number=number_format(column.dtype),
        inputs=names + _inputs(book, tab, place, places, plain) if inputs else None,
    )


def _inputs(
    book: Book, tab: Tab, place: int, places: slice | Anything, values: Sequence[Scalar]
) -> list[Input]:
    column = tab.column_at(place)
    if column is None:
        return [None] * len(values)
    found = [_as_input(value, column.dtype) for value in values]
    if column.owner is None:
        return found
    rows: Sequence[int] = range(places.start, places.stop) if isinstance(places, slice) else places.tolist()
    for at, row in enumerate(rows):
        if column.owner_at(row) != NO_FORMULA:
            found[at] = input_at(book, tab, row, place)
    return found


def _scalar(tag: int, number: float, text: str) -> Scalar:
    if tag == Tag.NUMBER:
        return number
    if tag == Tag.TEXT:
        return text
    if tag == Tag.BOOLEAN:
        return bool(number)
    return Error(int(number)) if tag == Tag.ERROR else None


# Dates are written from the year 1 to 9999; beyond them a number in a column of dates is a number.
_FIRST_DAY, _DAY_AFTER_LAST = -693_593.0, 2_958_466.0


def _as_input(value: Scalar, dtype: Dtype) -> Input:
    if (
        dtype.kind in {"date", "datetime"}
        and isinstance(value, float)
        and _FIRST_DAY <= value < _DAY_AFTER_LAST
    ):
        days = value - EPOCH
        whole = int(np.floor(days))
        if dtype.kind == "date":
            return Moment(v=str(np.datetime64(whole, "D")))
        count = whole * 86_400_000_000 + round((days - whole) * 86_400_000_000)
        return Moment(v=str(np.datetime64(count, "us")).removesuffix(".000000"))
    return shown(value)


def _looks(
    tab: Tab, columns: Sequence[int], ids: Anything, head: int
) -> tuple[list[Style], list[tuple[int, int, list[int]]]]:
    styles: dict[Style, int] = {}
    looks: list[tuple[int, int, list[int]]] = []
    for index, column in enumerate(columns):
        for style, hit in formats.for_rows(tab.formats.get(column, []), ids):
            looks.append((styles.setdefault(style, len(styles)), index, (hit + head).tolist()))
    return list(styles), looks
