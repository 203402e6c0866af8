"""Values of cells: one at a time (`Scalar`) or by the rectangle (`Block`).

Rows and columns count from 0 everywhere in the engine; only the text of a formula counts from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .journal import Origin

Tags: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.float64]
Texts: TypeAlias = npt.NDArray[np.object_]
Mask: TypeAlias = npt.NDArray[np.bool_]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767  # characters in a cell, as Excel
MAX_CELLS = 5_000_000  # cells of one array that a formula makes


class Tag(IntEnum):
    """What a cell holds."""

    EMPTY = 0
    NUMBER = 1
    TEXT = 2
    BOOLEAN = 3
    ERROR = 4


class Error(IntEnum):
    """An error as a value; the numbers are those of Excel's ERROR.TYPE where it has one."""

    NULL = 1
    DIV0 = 2
    VALUE = 3
    REF = 4
    NAME = 5
    NUM = 6
    NA = 7
    SPILL = 9
    CALC = 14
    CYCLE = 100
    LIMIT = 101

    @property
    def text(self) -> str:
        """As a cell shows it: `#DIV/0!`."""
        return _ERROR_TEXTS[self]

    @property
    def sentence(self) -> str:
        """What went wrong, for a person."""
        return _ERROR_SENTENCES[self]

    @classmethod
    def from_text(cls, text: str) -> Error | None:
        """The error that `text` names, in any case; None when it names none."""
        return _ERRORS_BY_TEXT.get(text.upper())


_ERROR_TEXTS = {
    Error.NULL: "#NULL!",
    Error.DIV0: "#DIV/0!",
    Error.VALUE: "#VALUE!",
    Error.REF: "#REF!",
    Error.NAME: "#NAME?",
    Error.NUM: "#NUM!",
    Error.NA: "#N/A",
    Error.SPILL: "#SPILL!",
    Error.CALC: "#CALC!",
    Error.CYCLE: "#CYCLE!",
    Error.LIMIT: "#LIMIT!",
}
_ERROR_SENTENCES = {
    Error.NULL: "The two ranges have no cell in common.",
    Error.DIV0: "The formula divides by zero or by an empty cell.",
    Error.VALUE: "A value has the wrong type: a number was expected where there is text.",
    Error.REF: "The formula points at a cell that is gone or does not exist.",
    Error.NAME: "The formula uses a name that the workbook does not know.",
    Error.NUM: "A number is out of range for this function.",
    Error.NA: "The value was not found.",
    Error.SPILL: "The result needs more cells than are free here.",
    Error.CALC: "The result is an array without cells.",
    Error.CYCLE: "The formula depends on its own cell.",
    Error.LIMIT: f"This is too much: a text has at most {MAX_TEXT:,} characters, an array {MAX_CELLS:,} cells, and a formula some seconds.",
}
_ERRORS_BY_TEXT = {text: error for error, text in _ERROR_TEXTS.items()}

# `None` is an empty cell. Numbers are always `float`; `bool` is tested before `float`, since `Error` and
# `bool` are ints to Python.
Scalar: TypeAlias = float | str | bool | Error | None


def tag_of(value: Scalar) -> Tag:
    """The tag of one value."""
    if value is None:
        return Tag.EMPTY
    if isinstance(value, str):
        return Tag.TEXT
    if isinstance(value, bool):
        return Tag.BOOLEAN
    return Tag.ERROR if isinstance(value, Error) else Tag.NUMBER


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts as codes into a vocabulary: quick to compare, since each word is looked at once.

    `codes` has the block's shape, -1 where the cell is no text. `words` is one-dimensional; words need not
    be in order and none need be in use, but each occurs once.
    """

    codes: npt.NDArray[np.int32]
    words: Texts


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of values, `(rows, columns)`.

    `tags` may be a 0-stride `np.broadcast_to` when all cells are alike. `numbers` holds the number or serial
    date, 0/1 of a boolean, the code of an error, and **0.0 for empty cells and texts**; it never holds
    NaN or infinity. Texts are in `texts` (`""` where the cell is no text), or in `coded`, or both; a block without
    texts has neither. A view of live data is never written to by the formulas. A high block of one column knows where
    its values come from.
    """

    tags: Tags
    numbers: Numbers
    texts: Texts | None = None
    coded: Coded | None = None
    origin: Origin | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.tags.shape
        return rows, columns

    def uniform(self) -> Tag | None:
        """The tag of all cells if they are alike, else None; a block without cells counts as empty."""
        tags = self.tags
        if tags.size == 0:
            return Tag.EMPTY
        first = int(tags[0, 0])
        if tags.strides == (0, 0) or tags.size == 1:
            return Tag(first)
        # The last one first: under a label a column is of another kind.
        return Tag(first) if int(tags[-1, -1]) == first and bool((tags == first).all()) else None

    def has(self, tag: Tag) -> bool:
        """Whether any cell has this tag."""
        if self.tags.size == 0:
            return False
        if self.tags.strides == (0, 0):
            return int(self.tags[0, 0]) == tag
        if tag == Tag.ERROR:  # the highest
            return int(self.tags.max()) == tag
        return bool((self.tags == tag).any())

    def text_array(self) -> Texts:
        """The texts as an object array, `""` where a cell is no text."""
        if self.texts is not None:
            return self.texts
        if self.coded is not None:
            words = np.append(self.coded.words, np.array([""], dtype=object))
            taken: Texts = words[self.coded.codes]
            return taken
        return np.broadcast_to(np.array("", dtype=object), self.shape)

    def at(self, row: int, column: int) -> Scalar:
        """One value."""
        tag = int(self.tags[row, column])
        if tag == Tag.NUMBER:
            return float(self.numbers[row, column])
        if tag == Tag.TEXT:
            return self._text(row, column)
        if tag == Tag.BOOLEAN:
            return bool(self.numbers[row, column])
        return Error(int(self.numbers[row, column])) if tag == Tag.ERROR else None

    def _text(self, row: int, column: int) -> str:
        if self.texts is not None:
            return str(self.texts[row, column])
        if self.coded is None:
            return ""
        return str(self.coded.words[self.coded.codes[row, column]])

    def view(self, rows: slice, columns: slice) -> Block:
        """A part, without a copy."""
        coded = self.coded
        return Block(
            self.tags[rows, columns],
            self.numbers[rows, columns],
            None if self.texts is None else self.texts[rows, columns],
            None if coded is None else Coded(coded.codes[rows, columns], coded.words),
        )

    def take(self, rows: npt.NDArray[np.intp] | Mask) -> Block:
        """The rows named by indices or by a mask, as a copy."""
        coded = self.coded
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        tags = self.tags[rows]
        if self.tags.strides == (0, 0) and self.tags.size:
            tags = np.broadcast_to(self.tags[0, 0], tags.shape)
        return Block(
            tags,
            self.numbers[rows],
            None if self.texts is None else self.texts[rows],
            None if coded is None else Coded(coded.codes[rows], coded.words),
        )

    def transpose(self) -> Block:
        """Rows as columns, without a copy."""
        coded = self.coded
        return Block(
            self.tags.T,
            self.numbers.T,
            None if self.texts is None else self.texts.T,
            None if coded is None else Coded(coded.codes.T, coded.words),
        )

    def rows(self) -> list[list[Scalar]]:
        """All values as Python objects, row by row; for small blocks and tests."""
        height, width = self.shape
        return [[self.at(row, column) for column in range(width)] for row in range(height)]


def filled(tag: Tag, shape: tuple[int, int]) -> Tags:
    """Tags that are all alike: 0-stride, no memory."""
    return np.broadcast_to(np.uint8(tag), shape)


def numbers_block(numbers: Numbers) -> Block:
    """A block of finite numbers only."""
    return Block(filled(Tag.NUMBER, _shape(numbers)), numbers)


def booleans_block(mask: Mask) -> Block:
    """A block of booleans only."""
    return Block(filled(Tag.BOOLEAN, _shape(mask)), mask.astype(np.float64))


def texts_block(texts: Texts) -> Block:
    """A block of texts only."""
    shape = _shape(texts)
    return Block(filled(Tag.TEXT, shape), np.broadcast_to(np.float64(0), shape), texts)


def coded_block(codes: npt.NDArray[np.int32], words: Texts) -> Block:
    """A block of texts only, as codes into `words`."""
    shape = _shape(codes)
    return Block(filled(Tag.TEXT, shape), np.broadcast_to(np.float64(0), shape), None, Coded(codes, words))


def empty_block(rows: int, columns: int) -> Block:
    """A block of empty cells, without memory."""
    return Block(filled(Tag.EMPTY, (rows, columns)), np.broadcast_to(np.float64(0), (rows, columns)))


def scalar_block(value: Scalar, rows: int = 1, columns: int = 1) -> Block:
    """One value in every cell, without memory for each."""
    tag, shape = tag_of(value), (rows, columns)
    number = np.float64(0 if value is None or isinstance(value, str) else value)
    texts = np.broadcast_to(np.array(value, dtype=object), shape) if isinstance(value, str) else None
    return Block(filled(tag, shape), np.broadcast_to(number, shape), texts)


def block_of(rows: Sequence[Sequence[Scalar]]) -> Block:
    """A block from Python values; the rows must be equally long."""
    height, width = len(rows), len(rows[0]) if rows else 0
    tags = np.zeros((height, width), dtype=np.uint8)
    numbers = np.zeros((height, width), dtype=np.float64)
    texts: Texts | None = None
    for row, line in enumerate(rows):
        for column, value in enumerate(line):
            tags[row, column] = tag_of(value)
            if isinstance(value, str):
                if texts is None:
                    texts = np.full((height, width), "", dtype=object)
                texts[row, column] = value
            elif value is not None:
                numbers[row, column] = value
    return Block(tags, numbers, texts)


def as_mask(array: npt.ArrayLike) -> Mask:
    """An array that is known to hold booleans, without a copy."""
    return np.asarray(array, dtype=np.bool_)


def as_numbers(array: npt.ArrayLike) -> Numbers:
    """An array of numbers as floats, without a copy where it holds them."""
    return np.asarray(array, dtype=np.float64)


def _shape(array: npt.NDArray[np.generic]) -> tuple[int, int]:
    rows, columns = array.shape
    return rows, columns
