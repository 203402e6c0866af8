"""Cells as bytes and back, to the last bit: what the log keeps of content that is put back."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa

from .arrow import read_stream
from .axis import Axis
from .cells import NO_WORDS, Cells
from .values import MAX_ROWS

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def to_bytes(cells: Cells, *, native: bool) -> bytes:
    """Cells, and whether their numbers count the unit of the column's type."""
    cells = cells.compact()
    arrays, names = [pa.array(cells.tags)], ["t"]
    if cells.numbers is not None:
        arrays.append(pa.array(cells.numbers))
        names.append("n")
    if cells.codes is not None:
        words = pa.array(cells.words, pa.large_string())
        arrays.append(pa.DictionaryArray.from_arrays(pa.array(cells.codes, mask=cells.codes < 0), words))
        names.append("s")
    batch = pa.record_batch(arrays, names=names).replace_schema_metadata({"native": "1" if native else ""})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes) -> tuple[Cells, bool]:
    """What `to_bytes` wrote; raises Invalid."""
    # A tab without a header has one row more than what comes from outside.
    table = read_stream(data, MAX_ROWS).combine_chunks()
    cells = Cells(np.array(table["t"].to_numpy()))
    if "n" in table.column_names:
        cells.numbers = np.array(table["n"].to_numpy())
    if "s" in table.column_names:
        coded = table["s"].combine_chunks()
        coded = coded if isinstance(coded, pa.Array) else coded.chunk(0)
        cells.codes = np.array(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
        words = coded.dictionary.to_numpy(zero_copy_only=False)
        cells.words = words if len(words) else NO_WORDS
    return cells, (table.schema.metadata or {}).get(b"native") == b"1"


def packed_ids(axis: Axis) -> bytes:
    """Ids in order, for the log."""
    return zlib.compress(axis.ids(0, len(axis)).tobytes(), 1)


def unpacked_ids(data: bytes) -> Axis:
    """An axis with the ids in order; good for looking up only."""
    ids = np.frombuffer(zlib.decompress(data), dtype=np.int64)
    return Axis((ids, np.ones(len(ids), dtype=np.int64)), tail=0, fresh=0, floor=0)
