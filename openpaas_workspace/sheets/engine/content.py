"""Ops that write cells. Each was checked before: applying one never fails."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from openpaas_workspace.sheets.schemas import HEADER, Clear, FillFormula, Range, SetBlock, SetCells, Style

from .arrow import Incoming
from .book import Book
from .cells import Anything, Cells
from .columns import Column
from .dtypes import AUTO, from_serial, to_serial
from .edit import Edit, Places
from .formulas import Node, relative
from .idset import from_ids
from .inputs import DATE_FORMAT, MOMENT_FORMAT, Read, read, read_typed
from .settings import put_number, rename, set_formats
from .tabs import Tab
from .values import Scalar, Tag


def set_cells(book: Book, edit: Edit, op: SetCells) -> None:
    """Single cells."""
    tab = book.tab(op.tab)
    by_column: dict[int, dict[int, Read]] = {}
    looks = {place: number for number, places in op.numbers for place in places}
    for place, (row, column, given) in enumerate(op.cells):
        if row == HEADER:
            value = read(given).value
            rename(book, edit, tab, column, "" if value is None else _name(value))
            continue
        position = tab.rows.position(row)
        if position is not None:
            found = read(given)
            found = found._replace(number=looks.get(place, found.number))
            by_column.setdefault(column, {})[position] = found
    for column, reads in by_column.items():
        write_reads(book, edit, tab, edit.column(tab, column), reads)


def write_reads(book: Book, edit: Edit, tab: Tab, column: Column, reads: dict[int, Read]) -> None:
    """Values and formulas at data rows of a column."""
    ordered = sorted(reads.items())
    values = [(row, given.value) for row, given in ordered if given.formula is None]
    if values:
        rows = np.array([row for row, _ in values], dtype=np.int64)
        at: Places = rows
        if int(rows[-1] - rows[0]) == len(rows) - 1:
            at = slice(int(rows[0]), int(rows[-1]) + 1)
        edit.write(tab, column, at, Cells.of([value for _, value in values]))
    left = tab.place(column.id)
    templates: dict[Node, list[int]] = {}
    formulas = [(row, given.formula) for row, given in ordered if given.formula is not None]
    for row, text in formulas:
        templates.setdefault(relative(book.read(text), row + tab.offset, left), []).append(row)
    if formulas:
        edit.assign_each(tab, column, np.array([row for row, _ in formulas], dtype=np.int64), templates)
    _format(edit, tab, column, [(row, given.number) for row, given in ordered if given.number])


def set_block(book: Book, edit: Edit, op: SetBlock, columns: list[Incoming]) -> None:
    """A rectangle."""
    tab = book.tab(op.tab)
    top, left = tab.rows.position(op.row) or 0, tab.axis.position(op.column) or 0
    if op.row == HEADER:
        top = 0
    for offset, incoming in enumerate(columns):
        column = edit.column(tab, tab.axis.id_at(left + offset))
        if op.parse and incoming.cells.codes is not None:
            _write_parsed(book, edit, tab, column, (top, incoming))
        else:
            write_incoming(edit, tab, column, slice(top, top + len(incoming.cells)), incoming)


def write_incoming(edit: Edit, tab: Tab, column: Column, at: Places, incoming: Incoming) -> None:
    """Cells of a table over those of a column, whatever its type."""
    dtype, cells = incoming.dtype, incoming.cells
    if not dtype.native:
        edit.write(tab, column, at, cells)
        return
    if column.native and column.dtype.arrow == dtype.arrow:
        edit.write(tab, column, at, cells, native=True)
        return
    numbers = cells.numbers if cells.numbers is not None else np.zeros(len(cells), dtype=np.int64)
    is_number = cells.tags == Tag.NUMBER
    edit.write(tab, column, at, Cells(cells.tags, np.where(is_number, to_serial(numbers, dtype), 0.0)))
    if column.dtype == AUTO and dtype.kind != "duration":
        number = DATE_FORMAT if dtype.kind == "date" else MOMENT_FORMAT
        rows = tab.rows.idset(at.start, at.stop) if isinstance(at, slice) else None
        if rows is not None:
            set_formats(edit, tab, [column.id], rows, Style(number=number))


def clear(book: Book, edit: Edit, op: Clear) -> None:
    """A range is emptied."""
    tab = book.tab(op.tab)
    top, left, bottom, right = area_of(tab, op.range)
    for position in range(left, min(right, len(tab.axis))):
        column = tab.column_at(position)
        if column is not None and (stop := min(bottom, len(column))) > top:
            edit.write(tab, column, slice(top, stop), Cells.empty(stop - top), native=column.native)


def fill_formula(book: Book, edit: Edit, op: FillFormula) -> None:
    """A formula down a column."""
    tab = book.tab(op.tab)
    column = edit.column(tab, op.column)
    start, stop = rows_between(tab, op.first, op.last)
    template = relative(
        book.read(op.text), (tab.rows.position(op.first) or 0) + tab.offset, tab.place(op.column)
    )
    edit.assign(tab, column, slice(start, stop), template)


def area_of(tab: Tab, found: Range) -> tuple[int, int, int, int]:
    """A range as data rows and column positions, ends excluded."""
    top, bottom = rows_between(tab, found.top, found.bottom)
    left, right = sorted((tab.axis.position(found.left) or 0, tab.axis.position(found.right) or 0))
    return top, left, bottom, right + 1


def rows_between(tab: Tab, first: int, last: int) -> tuple[int, int]:
    """Data rows from one to another, either way round; the header counts as the first row."""
    start, stop = sorted((tab.rows.position(first) or 0, tab.rows.position(last) or 0))
    return start, stop + 1


def retyped(cells: Cells, kind: str) -> Cells:
    """Cells, numbers plain, as a type would have them: what reads as one becomes one, the rest stays."""
    tags = cells.tags
    if kind == "text":
        wrong: Anything = np.flatnonzero((tags == Tag.NUMBER) | (tags == Tag.BOOLEAN))
        values: Iterable[Scalar] = (_name(cells.at(row)) for row in wrong.tolist())
    else:
        wrong = np.flatnonzero(tags == Tag.TEXT)
        values = (_as(cells.at(row), kind) for row in wrong.tolist())
    if len(wrong) == 0:
        return cells
    changed = cells.take(slice(0, len(cells)))
    changed.put(wrong, Cells.of(list(values)))
    return changed


def counted(cells: Cells, column: Column) -> Cells:
    """Cells, numbers plain, as the column's type stores them."""
    if not column.dtype.native or cells.numbers is None:
        return cells
    is_number = cells.tags == Tag.NUMBER
    numbers = from_serial(np.where(is_number, cells.numbers, 0.0), column.dtype)
    return Cells(
        cells.tags, np.where(is_number, numbers, cells.numbers.astype(np.int64)), cells.codes, cells.words
    )


def _as(value: Scalar, kind: str) -> Scalar:
    found = read_typed(str(value)).value
    wanted = bool if kind == "boolean" else float
    return found if isinstance(found, wanted) and (wanted is bool or not isinstance(found, bool)) else value


def _name(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(getattr(value, "text", value))


def _write_parsed(book: Book, edit: Edit, tab: Tab, column: Column, given: tuple[int, Incoming]) -> None:
    """Texts, from a row down, read as if typed: values at once, then the formulas among them."""
    top, cells = given[0], given[1].cells
    words = [read_typed(str(word)) for word in cells.words]
    rows = np.flatnonzero(cells.tags == Tag.TEXT)
    assert cells.codes is not None  # noqa: S101
    by_code = Cells.of([None if word.formula else word.value for word in words])
    written = cells.take(slice(0, len(cells)))
    written.put(rows, by_code.take(cells.codes[rows].astype(np.int64)))
    edit.write(tab, column, slice(top, top + len(cells)), written)
    formulas = np.array([word.formula is not None for word in words], dtype=np.bool_)
    reads = {top + row: words[cells.codes[row]] for row in rows[formulas[cells.codes[rows]]].tolist()}
    if reads:
        write_reads(book, edit, tab, column, reads)
    looks = [word.number for word in words]
    for number in sorted({look for look in looks if look}):
        has = np.array([look == number for look in looks], dtype=np.bool_)
        hit = rows[has[cells.codes[rows]]] + top
        if _takes_format(column):
            put_number(edit, tab, column.id, from_ids(tab.rows.ids(0, len(tab.rows))[hit]), number=number)


def _format(edit: Edit, tab: Tab, column: Column, wanted: list[tuple[int, str | None]]) -> None:
    """The number format that goes with what was typed, where a cell has none of its own."""
    if not _takes_format(column):
        return
    by_number: dict[str, list[int]] = {}
    for row, number in wanted:
        if number is not None:
            by_number.setdefault(number, []).append(tab.rows.id_at(row))
    for number, ids in by_number.items():
        put_number(edit, tab, column.id, from_ids(np.array(ids, dtype=np.int64)), number=number)


def _takes_format(column: Column) -> bool:
    """Whether the type of a column leaves open how its numbers are shown."""
    return column.dtype.kind in {"auto", "number"}
