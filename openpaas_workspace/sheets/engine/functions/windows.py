"""Ranges as windows over a column's values, one for each lane, so that aggregates filled down take one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..values import Block, Error, Mask, Numbers, Tag
from .runtime import Context, Failure, PerLane, Range
from .sums import Rows, window_products, window_sums


@dataclass(frozen=True, slots=True)
class Windows:
    """Rows `tops[i] … bottoms[i]-1` of a block whose first row is `first`; one window, or one for each lane."""

    block: Block
    first: int
    tops: Rows
    bottoms: Rows

    @property
    def size(self) -> int:
        """How many windows there are."""
        return int(self.tops.size)

    def numbers(self, column: int, other: float) -> Numbers:
        """A column's numbers, `other` where a cell holds none."""
        tags, numbers = self.block.tags[:, column], self.block.numbers[:, column]
        tag = self.block.uniform()
        if tag == Tag.NUMBER:
            return numbers
        if tag is not None:
            return np.full(numbers.shape, other)
        if other == 0 and tags.max() < Tag.BOOLEAN:
            return numbers
        return np.where(tags == Tag.NUMBER, numbers, other)

    def sums(self) -> Numbers:
        """Sum of the numbers of each window, column after column."""
        if self.size == 1 and self.block.shape[1] > 1 and self.block.shape[0] <= 1:
            return self._row_sum()
        total = np.zeros(self.size)
        for column in range(self.block.shape[1]):
            numbers = self.numbers(column, 0.0)
            part = window_sums(numbers, self.first, self.tops, self.bottoms, self.block.origin)
            total = part if column == 0 else total + part
        return total

    def _row_sum(self) -> Numbers:
        if not self.block.shape[0]:
            return np.zeros(1)
        row = np.where(self.block.tags[0] == Tag.NUMBER, self.block.numbers[0], 0.0)
        return np.add.accumulate(row)[-1:]

    def products(self) -> Numbers:
        """Product of the numbers of each window, 1 without any."""
        total = np.ones(self.size)
        for column in range(self.block.shape[1]):
            part = window_products(self.numbers(column, 1.0), self.first, self.tops, self.bottoms)
            if part is None:
                raise PerLane
            total = total * part
        return total

    def counts(self, mask: Mask | None) -> Rows:
        """How many cells of each window are set in a mask of the block's shape; all of them for None."""
        if mask is None:
            return (self.bottoms - self.tops) * self.block.shape[1]
        if self.size == 1:
            return np.array([np.count_nonzero(mask)], dtype=np.int64)
        total = np.zeros(mask.shape[0] + 1, dtype=np.int64)
        np.cumsum(mask.sum(axis=1), out=total[1:])
        return total[self.bottoms - self.first] - total[self.tops - self.first]

    def number_counts(self) -> Rows:
        """How many numbers each window holds."""
        tag = self.block.uniform()
        if tag == Tag.NUMBER:
            return self.counts(None)
        if tag is not None:
            return np.zeros(self.size, dtype=np.int64)
        return self.counts(self.block.tags == Tag.NUMBER)

    def extremes(self, ufunc: np.ufunc, worst: float) -> Numbers:
        """The least or largest number of each window; `worst` without any."""
        total = np.full(self.size, worst)
        for column in range(self.block.shape[1]):
            values = self.numbers(column, worst)
            total = ufunc(
                total, _extremes(values, self.tops - self.first, self.bottoms - self.first, ufunc, worst)
            )
        return total

    def errors(self) -> Numbers | None:
        """The code of the first error in each window, 0 without any; None when no cell is an error."""
        if not self.block.has(Tag.ERROR):
            return None
        rows, columns = np.nonzero(self.block.tags == Tag.ERROR)
        found = np.searchsorted(rows, self.tops - self.first)
        inside = found < rows.size
        safe = np.where(inside, found, 0)
        inside &= rows[safe] < self.bottoms - self.first
        codes = np.where(inside, self.block.numbers[rows[safe], columns[safe]], 0.0)
        return codes if codes.any() else None


def _extremes(values: Numbers, tops: Rows, bottoms: Rows, ufunc: np.ufunc, worst: float) -> Numbers:
    heights = bottoms - tops
    if tops.size == 1:
        part = values[int(tops[0]) : int(bottoms[0])]
        return np.array([ufunc.reduce(part, initial=worst)])
    results = np.full(tops.size, worst)
    some = heights > 0
    if (tops == tops[0]).all():
        running = ufunc.accumulate(values[int(tops[0]) :]) if some.any() else values
        results[some] = running[heights[some] - 1]
    elif (bottoms == bottoms[0]).all():
        running = ufunc.accumulate(values[: int(bottoms[0])][::-1])
        results[some] = running[heights[some] - 1]
    else:
        results[some] = _doubled(values, tops[some], heights[some], ufunc)
    return results


def _doubled(values: Numbers, tops: Rows, heights: Rows, ufunc: np.ufunc) -> Numbers:
    results = np.empty(tops.size)
    levels = np.frexp(heights.astype(np.float64))[1] - 1
    current = values
    for level in range(int(levels.max()) + 1):
        chosen = levels == level
        if chosen.any():
            second = tops[chosen] + heights[chosen] - (1 << level)
            results[chosen] = ufunc(current[tops[chosen]], current[second])
        if current.size > 1 << level:
            current = ufunc(current[: -(1 << level)], current[1 << level :])
    return results


def windows_of(context: Context, item: Range) -> Windows:
    """The windows of a range: one when it stands still, else one for each lane."""
    if not item.moves or context.lanes == 1:
        block = context.clipped(item)
        top = np.array([item.top], dtype=np.int64)
        return Windows(block, item.top, top, top + block.shape[0])
    lanes = np.arange(context.lanes, dtype=np.int64)
    tops, bottoms = item.top + lanes * item.top_step, item.bottom + lanes * item.bottom_step
    if item.top_step != item.bottom_step:
        tops, bottoms = np.minimum(tops, bottoms - 1), np.maximum(bottoms, tops + 1)
    first, last = int(tops.min()), int(bottoms.max())
    block = context.clipped(Range(item.tab, first, item.left, last, item.right))
    end = first + block.shape[0]
    rows, columns = context.extent(item.tab)
    if item.left >= columns or first >= rows:
        end = first
        block = Block(block.tags[:0], block.numbers[:0])
    return Windows(block, first, np.minimum(tops, end), np.minimum(bottoms, end))


def windows_of_block(block: Block) -> Windows:
    """One window over an array."""
    top = np.zeros(1, dtype=np.int64)
    return Windows(block, 0, top, top + block.shape[0])


def first_error(codes: Numbers | None) -> None:
    """Fails with the error of a single window, if it has one."""
    if codes is not None and codes.size == 1:
        raise Failure(Error(int(codes[0])))
