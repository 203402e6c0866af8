"""Ops that write whole tables, and those that put rows in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from openpaas_workspace.sheets.schemas import Collation, ReplaceTable, SortKey, UpsertRows

from .arrow import Incoming
from .axis import merge_intervals
from .book import Book
from .cells import Anything
from .collation import dictionary_key
from .columns import Column, column_block
from .content import write_incoming
from .edit import Edit, Grown
from .settings import change_header, keep_column
from .structure import delete_columns, delete_rows, move_columns
from .tabs import Tab
from .values import Tag


def replace_table(book: Book, edit: Edit, op: ReplaceTable, columns: Sequence[Incoming]) -> None:
    """All of a tab becomes a table; rows keep ids by position, columns by name."""
    tab = book.tab(op.tab)
    rows = len(columns[0].cells) if columns else 0
    had_header = tab.header
    known: dict[tuple[str, bool], list[int]] = {}
    for id_, column in reversed(list(tab.in_order())) if tab.header else ():
        if column is not None:
            known.setdefault((column.name, column.index), []).append(id_)
    ids = [
        have.pop() if (have := known.get((incoming.name, incoming.index))) else None for incoming in columns
    ]
    kept = set(ids)
    gone = [position for position, (id_, _) in enumerate(tab.in_order()) if id_ not in kept]
    delete_columns(book, edit, tab, merge_intervals([(position, position + 1) for position in gone]))
    if rows < len(tab.rows):
        delete_rows(book, edit, tab, [(rows, len(tab.rows))])
    if rows > (before := len(tab.rows)):
        tab.rows = tab.rows.grown(rows)
        edit.keep(Grown(tab.id, rows=rows - before))
    _lay_out(book, edit, tab, ids, columns)
    for id_, incoming in zip(tab.axis.ids(0, len(columns)).tolist(), columns, strict=True):
        column = tab.made(id_)
        keep_column(edit, tab, column)
        column.name, column.index = incoming.name, incoming.index
        edit.replace(tab, column, incoming.dtype, incoming.cells)
    change_header(book, edit, tab, header=True)
    edit.structure.add(tab.id)
    edit.everything = edit.everything or not had_header


def upsert_rows(book: Book, edit: Edit, op: UpsertRows, columns: Sequence[Incoming]) -> None:
    """Rows with a known key are written over, others come at the end.

    Of rows that have one key the first is meant; of a table's the last is what it says.
    """
    tab = book.tab(op.tab)
    by_name = {column.name: column for _, column in tab.in_order() if column is not None}
    count = len(columns[0].cells)
    key = next(incoming for incoming in columns if incoming.name == op.key)
    at, taken = _matched(by_name[op.key], key, len(tab.rows))
    for incoming in columns:
        column = by_name.get(incoming.name)
        if column is None:
            column = edit.column(tab, tab.axis.id_at(len(tab.axis)))
            keep_column(edit, tab, column)
            column.name = incoming.name
            column.dtype, column.native = incoming.dtype, incoming.dtype.native
            edit.everything = True
            edit.structure.add(tab.id)
        if count:
            cells = incoming.cells.take(taken)
            write_incoming(edit, tab, column, at, Incoming(incoming.name, incoming.dtype, cells))
    edit.structure.add(tab.id)


def keys_of(
    column: Column | None, rows: int, spelling: Callable[[str], str]
) -> tuple[Anything, Anything, Anything]:
    """Values of a column as arrays to compare: tags, numbers, and ranks of texts by what `spelling` makes of them."""
    block = column_block(column, 0, rows)
    tags, numbers = np.array(block.tags[:, 0]), np.array(block.numbers[:, 0])
    ranks = np.zeros(rows, dtype=np.int64)
    if block.coded is not None:
        words = block.coded.words
        spelled = [spelling(str(word)) for word in words]
        _, rank = np.unique(np.array(spelled, dtype=object), return_inverse=True)
        codes = block.coded.codes[:, 0]
        ranks = np.where(codes >= 0, rank[codes] + 1, 0)
    return tags, numbers, ranks


def sorted_order(
    tab: Tab, keys: Sequence[SortKey], rows: Anything, collation: Collation = "dictionary"
) -> Anything:
    """Some data rows in the order of the keys; equal ones stay in their order, empty ones come last.

    As in Excel numbers come before texts, booleans and errors.
    """
    spelling = dictionary_key if collation == "dictionary" else str.casefold
    levels: list[Anything] = []
    for key in reversed(keys):
        tags, numbers, ranks = keys_of(tab.columns.get(key.column), len(tab.rows), spelling)
        tags, numbers, ranks = tags[rows], numbers[rows], ranks[rows]
        sign = -1 if key.descending else 1
        kind = np.where(tags == Tag.EMPTY, 99, sign * tags.astype(np.int64))
        levels += [sign * ranks, sign * numbers, kind]
    return rows[np.lexsort(levels)]


def _lay_out(
    book: Book, edit: Edit, tab: Tab, ids: Sequence[int | None], columns: Sequence[Incoming]
) -> None:
    """The columns of a table stand in its order: known ones are moved, new ones put between."""
    from .structure import insert_columns

    for position, id_ in enumerate(ids):
        if id_ is None:
            if position < len(tab.axis):
                insert_columns(book, edit, tab, position, 1)
            continue
        now = tab.place(id_)
        if now != position:
            move_columns(book, edit, tab, (now, now + 1), position)
    before = len(tab.axis)
    if before < len(columns):
        tab.axis = tab.axis.grown(len(columns))
        edit.keep(Grown(tab.id, columns=len(columns) - before))
        edit.axes, edit.moved = book.axes(), True


def _matched(column: Column, key: Incoming, rows: int) -> tuple[Anything, Anything]:
    """Rows of the sheet, sorted, and which of the table's goes into each; new ones come after the `rows` there are."""
    incoming = Column(0, "", key.dtype, key.cells)
    incoming.native = key.dtype.native
    alike = column.native == incoming.native and (not column.native or column.dtype.arrow == key.dtype.arrow)
    known: dict[object, int] = {}
    for row, value in enumerate(_words(column, rows, exact=alike)):
        if value is not None:
            known.setdefault(value, row)
    found: dict[int, int] = {}
    end = rows
    for place, value in enumerate(_words(incoming, len(key.cells), exact=alike)):
        row = known.setdefault(value, end)
        end = max(end, row + 1)
        found[row] = place
    at = sorted(found)
    return np.array(at, dtype=np.int64), np.array([found[row] for row in at], dtype=np.int64)


def _words(column: Column, rows: int, *, exact: bool) -> list[object]:
    """Values as keys; `exact`: numbers as they are stored, since floats do not tell large ones apart."""
    block = column_block(column, 0, rows)
    numbers = block.numbers[:, 0].tolist()
    if exact and column.cells.numbers is not None:
        stored = column.cells.numbers[:rows].tolist()
        numbers = [*stored, *numbers[len(stored) :]]
    tags, texts = block.tags[:, 0].tolist(), block.text_array()[:, 0].tolist()
    return [
        text if tag == Tag.TEXT else None if tag == Tag.EMPTY else (tag, number)
        for tag, number, text in zip(tags, numbers, texts, strict=True)
    ]
