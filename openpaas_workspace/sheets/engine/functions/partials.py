"""Reductions of chosen cells, by stretches of rows: of high columns only stretches that were written are looked at again.

The numbers of a stretch are added from first to last, and then the sums of the stretches likewise, whether one
question is asked or many: the last digit is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .. import journal
from ..axis import merge_intervals
from ..values import Block, Error, Mask, Numbers, Scalar, Tag
from .criteria import Criterion

Counts = npt.NDArray[np.int64]
Groups = npt.NDArray[np.int64]


class _Part(NamedTuple):
    """Of one stretch: a measure, how many numbers were chosen, and the first error among them."""

    measure: float
    size: int
    error: int = 0


_Measure = Callable[[Numbers], float]


def _total(numbers: Numbers) -> float:
    """The sum from first to last; overwrites the numbers, which are a copy."""
    return float(np.add.accumulate(numbers, out=numbers)[-1])


_MEASURES: dict[str, tuple[_Measure, _Measure]] = {
    "sum": (_total, _total),
    "average": (_total, _total),
    "max": (lambda numbers: float(numbers.max()), lambda parts: float(parts.max())),
    "min": (lambda numbers: float(numbers.min()), lambda parts: float(parts.min())),
}


def reduce(kind: str, summed: Block | None, blocks: Sequence[Block], criteria: Sequence[Criterion]) -> Scalar:
    """Reduces the cells of `summed` (None to count) where all criteria hold, in blocks of one shape."""
    rows = blocks[0].shape[0]
    if rows <= journal.STRETCH:
        return _joined(kind, _parts(kind, summed, blocks, criteria, (0, rows)))
    read = [*blocks, *([] if summed is None else [summed])]
    origins = [block.origin for block in read if block.origin is not None]
    if len(origins) < len(read):
        return _joined(kind, _parts(kind, summed, blocks, criteria, (0, rows)))
    # To Python TRUE equals 1, to a condition it does not.
    asked = tuple((condition, type(condition.value)) for condition in criteria)
    keeper, key = origins[-1].journal, (kind, rows, tuple(origin.key for origin in origins), asked)
    parts = _known(keeper, key, origins, rows)
    # Neighbours together: what conditions cost by word is paid once for them.
    for low, high in merge_intervals(
        [(place, place + 1) for place, part in enumerate(parts) if part is None]
    ):
        at = low * journal.STRETCH, min(high * journal.STRETCH, rows)
        parts[low:high] = _parts(kind, summed, blocks, criteria, at)
    keeper.keep(key, journal.Since(tuple(origin.journal.version for origin in origins), parts))
    return _joined(kind, [part for part in parts if part is not None])


def sums_by_group(numbers: Numbers, groups: Groups, chosen: Groups, count: int, stretch: int) -> Numbers:
    """Sums of each group's numbers; `chosen` are their places among all cells, `stretch` cells make a stretch."""
    edges = np.arange(stretch, int(chosen[-1]) + 1, stretch) if len(chosen) else np.zeros(0)
    totals = np.zeros(count)
    start = 0
    for stop in (*np.searchsorted(chosen, edges).tolist(), len(chosen)):
        part = slice(start, stop)
        totals += np.bincount(groups[part], weights=numbers[part], minlength=count)
        start = stop
    return totals


def _known(
    keeper: journal.Journal, key: Hashable, origins: Sequence[journal.Origin], rows: int
) -> list[_Part | None]:
    """What is known of each stretch, None where it must be looked at (again)."""
    nothing: list[_Part | None] = [None] * -(-rows // journal.STRETCH)
    known: journal.Since[list[_Part | None]] | None = keeper.kept(key)
    if known is None:
        return nothing
    parts = known.found
    for origin, version in zip(origins, known.versions, strict=True):
        written = origin.journal.since(version)
        if written is None:
            return nothing
        for low, high in written:
            first = max(low - origin.start, 0) // journal.STRETCH
            last = min((high - 1 - origin.start) // journal.STRETCH, len(parts) - 1)
            parts[first : last + 1] = [None] * max(last + 1 - first, 0)
    return parts


def _parts(
    kind: str,
    summed: Block | None,
    blocks: Sequence[Block],
    criteria: Sequence[Criterion],
    at: tuple[int, int],
) -> list[_Part]:
    low, high = at
    everything = slice(None)
    masks = [
        condition.mask(block.view(slice(low, high), everything))
        for block, condition in zip(blocks, criteria, strict=True)
    ]
    mask = masks[0]
    for other in masks[1:]:
        mask = mask & other
    parts = []
    for start in range(low, max(high, low + 1), journal.STRETCH):
        stop = min(start + journal.STRETCH, high)
        chosen = mask[start - low : stop - low]
        if summed is None:
            parts.append(_Part(0.0, int(np.count_nonzero(chosen))))
        else:
            parts.append(_part(kind, summed.view(slice(start, stop), everything), chosen))
    return parts


def _part(kind: str, summed: Block, mask: Mask) -> _Part:
    # Indices first: indexing by the mask itself takes numpy several times as long.
    chosen = np.flatnonzero(mask)
    numbers = summed.numbers.ravel().take(chosen)
    if summed.uniform() != Tag.NUMBER:
        tags = summed.tags.ravel().take(chosen)
        wrong = np.flatnonzero(tags == Tag.ERROR)
        if wrong.size:
            return _Part(0.0, 0, int(numbers[wrong[0]]))
        held = tags == Tag.NUMBER
        numbers = numbers if held.all() else numbers.take(np.flatnonzero(held))
    return _Part(_MEASURES[kind][0](numbers) if numbers.size else 0.0, int(numbers.size))


def _joined(kind: str, parts: Sequence[_Part]) -> Scalar:
    for part in parts:
        if part.error:
            return Error(part.error)
    count = sum(part.size for part in parts)
    if kind == "count":
        return float(count)
    if not count:
        return Error.DIV0 if kind == "average" else 0.0
    measure = _MEASURES[kind][1](np.array([part.measure for part in parts if part.size]))
    return measure / count if kind == "average" else measure
