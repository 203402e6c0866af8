"""Cells as they come out of a file, gathered into columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.schemas import Style

from ..cells import Anything, Cells
from ..formats import PLAIN
from ..values import MAX_COLUMNS, MAX_ROWS, Tag
from .drafts import Draft
from .limits import MOST_CELLS, MOST_TEXT, short

# Tag, number and the code of a text: of one cell, of many.
Value = tuple[int, float, int]
Values = tuple[Anything, Anything, Anything]
_Rows = dict[int, list[tuple[int, int] | Anything]]

_SINGLE = 20_000
_TOGETHER = 200_000
_NO_NUMBER = "The file is damaged: a number in it is none."


class Words:
    """All texts of a file, each once."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self._bytes = 0

    def code(self, text: str) -> int:
        """The number of a text; raises TooLarge."""
        found = self.known.get(text)
        if found is None:
            short(len(text))
            self._bytes += len(text)
            if self._bytes > MOST_TEXT:
                raise TooLarge("The file holds too much text.")
            found = self.known[text] = len(self.known)
        return found

    def array(self) -> Anything:
        """In their order."""
        words = np.empty(len(self.known), dtype=object)
        words[:] = list(self.known)
        return words


class Gathered:
    """Cells of one tab; added in any order, the last of a place counts. Takes about what its columns do."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.count = 0
        self._columns: dict[int, _Growing] = {}
        self._parts: list[tuple[Anything, ...]] = []
        self._waiting = 0
        self._single: list[tuple[int, int, int, int, float, int]] = []

    def add(self, row: int, column: int, style: int, value: Value) -> None:
        """One cell: its place, the number of its style, and what it holds."""
        self._single.append((row, column, style, *value))
        if len(self._single) >= _SINGLE:
            self._flush()

    def add_many(self, rows: Anything, columns: Anything, styles: Anything, values: Values) -> None:
        """Many at once, as `add`."""
        if len(rows) == 0:
            return
        tags, numbers, codes = values
        self.count += len(rows)
        if self.count > MOST_CELLS:
            raise TooLarge(f"The file has more than {MOST_CELLS:,} cells.")
        if rows.min() < 0 or rows.max() >= MAX_ROWS or columns.min() < 0 or columns.max() >= MAX_COLUMNS:
            raise Invalid("The file has cells beyond the last row or column.")
        self._parts.append(
            (
                columns.astype(np.int16),
                rows.astype(np.int32),
                styles.astype(np.int32),
                tags.astype(np.uint8),
                numbers.astype(np.float64),
                codes.astype(np.int32),
            )
        )
        self._waiting += len(rows)
        if self._waiting >= _TOGETHER:
            self._sort()

    def into(self, draft: Draft, styles: list[Style]) -> None:
        """The columns and looks of a draft; nothing is left here."""
        self._flush()
        self._sort()
        filled = {place: column.height for place, column in self._columns.items() if column.height}
        draft.height = max([draft.height, *filled.values()])
        draft.width = max([draft.width, *(place + 1 for place in filled)])
        words = self.words.array()
        for place in sorted(self._columns):
            column = self._columns.pop(place)
            self._looks(draft, place, column.looks, styles)
            if column.height:
                draft.columns[place] = column.cells(draft.height, words)

    def _sort(self) -> None:
        """What waits goes to its columns."""
        if not self._parts:
            return
        columns, *rest = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        self._parts.clear()
        self._waiting = 0
        order = np.argsort(columns, kind="stable")
        cuts = np.flatnonzero(np.diff(columns[order])) + 1
        for at in np.split(order, cuts):
            self._columns.setdefault(int(columns[at[0]]), _Growing()).add(*(part[at] for part in rest))
        filled = [column.height for column in self._columns.values() if column.height]
        # As `fits` asks of the whole later: nothing may grow beyond it meanwhile.
        if filled and max(filled) * len(filled) > MOST_CELLS:
            raise TooLarge(f"The file has more than {MOST_CELLS:,} cells.")

    def _looks(self, draft: Draft, place: int, numbered: _Rows, styles: list[Style]) -> None:
        by_style: dict[Style, list[tuple[int, int] | Anything]] = {}
        for number, parts in sorted(numbered.items()):
            style = styles[number] if 0 <= number < len(styles) else PLAIN
            by_style.setdefault(style, []).extend(parts)
        if set(by_style) != {PLAIN} or place in draft.column_looks:
            draft.looks[place] = [
                (style, np.unique(np.concatenate([_spelled(part) for part in parts])))
                for style, parts in by_style.items()
            ]

    def _flush(self) -> None:
        singles, self._single = self._single, []
        if singles:
            rows, columns, styles, *values = (np.array(part) for part in zip(*singles, strict=True))
            self.add_many(rows, columns, styles, (values[0], values[1], values[2]))


class _Growing:
    """A column as far as it is read. What was asked for and not written yet takes no memory."""

    def __init__(self) -> None:
        self.height = 0
        # Rows by the number of their look: first and stop, or one by one.
        self.looks: _Rows = {}
        self._tags = np.zeros(0, dtype=np.uint8)
        self._numbers: Anything | None = None
        # Counted from 1, so that 0 is no text.
        self._codes: Anything | None = None
        self._coded = 0

    def add(
        self, rows: Anything, looks: Anything, tags: Anything, numbers: Anything, codes: Anything
    ) -> None:
        """Cells; empty ones have a look only."""
        if bool((looks == looks[0]).all()):
            self._look(int(looks[0]), rows)
        else:
            for number in np.unique(looks).tolist():
                self._look(number, rows[looks == number])
        filled = tags != Tag.EMPTY
        if not bool(filled.all()):
            rows, tags, numbers, codes = rows[filled], tags[filled], numbers[filled], codes[filled]
        if not len(rows):
            return
        self._grow(int(rows.max()) + 1)
        self._tags[rows] = tags
        if self._numbers is None and bool((tags != Tag.TEXT).any()):
            self._numbers = np.zeros(len(self._tags))
        if self._numbers is not None:
            self._numbers[rows] = numbers
        if bool((codes >= 0).any()):
            if self._codes is None:
                self._codes = np.zeros(len(self._tags), dtype=np.int32)
            self._coded = self.height
        if self._codes is not None:
            at = rows < self._coded
            self._codes[rows[at]] = codes[at] + 1

    def cells(self, height: int, words: Anything) -> Cells:
        """The column, as long as its tab."""
        made = Cells(_sized(self._tags, height))
        if self._numbers is not None:
            made.numbers = _sized(self._numbers, height)
        if self._codes is not None:
            made.codes = _sized(self._codes, height)
            made.codes -= 1
            made.words = words
        return made.compact()

    def _grow(self, height: int) -> None:
        self.height = max(self.height, height)
        if height > len(self._tags):
            size = height + height // 2
            self._tags = _sized(self._tags, size)
            self._numbers = None if self._numbers is None else _sized(self._numbers, size)
            self._codes = None if self._codes is None else _sized(self._codes, size, self._coded)

    def _look(self, number: int, rows: Anything) -> None:
        parts = self.looks.setdefault(number, [])
        first, last = int(rows[0]), int(rows[-1])
        if last - first + 1 != len(rows) or not bool((np.diff(rows) == 1).all()):
            parts.append(rows)
        elif parts and isinstance(parts[-1], tuple) and parts[-1][1] == first:
            parts[-1] = (parts[-1][0], last + 1)
        else:
            parts.append((first, last + 1))


def _sized(array: Anything, size: int, used: int | None = None) -> Anything:
    """A copy with as many values, zeros after the last (or those in use)."""
    made = np.zeros(size, dtype=array.dtype)
    used = min(len(array), size) if used is None else used
    made[:used] = array[:used]
    return made


def _spelled(part: tuple[int, int] | Anything) -> Anything:
    return np.arange(*part, dtype=np.int32) if isinstance(part, tuple) else part


def numbered(texts: Sequence[bytes]) -> Anything:
    """Texts of numbers as numbers; raises Invalid."""
    try:
        found = _cast(texts, pa.float64())
    except pa.ArrowInvalid:
        try:
            found = np.array([float(text) for text in texts], dtype=np.float64)
        except ValueError as error:
            raise Invalid(_NO_NUMBER) from error
    if not bool(np.isfinite(found).all()):
        raise Invalid(_NO_NUMBER)
    return found


def whole_numbers(texts: Sequence[bytes]) -> Anything:
    """Texts of whole numbers as numbers; raises Invalid."""
    try:
        return _cast(texts, pa.int64())
    except pa.ArrowInvalid as error:
        raise Invalid(_NO_NUMBER) from error


def _cast(texts: Sequence[bytes], kind: pa.DataType) -> Anything:
    return np.array(pa.array(texts, pa.binary()).cast(pa.string()).cast(kind).to_numpy(zero_copy_only=False))
