"""RAND, RANDBETWEEN and RANDARRAY: the number depends on the seed, the cell and the place in the formula alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from ..values import Error, Numbers, numbers_block
from .arrays import limited, number
from .coerce import numeric
from .registry import lazy
from .runtime import Code, Context, Failure, Lanes, PerLane, Value, varies
from .spread import Spread, spread


def _mixed(
    words: np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    with np.errstate(over="ignore"):
        words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def uniform(context: Context, site: Value, count: int = 1) -> Numbers:
    """Numbers from 0 up to 1, `(lanes, count)`."""
    base = zlib.crc32(f"{context.source.seed}/{context.tab.lower()}/{context.column}/{site}".encode())
    rows = np.arange(context.row, context.row + context.lanes, dtype=np.uint64).reshape(-1, 1)
    with np.errstate(over="ignore"):
        words = rows * np.uint64(0x9E3779B97F4A7C15) + np.arange(count, dtype=np.uint64) * np.uint64(
            0xD1B54A32D192ED03
        )
        words = _mixed(_mixed(words) + np.uint64(base) * np.uint64(0x2545F4914F6CDD1D))
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


@lazy("RAND", 0, 0, "never", volatile=True)
def rand(context: Context, codes: Sequence[Code]) -> Value:
    """RAND()."""
    values = uniform(context, codes[0](context))
    return Lanes(numbers_block(values)) if context.lanes > 1 else float(values[0, 0])


@lazy("RANDBETWEEN", 2, 2, "inputs", volatile=True)
def randbetween(context: Context, codes: Sequence[Code]) -> Value:
    """RANDBETWEEN(least, most): a whole number."""
    operands = spread(context, [rand(context, codes[:1]), codes[1](context), codes[2](context)])
    if not isinstance(operands, Spread):
        part, low, high = (number(context, [value], 0, 0.0) for value in operands)
        least, most = np.ceil(low), np.floor(high)
        return float(least + np.floor(part * (most - least + 1))) if least <= most else Error.NUM
    part_, low_, high_ = (block.numbers for block in operands.blocks)
    least_, most_ = np.ceil(low_), np.floor(high_)
    values = np.where(least_ <= most_, least_ + np.floor(part_ * (most_ - least_ + 1)), np.nan)
    return operands.wrap(numeric(values))


@lazy("RANDARRAY", 0, 5, "always", volatile=True)
def randarray(context: Context, codes: Sequence[Code]) -> Value:
    """RANDARRAY(rows, columns, least, most, whole numbers)."""
    arguments = [code(context) for code in codes]
    if context.lanes > 1 or any(varies(context, value) for value in arguments):
        raise PerLane
    rows, columns = (np.trunc(number(context, arguments, index, 1.0)) for index in (1, 2))
    limited(rows, columns)
    low, high = number(context, arguments, 3, 0.0), number(context, arguments, 4, 1.0)
    if low > high:
        raise Failure(Error.VALUE)
    values = uniform(context, arguments[0], int(rows * columns)).reshape(int(rows), int(columns))
    if number(context, arguments, 5, 0.0):
        return numbers_block(np.ceil(low) + np.floor(values * (np.floor(high) - np.ceil(low) + 1)))
    return numbers_block(low + values * (high - low))
