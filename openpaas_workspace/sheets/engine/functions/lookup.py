"""VLOOKUP, HLOOKUP, LOOKUP, XLOOKUP, XMATCH, MATCH, INDEX."""

from __future__ import annotations

import numpy as np

from ..values import Block, Error, Scalar, Tag, empty_block, scalar_block
from .coerce import block_errors, block_numbers, to_boolean, to_number, with_errors
from .registry import function
from .runtime import Context, Failure, Lanes, Omitted, PerLane, Range, Value, simple, varies
from .search import MISSING, Places, end_of, exact, nearest, sorted_place
from .spread import select, stretched


class _Keys:
    """What is looked up: one value, one for each lane, or an array, as a column of cells."""

    def __init__(self, context: Context, value: Value) -> None:
        read = context.value(value)
        self.lanes = isinstance(read, Lanes)
        block = (
            read.block if isinstance(read, Lanes) else read if isinstance(read, Block) else scalar_block(read)
        )
        self.shape = block.shape
        self.block = _as_column(block)
        self.errors = block_errors(self.block)

    def shaped(self, column: Block) -> Value:
        """A column of results, one for each key, in the keys' shape."""
        result = with_errors(column, self.errors)
        if self.lanes:
            return Lanes(result)
        rows, columns = self.shape
        texts = None if result.texts is None else result.texts.reshape(rows, columns)
        return simple(Block(result.tags.reshape(rows, columns), result.numbers.reshape(rows, columns), texts))


def _as_column(block: Block) -> Block:
    if block.shape[1] == 1:
        return block
    if block.shape[0] == 1:
        return block.transpose()
    tags, numbers = block.tags.reshape(-1, 1), block.numbers.reshape(-1, 1)
    has_texts = block.texts is not None or block.coded is not None
    return Block(tags, numbers, block.text_array().reshape(-1, 1) if has_texts else None)


def _cells(context: Context, value: Value) -> Block:
    """A range or array as clipped cells; fails for its error. PerLane when it moves."""
    if varies(context, value):
        raise PerLane
    if isinstance(value, Range):
        block = context.clipped(value)
        return block if block.tags.size else empty_block(1, value.width)
    block = context.block(value)
    if block.shape == (1, 1):
        only = block.at(0, 0)
        if isinstance(only, Error):
            raise Failure(only)
    return block


def _vector(context: Context, value: Value) -> Block:
    block = _cells(context, value)
    height, width = (value.height, value.width) if isinstance(value, Range) else block.shape
    if 1 not in (height, width):
        raise Failure(Error.NA)
    return block if width == 1 else block.transpose()


def _number(context: Context, arguments: list[Value], index: int, default: float) -> float:
    if len(arguments) <= index:
        return default
    number = to_number(context.single(arguments[index]))
    if isinstance(number, Error):
        raise Failure(number)
    return number


def _found(places: Places) -> Block:
    missing = places == MISSING
    numbers = Block(scalar_block(0.0, places.size).tags, (places + 1).astype(np.float64).reshape(-1, 1))
    return with_errors(numbers, np.where(missing, Error.NA, 0).astype(np.uint8).reshape(-1, 1))


@function("MATCH", 2, 3, "inputs", lanes=True)
def match(context: Context, arguments: list[Value]) -> Value:
    """MATCH(value, row or column, kind): 1 sorted (default), 0 exact with wildcards, -1 sorted downwards."""
    kind = _number(context, arguments, 2, 1.0)
    keys, cells = _Keys(context, arguments[0]), _vector(context, arguments[1])
    if kind == 0:
        places = exact(keys.block, cells, wild=_wild(keys.block))
    else:
        places = sorted_place(keys.block, cells, descending=kind < 0)
    return keys.shaped(_found(places))


def _wild(keys: Block) -> bool:
    """Whether a key among few or many has a wildcard."""
    if keys.texts is None and keys.coded is None:
        return False
    texts = keys.coded.words if keys.coded is not None else keys.text_array().ravel()
    if texts.strides == (0,) and texts.size:
        texts = texts[:1]
    return any("*" in text or "?" in text or "~" in text for text in texts.tolist())


def _places(keys: Block, cells: Block, mode: float, direction: float) -> Places:
    if direction in {2, -2}:
        places = sorted_place(keys, cells, descending=direction < 0)
        return _checked(places, keys, cells) if mode == 0 else places
    last = direction == -1
    if mode not in {0, 1, -1, 2}:
        raise Failure(Error.VALUE)
    if mode in {0, 2}:
        places = exact(keys, cells, last=last, wild=mode == 2)
    else:
        places = nearest(keys, cells, larger=mode == 1, last=last)
    empty = keys.tags[:, 0] == Tag.EMPTY
    if empty.any():
        places = np.where(empty, end_of(cells.tags[:, 0] == Tag.EMPTY, last), places)
    return places


def _checked(places: Places, keys: Block, cells: Block) -> Places:
    """Only those places that hold their key."""
    own = exact(keys, cells)
    return np.where(own == MISSING, MISSING, places)


@function("XMATCH", 2, 4, "inputs", lanes=True)
def xmatch(context: Context, arguments: list[Value]) -> Value:
    """XMATCH(value, row or column, match mode, search mode)."""
    mode, direction = _number(context, arguments, 2, 0.0), _number(context, arguments, 3, 1.0)
    keys, cells = _Keys(context, arguments[0]), _vector(context, arguments[1])
    return keys.shaped(_found(_places(keys.block, cells, mode, direction)))


@function("XLOOKUP", 3, 6, "inputs", lanes=True)
def xlookup(context: Context, arguments: list[Value]) -> Value:
    """XLOOKUP(value, row or column, results, otherwise, match mode, search mode)."""
    mode, direction = _number(context, arguments, 4, 0.0), _number(context, arguments, 5, 1.0)
    keys, cells = _Keys(context, arguments[0]), _vector(context, arguments[1])
    otherwise = arguments[3] if len(arguments) > 3 else Error.NA
    otherwise = Error.NA if isinstance(otherwise, Omitted) else otherwise
    down, length = _direction(context, arguments[1])
    results = arguments[2]
    if varies(context, results):
        raise PerLane
    height, width = (
        (results.height, results.width) if isinstance(results, Range) else context.block(results).shape
    )
    if (height if down else width) != length:
        raise Failure(Error.VALUE)
    places = _places(keys.block, cells, mode, direction)
    across = width if down else height
    if places.size == 1 and not keys.lanes:
        return _one_found(context, keys, int(places[0]), results, otherwise, down=down)
    if across != 1:
        raise PerLane if keys.lanes else Failure(Error.VALUE)
    table = _cells(context, results)
    found = _taken(table if down else table.transpose(), places)
    missing = (places == MISSING).reshape(-1, 1)
    if missing.any() and keys.errors is not None:
        missing &= keys.errors == 0
    if missing.any():
        other = context.value(otherwise)
        if isinstance(other, Block):
            raise PerLane if keys.lanes else Failure(Error.VALUE)
        column = other.block if isinstance(other, Lanes) else scalar_block(other)
        found = stretched(select(missing, column, found), places.size, 1)
    return keys.shaped(found)


def _direction(context: Context, value: Value) -> tuple[bool, int]:
    """Whether cells go down, and how many there are."""
    height, width = (value.height, value.width) if isinstance(value, Range) else context.block(value).shape
    return width == 1, max(height, width)


def _one_found(
    context: Context, keys: _Keys, place: int, results: Value, otherwise: Value, *, down: bool
) -> Value:
    if keys.errors is not None:
        return keys.block.at(0, 0)
    if place == MISSING:
        return otherwise
    if isinstance(results, Range):
        top, left, bottom, right = results.top, results.left, results.bottom, results.right
        if down:
            return Range(results.tab, top + place, left, top + place + 1, right)
        return Range(results.tab, top, left + place, bottom, left + place + 1)
    block = context.block(results)
    line = slice(place, place + 1)
    return simple(block.view(line, slice(None)) if down else block.view(slice(None), line))


def _taken(column: Block, places: Places) -> Block:
    """Cells of a column by place; what lies behind its end is empty, and `#N/A` what is missing."""
    if not column.shape[0]:
        column = empty_block(1, 1)
    beyond = places >= column.shape[0]
    taken = column.take(np.where(beyond, 0, np.maximum(places, 0)))
    if beyond.any():
        taken = stretched(select(beyond.reshape(-1, 1), empty_block(1, 1), taken), places.size, 1)
    missing = np.where(places == MISSING, Error.NA, 0).astype(np.uint8).reshape(-1, 1)
    return with_errors(taken, missing if missing.any() else None)


def _table(context: Context, arguments: list[Value], *, down: bool) -> Value:
    keys = _Keys(context, arguments[0])
    index = context.value(arguments[2])
    if isinstance(index, Lanes | Block):
        raise PerLane if context.lanes > 1 else Failure(Error.VALUE)
    number = to_number(index)
    if isinstance(number, Error):
        return number
    if varies(context, arguments[1]):
        raise PerLane
    table = arguments[1]
    width = (
        (table.width if down else table.height)
        if isinstance(table, Range)
        else context.block(table).shape[down]
    )
    if int(number) < 1:
        return Error.VALUE
    if int(number) > width:
        return Error.REF
    approximate = True
    if len(arguments) > 3:
        truth = to_boolean(context.single(arguments[3])) if not isinstance(arguments[3], Omitted) else False
        if isinstance(truth, Error):
            return truth
        approximate = truth
    block = _cells(context, table)
    block = block if down else block.transpose()
    first = block.view(slice(None), slice(0, 1))
    places = (
        sorted_place(keys.block, first) if approximate else exact(keys.block, first, wild=_wild(keys.block))
    )
    line = int(number) - 1
    column = block.view(slice(None), slice(line, line + 1))
    if not column.shape[1]:
        column = empty_block(block.shape[0], 1)
    return keys.shaped(_taken(column, places))


@function("VLOOKUP", 3, 4, "inputs", lanes=True)
def vlookup(context: Context, arguments: list[Value]) -> Value:
    """VLOOKUP(value, table, column, sorted)."""
    return _table(context, arguments, down=True)


@function("HLOOKUP", 3, 4, "inputs", lanes=True)
def hlookup(context: Context, arguments: list[Value]) -> Value:
    """HLOOKUP(value, table, row, sorted)."""
    return _table(context, arguments, down=False)


@function("LOOKUP", 2, 3, "inputs", lanes=True)
def lookup(context: Context, arguments: list[Value]) -> Value:
    """LOOKUP(value, sorted row or column, results)."""
    keys = _Keys(context, arguments[0])
    block = _cells(context, arguments[1])
    wide = block.shape[1] > block.shape[0]
    block = block.transpose() if wide else block
    results = block.view(slice(None), slice(block.shape[1] - 1, block.shape[1]))
    if len(arguments) > 2:
        results = _vector(context, arguments[2])
    places = sorted_place(keys.block, block.view(slice(None), slice(0, 1)))
    return keys.shaped(_taken(results, places))


@function("INDEX", 2, 4, "inputs", lanes=True)
def index(context: Context, arguments: list[Value]) -> Value:
    """INDEX(array, row, column): 0 stands for all. Of a range the result is a range."""
    item = arguments[0]
    if isinstance(item, Error):
        return item
    if varies(context, item) and not (isinstance(item, Range) and item.single):
        raise PerLane
    row = context.value(arguments[1])
    column = context.value(arguments[2]) if len(arguments) > 2 else None
    if len(arguments) > 3 and int(_number(context, arguments, 3, 1.0)) != 1:
        return Error.REF
    height, width = (item.height, item.width) if isinstance(item, Range) else context.block(item).shape
    if len(arguments) < 3 and height == 1:
        row, column = (1.0, row) if width > 1 or height == 1 else (row, None)
    if isinstance(row, Lanes | Block) or isinstance(column, Lanes | Block):
        return _many(context, item, row, column, (height, width))
    return _one(context, item, row, column, (height, width))


def _position(value: Scalar, size: int) -> int:
    number = to_number(value)
    if isinstance(number, Error):
        raise Failure(number)
    if number < 0:
        raise Failure(Error.VALUE)
    if int(number) > size:
        raise Failure(Error.REF)
    return int(number)


def _one(context: Context, item: Value, row: Scalar, column: Scalar, size: tuple[int, int]) -> Value:
    down = _position(row, size[0])
    across = _position(column, size[1])
    if column is None and size[1] == 1:
        across = 1
    rows = slice(down - 1, down) if down else slice(0, size[0])
    columns = slice(across - 1, across) if across else slice(0, size[1])
    if isinstance(item, Range):
        top, left = item.top + rows.start, item.left + columns.start
        whole = item.whole and not (down and across)
        return Range(
            item.tab,
            top,
            left,
            item.top + rows.stop,
            item.left + columns.stop,
            item.top_step,
            item.bottom_step,
            whole,
        )
    return simple(context.block(item).view(rows, columns))


def _many(
    context: Context,
    item: Value,
    row: Scalar | Lanes | Block,
    column: Scalar | Lanes | Block,
    size: tuple[int, int],
) -> Value:
    """Cells named by lanes or an array of rows in one column, or of columns in one row."""
    if isinstance(row, Lanes | Block) and isinstance(column, Lanes | Block):
        raise PerLane if context.lanes > 1 else Failure(Error.VALUE)
    down = isinstance(row, Lanes | Block)
    moving, fixed = (row, column) if down else (column, row)
    if isinstance(fixed, Lanes | Block) or not isinstance(moving, Lanes | Block):
        raise PerLane
    other, limit = (size[1], size[0]) if down else (size[0], size[1])
    line = _position(1.0 if fixed is None and other == 1 else fixed, other)
    if line == 0:
        raise PerLane if context.lanes > 1 else Failure(Error.VALUE)
    block = _cells(context, item) if not isinstance(item, Range) or item.whole else context.array(item)
    block = block if down else block.transpose()
    block = (
        block.view(slice(None), slice(line - 1, line)) if block.shape[1] >= line else empty_block(limit, 1)
    )
    keys = moving.block if isinstance(moving, Lanes) else moving
    numbers, errors = block_numbers(keys)
    places = np.trunc(numbers)
    if ((places == 0) & (True if errors is None else errors == 0)).any():
        raise PerLane if context.lanes > 1 else Failure(Error.VALUE)
    wrong = np.where(places < 1, Error.VALUE, np.where(places > limit, Error.REF, 0)).astype(np.uint8)
    errors = wrong if errors is None else np.where(errors != 0, errors, wrong)
    safe = np.where(errors != 0, 0, places - 1).astype(np.int64)
    taken = _taken(block, safe.ravel())
    texts = None if taken.texts is None and taken.coded is None else taken.text_array().reshape(keys.shape)
    shaped = Block(taken.tags.reshape(keys.shape), taken.numbers.reshape(keys.shape), texts)
    result = with_errors(shaped, errors)
    return Lanes(result) if isinstance(moving, Lanes) else result
