"""Parquet, Arrow and JSON lines: tables with types."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.json as arrow_json
import pyarrow.parquet as pq

from openpaas_workspace.kit.errors import Invalid, TooLarge

from ..arrow import read_stream, write_stream
from ..book import Book
from ..frames import array_of
from ..values import Error, Tag
from .drafts import tab_of
from .limits import MOST_UNPACKED, fits
from .sniff import utf8

_STEP = 20_000
_BLOCK = 16 * 2**20
_DAMAGED = "The file is damaged, or is not what its name says."


def read_parquet(data: bytes, name: str) -> Book:
    """A workbook of one tab. Raises Invalid, TooLarge."""
    try:
        file = pq.ParquetFile(pa.py_buffer(data))
        about = file.metadata
        fits(about.num_rows + 1, len(file.schema_arrow), about.num_rows * len(file.schema_arrow))
        unpacked = sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups))
        if unpacked > MOST_UNPACKED:
            raise TooLarge("Unpacked the file would be far too large; it was not opened.")
        table = file.read()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Invalid(_DAMAGED) from error
    return tab_of(table, name)


def read_arrow(data: bytes, name: str) -> Book:
    """A workbook of one tab, of a file or stream. Raises Invalid, TooLarge."""
    table = read_stream(data)
    try:
        table.validate(full=True)
    except (pa.ArrowException, ValueError) as error:
        raise Invalid(_DAMAGED) from error
    return tab_of(table, name)


def read_jsonl(data: bytes, name: str) -> Book:
    """A workbook of one tab, of an object on each line. Raises Invalid, TooLarge."""
    text = utf8(data)
    fits(text.count(b"\n") + 1, 1, 1)
    try:
        table = arrow_json.read_json(
            pa.py_buffer(text), read_options=arrow_json.ReadOptions(block_size=_BLOCK)
        )
        for place, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type):  # in seconds, which no frame of pandas is made of by itself
                moments = table.column(place).cast(pa.timestamp("us", field.type.tz))
                table = table.set_column(place, field.name, moments)
    except (pa.ArrowException, OSError, ValueError):
        table = _by_lines(text)
    return tab_of(table, name)


def _by_lines(text: bytes) -> pa.Table:
    """Objects whose values of one name are of several kinds."""
    try:
        rows = msgspec.json.Decoder(dict[str, bool | float | str | None]).decode_lines(text)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid(
            "Each line must be an object of JSON, with texts, numbers, true or false by name."
        ) from error
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: array_of(name, [row.get(name) for row in rows]) for name in names})


def write_parquet(table: pa.Table) -> bytes:
    """The table with its types; cells that do not fit them make their column text."""
    out = pa.BufferOutputStream()
    pq.write_table(evened(table), out, compression="zstd")
    return bytes(out.getvalue())


def write_arrow(table: pa.Table) -> bytes:
    """As an Arrow stream."""
    return write_stream(evened(table))


def write_jsonl(table: pa.Table) -> bytes:
    """An object on each line; empty cells are left out."""
    out = io.BytesIO()
    encoder = msgspec.json.Encoder()
    for start in range(0, table.num_rows, _STEP):
        rows = table.slice(start, _STEP).to_pylist()
        out.write(
            encoder.encode_lines(
                [{name: _plain(value) for name, value in row.items() if value is not None} for row in rows]
            )
        )
    return out.getvalue()


def evened(table: pa.Table) -> pa.Table:
    """Columns of mixed cells as text."""
    for place, field in enumerate(table.schema):
        if pa.types.is_struct(field.type):
            values = [_plain(value) for value in table.column(place).to_pylist()]
            texts = [
                None if value is None else value if isinstance(value, str) else _said(value)
                for value in values
            ]
            table = table.set_column(place, field.name, pa.array(texts, pa.large_string()))
    return table


def _said(value: float | bool) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return format(value, ".15g")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        match value["t"]:
            case Tag.NUMBER:
                number: float = value["n"]
                return int(number) if number.is_integer() and abs(number) < 2**53 else number
            case Tag.TEXT:
                return value["s"]
            case Tag.BOOLEAN:
                return bool(value["n"])
            case Tag.ERROR:
                return Error(int(value["n"])).text
        return None
    return value.isoformat() if isinstance(value, date | datetime) else value
