"""ISBLANK and its kin, N, T, TYPE, ERROR.TYPE, NA, ROW, COLUMN, ROWS, COLUMNS."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..values import Block, Error, Mask, Numbers, Scalar, Tag, booleans_block, numbers_block, scalar_block
from .registry import cellwise, elementwise, function
from .runtime import Context, Failure, Lanes, PerLane, Range, Value, varies


def _test(name: str, check: Callable[[Block], Mask]) -> None:
    @function(name, 1, 1, "inputs", lanes=True)
    def run(context: Context, arguments: list[Value]) -> Value:
        value = context.value(arguments[0])
        if isinstance(value, Lanes):
            return Lanes(booleans_block(check(value.block)))
        if isinstance(value, Block):
            return booleans_block(check(value))
        return bool(check(scalar_block(value))[0, 0])


def _tagged(*tags: Tag) -> Callable[[Block], Mask]:
    return lambda block: np.isin(block.tags, [int(tag) for tag in tags])


_test("ISBLANK", _tagged(Tag.EMPTY))
_test("ISNUMBER", _tagged(Tag.NUMBER))
_test("ISTEXT", _tagged(Tag.TEXT))
_test("ISNONTEXT", lambda block: block.tags != Tag.TEXT)
_test("ISLOGICAL", _tagged(Tag.BOOLEAN))
_test("ISERROR", _tagged(Tag.ERROR))
_test("ISNA", lambda block: (block.tags == Tag.ERROR) & (block.numbers == Error.NA))
_test("ISERR", lambda block: (block.tags == Tag.ERROR) & (block.numbers != Error.NA))


@elementwise("ISEVEN", "n", boolean=True)
def iseven(numbers: Numbers) -> Mask:
    """ISEVEN(number)."""
    return np.asarray(np.mod(np.trunc(numbers), 2) == 0)


@elementwise("ISODD", "n", boolean=True)
def isodd(numbers: Numbers) -> Mask:
    """ISODD(number)."""
    return np.asarray(np.mod(np.trunc(numbers), 2) == 1)


@function("ISREF", 1, 1, lanes=True)
def isref(_context: Context, arguments: list[Value]) -> Value:
    """ISREF(value)."""
    return isinstance(arguments[0], Range)


@function("NA", 0, 0)
def na(_context: Context, _arguments: list[Value]) -> Value:
    """NA()."""
    return Error.NA


@cellwise("N", "v")
def n(value: Scalar) -> Scalar:
    """N(value): numbers as they are, TRUE as 1, else 0."""
    return float(value) if isinstance(value, float | bool) else 0.0


@cellwise("T", "v")
def t(value: Scalar) -> Scalar:
    """T(value): texts as they are, else nothing."""
    return value if isinstance(value, str) else ""


@cellwise("ERROR.TYPE", "e")
def error_type(value: Scalar) -> Scalar:
    """ERROR.TYPE(value): Excel's number of an error."""
    return float(value) if isinstance(value, Error) else Error.NA


@function("TYPE", 1, 1)
def type_(context: Context, arguments: list[Value]) -> Value:
    """TYPE(value)."""
    value = context.plain(arguments[0])
    if isinstance(value, Block):
        return 64.0
    if isinstance(value, str):
        return 2.0
    if isinstance(value, Error):
        return 16.0
    return 4.0 if isinstance(value, bool) else 1.0


def _index(first: int, count: int) -> Numbers:
    return np.arange(first + 1, first + count + 1, dtype=np.float64)


@function("ROW", 0, 1, "inputs", lanes=True)
def row(context: Context, arguments: list[Value]) -> Value:
    """ROW(reference): counted from 1; without an argument, the formula's own."""
    item = arguments[0] if arguments else Range(context.tab, context.row, 0, context.row + 1, 1, 1, 1)
    if isinstance(item, Error):
        return item
    if not isinstance(item, Range):
        raise PerLane if isinstance(item, Lanes) else Failure(Error.VALUE)
    if varies(context, item):
        if item.top_step != item.bottom_step or item.height > 1:
            raise PerLane
        return Lanes(numbers_block(_index(item.top, context.lanes).reshape(-1, 1)))
    if item.height == 1:
        return float(item.top + 1)
    height = min(item.height, max(context.extent(item.tab)[0] - item.top, 1)) if item.whole else item.height
    return numbers_block(_index(item.top, height).reshape(-1, 1))


@function("COLUMN", 0, 1, "inputs", lanes=True)
def column(context: Context, arguments: list[Value]) -> Value:
    """COLUMN(reference): counted from 1; without an argument, the formula's own."""
    if not arguments:
        return float(context.column + 1)
    item = arguments[0]
    if isinstance(item, Error):
        return item
    if not isinstance(item, Range):
        raise PerLane if isinstance(item, Lanes) else Failure(Error.VALUE)
    if item.width == 1:
        return float(item.left + 1)
    return numbers_block(_index(item.left, item.width).reshape(1, -1))


def _size(context: Context, value: Value, axis: int) -> Value:
    if isinstance(value, Range):
        if axis == 0 and varies(context, value) and value.top_step != value.bottom_step:
            raise PerLane
        return float(value.width if axis else value.height)
    plain = context.value(value)
    if isinstance(plain, Block):
        return float(plain.shape[axis])
    if isinstance(plain, Lanes):
        if plain.block.has(Tag.ERROR):
            raise PerLane
        return 1.0
    return plain if isinstance(plain, Error) else 1.0


@function("ROWS", 1, 1, lanes=True)
def rows(context: Context, arguments: list[Value]) -> Value:
    """ROWS(array)."""
    return _size(context, arguments[0], 0)


@function("COLUMNS", 1, 1, lanes=True)
def columns(context: Context, arguments: list[Value]) -> Value:
    """COLUMNS(array)."""
    return _size(context, arguments[0], 1)
