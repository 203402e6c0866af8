"""FILTER, SORT, SORTBY, UNIQUE, SEQUENCE, TRANSPOSE, TAKE, DROP, VSTACK, HSTACK, CHOOSECOLS, CHOOSEROWS, TOCOL, TOROW."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..values import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Block, Error, Mask, Tag, numbers_block, scalar_block
from .coerce import block_booleans, to_boolean, to_number
from .compare import folded_texts
from .registry import function
from .runtime import Context, Failure, Omitted, Value, padded

Order = npt.NDArray[np.int64]


def number(context: Context, arguments: Sequence[Value], index: int, default: float) -> float:
    """One argument as a number, `default` when it is left out. Fails with its error."""
    if len(arguments) <= index or isinstance(arguments[index], Omitted):
        return default
    value = to_number(context.single(arguments[index]))
    if isinstance(value, Error):
        raise Failure(value)
    return value


def boolean(context: Context, arguments: Sequence[Value], index: int) -> bool:
    """One argument as a condition, FALSE when it is left out. Fails with its error."""
    if len(arguments) <= index or isinstance(arguments[index], Omitted):
        return False
    value = to_boolean(context.single(arguments[index]))
    if isinstance(value, Error):
        raise Failure(value)
    return value


def columns_taken(block: Block, columns: Order | Mask) -> Block:
    """The columns named by indices or a mask."""
    return block.transpose().take(columns).transpose()


def _some(block: Block) -> Block:
    if block.tags.size == 0:
        raise Failure(Error.CALC)
    return block


@function("FILTER", 2, 3, "always")
def filter_(context: Context, arguments: list[Value]) -> Value:
    """FILTER(array, condition, otherwise): the condition is a column as high, or a row as wide, as the array."""
    block, test = context.block(arguments[0]), context.block(arguments[1])
    mask, errors = block_booleans(test)
    if errors is not None:
        return Error(int(errors[errors != 0][0]))
    if test.shape == (block.shape[0], 1):
        kept = block.take(mask[:, 0])
    elif test.shape == (1, block.shape[1]):
        kept = columns_taken(block, mask[0])
    else:
        raise Failure(Error.VALUE)
    if kept.tags.size:
        return kept
    return Error.CALC if len(arguments) < 3 or isinstance(arguments[2], Omitted) else arguments[2]


def ordering(column: Block, *, descending: bool) -> Order:
    """The stable order of a column of cells: numbers, texts, booleans, errors; empty ones last either way."""
    tags = column.tags[:, 0]
    ranks = np.array([9, 0, 1, 2, 3], dtype=np.int64)[tags]
    numbers = column.numbers[:, 0].copy()
    if column.has(Tag.TEXT):
        held = np.flatnonzero(tags == Tag.TEXT)
        texts = folded_texts(column)[held, 0]
        _, codes = np.unique(texts.astype(str), return_inverse=True)
        numbers[held] = codes
    if descending:
        numbers = -numbers
        ranks = np.where(ranks == 9, 9, -ranks)
    numbers = np.where(tags == Tag.ERROR, 0.0, numbers)
    if column.uniform() == Tag.NUMBER:
        return np.argsort(numbers, kind="stable")
    return np.lexsort((numbers, ranks))


def _ordered(keys: Sequence[tuple[Block, bool]]) -> Order:
    order = np.arange(keys[0][0].shape[0])
    for column, descending in reversed(keys):
        order = order[ordering(column.take(order), descending=descending)]
    return order


def _direction(value: float) -> bool:
    if value not in {1, -1}:
        raise Failure(Error.VALUE)
    return value == -1


@function("SORT", 1, 4, "always")
def sort(context: Context, arguments: list[Value]) -> Value:
    """SORT(array, column, 1 or -1, by column)."""
    block = _some(context.block(arguments[0]))
    sideways = boolean(context, arguments, 3)
    block = block.transpose() if sideways else block
    keys: list[tuple[Block, bool]] = []
    places = context.block(
        arguments[1] if len(arguments) > 1 and not isinstance(arguments[1], Omitted) else 1.0
    )
    given = arguments[2] if len(arguments) > 2 and not isinstance(arguments[2], Omitted) else 1.0
    directions = context.block(given).numbers.ravel()
    for index, place in enumerate(places.numbers.ravel().tolist()):
        column = int(place) - 1
        if not 0 <= column < block.shape[1]:
            raise Failure(Error.VALUE)
        direction = _direction(float(directions[min(index, directions.size - 1)]))
        keys.append((block.view(slice(None), slice(column, column + 1)), direction))
    result = block.take(_ordered(keys))
    return result.transpose() if sideways else result


@function("SORTBY", 2, 255, "always")
def sortby(context: Context, arguments: list[Value]) -> Value:
    """SORTBY(array, by, 1 or -1, …)."""
    block = _some(context.block(arguments[0]))
    keys: list[tuple[Block, bool]] = []
    first = context.block(arguments[1])
    sideways = first.shape[0] == 1 and first.shape[1] == block.shape[1] and block.shape[1] > 1
    block = block.transpose() if sideways else block
    for index in range(1, len(arguments), 2):
        by = context.block(arguments[index])
        by = by.transpose() if sideways else by
        if by.shape != (block.shape[0], 1):
            raise Failure(Error.VALUE)
        keys.append((by, _direction(number(context, arguments, index + 1, 1.0))))
    result = block.take(_ordered(keys))
    return result.transpose() if sideways else result


def _row_codes(block: Block) -> Order:
    """A number for each row: equal rows have equal numbers, in the order in which they first occur."""
    codes = np.zeros(block.shape[0], dtype=np.int64)
    for column in range(block.shape[1]):
        cells = block.view(slice(None), slice(column, column + 1))
        numbers = cells.numbers[:, 0].copy()
        if cells.has(Tag.TEXT):
            held = np.flatnonzero(cells.tags[:, 0] == Tag.TEXT)
            numbers[held] = np.unique(folded_texts(cells)[held, 0].astype(str), return_inverse=True)[1]
        _, own = np.unique(numbers, return_inverse=True)
        own = own * 8 + cells.tags[:, 0]
        _, codes = np.unique(codes * (int(own.max()) + 1) + own, return_inverse=True)
    return codes


@function("UNIQUE", 1, 3, "always")
def unique(context: Context, arguments: list[Value]) -> Value:
    """UNIQUE(array, by column, only those that occur once)."""
    block = _some(context.block(arguments[0]))
    sideways, once = boolean(context, arguments, 1), boolean(context, arguments, 2)
    block = block.transpose() if sideways else block
    _, first, counts = np.unique(_row_codes(block), return_index=True, return_counts=True)
    kept = np.sort(first[counts == 1] if once else first)
    if not kept.size:
        return Error.CALC
    result = block.take(kept)
    return result.transpose() if sideways else result


def limited(rows: float, columns: float) -> None:
    """Fails when an array of this size is no array or larger than a formula may make."""
    if rows < 1 or columns < 1:
        raise Failure(Error.CALC if rows == 0 or columns == 0 else Error.VALUE)
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise Failure(Error.LIMIT)


@function("SEQUENCE", 1, 4, "always")
def sequence(context: Context, arguments: list[Value]) -> Value:
    """SEQUENCE(rows, columns, start, step)."""
    rows, columns = np.trunc(number(context, arguments, 0, 1.0)), np.trunc(number(context, arguments, 1, 1.0))
    limited(rows, columns)
    start, step = number(context, arguments, 2, 1.0), number(context, arguments, 3, 1.0)
    values = start + step * np.arange(int(rows * columns), dtype=np.float64)
    if not np.isfinite(values).all():
        raise Failure(Error.NUM)
    return numbers_block(values.reshape(int(rows), int(columns)))


@function("TRANSPOSE", 1, 1, "inputs")
def transpose(context: Context, arguments: list[Value]) -> Value:
    """TRANSPOSE(array)."""
    return context.block(arguments[0]).transpose()


def _part(size: int, count: float, *, drop: bool) -> slice:
    whole = int(count)
    if not drop and whole == 0:
        raise Failure(Error.CALC)
    if drop:
        part = slice(min(whole, size), size) if whole >= 0 else slice(0, max(size + whole, 0))
    else:
        part = slice(0, min(whole, size)) if whole > 0 else slice(max(size + whole, 0), size)
    return part


def _cut(context: Context, arguments: list[Value], *, drop: bool) -> Value:
    block = context.block(arguments[0])
    parts: list[slice] = []
    for axis in (0, 1):
        given = len(arguments) > axis + 1 and not isinstance(arguments[axis + 1], Omitted)
        count = number(context, arguments, axis + 1, 0.0)
        parts.append(_part(block.shape[axis], count, drop=drop) if given else slice(0, block.shape[axis]))
    return _some(block.view(parts[0], parts[1]))


@function("TAKE", 2, 3, "always")
def take(context: Context, arguments: list[Value]) -> Value:
    """TAKE(array, rows, columns): from the end where negative."""
    return _cut(context, arguments, drop=False)


@function("DROP", 2, 3, "always")
def drop(context: Context, arguments: list[Value]) -> Value:
    """DROP(array, rows, columns): from the end where negative."""
    return _cut(context, arguments, drop=True)


def stacked(blocks: Sequence[Block]) -> Block:
    """Blocks one below the other; narrower ones are filled up with `#N/A`."""
    width = max(block.shape[1] for block in blocks)
    limited(sum(block.shape[0] for block in blocks), width)
    wide = [_widened(block, width) for block in blocks]
    tags = np.concatenate([block.tags for block in wide])
    numbers = np.concatenate([block.numbers for block in wide])
    texts = None
    if any(block.texts is not None or block.coded is not None for block in wide):
        texts = np.concatenate([block.text_array() for block in wide])
    return Block(tags, numbers, texts)


def _widened(block: Block, width: int) -> Block:
    rows, columns = block.shape
    if columns == width:
        return block
    wide = padded(block, rows, width)
    wide.tags[:, columns:] = Tag.ERROR
    wide.numbers[:, columns:] = Error.NA
    return wide


@function("VSTACK", 1, 254, "always")
def vstack(context: Context, arguments: list[Value]) -> Value:
    """VSTACK(array, …)."""
    return stacked([context.block(value) for value in arguments])


@function("HSTACK", 1, 254, "always")
def hstack(context: Context, arguments: list[Value]) -> Value:
    """HSTACK(array, …)."""
    return stacked([context.block(value).transpose() for value in arguments]).transpose()


def _chosen(context: Context, arguments: list[Value], size: int) -> Order:
    found: list[int] = []
    for value in arguments[1:]:
        for item in context.block(value).numbers.ravel().tolist():
            place = int(item)
            if place == 0 or abs(place) > size:
                raise Failure(Error.VALUE)
            found.append(place - 1 if place > 0 else size + place)
    return np.array(found, dtype=np.int64)


@function("CHOOSEROWS", 2, 254, "always")
def chooserows(context: Context, arguments: list[Value]) -> Value:
    """CHOOSEROWS(array, row, …)."""
    block = context.block(arguments[0])
    return block.take(_chosen(context, arguments, block.shape[0]))


@function("CHOOSECOLS", 2, 254, "always")
def choosecols(context: Context, arguments: list[Value]) -> Value:
    """CHOOSECOLS(array, column, …)."""
    block = context.block(arguments[0])
    return columns_taken(block, _chosen(context, arguments, block.shape[1]))


def _line(context: Context, arguments: list[Value]) -> Block:
    block = context.block(arguments[0])
    ignore = int(number(context, arguments, 1, 0.0))
    block = block.transpose() if boolean(context, arguments, 2) else block
    has_texts = block.texts is not None or block.coded is not None
    texts = block.text_array().reshape(-1, 1) if has_texts else None
    column = Block(block.tags.reshape(-1, 1), block.numbers.reshape(-1, 1), texts)
    skipped = np.zeros(column.shape[0], dtype=bool)
    if ignore & 1:
        skipped |= column.tags[:, 0] == Tag.EMPTY
    if ignore & 2:
        skipped |= column.tags[:, 0] == Tag.ERROR
    return _some(column.take(~skipped))


@function("TOCOL", 1, 3, "always")
def tocol(context: Context, arguments: list[Value]) -> Value:
    """TOCOL(array, ignore, by column)."""
    return _line(context, arguments)


@function("TOROW", 1, 3, "always")
def torow(context: Context, arguments: list[Value]) -> Value:
    """TOROW(array, ignore, by column)."""
    return _line(context, arguments).transpose()


@function("EXPAND", 2, 4, "always")
def expand(context: Context, arguments: list[Value]) -> Value:
    """EXPAND(array, rows, columns, with)."""
    block = context.block(arguments[0])
    rows = number(context, arguments, 1, float(block.shape[0]))
    columns = number(context, arguments, 2, float(block.shape[1]))
    if rows < block.shape[0] or columns < block.shape[1]:
        raise Failure(Error.VALUE)
    limited(rows, columns)
    value = context.value(arguments[3]) if len(arguments) > 3 else Error.NA
    filler = (
        value if isinstance(value, Block) else scalar_block(value) if not hasattr(value, "block") else block
    )
    width, height = int(columns), int(rows)
    side = _repeated(filler, block.shape[0], width - block.shape[1])
    wide = stacked([part.transpose() for part in (block, side) if part.tags.size]).transpose()
    below = _repeated(filler, height - block.shape[0], width)
    return stacked([part for part in (wide, below) if part.tags.size])


def _repeated(filler: Block, rows: int, columns: int) -> Block:
    return scalar_block(filler.at(0, 0), rows, columns)
