"""Sums whose last digit depends on the summed rows alone, not on how many are asked for at once.

A window of up to 128 rows is summed from top to bottom. A longer one is the sum of the rows before the first
full block of 64 (counted from the sheet's first row), the full blocks, and the rows after the last; the full blocks
are summed by the same rule. So a sum filled down a million rows has the digits of each sum alone, and errors of
rounding grow with the logarithm of the height.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from ..journal import Origin, Since
from ..values import Numbers, as_numbers

BLOCK = 64
SHORT = 128
CHUNK = 16_384
FEW_RUNS = 512
Rows = npt.NDArray[np.int64]
BlockSums = Callable[[int, int], Numbers]
"""Sums of the full blocks from one to before another."""


def window_sums(
    values: Numbers, first: int, tops: Rows, bottoms: Rows, origin: Origin | None = None
) -> Numbers:
    """Sums of rows `tops[i] … bottoms[i]-1` of one column; `values[0]` is row `first`. Windows without rows give 0.

    Of a single window whose values have an origin only what was written since is summed again.
    """
    heights = bottoms - tops
    if heights.size == 1:
        known = None if origin is None else partial(_kept, origin, values, first)
        return np.array([_one(values, first, int(tops[0]), int(bottoms[0]), known)])
    sums = np.zeros(tops.size)
    long = heights > SHORT
    if not long.any():
        _short(values, tops - first, heights, sums)
        return sums
    if not long.all():
        short = ~long
        part = np.zeros(int(short.sum()))
        _short(values, tops[short] - first, heights[short], part)
        sums[short] = part
        sums[long] = _long(values, first, tops[long], bottoms[long])
        return sums
    return _long(values, first, tops, bottoms)


def window_products(values: Numbers, first: int, tops: Rows, bottoms: Rows) -> Numbers | None:
    """Products by window, as `window_sums`; None when a window is long, which is not offered for many at once."""
    heights = bottoms - tops
    if heights.size == 1:
        part = values[int(tops[0]) - first : int(bottoms[0]) - first]
        return np.array([np.multiply.accumulate(part)[-1] if part.size else 1.0])
    if heights.max(initial=0) > SHORT:
        return None
    products = np.ones(tops.size)
    _short(values, tops - first, heights, products, np.multiply)
    return products


def _one(values: Numbers, first: int, top: int, bottom: int, known: BlockSums | None = None) -> float:
    height = bottom - top
    if height <= 0:
        return 0.0
    part = values[top - first : bottom - first]
    if height <= SHORT:
        return float(np.add.accumulate(part)[-1])
    start, stop = -(-top // BLOCK), bottom // BLOCK
    sums = block_sums(values, first, start, stop) if known is None else known(start, stop)
    total = _one(sums, start, start, stop)
    head, tail = start * BLOCK - top, bottom - stop * BLOCK
    if head:
        total = float(np.add.accumulate(part[:head][::-1])[-1]) + total
    if tail:
        total += float(np.add.accumulate(part[-tail:])[-1])
    return total


def block_sums(values: Numbers, first: int, start: int, stop: int) -> Numbers:
    """Sums of the full blocks `start … stop-1`, counted from the sheet's first row."""
    part = np.ascontiguousarray(values[start * BLOCK - first : stop * BLOCK - first])
    sums: Numbers = part.reshape(-1, BLOCK).sum(axis=1)
    return sums


def _kept(origin: Origin, values: Numbers, first: int, start: int, stop: int) -> Numbers:
    """As `block_sums`, where blocks that were not written since the last time are taken as they were."""
    journal, key = origin.journal, ("sums", first - origin.start, start, stop)
    known: Since[Numbers] | None = journal.kept(key)
    written = None if known is None else journal.since(known.versions[0])
    if known is None or written is None:
        sums = block_sums(values, first, start, stop)
    else:
        sums = known.found
        for low, high in written:
            row = first - origin.start
            begin, end = max((low + row) // BLOCK, start), min((high - 1 + row) // BLOCK + 1, stop)
            if begin < end:
                sums[begin - start : end - start] = block_sums(values, first, begin, end)
    journal.keep(key, Since((journal.version,), sums))
    return sums


def _short(values: Numbers, offsets: Rows, heights: Rows, sums: Numbers, ufunc: np.ufunc = np.add) -> None:
    if not offsets.size:
        return
    breaks = np.flatnonzero((np.diff(heights) != 0) | (np.diff(offsets) != 1)) + 1
    if breaks.size <= FEW_RUNS:
        edges = [0, *breaks.tolist(), int(offsets.size)]
        for low, high in itertools.pairwise(edges):
            _run(values, int(offsets[low]), int(heights[low]), sums[low:high], ufunc)
        return
    for height in np.unique(heights).tolist():
        if height > 0:
            chosen = np.flatnonzero(heights == height)
            index = offsets[chosen]
            part = values[index]
            for step in range(1, height):
                ufunc(part, values[index + step], out=part)
            sums[chosen] = part


def _run(values: Numbers, start: int, height: int, sums: Numbers, ufunc: np.ufunc) -> None:
    """Windows of one height that begin row after row, in parts that fit the cache."""
    if height <= 0:
        return
    for low in range(0, sums.size, CHUNK):
        out = sums[low : low + CHUNK]
        first = start + low
        out[:] = values[first : first + out.size]
        for step in range(1, height):
            ufunc(out, values[first + step : first + step + out.size], out=out)


def _long(values: Numbers, first: int, tops: Rows, bottoms: Rows) -> Numbers:
    starts, stops = -(-tops // BLOCK), bottoms // BLOCK
    lowest, highest = int(starts.min()), int(stops.max())
    sums = block_sums(values, first, lowest, highest)
    changed = np.concatenate([[True], (np.diff(starts) != 0) | (np.diff(stops) != 0)])
    middle = window_sums(sums, lowest, starts[changed], stops[changed])[np.cumsum(changed) - 1]
    before, after = _partial(values, first)
    heads = starts * BLOCK > tops
    total = np.where(heads, before[np.where(heads, tops - first, 0)] + middle, middle)
    tails = stops * BLOCK < bottoms
    return as_numbers(np.where(tails, total + after[np.where(tails, bottoms - 1 - first, 0)], total))


def _partial(values: Numbers, first: int) -> tuple[Numbers, Numbers]:
    """For each row, the sum from it to its block's end (summed upwards), and from its block's start to it."""
    low = (first // BLOCK) * BLOCK
    high = -(-(first + values.size) // BLOCK) * BLOCK
    full = np.zeros(high - low)
    full[first - low : first - low + values.size] = values
    grid = full.reshape(-1, BLOCK)
    to_end = np.cumsum(grid[:, ::-1], axis=1)[:, ::-1].ravel()
    from_start = np.cumsum(grid, axis=1).ravel()
    part = slice(first - low, first - low + values.size)
    return to_end[part], from_start[part]
