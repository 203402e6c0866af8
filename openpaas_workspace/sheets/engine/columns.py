"""A column of a tab: its name, type and cells, and which formula each cell belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import journal
from .cells import Anything, At, Cells, spliced, vocabulary
from .dtypes import AUTO, Dtype, from_serial, to_serial
from .values import Block, Coded, Numbers, Scalar, Tag, filled

if TYPE_CHECKING:
    from .lazy import LazyCells

NO_FORMULA = -1
SPILLED = -2  # the value of an array that another cell makes


class Column:
    """Cells of the first rows of a tab; rows after the last are empty.

    `owner` says for each cell which span's formula makes it: a number of a span, `NO_FORMULA` or `SPILLED`; it is
    None while no cell has one. With `native` numbers are stored as counts of the type's unit.
    `lazy`: its cells are still in a file; they are read when something needs them, which may raise Unread.
    """

    __slots__ = ("_cells", "_head", "dtype", "id", "index", "lazy", "name", "native", "owner")

    def __init__(self, id_: int, name: str = "", dtype: Dtype = AUTO, cells: Cells | None = None) -> None:
        self.id = id_
        self.name = name
        self.dtype = dtype
        self.lazy: LazyCells | None = None
        self._cells = Cells.empty(0) if cells is None else cells
        self.owner: npt.NDArray[np.int32] | None = None
        self.native = dtype.native
        self.index = False
        self._head: Coded | None = None

    def __len__(self) -> int:
        return len(self._cells) if self.lazy is None else self.lazy.size

    @property
    def cells(self) -> Cells:
        """All of them."""
        self.read()
        return self._cells

    @cells.setter
    def cells(self, cells: Cells) -> None:
        self._cells = cells
        self.lazy = None

    def read(self) -> None:
        """Cells that are still in a file are in memory from now on; raises Unread."""
        if self.lazy is not None:
            self.cells = self.lazy.needed()

    def forget(self) -> None:
        """Nothing that was calculated from the cells is used again."""
        self._cells.journal = None

    @property
    def nbytes(self) -> int:
        """Memory, words estimated."""
        cells = self._cells if self.lazy is None else self.lazy
        return cells.nbytes + (self.owner.nbytes if self.owner is not None else 0)

    def few(self, rows: npt.NDArray[Any]) -> Cells:
        """A copy of cells inside the column, for which not all of them are read if they are among the first."""
        found = None if self.lazy is None else self.lazy.first(rows)
        return self.cells.take(rows) if found is None else found

    def grown(self, size: int) -> None:
        """Room for `size` rows."""
        if size > len(self):
            if self.owner is not None:
                self.owner = spliced(
                    self.owner, [(0, len(self.owner)), (-1, size - len(self.owner))], NO_FORMULA
                )
            self.cells.grown(size)

    def padded(self, size: int) -> Column:
        """A copy of values with empty cells up to `size`."""
        copy = Column(self.id, self.name, self.dtype, self.cells.take(slice(0, len(self.cells))))
        copy.native, copy.index = self.native, self.index
        copy.grown(size)
        return copy

    def splice(self, pieces: Sequence[tuple[int, int]]) -> None:
        """Rows in another order, see `Cells.splice`; intervals beyond the end are cut."""
        size = len(self.cells)
        cut: list[tuple[int, int]] = []
        blank = 0
        for start, stop in pieces:
            a, b = (0, 0) if start < 0 else (min(start, size), min(stop, size))
            missing = stop if start < 0 else (stop - start) - (b - a)
            if b > a:
                if blank:
                    cut.append((-1, blank))
                    blank = 0
                cut.append((a, b))
            blank += missing
        self.cells.splice(cut)
        if self.owner is not None:
            self.owner = spliced(self.owner, cut, NO_FORMULA)

    def reorder(self, order: npt.NDArray[np.intp]) -> None:
        """Rows by their positions now."""
        self.grown(len(order))
        self.cells = self.cells.take(order)
        if self.owner is not None:
            self.owner = self.owner[order]

    def owners(self) -> npt.NDArray[np.int32]:
        """`owner`, made if need be."""
        if self.owner is None:
            self.owner = np.full(len(self.cells), NO_FORMULA, dtype=np.int32)
        return self.owner

    def owner_at(self, row: int) -> int:
        """The span of one cell, `NO_FORMULA` or `SPILLED`."""
        return NO_FORMULA if self.owner is None or row >= len(self.owner) else int(self.owner[row])

    def put(self, at: At, cells: Cells, *, native: bool = False) -> None:
        """Writes cells over some; `native` says that their numbers are counts of the column's unit."""
        if native != self.native and cells.numbers is not None:
            cells = self._converted(cells, native=self.native)
        self.cells.put(at, cells)

    def plain(self) -> None:
        """Numbers are stored as the sheet has them, so that any number can be written."""
        if self.native:
            self.cells = self._converted(self.cells, native=False)
            self.native = False

    def survives_plain(self) -> bool:
        """Whether `plain` loses nothing."""
        numbers = self.cells.numbers
        if not self.native or numbers is None:
            return True
        is_number = self.cells.tags == Tag.NUMBER
        kept = numbers[is_number]
        return bool((from_serial(to_serial(kept, self.dtype), self.dtype) == kept).all())

    def floats(self, start: int, stop: int) -> Numbers:
        """Numbers as formulas see them, a view where possible."""
        numbers = self.cells.numbers
        if numbers is None:
            return np.broadcast_to(np.float64(0), (stop - start,))
        part = numbers[start:stop]
        if not self.native:
            return part.astype(np.float64, copy=False)
        return np.where(self.cells.tags[start:stop] == Tag.NUMBER, to_serial(part, self.dtype), part)

    def block(self, start: int, stop: int) -> Block:
        """Values of rows inside the column, a view where possible."""
        cells = self.cells
        coded = None
        if cells.codes is not None and len(cells.words):
            coded = Coded(cells.codes[start:stop, None], cells.words)
        origin = journal.Origin(cells.journaled(), start) if stop - start > journal.STRETCH else None
        return Block(cells.tags[start:stop, None], self.floats(start, stop)[:, None], None, coded, origin)

    def headed(self, stop: int) -> Block:
        """Values of the rows before `stop`, all inside the column, under the column's name; a view where possible.

        Cells get a place before their first one for it, so that a whole column is read without a copy.
        """
        cells = self.cells
        cells.tags, tags = led(cells.tags)
        tags[0] = Tag.TEXT if self.name else Tag.EMPTY
        if self.native or cells.numbers is None or cells.numbers.dtype != np.float64:
            numbers = np.concatenate((np.zeros(1), self.floats(0, stop)))
        else:
            cells.numbers, numbers = led(cells.numbers)
            numbers[0] = 0
        coded = None
        if cells.codes is not None:
            cells.codes, codes = led(cells.codes)
            codes[0] = cells.code_of(self.name) if self.name else -1
            coded = Coded(codes[: stop + 1, None], cells.words)
        elif self.name:
            coded = self._named(stop)
        origin = journal.Origin(cells.journaled(), -1, self.name) if stop > journal.STRETCH else None
        return Block(tags[: stop + 1, None], numbers[: stop + 1, None], None, coded, origin)

    def _named(self, stop: int) -> Coded:
        head = self._head
        if head is None or len(head.codes) != stop + 1 or head.words[0] != self.name:
            codes = np.full((stop + 1, 1), -1, dtype=np.int8)
            codes[0] = 0
            words = np.array([self.name], dtype=object)
            head = self._head = Coded(codes, words)  # type: ignore[arg-type]
        return head

    def at(self, row: int) -> Scalar:
        """One value, as formulas see it."""
        if row >= len(self):
            return None
        value = self.cells.at(row)
        if self.native and self.cells.tags[row] == Tag.NUMBER:
            return float(self.floats(row, row + 1)[0])
        return value

    def inputs_mask(self, start: int, stop: int) -> npt.NDArray[np.bool_]:
        """Which cells hold an input rather than what a formula made."""
        if self.owner is None:
            return np.ones(stop - start, dtype=np.bool_)
        mine: npt.NDArray[np.bool_] = self.owner[start:stop] == NO_FORMULA
        return mine

    def _converted(self, cells: Cells, *, native: bool) -> Cells:
        numbers: Anything = (
            cells.numbers if cells.numbers is not None else np.zeros(len(cells), dtype=np.float64)
        )
        convert = from_serial if native else to_serial
        is_number = cells.tags == Tag.NUMBER
        made = convert(numbers, self.dtype) if len(numbers) else numbers.astype(np.float64)
        return Cells(
            cells.tags, np.where(is_number, made, numbers.astype(made.dtype)), cells.codes, cells.words
        )


def led(array: Anything) -> tuple[Anything, Anything]:
    """The same values with room for one before them: the array itself, and it with what is before."""
    base = array.base
    if (
        isinstance(base, np.ndarray)
        and base.ndim == 1
        and (base.dtype, len(base)) == (array.dtype, len(array) + 1)
    ):
        return array, base
    wide = np.empty(len(array) + 1, dtype=array.dtype)
    wide[1:] = array
    return wide[1:], wide


def column_block(column: Column | None, start: int, stop: int) -> Block:
    """Values of any rows of a column, empty after its end."""
    have = 0 if column is None else min(len(column), stop)
    if column is not None and have == stop:
        return column.block(start, stop)
    rows = stop - start
    if column is None or have <= start:
        return Block(filled(Tag.EMPTY, (rows, 1)), np.broadcast_to(np.float64(0), (rows, 1)))
    part, cells = column.block(start, have), column.cells
    tags = np.zeros((rows, 1), dtype=np.uint8)
    tags[: have - start] = part.tags
    numbers = np.zeros((rows, 1), dtype=np.float64)
    numbers[: have - start] = part.numbers
    coded = None
    if part.coded is not None:
        codes = np.full((rows, 1), -1, dtype=np.int32)
        codes[: have - start] = part.coded.codes
        coded = Coded(codes, cells.words)
    return Block(tags, numbers, None, coded)


def joined_block(parts: Sequence[Block]) -> Block:
    """Columns side by side."""
    if len(parts) == 1:
        return parts[0]
    tags = np.concatenate([part.tags for part in parts], axis=1)
    numbers = np.concatenate([part.numbers for part in parts], axis=1)
    if all(part.coded is None and part.texts is None for part in parts):
        return Block(tags, numbers)
    return Block(tags, numbers, np.concatenate([part.text_array() for part in parts], axis=1))


def put_result(column: Column, start: int, block: Block, mask: npt.NDArray[np.bool_] | None = None) -> None:
    """Writes what a formula made over rows from `start`, where `mask` says so."""
    column.plain()
    stop = start + len(block.tags)
    column.grown(stop)
    tags = np.ascontiguousarray(block.tags[:, 0])
    numbers = np.ascontiguousarray(block.numbers[:, 0])
    made = Cells(tags, numbers)
    if block.coded is not None:
        made.codes, made.words = block.coded.codes[:, 0], block.coded.words
    elif block.texts is not None and bool((tags == Tag.TEXT).any()):
        is_text = tags == Tag.TEXT
        codes = np.full(len(tags), -1, dtype=np.int32)
        made.words, codes[is_text] = vocabulary(block.texts[is_text, 0])
        made.codes = codes
    if mask is None:
        column.cells.put(slice(start, stop), made)
    else:
        column.cells.put(start + np.flatnonzero(mask), made.take(mask))
