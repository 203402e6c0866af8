"""What functions calculate with while a formula is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..values import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Block,
    Coded,
    Error,
    Scalar,
    Tag,
    empty_block,
    scalar_block,
)

if TYPE_CHECKING:
    from ..formulas.source import Source


class Failure(Exception):
    """A function gives up with an error value."""

    def __init__(self, error: Error) -> None:
        super().__init__(error)
        self.error = error


class PerLane(Exception):
    """This cannot be calculated for all lanes at once: the caller goes through them one by one."""


class TooSlow(TimeoutError):
    """The formula has had all the time that it may have."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """One value for each lane: a block `(lanes, 1)`."""

    block: Block


@dataclass(frozen=True, slots=True)
class Range:
    """Cells, `bottom` and `right` past the end, at lane 0. With step 1 that edge moves down a row with each lane."""

    tab: str
    top: int
    left: int
    bottom: int
    right: int
    top_step: int = 0
    bottom_step: int = 0
    whole: bool = False

    @property
    def moves(self) -> bool:
        """Whether lanes see different cells."""
        return bool(self.top_step or self.bottom_step)

    @property
    def single(self) -> bool:
        """Whether each lane sees one cell."""
        return (
            self.bottom - self.top == 1 and self.right - self.left == 1 and self.top_step == self.bottom_step
        )

    @property
    def height(self) -> int:
        """Rows at lane 0."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    def at(self, lane: int) -> Range:
        """The cells that one lane sees."""
        if not self.moves:
            return self
        top, bottom = self.top + lane * self.top_step, self.bottom + lane * self.bottom_step
        if top >= bottom:
            top, bottom = bottom - 1, top + 1
        if top < 0 or bottom > MAX_ROWS:
            raise Failure(Error.REF)
        return Range(self.tab, top, self.left, bottom, self.right, 0, 0, self.whole)


@dataclass(frozen=True, slots=True)
class Union:
    """Several ranges in parentheses."""

    parts: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Omitted:
    """An argument left out."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A function made by LAMBDA."""

    names: tuple[str, ...]
    body: Code
    variables: dict[str, Value]


OMITTED = Omitted()
Value: TypeAlias = Scalar | Block | Lanes | Range | Union | Omitted | Closure
Plain: TypeAlias = Scalar | Block
Code: TypeAlias = "Callable[[Context], Value]"
MAX_DEPTH = 128  # calls of LAMBDA inside one another


@dataclass(slots=True)
class Context:
    """Where a formula is evaluated: rows `row … row+lanes-1` of a column of a tab."""

    source: Source
    tab: str
    row: int
    column: int
    lanes: int
    variables: dict[str, Value] = field(default_factory=dict)
    depth: int = 0

    def lane(self, lane: int) -> Context:
        """One lane alone."""
        variables = {name: at_lane(value, lane) for name, value in self.variables.items()}
        return Context(self.source, self.tab, self.row + lane, self.column, 1, variables, self.depth)

    def within(self, variables: dict[str, Value]) -> Context:
        """The same lanes with other variables in sight."""
        if self.depth >= MAX_DEPTH:
            raise Failure(Error.NUM)
        return replace(self, variables=variables, depth=self.depth + 1)

    def extent(self, tab: str) -> tuple[int, int]:
        """Rows and columns of a tab that hold anything; `#REF!` when there is no such tab."""
        try:
            return self.source.extent(tab)
        except KeyError:
            raise Failure(Error.REF) from None

    def clipped(self, item: Range) -> Block:
        """What a range that stands still holds inside the tab's extent; rows and columns beyond are empty."""
        rows, columns = self.extent(item.tab)
        bottom, right = min(item.bottom, rows), min(item.right, columns)
        if bottom <= item.top or right <= item.left:
            return empty_block(max(bottom - item.top, 0), max(right - item.left, 0))
        return self.source.block(item.tab, item.top, item.left, bottom, right)

    def array(self, item: Range) -> Block:
        """All cells of a range that stands still. Whole columns end where the tab's content does."""
        block = self.clipped(item)
        rows, columns = self.extent(item.tab)
        height, width = item.height, item.width
        if item.whole:
            height = max(min(height, rows - item.top), 1) if height >= MAX_ROWS else height
            width = max(min(width, columns - item.left), 1) if width >= MAX_COLUMNS else width
        if height * width > MAX_CELLS:
            raise Failure(Error.LIMIT)
        return padded(block, height, width)

    def scalar(self, item: Range) -> Scalar:
        """The one cell of a range."""
        rows, columns = self.extent(item.tab)
        if item.top >= rows or item.left >= columns:
            return None
        return self.source.cell(item.tab, item.top, item.left)

    def column_of(self, item: Range) -> Lanes:
        """The cell that each lane sees, for a single moving one."""
        last = item.top + self.lanes
        if item.top < 0 or last > MAX_ROWS:
            raise PerLane
        slice_ = Range(item.tab, item.top, item.left, last, item.right)
        return Lanes(padded(self.clipped(slice_), self.lanes, 1))

    def value(self, value: Value) -> Plain | Lanes:
        """The value with references read: a scalar, an array, or one value for each lane."""
        if isinstance(value, Range):
            if value.single:
                return self.column_of(value) if value.moves and self.lanes > 1 else self.scalar(value)
            if value.moves and self.lanes > 1:
                raise PerLane
            return self.array(value)
        if isinstance(value, Omitted):
            return None
        if isinstance(value, Union):
            return Error.VALUE
        return Error.CALC if isinstance(value, Closure) else value

    def plain(self, value: Value) -> Plain:
        """As `value`, for functions that take one lane only."""
        read = self.value(value)
        if isinstance(read, Lanes):
            raise PerLane
        return read

    def single(self, value: Value) -> Scalar:
        """One scalar, of an array its first cell; a Failure when it is an error."""
        read = self.plain(value)
        if isinstance(read, Block):
            read = read.at(0, 0) if read.tags.size else Error.CALC
        if isinstance(read, Error):
            raise Failure(read)
        return read

    def block(self, value: Value) -> Block:
        """The value as an array of one or more cells."""
        read = self.plain(value)
        return read if isinstance(read, Block) else scalar_block(read)


def at_lane(value: Value, lane: int) -> Value:
    """What one lane sees of a value."""
    if isinstance(value, Lanes):
        return value.block.at(lane, 0)
    if isinstance(value, Range):
        return value.at(lane)
    if isinstance(value, Closure):
        return replace(value, variables={name: at_lane(item, lane) for name, item in value.variables.items()})
    return value


def varies(context: Context, value: Value) -> bool:
    """Whether lanes see different values."""
    if context.lanes == 1:
        return False
    if isinstance(value, Union):
        return any(part.moves for part in value.parts)
    return isinstance(value, Lanes) or (isinstance(value, Range) and value.moves)


def padded(block: Block, rows: int, columns: int) -> Block:
    """The block made larger by empty cells."""
    height, width = block.shape
    if (height, width) == (rows, columns):
        return block
    if height == 0 or width == 0:
        return empty_block(rows, columns)
    tags = np.zeros((rows, columns), dtype=np.uint8)
    numbers = np.zeros((rows, columns))
    tags[:height, :width] = block.tags
    numbers[:height, :width] = block.numbers
    texts = None
    coded = None
    if block.texts is not None:
        texts = np.full((rows, columns), "", dtype=object)
        texts[:height, :width] = block.texts
    if block.coded is not None:
        codes = np.full((rows, columns), -1, dtype=np.int32)
        codes[:height, :width] = block.coded.codes
        coded = Coded(codes, block.coded.words)
    return Block(tags, numbers, texts, coded)


def simple(value: Value) -> Value:
    """An array of one cell as that cell."""
    if isinstance(value, Block) and value.shape == (1, 1):
        return value.at(0, 0)
    return value


def through_lanes(context: Context, run: Code) -> Value:
    """Calculates lane by lane. Raises PerLane when a lane gives an array."""
    results: list[Scalar] = []
    for lane in range(context.lanes):
        alone = context.lane(lane)
        try:
            result = simple(alone.value(run(alone)))
        except Failure as failure:
            result = failure.error
        if isinstance(result, Block | Lanes | Range | Union | Omitted | Closure):
            raise PerLane
        results.append(result)
    return Lanes(column_block(results))


def column_block(values: Sequence[Scalar]) -> Block:
    """A block `(len(values), 1)`; quick when all are numbers."""
    if all(type(value) is float for value in values):
        return Block(
            np.broadcast_to(np.uint8(Tag.NUMBER), (len(values), 1)),
            np.array(values, dtype=np.float64).reshape(-1, 1),
        )
    tags = np.empty((len(values), 1), dtype=np.uint8)
    numbers = np.zeros((len(values), 1))
    texts = np.full((len(values), 1), "", dtype=object)
    any_text = False
    for index, value in enumerate(values):
        if isinstance(value, str):
            tags[index], texts[index, 0], any_text = Tag.TEXT, value, True
        elif value is None:
            tags[index] = Tag.EMPTY
        else:
            tags[index] = (
                Tag.ERROR
                if isinstance(value, Error)
                else Tag.BOOLEAN
                if isinstance(value, bool)
                else Tag.NUMBER
            )
            numbers[index] = value
    return Block(tags, numbers, texts if any_text else None)
