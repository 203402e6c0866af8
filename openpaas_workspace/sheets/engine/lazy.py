"""Cells of a column that stay in a snapshot's file until they are needed; its first rows are had without the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from openpaas_workspace.kit.errors import WorkspaceError

from .arrow import from_arrow
from .cells import Anything, Cells
from .dtypes import arrow_type
from .errors import Unread
from .values import Tag

# Rows that are had without the others; pages ask for them first.
FIRST = 4096
_TAG = 1
_CODE = 4
_FAILURES = (MemoryError, WorkspaceError, ValueError, TypeError, LookupError, OSError)


class LazyCells:
    """A column of a Parquet file: `names` are its main part and its odd cells, `native` the type in which it counts."""

    __slots__ = ("_file", "_first", "_names", "_native", "size")

    def __init__(self, file: pq.ParquetFile, names: Sequence[str], native: str = "") -> None:
        self.size = int(file.metadata.num_rows)
        self._file = file
        self._names = names
        self._native = native
        self._first: Cells | None = None

    @property
    def nbytes(self) -> int:
        """Memory that they will take, about."""
        schema = self._file.schema_arrow
        kinds = [schema.field(name).type for name in self._names]
        return sum(
            self.size * (_TAG + (kind.bit_width // 8 if pa.types.is_primitive(kind) else _CODE))
            for kind in kinds
        )

    def read(self) -> Cells:
        """All of them; raises what is wrong with the file, MemoryError."""
        # One part after the other, so that what was unpacked of others takes no memory any more.
        return self._cells(self._file.read(columns=[name], use_threads=False) for name in self._names)

    def needed(self) -> Cells:
        """As `read`; raises Unread alone, which says nothing against what needs them."""
        try:
            return self.read()
        except _FAILURES as error:
            raise Unread from error

    def first(self, rows: Anything) -> Cells | None:
        """A copy of some that are all among the first rows; None if they are not. Raises Unread."""
        last = int(rows.max()) if len(rows) else 0
        if last >= FIRST:
            return None
        try:
            if self._first is None:
                self._first = self._cells(self._begun(name) for name in self._names).compact()
        except _FAILURES as error:
            raise Unread from error
        return self._first.take(rows) if last < len(self._first) else None

    def _begun(self, name: str) -> pa.Table:
        count, batches = min(FIRST, self.size), []
        for batch in self._file.iter_batches(batch_size=FIRST, columns=[name], use_threads=False):
            batches.append(batch)
            if sum(len(one) for one in batches) >= count:
                break
        return pa.Table.from_batches(batches).slice(0, count)

    def _cells(self, parts: Iterable[pa.Table]) -> Cells:
        found = Cells.empty(0)
        for name, part in zip(self._names, parts, strict=True):
            table = part
            if self._native and name.startswith("c"):
                # Parquet has no seconds.
                table = part.set_column(0, name, part[name].cast(arrow_type(self._native)))
            cells = from_arrow(table, ours=True)[0].cells
            if name.startswith("c"):
                found = cells
            else:
                odd = cells.tags != Tag.EMPTY
                found.put(odd, cells.take(odd))
        return found
