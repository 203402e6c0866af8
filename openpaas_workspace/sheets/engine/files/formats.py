"""The table of formats: what each is called, and what reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from openpaas_workspace.kit.errors import Invalid, TooLarge

from .. import container
from ..book import Book
from ..workbook import Workbook
from .arrows import read_arrow, read_jsonl, read_parquet, write_arrow, write_jsonl, write_parquet
from .delimited import read_csv, read_tsv, write_csv, write_tsv
from .ods_read import read_ods
from .ods_write import write_ods
from .showing import shown
from .xlsx_read import read_xlsx
from .xlsx_write import write_xlsx

Text = Callable[[Workbook, str, str], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """`read` has the bytes (of what is `zipped` also in memory of others) and a name for the tab; `write` the workbook, the id of a tab and a language."""

    name: str
    media: str
    read: Callable[[Any, str], Book]
    write: Text
    endings: tuple[str, ...] = ()
    zipped: bool = False


def _of_table(write: Callable[[pa.Table], bytes]) -> Text:
    return lambda book, tab, _locale: write(book.to_arrow(tab, mixed=True))


def _of_text(write: Callable[..., bytes]) -> Text:
    return lambda book, tab, locale: write(shown(book.book.tab(tab)), locale)


def _of_book(write: Callable[[Book], bytes]) -> Text:
    return lambda book, _tab, _locale: write(book.book)


FORMATS = {
    one.name: one
    for one in (
        Format("csv", "text/csv; charset=utf-8", read_csv, _of_text(write_csv), ("txt",)),
        Format("tsv", "text/tab-separated-values; charset=utf-8", read_tsv, _of_text(write_tsv), ("tab",)),
        Format("jsonl", "application/jsonl", read_jsonl, _of_table(write_jsonl), ("ndjson",)),
        Format("parquet", "application/vnd.apache.parquet", read_parquet, _of_table(write_parquet), ("pq",)),
        Format(
            "arrow",
            "application/vnd.apache.arrow.stream",
            read_arrow,
            _of_table(write_arrow),
            ("arrows", "feather"),
        ),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            read_xlsx,
            _of_book(write_xlsx),
            ("xlsm",),
            zipped=True,
        ),
        Format(
            "ods",
            "application/vnd.oasis.opendocument.spreadsheet",
            read_ods,
            _of_book(write_ods),
            zipped=True,
        ),
    )
}
_BY_ENDING = {ending: one for one in FORMATS.values() for ending in (one.name, *one.endings)}


def format_of(name: str) -> Format:
    """The format of a file by the ending of its name, or of that word; raises Invalid."""
    found = _BY_ENDING.get(name.rpartition(".")[2].lower())
    if found is None:
        raise Invalid("Sheets come from and go to csv, tsv, jsonl, parquet, arrow, xlsx and ods files.")
    return found


def import_file(data: bytes | memoryview, name: str) -> bytes:
    """The container of a file called so; raises Invalid, TooLarge."""
    stem = name.rpartition("/")[2].rpartition(".")[0] or "Sheet1"
    try:
        form = format_of(name)
        return container.to_bytes(form.read(data if form.zipped else bytes(data), stem))
    except (MemoryError, pa.ArrowMemoryError) as error:
        raise TooLarge("This needs more memory than a sheet may have.") from error


def export_file(book: Workbook, form: str, tab: str, locale: str) -> bytes:
    """A workbook as a file; `tab` (its first without) for formats of one table. Raises Invalid, NotFound."""
    if not book.tabs:
        raise Invalid("The sheet has no tab.")
    return format_of(form).write(book, tab or book.tabs[0].id, locale)
