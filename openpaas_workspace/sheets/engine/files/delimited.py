"""CSV and TSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.schemas import Style

from ..book import Book
from ..values import MAX_ROWS
from .drafts import tab_of
from .limits import MOST_CELLS, fits, short
from .showing import Shown, texts_of
from .sniff import Sniffed, sniff
from .texts import meaning

_RISKY = "^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_STEP = 100_000


def read_csv(data: bytes, name: str, delimiter: str = "") -> Book:
    """A workbook of one tab; types are found, codes stay text. Raises Invalid, TooLarge."""
    found = sniff(data, delimiter)
    if data.startswith(b"PK\x03\x04") or _NO_TEXT.search(found.data, 0, 4096):
        raise Invalid("The file is damaged, or is not what its name says.")
    lines = found.data.count(b"\n")
    if lines * max(found.width, 1) > 2 * MOST_CELLS:
        raise TooLarge(f"The file has more than {MOST_CELLS:,} cells.")
    if not found.width:
        return tab_of(pa.table({"A": pa.nulls(0, pa.large_string())}), name, header=False)
    table = _table(found)
    fits(table.num_rows + 1, table.num_columns, table.num_rows * table.num_columns)
    columns: list[pa.Array] = []
    looks: dict[int, Style] = {}
    for place, (label, chunks) in enumerate(zip(table.column_names, table.columns, strict=True)):
        texts = pa.concat_arrays(chunks.chunks) if chunks.num_chunks else pa.nulls(0, pa.large_string())
        short(pc.max(pc.utf8_length(texts)).as_py() or 0)
        meant = meaning(texts, label, comma=found.delimiter != ",")
        columns.append(meant.array)
        if meant.look is not None:
            looks[place] = meant.look
    made = pa.Table.from_arrays(columns, names=table.column_names)
    return tab_of(made, name, looks, header=found.header)


def read_tsv(data: bytes, name: str) -> Book:
    """As `read_csv`, cut at tabs."""
    return read_csv(data, name, "\t")


def write_csv(columns: Shown, locale: str) -> bytes:
    """One tab as CSV with a mark that Excel looks for; French has semicolons, decimal commas and French dates."""
    return _written(columns, ";" if _french(locale) else ",", french=_french(locale), mark=True)


def write_tsv(columns: Shown, locale: str) -> bytes:
    """One tab cut at tabs."""
    return _written(columns, "\t", french=_french(locale), mark=False)


def _written(columns: Shown, delimiter: str, *, french: bool, mark: bool) -> bytes:
    # Grows in place, and is handed out without a copy.
    out = io.BytesIO()
    out.write(b"\xef\xbb\xbf" if mark else b"")
    if columns.header:
        labels = pa.array([harmless(label) for label in columns.header], pa.large_string())
        out.write(delimiter.join(_quoted(labels, delimiter).to_pylist()).encode() + b"\r\n")
    for start in range(0, columns.height, _STEP):
        stop = min(start + _STEP, columns.height)
        fields = []
        for column, looks in columns.columns:
            texts, is_text = texts_of(column, looks, start, stop, french=french)
            if is_text is not None:
                guarded = pc.and_(is_text, pc.match_substring_regex(texts, _RISKY))
                texts = pc.if_else(guarded, _joined("'", texts), texts)
                texts = _quoted(texts, delimiter)
            fields.append(texts)
        if fields:
            lines = pc.binary_join_element_wise(*fields, pa.scalar(delimiter, pa.large_string()))
            out.write("\r\n".join(lines.to_pylist()).encode() + b"\r\n")
    return out.getvalue()


def _quoted(texts: pa.Array, delimiter: str) -> pa.Array:
    """Texts that hold what somewhere is a delimiter, a quote or a line's end, in quotes."""
    needs = pc.match_substring_regex(texts, f'[,;{delimiter}"\r\n]')
    if not pc.any(needs).as_py():
        return texts
    inside = pc.replace_substring(texts, '"', '""')
    return pc.if_else(needs, _joined('"', inside, '"'), texts)


def _joined(*parts: str | pa.Array) -> pa.Array:
    kind = pa.large_string()
    return pc.binary_join_element_wise(
        *(pa.scalar(part, kind) if isinstance(part, str) else part for part in parts), pa.scalar("", kind)
    )


def harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula, kept from it by an apostrophe."""
    return "'" + text if re.match(_RISKY, text) else text


def _french(locale: str) -> bool:
    return locale.lower().startswith("fr")


def _table(found: Sniffed) -> pa.Table:
    """All as text, with names for all columns."""
    try:
        table = _fast(found)
    except pa.ArrowException:
        table = _slow(found)
    labels = _unique(table.column_names, found.header)
    return table.rename_columns(labels)


def _fast(found: Sniffed) -> pa.Table:
    names = _first_row(found) if found.header else [str(place) for place in range(found.width)]
    return arrow_csv.read_csv(
        pa.py_buffer(found.data),
        read_options=arrow_csv.ReadOptions(
            column_names=[str(place) for place in range(len(names))], skip_rows_after_names=int(found.header)
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=found.delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={str(place): pa.large_string() for place in range(len(names))},
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    ).rename_columns(_distinct(names))


def _slow(found: Sniffed) -> pa.Table:
    """Lines of different lengths: short ones are filled up."""
    csv.field_size_limit(2**24)
    rows: list[list[str]] = []
    try:
        for row in _lines(found):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                fits(len(rows), 1, 1)
    except csv.Error as error:
        raise Invalid(f"Line {len(rows) + 1} of the file cannot be read.") from error
    width = max((len(row) for row in rows), default=0)
    fits(len(rows), width, len(rows) * width)
    names = [""] * width
    if found.header:
        names = rows[0] + names[len(rows[0]) :]
        rows = rows[1:]
    columns = [
        pa.array([row[place] if place < len(row) else "" for row in rows], pa.large_string())
        for place in range(width)
    ]
    return pa.Table.from_arrays(columns, names=_distinct(names))


def _lines(found: Sniffed) -> Iterator[list[str]]:
    text = io.TextIOWrapper(io.BytesIO(found.data), "utf-8", "replace", newline="")
    return (row for row in csv.reader(text, delimiter=found.delimiter) if row)


def _first_row(found: Sniffed) -> list[str]:
    return next(_lines(found), [])


def _distinct(names: list[str]) -> list[str]:
    """Arrow wants names that differ until ours are made."""
    return [f"{place}\x00{name}" for place, name in enumerate(names)]


def _unique(names: list[str], header: bool) -> list[str]:
    """Labels without what surrounds them; an empty or doubled one gets a number."""
    labels: list[str] = []
    seen: set[str] = set()
    for place, name in enumerate(one.partition("\x00")[2].strip() for one in names):
        label = name if header and name else f"Column {place + 1}"
        tries = chain([label], (f"{label} {number}" for number in range(2, len(names) + 3)))
        chosen = next(one for one in tries if one not in seen)
        seen.add(chosen)
        labels.append(chosen)
    return labels
