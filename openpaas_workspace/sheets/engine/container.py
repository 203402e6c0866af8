"""The bytes of a `.sheet` file: see `share/doc/openpaas_workspace/formats/sheet-format.md`."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from openpaas_workspace.kit.errors import Invalid, WorkspaceError
from openpaas_workspace.sheets.schemas import Protect

from .arrow import MIXED
from .axis import COLUMNS_INSERTED, ROWS_INSERTED, Axis
from .book import Book
from .cells import EXACT, Anything, Cells
from .columns import NO_FORMULA, Column
from .dtypes import AUTO, Dtype, arrow_type
from .edit import places
from .formulas import relative
from .lazy import LazyCells
from .portable import local, portable
from .restore import spelled
from .settings import describe, load_state, state_of
from .structure import column_state
from .tabs import Tab
from .values import MAX_COLUMNS, MAX_ROWS, Tag

VERSION = 1
_MANY = 50_000  # rows; tables of fewer are read at once
_LONG = 1000  # runs of row ids; more stand in the Parquet file
_EXPECTED = {"boolean": Tag.BOOLEAN, "text": Tag.TEXT, "auto": None}
_STATES = ("formats", "widths", "frozen", "views")
_UNDO = "undo.bin"
_WHEN = (1980, 1, 1, 0, 0, 0)


def to_bytes(book: Book, undo: bytes = b"") -> bytes:
    """The whole state; `undo` goes with it, for this server alone."""
    about = {
        "format": "openpaas-sheet",
        "version": VERSION,
        "seq": book.seq,
        "now": book.now,
        "seed": book.seed,
        "names": {key: [name, portable(node)] for key, (name, node) in sorted(book.names.items())},
        "protections": [msgspec.to_builtins(book.protections[key]) for key in sorted(book.protections)],
    }
    return _zipped(about, book.tabs, undo)


def load(book: Book, data: bytes | memoryview, *, lazy: bool = False) -> None:
    """Fills an empty book; raises Invalid.

    `lazy`: columns of long tables stay in `data`, which a server wrote, until something needs them or `Book.read_on` is
    called; what needs them may raise Unread.
    """
    about, tabs = _unzipped(data, lazy=lazy)
    try:
        book.seq, book.now, book.seed = int(about["seq"]), float(about["now"]), int(about["seed"])
        book.tabs = tabs
        book.names = {key: (str(name), local(text)) for key, (name, text) in about["names"].items()}
        protections = msgspec.convert(about["protections"], list[Protect])
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise Invalid("The file is no sheet, or is damaged.") from error
    book.protections = {protection.id: protection for protection in protections}


def undo_in(data: bytes | memoryview) -> bytes:
    """What `to_bytes` was given besides the book; nothing if there is none."""
    with zipfile.ZipFile(pa.BufferReader(data)) as archive:
        return archive.read(_UNDO) if _UNDO in archive.namelist() else b""


def tab_to_bytes(tab: Tab) -> bytes:
    """One tab alone."""
    return _zipped({"format": "openpaas-sheet", "version": VERSION}, [tab])


def tab_from_bytes(data: bytes) -> Tab:
    """From `tab_to_bytes`."""
    return _unzipped(data)[1][0]


def _zipped(about: dict[str, Any], tabs: list[Tab], undo: bytes = b"") -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        states = []
        for number, tab in enumerate(tabs):
            table = _table(tab)
            states.append(_tab_state(tab))
            out = pa.BufferOutputStream()
            pq.write_table(table, out, compression="zstd", store_schema=True, version="2.6")
            archive.writestr(zipfile.ZipInfo(f"tabs/{number}.parquet", _WHEN), memoryview(out.getvalue()))
        text = msgspec.json.format(msgspec.json.encode(about | {"tabs": states}, order="sorted"), indent=1)
        entry = zipfile.ZipInfo("workbook.json", _WHEN)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, text)
        if undo:
            archive.writestr(zipfile.ZipInfo(_UNDO, _WHEN), undo)
    return sink.getvalue()


def _unzipped(data: bytes | memoryview, *, lazy: bool = False) -> tuple[dict[str, Any], list[Tab]]:
    try:
        with zipfile.ZipFile(pa.BufferReader(data)) as archive:
            about = msgspec.json.decode(archive.read("workbook.json"))
            if about.get("format") != "openpaas-sheet":
                raise Invalid("The file is no sheet.")
            if about.get("version", 0) > VERSION:
                raise Invalid(
                    "A newer version of the workspace wrote this sheet: update, then open it again."
                )
            tabs = [
                _tab(
                    state,
                    pq.ParquetFile(pa.BufferReader(_part(archive, data, f"tabs/{number}.parquet"))),
                    lazy=lazy,
                )
                for number, state in enumerate(about["tabs"])
            ]
    except WorkspaceError:
        raise
    except (
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
        OSError,
    ) as error:
        raise Invalid("The file is no sheet, or is damaged.") from error
    return about, tabs


def _part(archive: zipfile.ZipFile, data: bytes | memoryview, name: str) -> bytes | memoryview:
    """A part of the file; one that is stored as it is takes no memory of its own."""
    found = archive.getinfo(name)
    if found.compress_type != zipfile.ZIP_STORED or found.flag_bits & 1:
        return archive.read(name)
    whole = memoryview(data)
    names = whole[found.header_offset + 26 : found.header_offset + 30]
    start = found.header_offset + 30 + sum(int.from_bytes(names[at : at + 2], "little") for at in (0, 2))
    part = whole[start : start + found.file_size]
    if len(part) != found.file_size or zlib.crc32(part) != found.CRC:
        raise zipfile.BadZipFile(name)
    return part


def _tab_state(tab: Tab) -> dict[str, Any]:
    rows = tab.rows.state()
    if len(tab.rows.starts) > _LONG:
        rows = {"tail": tab.rows.tail, "fresh": tab.rows.fresh}
    columns = [column for _, column in tab.in_order() if column is not None and _is_told(tab, column)]
    state: dict[str, Any] = {
        "id": tab.id,
        "name": tab.name,
        "header": tab.header,
        "rows": rows,
        "columns": tab.axis.state(),
        "described": [
            column_state(tab, column) | ({} if column.native == column.dtype.native else {"plain": True})
            for column in columns
        ],
        "formulas": [formula for column in columns for formula in _formulas(tab, column)],
    }
    for what in _STATES:
        value = state_of(tab, what)
        if value and value != [0, 0]:
            state[what] = value
    return state


def _is_told(tab: Tab, column: Column) -> bool:
    """Whether a column is anything but empty and unnamed."""
    if column.name or column.index or column.dtype != AUTO or column.id in tab.widths:
        return True
    made = column.owner is not None and bool((column.owner >= 0).any())
    return made or bool((column.cells.tags != Tag.EMPTY).any())


def _formulas(tab: Tab, column: Column) -> Iterator[dict[str, Any]]:
    if column.owner is None:
        return
    place = tab.place(column.id)
    sids = np.unique(column.owner)
    found: list[dict[str, Any]] = []
    for sid in sids[sids >= 0].tolist():
        span = tab.spans[sid]
        rows = span.rows(0, len(column.owner))
        cuts = np.flatnonzero(np.diff(rows) != 1) + 1
        starts = np.concatenate(([0], cuts))
        counts = np.diff(np.concatenate((starts, [len(rows)])))
        at, node = spelled(span.template, int(rows[0]) + tab.offset, place)
        runs = list(zip(rows[starts].tolist(), counts.tolist(), strict=True))
        found.append({"column": column.id, "rows": runs, "at": at, "text": portable(node)})
    yield from sorted(found, key=lambda item: item["rows"][0])


def _table(tab: Tab) -> pa.Table:
    names, arrays = [], []
    count = len(tab.rows)
    if len(tab.rows.starts) > _LONG:
        names.append("row")
        arrays.append(pa.array(tab.rows.ids(0, count)))
    for id_, column in tab.in_order():
        if column is None:
            continue
        cells = _inputs(column, count)
        main = _main(column, cells)
        if main is None:
            continue
        names.append(f"c{id_}")
        arrays.append(_array(column, cells, main))
        odd = (cells.tags != main) & (cells.tags != Tag.EMPTY)
        if odd.any():
            names.append(f"x{id_}")
            arrays.append(_odd(cells, odd))
    return pa.Table.from_arrays(arrays, names=names)


def _inputs(column: Column, count: int) -> Cells:
    """The cells that are no results, as many as the tab has rows."""
    if column.owner is None and len(column) == count:
        return column.cells.compact()
    cells = column.cells.take(slice(0, count))
    if column.owner is not None:
        made = column.owner[:count] != NO_FORMULA
        cells.put(made, Cells.empty(int(made.sum())))
    cells.grown(count)
    return cells.compact()


def _main(column: Column, cells: Cells) -> Tag | None:
    """The tag whose cells stand in the column of the file; None if there are none at all."""
    kind = column.dtype.kind
    if kind != "auto":
        return Tag(_EXPECTED.get(kind) or Tag.NUMBER)
    count = np.bincount(cells.tags, minlength=5)
    if count[1:].sum() == 0:
        return None
    numbers = cells.numbers
    if numbers is not None and numbers.dtype.kind != "f" and not bool((np.abs(numbers) <= EXACT).all()):
        return Tag.NUMBER
    return max((Tag.NUMBER, Tag.TEXT, Tag.BOOLEAN), key=lambda tag: (count[tag], -tag))


def _array(column: Column, cells: Cells, main: Tag) -> pa.Array:
    missing = cells.tags != main
    mask = missing if missing.any() else None
    if main == Tag.TEXT:
        if cells.codes is None:
            return pa.nulls(len(cells), pa.dictionary(pa.int32(), pa.large_string()))
        words = pa.array(cells.words, pa.large_string())
        codes = pa.array(np.maximum(cells.codes, 0), mask=cells.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, words)
    numbers = cells.numbers if cells.numbers is not None else np.zeros(len(cells))
    if main == Tag.BOOLEAN:
        return pa.array(numbers != 0, pa.bool_(), mask=mask)
    if column.native:
        counts = pa.array(np.where(missing, 0, numbers).astype(np.int64), mask=mask)
        counts = counts.cast(pa.int32()) if column.dtype.kind == "date" else counts
        return counts.cast(arrow_type(column.dtype.arrow))
    if mask is not None:
        numbers = np.where(missing, numbers.dtype.type(0), numbers)
    return pa.array(_narrow(numbers, column.dtype), mask=mask)


def _narrow(numbers: Anything, dtype: Dtype) -> Anything:
    """Numbers in the type that the values ask for, however they happened to be stored."""
    wanted = arrow_type(dtype.arrow).to_pandas_dtype() if dtype.kind == "number" else np.float64
    if dtype.kind != "number" and numbers.dtype.kind != "f" and not bool((np.abs(numbers) <= EXACT).all()):
        return numbers
    if numbers.dtype == wanted:
        return numbers
    with np.errstate(invalid="ignore", over="ignore"):
        cast = numbers.astype(wanted)
    return cast if bool((cast.astype(numbers.dtype) == numbers).all()) else numbers


def _odd(cells: Cells, odd: Anything) -> pa.Array:
    rows = np.flatnonzero(odd)
    few = cells.take(rows)
    numbers = np.zeros(len(rows)) if few.numbers is None else few.numbers.astype(np.float64)
    texts = pa.array(few.texts(), pa.large_string())
    packed = pa.StructArray.from_arrays([pa.array(few.tags), pa.array(numbers), texts], fields=list(MIXED))
    where = np.full(len(cells), -1, dtype=np.int64)
    where[rows] = np.arange(len(rows))
    return packed.take(pa.array(np.maximum(where, 0), mask=where < 0))


def _tab(state: dict[str, Any], file: pq.ParquetFile, *, lazy: bool) -> Tab:
    tab = Tab(str(state["id"]), str(state["name"]))
    tab.header = bool(state["header"])
    names = file.schema_arrow.names
    tab.rows = _axis(state["rows"], ROWS_INSERTED, file if "row" in names else None)
    tab.axis = _axis(state["columns"], COLUMNS_INSERTED, None)
    if len(tab.rows) > MAX_ROWS or len(tab.axis) > MAX_COLUMNS:
        raise Invalid("The sheet has more rows or columns than there may be.")
    for described in state["described"]:
        column = tab.made(int(described["id"]))
        describe(tab, column, described)
        column.native = column.dtype.native and not described.get("plain")
    _fill(tab, file, lazy=lazy and file.metadata.num_rows >= _MANY)
    for formula in state["formulas"]:
        _join(tab, formula)
    for what in _STATES:
        if what in state:
            load_state(tab, what, state[what])
    return tab


def _fill(tab: Tab, file: pq.ParquetFile, *, lazy: bool) -> None:
    parts: dict[int, list[str]] = {}
    for name in file.schema_arrow.names:
        if name != "row":
            parts.setdefault(int(name[1:]), []).append(name)
    for id_, names in parts.items():
        column = tab.made(id_)
        cells = LazyCells(file, names, column.dtype.arrow if column.native else "")
        if lazy:
            column.lazy = cells
        else:
            column.cells = cells.read()


def _join(tab: Tab, formula: dict[str, Any]) -> None:
    column = tab.made(int(formula["column"]))
    template = relative(local(formula["text"]), int(formula["at"][0]), int(formula["at"][1]))
    at = places([(int(first), int(first) + int(count)) for first, count in formula["rows"]])
    low, high = (at.start, at.stop) if isinstance(at, slice) else (int(at[0]), int(at[-1]) + 1)
    column.grown(high)
    span = tab.span_of(column.id, template)
    column.plain()
    column.owners()[at] = span.sid
    span.count += sum(int(count) for _, count in formula["rows"])
    span.include(low, high)


def _axis(state: dict[str, Any], floor: int, file: pq.ParquetFile | None) -> Axis:
    if "starts" in state:
        runs = (np.array(state["starts"], dtype=np.int64), np.array(state["lengths"], dtype=np.int64))
    elif file is not None:
        ids = np.array(file.read(columns=["row"], use_threads=False)["row"].to_numpy(), dtype=np.int64)
        runs = (ids, np.ones(len(ids), dtype=np.int64))
    else:
        raise KeyError("starts")
    return Axis(runs, tail=int(state["tail"]), fresh=int(state["fresh"]), floor=floor)
