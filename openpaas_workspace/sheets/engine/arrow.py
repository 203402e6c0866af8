"""Tables of Arrow, and through them DataFrames, as columns of a sheet and back.

What each type becomes is written in `share/doc/openpaas_workspace/formats/sheet-format.md`. A column of
`struct<t: uint8, n: float64, s: string>` is mixed: `t` is a `Tag`, `n` the number, 0/1 or error, `s` the text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openpaas_workspace.kit.errors import Invalid, TooLarge

from .cells import EXACT, NO_WORDS, Anything, Cells
from .columns import Column
from .dtypes import AUTO, EPOCH, Dtype, arrow_type, from_serial, has_year, nullable
from .values import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Error, Mask, Tag, Tags

MIXED = pa.struct([("t", pa.uint8()), ("n", pa.float64()), ("s", pa.large_string())])
_UNNAMED = "__index_level_"
_EXPECTED = {"boolean": Tag.BOOLEAN, "text": Tag.TEXT}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A column of a table that came in. `native`: its numbers count the type's unit."""

    name: str
    dtype: Dtype
    cells: Cells
    index: bool = False


def read_stream(data: bytes, most: int = MAX_ROWS - 1) -> pa.Table:
    """The table of an Arrow IPC stream (or file), of so many rows at most; raises Invalid, TooLarge."""
    try:
        opened = pa.ipc.open_file(data) if data[:6] == b"ARROW1" else pa.ipc.open_stream(data)
        table = opened.read_all()
        # A stream with wrong offsets ends the process that reads it.
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, EOFError) as error:
        raise Invalid("The data are not a table in Arrow's stream format.") from error
    if table.num_rows > most:
        raise TooLarge(f"The table has {table.num_rows:,} rows; a sheet has room for {most:,}.")
    if table.num_columns > MAX_COLUMNS:
        raise TooLarge(f"The table has {table.num_columns:,} columns; a sheet has room for {MAX_COLUMNS:,}.")
    return table


def write_stream(table: pa.Table) -> bytes:
    """A table as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_arrow(table: pa.Table, *, ours: bool = False) -> list[Incoming]:
    """Columns of a table; raises Invalid for what a sheet cannot hold.

    `ours`: nobody else has the table and no two columns share memory, so that numbers are not copied.
    """
    described, index = _described(table.schema)
    columns: list[Incoming] = []
    seen: set[str] = set()
    for field, chunks in zip(table.schema, table.columns, strict=True):
        name = "" if field.name.startswith(_UNNAMED) else field.name
        if name in seen and (name or field.name not in index):
            raise Invalid(f"Two columns are called {name!r}: give each a name of its own.")
        seen.add(name)
        try:
            cells, dtype = _incoming(_one(chunks), described.get(field.name), ours=ours)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise Invalid(f"The column {name!r} cannot be read: {error}.") from error
        if dtype is None:
            raise Invalid(
                f"The column {name!r} holds {field.type}, which a sheet has no cells for: make text or numbers of it."
            )
        columns.append(Incoming(name, dtype, cells, field.name in index))
    return columns


def _described(schema: pa.Schema) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """What pandas wrote about the columns, and which are the index."""
    try:
        said = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
        columns = {str(column["field_name"]): column for column in said.get("columns", [])}
        return columns, {name for name in said.get("index_columns", []) if isinstance(name, str)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}, set()


def _one(chunks: pa.ChunkedArray) -> pa.Array:
    if chunks.num_chunks == 1:
        return chunks.chunk(0)
    kind = chunks.type
    if not chunks.num_chunks and pa.types.is_dictionary(kind):
        # Arrow makes no empty array of every such type.
        values = pa.array([], kind.value_type)
        return pa.DictionaryArray.from_arrays(pa.array([], kind.index_type), values, ordered=kind.ordered)
    joined = chunks.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


def _incoming(
    array: pa.Array, said: dict[str, Any] | None, *, ours: bool = False
) -> tuple[Cells, Dtype | None]:
    kind = array.type
    pandas = (str(said.get("pandas_type", "")), str(said.get("numpy_type", "object"))) if said else None
    if pa.types.is_dictionary(kind):
        return _dictionary(array)
    if pa.types.is_struct(kind):
        return _mixed(array)
    if pa.types.is_null(kind):
        return Cells.empty(len(array)), AUTO
    plain = _plain(array)
    if plain is not None:
        array, pandas = plain, None
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return _texts(array.cast(pa.large_string()).dictionary_encode()), Dtype("large_string", pandas)
    cells = _numeric(array, ours=ours)
    return (Cells.empty(0), None) if cells is None else (cells, Dtype(str(kind), pandas))


def _numeric(array: pa.Array, *, ours: bool) -> Cells | None:
    kind = array.type
    if pa.types.is_boolean(kind):
        return _counted(array, array.cast(pa.uint8()), Tag.BOOLEAN, ours=ours)
    if pa.types.is_floating(kind):
        return _floats(array, ours=ours)
    if pa.types.is_integer(kind):
        return _counted(array, array, Tag.NUMBER, ours=ours)
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return _counted(array, array.cast(pa.int64()), Tag.NUMBER, ours=ours)
    if pa.types.is_date32(kind):
        return _counted(array, array.cast(pa.int32()).cast(pa.int64()), Tag.NUMBER, ours=ours)
    return None


def _plain(array: pa.Array) -> pa.Array | None:
    """The nearest type that a sheet has, for one that it has not."""
    kind = array.type
    if pa.types.is_decimal(kind):
        return array.cast(pa.float64())
    if pa.types.is_time(kind):
        return array.cast(pa.time64("us")).cast(pa.int64()).cast(pa.duration("us"))
    if pa.types.is_float16(kind):
        return array.cast(pa.float32())
    return array.cast(pa.date32()) if pa.types.is_date64(kind) else None


def _tags(array: pa.Array, tag: Tag) -> Tags:
    if array.null_count == 0:
        return np.full(len(array), tag, dtype=np.uint8)
    valid = array.is_valid().to_numpy(zero_copy_only=False)
    return np.where(valid, np.uint8(tag), np.uint8(Tag.EMPTY))


def _counted(array: pa.Array, numbers: pa.Array, tag: Tag, *, ours: bool) -> Cells:
    return Cells(_tags(array, tag), _numbers(numbers, ours=ours))


def _numbers(array: pa.Array, *, ours: bool) -> Anything:
    """The numbers of an array, 0 where it has none, in memory that may be written."""
    filled = array.fill_null(0) if array.null_count else array
    memory = filled.buffers()[1]
    if ours and memory is not None and memory.is_mutable:
        kind = filled.type.to_pandas_dtype()
        found: Anything = np.frombuffer(memory, kind, len(filled), filled.offset * np.dtype(kind).itemsize)
        return found
    return np.array(filled.to_numpy(zero_copy_only=False))


def _floats(array: pa.Array, *, ours: bool = False) -> Cells:
    tags = _tags(array, Tag.NUMBER)
    numbers = _numbers(array, ours=ours)
    finite = np.isfinite(numbers)
    if not finite.all():
        tags[np.isnan(numbers)] = Tag.EMPTY
        infinite = np.isinf(numbers)
        tags[infinite] = Tag.ERROR
        numbers[~finite] = 0
        numbers[infinite] = Error.NUM
    return Cells(tags, numbers)


def _texts(array: pa.DictionaryArray) -> Cells:
    words = array.dictionary.cast(pa.large_string())
    longest = pc.max(pc.utf8_length(words)).as_py()
    if longest is not None and longest > MAX_TEXT:
        raise TooLarge(f"A text of {longest:,} characters is too long: a cell holds {MAX_TEXT:,}.")
    codes = array.indices.cast(pa.int32())
    codes = (codes.fill_null(-1) if codes.null_count else codes).to_numpy(zero_copy_only=False)
    known = words.to_numpy(zero_copy_only=False)
    if words.null_count:
        codes = np.append(
            np.where(words.is_null().to_numpy(zero_copy_only=False), -1, np.arange(len(words))), -1
        )[codes]
    tags = np.where(codes >= 0, np.uint8(Tag.TEXT), np.uint8(Tag.EMPTY))
    return Cells(tags, None, np.array(codes, dtype=np.int32), known if len(known) else NO_WORDS)


def _dictionary(array: pa.DictionaryArray) -> tuple[Cells, Dtype | None]:
    value = array.type.value_type
    if pa.types.is_null(value):
        # Of categories nobody knows the type when there are none.
        array = pa.DictionaryArray.from_arrays(
            array.indices, array.dictionary.cast(pa.large_string()), ordered=array.type.ordered
        )
    elif not (pa.types.is_string(value) or pa.types.is_large_string(value)):
        return _incoming(array.dictionary_decode(), None)
    cells = _texts(array)
    dtype = Dtype(
        "large_string", None, tuple(array.dictionary.drop_null().to_pylist()), bool(array.type.ordered)
    )
    if len(set(cells.words.tolist())) < len(cells.words):
        cells = _texts(array.dictionary_decode().dictionary_encode())
    return cells, dtype


def _mixed(array: pa.StructArray) -> tuple[Cells, Dtype | None]:
    names = {field.name for field in array.type}
    if names != {"t", "n", "s"}:
        return Cells.empty(0), None
    tags = np.array(array.field("t").cast(pa.uint8()).fill_null(0).to_numpy(zero_copy_only=False))
    tags[~array.is_valid().to_numpy(zero_copy_only=False)] = Tag.EMPTY
    numbers = _floats(array.field("n").cast(pa.float64()))
    texts = _texts(array.field("s").cast(pa.large_string()).dictionary_encode())
    assert numbers.numbers is not None and texts.codes is not None  # noqa: S101, PT018
    tags[(tags > Tag.ERROR) | ((tags == Tag.TEXT) & (texts.codes < 0))] = Tag.EMPTY
    counts = tags == Tag.NUMBER
    tags[counts] = numbers.tags[counts]
    known = np.isin(numbers.numbers, [float(error) for error in Error])
    tags[(tags == Tag.ERROR) & ~known] = Tag.EMPTY
    numbers.numbers[(tags == Tag.EMPTY) | (tags == Tag.TEXT)] = 0
    is_true = tags == Tag.BOOLEAN
    numbers.numbers[is_true] = numbers.numbers[is_true] != 0
    texts.codes[tags != Tag.TEXT] = -1
    return Cells(tags, numbers.numbers, texts.codes, texts.words), AUTO


def to_arrow(
    columns: Sequence[Column],
    names: Sequence[str],
    rows: int,
    *,
    mixed: bool = False,
    is_date: Callable[[Column], bool] = lambda _column: False,
) -> pa.Table:
    """Columns as a table of `rows` rows that pandas reads with the types it gave.

    Cells that do not fit their column's type are null, or with `mixed` such columns are mixed ones.
    """
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []
    described: list[dict[str, Any]] = []
    for column, name in zip(columns, names, strict=True):
        array, pandas = _outgoing(column, rows, mixed=mixed, is_date=is_date)
        field = f"{_UNNAMED}{len(fields)}__" if column.index and not name else name
        fields.append(pa.field(field, array.type))
        arrays.append(array)
        described.append(
            {
                "name": name if name or not column.index else None,
                "field_name": field,
                "pandas_type": pandas[0],
                "numpy_type": pandas[1],
                "metadata": None,
            }
        )
    index: list[Any] = [field.name for field, column in zip(fields, columns, strict=True) if column.index]
    if not index:
        index = [{"kind": "range", "name": None, "start": 0, "stop": rows, "step": 1}]
    about = {"index_columns": index, "column_indexes": [], "columns": described, "pandas_version": "3.0.0"}
    schema = pa.schema(fields, metadata={b"pandas": json.dumps(about).encode()})
    return pa.Table.from_arrays(arrays, schema=schema)


def _outgoing(
    column: Column, rows: int, *, mixed: bool, is_date: Callable[[Column], bool]
) -> tuple[pa.Array, tuple[str, str]]:
    if rows > len(column):
        column = column.padded(rows)
    cells, dtype = column.cells, column.dtype
    tags = cells.tags[:rows]
    if dtype == AUTO:
        dtype = _found(column, rows, dates=is_date(column))
    expected = _EXPECTED.get(dtype.kind, Tag.NUMBER)
    valid = tags == expected
    if dtype.kind == "date" and cells.numbers is not None:
        valid = valid & has_year(cells.numbers[:rows] - (0 if column.native else EPOCH))
    if mixed and bool((~valid & (tags != Tag.EMPTY)).any()):
        return mixed_array(column, rows), ("", "object")
    full = bool(valid.all())
    pandas = dtype.pandas or (
        ("unicode", "str") if dtype.kind == "text" and dtype.categories is None else ("", "object")
    )
    if expected == Tag.TEXT:
        return _text_array(cells, rows, valid, dtype), pandas
    numbers = cells.numbers[:rows] if cells.numbers is not None else np.zeros(rows)
    if expected == Tag.BOOLEAN:
        array = pa.array(numbers != 0, pa.bool_(), mask=None if full else ~valid)
    else:
        array, pandas = _number_array(column, numbers, valid, dtype, pandas)
    return array, pandas if full else nullable(pandas)


def _number_array(
    column: Column, numbers: Any, valid: Mask, dtype: Dtype, pandas: tuple[str, str]
) -> tuple[pa.Array, tuple[str, str]]:
    full = bool(valid.all())
    if dtype.native:
        counts = numbers if column.native else from_serial(np.where(valid, numbers, 0.0), dtype)
        counts = pa.array(counts.astype(np.int64, copy=False), mask=None if full else ~valid)
        return (counts.cast(pa.int32()) if dtype.kind == "date" else counts).cast(
            arrow_type(dtype.arrow)
        ), pandas
    wanted = arrow_type(dtype.arrow).to_pandas_dtype()
    if numbers.dtype != wanted:
        with np.errstate(invalid="ignore", over="ignore"):
            cast = numbers.astype(wanted)
        same = cast.astype(numbers.dtype) == numbers
        if not bool((same | ~valid).all()):
            wanted, cast, pandas = np.float64, numbers.astype(np.float64), ("float64", "float64")
        numbers = cast
    return pa.array(numbers, mask=None if full else ~valid), pandas


def _text_array(cells: Cells, rows: int, valid: Mask, dtype: Dtype) -> pa.Array:
    codes = cells.codes[:rows] if cells.codes is not None else np.full(rows, -1, dtype=np.int32)
    missing = None if bool(valid.all()) else ~valid
    if dtype.categories is None:
        words = pa.array(cells.words, pa.large_string())
        array = pa.DictionaryArray.from_arrays(pa.array(np.maximum(codes, 0), mask=missing), words)
        return array.cast(pa.large_string()) if len(words) else pa.nulls(rows, pa.large_string())
    known = {word: code for code, word in enumerate(dtype.categories)}
    used = np.unique(codes[codes >= 0])
    table = np.full(len(cells.words) + 1, 0, dtype=np.int32)
    for code in used.tolist():
        table[code] = known.setdefault(cells.words[code], len(known))
    indices = pa.array(table[codes], mask=missing)
    return pa.DictionaryArray.from_arrays(
        indices, pa.array(list(known), pa.large_string()), ordered=dtype.ordered
    )


def _found(column: Column, rows: int, *, dates: bool) -> Dtype:
    """The type that most cells of a column have; numbers before texts before booleans when equally many."""
    tags = column.cells.tags[:rows]
    count = np.bincount(tags, minlength=5)
    best = max((Tag.NUMBER, Tag.TEXT, Tag.BOOLEAN), key=lambda tag: (count[tag], -tag))
    if best == Tag.TEXT:
        return Dtype("large_string", ("unicode", "str"))
    if best == Tag.BOOLEAN:
        return Dtype("bool", ("bool", "bool"))
    if dates and count[Tag.NUMBER]:
        return Dtype("timestamp[us]")
    numbers = column.cells.numbers
    valid = tags == Tag.NUMBER
    if numbers is None or not valid.any():
        return Dtype("double", ("float64", "float64"))
    kept = numbers[:rows]
    small = bool((np.abs(kept) <= EXACT).all())
    if (kept.dtype.kind in "iu" and not small) or (
        bool(valid.all()) and small and bool((np.rint(kept) == kept).all())
    ):
        return Dtype("int64", ("int64", "int64"))
    return Dtype("double", ("float64", "float64"))


def mixed_array(column: Column, rows: int) -> pa.StructArray:
    """A column with all it holds, whatever its type."""
    cells = column.cells
    texts = pa.array(cells.texts()[:rows], pa.large_string())
    arrays = [pa.array(cells.tags[:rows]), pa.array(np.array(column.floats(0, rows))), texts]
    return pa.StructArray.from_arrays(arrays, fields=list(MIXED))
