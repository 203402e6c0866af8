"""Functions of a set of numbers: MEDIAN, MODE, LARGE, SMALL, RANK, STDEV, VAR, PERCENTILE, QUARTILE."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..values import Block, Error, Numbers, Tag
from .aggregates import flattened
from .coerce import to_number
from .registry import alias, function
from .runtime import Context, Failure, Omitted, Range, Value
from .windows import first_error, windows_of_block


def collected(context: Context, arguments: Sequence[Value]) -> Numbers:
    """All numbers of the arguments in order, as SUM sees them. Fails with the first error."""
    found: list[Numbers] = []
    for value in flattened(arguments):
        if isinstance(value, Range | Block):
            block = context.clipped(value) if isinstance(value, Range) else value
            first_error(windows_of_block(block).errors())
            tag = block.uniform()
            if tag == Tag.NUMBER:
                found.append(block.numbers.ravel())
            elif tag is None:
                found.append(block.numbers.ravel().take(np.flatnonzero(block.tags == Tag.NUMBER)))
        else:
            number = to_number(None if isinstance(value, Omitted) else context.single(value))
            if isinstance(number, Error):
                raise Failure(number)
            found.append(np.array([number]))
    return np.concatenate(found) if found else np.zeros(0)


def number_of(context: Context, value: Value) -> float:
    """One argument as a number. Fails with its error."""
    number = to_number(context.single(value))
    if isinstance(number, Error):
        raise Failure(number)
    return number


def _register(
    name: str, least: int, calculate: Callable[[Numbers], float], error: Error = Error.DIV0
) -> None:
    @function(name, 1, 255)
    def run(context: Context, arguments: list[Value]) -> Value:
        numbers = collected(context, arguments)
        if numbers.size < least:
            raise Failure(error)
        with np.errstate(all="ignore"):
            result = calculate(numbers)
        return result if np.isfinite(result) else Error.NUM


def _squares(numbers: Numbers) -> float:
    with np.errstate(all="ignore"):
        centred = numbers - numbers.mean()
        return float(np.dot(centred, centred) - np.square(centred.sum()) / numbers.size)


def _mode(numbers: Numbers) -> float:
    values, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    most = int(counts.max())
    if most < 2:
        raise Failure(Error.NA)
    chosen = counts == most
    return float(values[chosen][np.argmin(first[chosen])])


_register("MEDIAN", 1, lambda numbers: float(np.median(numbers)), Error.NUM)
_register("MODE.SNGL", 1, _mode, Error.NA)
_register("VAR.S", 2, lambda numbers: _squares(numbers) / (numbers.size - 1))
_register("VAR.P", 1, lambda numbers: _squares(numbers) / numbers.size)
_register("STDEV.S", 2, lambda numbers: float(np.sqrt(_squares(numbers) / (numbers.size - 1))))
_register("STDEV.P", 1, lambda numbers: float(np.sqrt(_squares(numbers) / numbers.size)))
_register("SUMSQ", 0, lambda numbers: float(np.dot(numbers, numbers)))
for _old, _new in (
    ("STDEV", "STDEV.S"),
    ("STDEVP", "STDEV.P"),
    ("VAR", "VAR.S"),
    ("VARP", "VAR.P"),
    ("MODE", "MODE.SNGL"),
):
    alias(_old, _new)


def _kth(context: Context, arguments: list[Value], largest: bool) -> Value:
    numbers = collected(context, arguments[:1])
    place = int(np.ceil(number_of(context, arguments[1])))
    if not 1 <= place <= numbers.size:
        raise Failure(Error.NUM)
    index = numbers.size - place if largest else place - 1
    return float(np.partition(numbers, index)[index])


@function("LARGE", 2, 2)
def large(context: Context, arguments: list[Value]) -> Value:
    """LARGE(array, k)."""
    return _kth(context, arguments, True)


@function("SMALL", 2, 2)
def small(context: Context, arguments: list[Value]) -> Value:
    """SMALL(array, k)."""
    return _kth(context, arguments, False)


def _percentile(numbers: Numbers, part: float) -> float:
    if not 0 <= part <= 1 or not numbers.size:
        raise Failure(Error.NUM)
    place = part * (numbers.size - 1)
    low = int(place)
    ordered = np.sort(numbers)
    high = min(low + 1, numbers.size - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


@function("PERCENTILE.INC", 2, 2)
def percentile(context: Context, arguments: list[Value]) -> Value:
    """PERCENTILE.INC(array, k)."""
    return _percentile(collected(context, arguments[:1]), number_of(context, arguments[1]))


@function("QUARTILE.INC", 2, 2)
def quartile(context: Context, arguments: list[Value]) -> Value:
    """QUARTILE.INC(array, quarter)."""
    return _percentile(collected(context, arguments[:1]), int(number_of(context, arguments[1])) / 4)


alias("PERCENTILE", "PERCENTILE.INC")
alias("QUARTILE", "QUARTILE.INC")
