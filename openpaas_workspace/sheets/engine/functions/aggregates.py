"""SUM, PRODUCT, AVERAGE, COUNT, COUNTA, COUNTBLANK, MIN, MAX, SUBTOTAL and SUMPRODUCT.

Numbers in ranges count, texts and booleans there do not; arguments written out are converted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..values import Block, Error, Numbers, Scalar, Tag
from .coerce import block_numbers, numeric, to_number
from .registry import TABLE, function
from .runtime import Context, Failure, Lanes, Omitted, PerLane, Range, Union, Value, padded
from .spread import stretched
from .windows import Windows, first_error, windows_of, windows_of_block


@dataclass(frozen=True, slots=True)
class Part:
    """What one argument adds, for one window or each lane: a measure, how many numbers, and its errors."""

    measure: Numbers
    counts: Numbers
    errors: Numbers | None


Measure = Callable[[Windows], Numbers]


def flattened(arguments: Iterable[Value]) -> list[Value]:
    """The arguments with unions taken apart."""
    flat: list[Value] = []
    for value in arguments:
        flat.extend(value.parts if isinstance(value, Union) else [value])
    return flat


def _parts(context: Context, arguments: Sequence[Value], measure: Measure, *, counted: bool) -> list[Part]:
    """What each argument adds; counts are 0 unless they are asked for."""
    return [_part(context, value, measure, counted=counted) for value in flattened(arguments)]


def _part(context: Context, value: Value, measure: Measure, *, counted: bool) -> Part:
    if isinstance(value, Range | Block):
        windows = windows_of(context, value) if isinstance(value, Range) else windows_of_block(value)
        counts = windows.number_counts().astype(np.float64) if counted else np.zeros(1)
        return Part(measure(windows), counts, windows.errors())
    if isinstance(value, Lanes):
        by_cell(value, Tag.NUMBER)
        numbers, codes = block_numbers(value.block)
        errors = None if codes is None else codes[:, 0].astype(np.float64)
        return Part(numbers[:, 0], np.ones(context.lanes), errors)
    number = to_number(None if isinstance(value, Omitted) else _scalar(value))
    if isinstance(number, Error):
        return Part(np.zeros(1), np.ones(1), np.array([float(number)]))
    return Part(np.array([number]), np.ones(1), None)


def by_cell(value: Lanes, *tags: Tag) -> None:
    """PerLane when a lane holds anything but `tags` and errors: it may come from a cell, where texts do not count."""
    tag = value.block.uniform()
    if tag in tags:
        return
    if not np.isin(value.block.tags, [int(Tag.ERROR), *(int(item) for item in tags)]).all():
        raise PerLane


def _scalar(value: Value) -> Scalar:
    if value is None or isinstance(value, float | str | bool | Error):
        return value
    return Error.VALUE


def _merged(context: Context, parts: Sequence[Part], results: Numbers, missing: Error | None = None) -> Value:
    """One scalar, or one value for each lane; `missing` is the error where no number was found."""
    codes = np.zeros(results.shape)
    for part in parts:
        if part.errors is not None:
            codes = np.where(codes != 0, codes, part.errors)
    if missing is not None:
        nothing = sum((part.counts for part in parts), np.zeros(1)) == 0
        codes = np.where((codes == 0) & nothing, float(missing), codes)
    codes, results = np.broadcast_arrays(codes, results)
    if results.size == 1:
        if codes[0]:
            return Error(int(codes[0]))
        return float(results[0]) if np.isfinite(results[0]) else Error.NUM
    block = numeric(results.reshape(-1, 1), codes.astype(np.uint8).reshape(-1, 1) if codes.any() else None)
    return Lanes(stretched(block, context.lanes, 1))


def _total(parts: Sequence[Part]) -> Numbers:
    total = parts[0].measure
    for part in parts[1:]:
        total = total + part.measure
    return total


@function("SUM", 1, 255, lanes=True)
def sum_(context: Context, arguments: list[Value]) -> Value:
    """SUM(number, …)."""
    parts = _parts(context, arguments, Windows.sums, counted=False)
    return _merged(context, parts, _total(parts))


@function("AVERAGE", 1, 255, lanes=True)
def average(context: Context, arguments: list[Value]) -> Value:
    """AVERAGE(number, …): `#DIV/0!` without numbers."""
    parts = _parts(context, arguments, Windows.sums, counted=True)
    counts = sum((part.counts for part in parts), np.zeros(1))
    results = _total(parts) / np.maximum(counts, 1)
    return _merged(context, parts, results, Error.DIV0)


@function("PRODUCT", 1, 255, lanes=True)
def product(context: Context, arguments: list[Value]) -> Value:
    """PRODUCT(number, …): 0 without numbers."""
    parts = _parts(context, arguments, Windows.products, counted=True)
    counts = sum((part.counts for part in parts), np.zeros(1))
    total = parts[0].measure
    for part in parts[1:]:
        total = total * part.measure
    return _merged(context, parts, np.where(counts == 0, 0.0, total))


def _extreme(context: Context, arguments: list[Value], ufunc: np.ufunc, worst: float) -> Value:
    parts = _parts(context, arguments, lambda windows: windows.extremes(ufunc, worst), counted=False)
    total = parts[0].measure
    for part in parts[1:]:
        total = ufunc(total, part.measure)
    return _merged(context, parts, np.where(np.isinf(total), 0.0, total))


@function("MIN", 1, 255, lanes=True)
def min_(context: Context, arguments: list[Value]) -> Value:
    """MIN(number, …): 0 without numbers."""
    return _extreme(context, arguments, np.minimum, np.inf)


@function("MAX", 1, 255, lanes=True)
def max_(context: Context, arguments: list[Value]) -> Value:
    """MAX(number, …): 0 without numbers."""
    return _extreme(context, arguments, np.maximum, -np.inf)


def _counted(
    context: Context,
    arguments: Sequence[Value],
    count: Callable[[Windows], Numbers],
    one: Callable[[Scalar], bool],
) -> Value:
    total = np.zeros(1)
    for value in flattened(arguments):
        if isinstance(value, Range | Block):
            windows = windows_of(context, value) if isinstance(value, Range) else windows_of_block(value)
            total = total + count(windows)
        elif isinstance(value, Lanes):
            by_cell(value, Tag.NUMBER)
            block = value.block
            total = total + np.array(
                [one(block.at(lane, 0)) for lane in range(context.lanes)], dtype=np.float64
            )
        else:
            total = total + float(one(None if isinstance(value, Omitted) else _scalar(value)))
    if total.size == 1:
        return float(total[0])
    return Lanes(numeric(total.reshape(-1, 1)))


@function("COUNT", 1, 255, lanes=True)
def count(context: Context, arguments: list[Value]) -> Value:
    """COUNT(value, …): how many numbers."""

    def one(value: Scalar) -> bool:
        return not isinstance(to_number(value), Error)

    return _counted(context, arguments, lambda windows: windows.number_counts().astype(np.float64), one)


def _filled(windows: Windows) -> Numbers:
    return windows.counts(windows.block.tags != Tag.EMPTY).astype(np.float64)


@function("COUNTA", 1, 255, lanes=True)
def counta(context: Context, arguments: list[Value]) -> Value:
    """COUNTA(value, …): how many cells hold anything."""
    return _counted(context, arguments, _filled, lambda _value: True)


@function("COUNTBLANK", 1, 1, lanes=True)
def countblank(context: Context, arguments: list[Value]) -> Value:
    """COUNTBLANK(range): how many cells are empty or hold an empty text."""
    item = arguments[0]
    if not isinstance(item, Range):
        raise PerLane if isinstance(item, Lanes) else Failure(Error.VALUE)

    def blank(windows: Windows) -> Numbers:
        block = windows.block
        full = block.tags != Tag.EMPTY
        if block.has(Tag.TEXT):
            full &= ~((block.tags == Tag.TEXT) & np.asarray(block.text_array() == "", dtype=bool))
        return windows.counts(full).astype(np.float64)

    held = _counted(context, [item], blank, lambda _value: False)
    lanes = np.arange(context.lanes) if item.moves else np.zeros(1)
    last = item.height - 1 + lanes * (item.bottom_step - item.top_step)
    cells = (np.abs(last) + 1) * item.width
    if isinstance(held, Lanes):
        return Lanes(numeric(cells.reshape(-1, 1) - held.block.numbers))
    return float(cells[0]) - float(held) if isinstance(held, float) else held


@function("SUMPRODUCT", 1, 255)
def sumproduct(context: Context, arguments: list[Value]) -> Value:
    """SUMPRODUCT(array, …): what is no number counts as 0; the shapes must be the same."""
    shapes = {(value.height, value.width) for value in arguments if isinstance(value, Range)}
    blocks = [
        context.clipped(value) if isinstance(value, Range) else context.block(value) for value in arguments
    ]
    shapes |= {
        block.shape for block, value in zip(blocks, arguments, strict=True) if not isinstance(value, Range)
    }
    if len(shapes) > 1:
        raise Failure(Error.VALUE)
    rows, columns = max(block.shape[0] for block in blocks), max(block.shape[1] for block in blocks)
    total: Numbers | None = None
    for block in blocks:
        full = padded(block, rows, columns)
        window = windows_of_block(full)
        first_error(window.errors())
        tag = full.uniform()
        numbers = full.numbers if tag == Tag.NUMBER else np.where(full.tags == Tag.NUMBER, full.numbers, 0.0)
        total = numbers if total is None else total * numbers
    if total is None:
        raise PerLane
    if not np.isfinite(total).all():
        raise Failure(Error.NUM)
    window = windows_of_block(numeric(total))
    return float(window.sums()[0])


_SUBTOTALS = (
    "AVERAGE",
    "COUNT",
    "COUNTA",
    "MAX",
    "MIN",
    "PRODUCT",
    "STDEV.S",
    "STDEV.P",
    "SUM",
    "VAR.S",
    "VAR.P",
)


@function("SUBTOTAL", 2, 255)
def subtotal(context: Context, arguments: list[Value]) -> Value:
    """SUBTOTAL(kind, range, …): cells that hold a SUBTOTAL themselves are left out."""
    kind = context.single(arguments[0])
    number = to_number(kind)
    if isinstance(number, Error):
        raise Failure(number)
    index = int(number) % 100 if number >= 101 else int(number)
    if not 1 <= index <= 11 or number > 111:
        raise Failure(Error.VALUE)
    values = [_without_subtotals(context, item) for item in flattened(arguments[1:])]
    codes = [_given(value) for value in values]
    return TABLE[_SUBTOTALS[index - 1]].run(context, codes)


def _given(value: Value) -> Callable[[Context], Value]:
    return lambda _context: value


def _without_subtotals(context: Context, item: Value) -> Value:
    if not isinstance(item, Range):
        raise Failure(Error.VALUE)
    block = context.clipped(item)
    rows, columns = block.shape
    if not rows or not columns:
        return item
    extent = context.extent(item.tab)
    bottom, right = min(item.bottom, extent[0]), min(item.right, extent[1])
    if bottom <= item.top or right <= item.left:
        return item
    mask = context.source.subtotals(item.tab, item.top, item.left, bottom, right)
    if mask is None or not mask.any():
        return item
    return Block(
        np.where(mask, np.uint8(Tag.EMPTY), block.tags),
        np.where(mask, 0.0, block.numbers),
        block.text_array(),
    )
