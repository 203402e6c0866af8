"""Calculating cell by cell over arrays and lanes: bringing operands to one shape, and choosing between results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..values import MAX_CELLS, Block, Coded, Error, Mask, Scalar, Tag, Texts, scalar_block
from .coerce import Errors, numeric
from .runtime import Context, Failure, Lanes, PerLane, Plain, Value, column_block


@dataclass(frozen=True, slots=True)
class Spread:
    """Operands as blocks that numpy broadcasts to `shape`; `lanes` when each row is a lane."""

    blocks: tuple[Block, ...]
    shape: tuple[int, int]
    lanes: bool

    def wrap(self, block: Block) -> Value:
        """The result as a value of the same kind as the operands."""
        if block.shape != self.shape:
            block = stretched(block, *self.shape)
        return Lanes(block) if self.lanes else block


def spread(context: Context, values: Sequence[Value]) -> Spread | list[Scalar]:
    """The operands brought to one shape; as they are when all are scalars. Raises PerLane for lanes of arrays."""
    read = [context.value(value) for value in values]
    lanes = any(isinstance(value, Lanes) for value in read)
    if not lanes and not any(isinstance(value, Block) for value in read):
        return [value for value in read if not isinstance(value, Block | Lanes)]
    blocks: list[Block] = []
    for value in read:
        if isinstance(value, Block):
            if lanes and value.shape != (1, 1):
                raise PerLane
            blocks.append(value)
        else:
            blocks.append(value.block if isinstance(value, Lanes) else scalar_block(value))
    if lanes:
        return Spread(tuple(blocks), (context.lanes, 1), True)
    shape = (_extent(blocks, 0), _extent(blocks, 1))
    if shape[0] * shape[1] > MAX_CELLS:
        raise Failure(Error.LIMIT)
    return Spread(tuple(_fitted(block, shape) for block in blocks), shape, False)


def _extent(blocks: Sequence[Block], axis: int) -> int:
    sizes = [block.shape[axis] for block in blocks]
    return 0 if 0 in sizes else max(sizes)


def _fitted(block: Block, shape: tuple[int, int]) -> Block:
    """What is neither of the shape nor one row or column is filled up with `#N/A`."""
    rows, columns = block.shape
    height = shape[0] if rows == 1 else rows
    width = shape[1] if columns == 1 else columns
    if (height, width) == shape:
        return block
    block = stretched(block, height, width)
    tags = np.full(shape, np.uint8(Tag.ERROR), dtype=np.uint8)
    numbers = np.full(shape, float(Error.NA))
    tags[:height, :width] = block.tags
    numbers[:height, :width] = block.numbers
    texts: Texts | None = None
    if block.texts is not None or block.coded is not None:
        texts = np.full(shape, "", dtype=object)
        texts[:height, :width] = block.text_array()
    return Block(tags, numbers, texts)


def stretched(block: Block, rows: int, columns: int) -> Block:
    """A row, column or single cell repeated to the shape, without memory."""
    shape, coded = (rows, columns), block.coded
    if block.shape == shape:
        return block
    return Block(
        np.broadcast_to(block.tags, shape),
        np.broadcast_to(block.numbers, shape),
        None if block.texts is None else np.broadcast_to(block.texts, shape),
        None if coded is None else Coded(np.broadcast_to(coded.codes, shape), coded.words),
    )


def select(mask: Mask, chosen: Block, other: Block) -> Block:
    """Cells of `chosen` where the mask is set, else those of `other`; all broadcast together."""
    shape = np.broadcast_shapes(mask.shape, chosen.shape, other.shape)
    first, second = chosen.uniform(), other.uniform()
    if first is not None and first == second:
        tags = np.broadcast_to(np.uint8(first), shape)
    else:
        tags = np.where(mask, chosen.tags, other.tags)
    numbers = np.where(mask, chosen.numbers, other.numbers)
    texts: Texts | None = None
    if any(block.texts is not None or block.coded is not None for block in (chosen, other)):
        texts = np.where(mask, chosen.text_array(), other.text_array())
    return Block(np.broadcast_to(tags, shape), np.broadcast_to(numbers, shape), texts)


def map_cells(function: Callable[..., Scalar], blocks: Sequence[Block], shape: tuple[int, int]) -> Block:
    """Calls a function of scalars for each cell; equal arguments are calculated once."""
    coded = [block.coded for block in blocks if block.shape != (1, 1)]
    if len(coded) == 1 and coded[0] is not None and coded[0].words.size < coded[0].codes.size:
        return _map_words(function, blocks, coded[0], shape)
    columns = [_cells(block, shape) for block in blocks]
    known: dict[tuple[object, ...], Scalar] = {}
    results: list[Scalar] = []
    for arguments in zip(*columns, strict=True):
        key = (*arguments, *(type(item) for item in arguments))
        if key not in known:
            if len(known) > 65_536:
                known.clear()
            known[key] = function(*arguments)
        results.append(known[key])
    return cells_block(results, shape)


def _map_words(
    function: Callable[..., Scalar], blocks: Sequence[Block], coded: Coded, shape: tuple[int, int]
) -> Block:
    """Calls the function for each word of the one coded block, and once for what is no text."""
    where = next(index for index, block in enumerate(blocks) if block.shape != (1, 1))
    arguments = [block.at(0, 0) if block.shape == (1, 1) else None for block in blocks]
    results: list[Scalar] = []
    for word in coded.words.tolist():
        arguments[where] = word
        results.append(function(*arguments))
    arguments[where] = None
    others = blocks[where]
    mapped = column_block([*results, function(*arguments)]).take(coded.codes.ravel().astype(np.intp))
    texts = None if mapped.texts is None else mapped.texts.reshape(coded.codes.shape)
    block = Block(mapped.tags.reshape(coded.codes.shape), mapped.numbers.reshape(coded.codes.shape), texts)
    special = (others.tags != Tag.TEXT) & (others.tags != Tag.EMPTY)
    if special.any():
        texts = np.array(block.text_array(), dtype=object)
        tags, numbers = block.tags.copy(), block.numbers.copy()
        for row, column in zip(*np.nonzero(special), strict=True):
            arguments[where] = others.at(row, column)
            one = column_block([function(*arguments)])
            tags[row, column], numbers[row, column], texts[row, column] = (
                one.tags[0, 0],
                one.numbers[0, 0],
                one.text_array()[0, 0],
            )
        block = Block(tags, numbers, texts)
    return stretched(block, *shape)


def _cells(block: Block, shape: tuple[int, int]) -> list[Scalar]:
    tag = block.uniform()
    if block.shape == (1, 1):
        return [block.at(0, 0)] * (shape[0] * shape[1])
    if tag == Tag.NUMBER:
        return list(np.broadcast_to(block.numbers, shape).ravel().tolist())
    if tag == Tag.TEXT:
        texts: list[Scalar] = np.broadcast_to(block.text_array(), shape).ravel().tolist()
        return texts
    full = stretched(block, *shape)
    return [full.at(row, column) for row in range(shape[0]) for column in range(shape[1])]


def cells_block(values: Sequence[Scalar], shape: tuple[int, int]) -> Block:
    """A block of scalars listed row by row."""
    if values and all(type(value) is str for value in values):
        texts = np.empty(len(values), dtype=object)
        texts[:] = values
        return Block(
            np.broadcast_to(np.uint8(Tag.TEXT), shape),
            np.broadcast_to(np.float64(0), shape),
            texts.reshape(shape),
        )
    if all(type(value) is float for value in values):
        return numeric(np.array(values, dtype=np.float64).reshape(shape))
    block = column_block(values)
    texts_ = None if block.texts is None else block.texts.reshape(shape)
    return Block(block.tags.reshape(shape), block.numbers.reshape(shape), texts_)


def merged_errors(*items: Errors | None) -> Errors | None:
    """Errors of several operands, broadcast; those of the first come first."""
    merged: Errors | None = None
    for item in items:
        if item is not None:
            merged = item if merged is None else np.where(merged != 0, merged, item)
    return merged


def as_plain(value: Value) -> Plain:
    """The value if it is a scalar or an array; PerLane for anything else."""
    if isinstance(value, Block):
        return value
    if value is None or isinstance(value, float | str | bool | Error):
        return value
    raise PerLane
