"""Sets of ids as sorted, disjoint, half-open intervals in an int64 array of shape `(n, 2)`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ids: TypeAlias = npt.NDArray[np.int64]
IdSet: TypeAlias = npt.NDArray[np.int64]

ALL_END = 2**62
NONE: IdSet = np.empty((0, 2), dtype=np.int64)
ALL: IdSet = np.array([[0, ALL_END]], dtype=np.int64)


def from_runs(runs: Iterable[tuple[int, int]]) -> IdSet:
    """The set of `(first, count)` runs, which may overlap and come in any order."""
    pairs = np.array([(first, first + count) for first, count in runs], dtype=np.int64).reshape(-1, 2)
    return _merged(pairs)


def from_ids(ids: Ids) -> IdSet:
    """The set of single ids."""
    if len(ids) == 0:
        return NONE
    ordered = np.unique(ids)
    cuts = np.flatnonzero(np.diff(ordered) != 1) + 1
    starts = ordered[np.concatenate(([0], cuts))]
    ends = ordered[np.concatenate((cuts - 1, [len(ordered) - 1]))] + 1
    return np.stack((starts, ends), axis=1)


def to_runs(found: IdSet) -> list[tuple[int, int]]:
    """The set as `(first, count)` runs."""
    return [(int(first), int(end - first)) for first, end in found]


def size(found: IdSet) -> int:
    """How many ids are in the set."""
    return int((found[:, 1] - found[:, 0]).sum())


def to_ids(found: IdSet, most: int | None = None) -> Ids:
    """The ids one by one, the lowest `most` of them."""
    counts = found[:, 1] - found[:, 0]
    if most is not None:
        counts = np.diff(np.minimum(np.concatenate(([0], np.cumsum(counts))), most))
    return spelled_out(found[:, 0], counts)


def spelled_out(starts: Ids, counts: Ids) -> Ids:
    """Runs of consecutive ids, one id after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    ids: Ids = np.repeat(starts - ends + counts, counts) + np.arange(total, dtype=np.int64)
    return ids


def from_arrays(starts: Ids, counts: Ids) -> IdSet:
    """The set of runs given as arrays."""
    return _merged(np.stack((starts, starts + counts), axis=1))


def contains(found: IdSet, ids: Ids) -> npt.NDArray[np.bool_]:
    """Which of the ids are in the set."""
    if len(found) == 0:
        return np.zeros(len(ids), dtype=np.bool_)
    at = np.searchsorted(found[:, 0], ids, side="right") - 1
    inside: npt.NDArray[np.bool_] = (at >= 0) & (ids < found[np.maximum(at, 0), 1])
    return inside


def union(one: IdSet, other: IdSet) -> IdSet:
    """What is in either."""
    if len(one) == 0:
        return other
    if len(other) == 0:
        return one
    return _merged(np.concatenate((one, other)))


def intersect(one: IdSet, other: IdSet) -> IdSet:
    """What is in both."""
    return _combined(one, other, 2)


def subtract(one: IdSet, other: IdSet) -> IdSet:
    """What is in `one` and not in `other`."""
    if len(one) == 0 or len(other) == 0:
        return one
    # An id of `one` alone has weight 2, of both 3, of `other` alone 1.
    return _weighed(one, other, lambda weight: weight == 2)


def _combined(one: IdSet, other: IdSet, most: int) -> IdSet:
    if len(one) == 0 or len(other) == 0:
        return NONE
    return _weighed(one, other, lambda weight: weight == most + 1)


def _weighed(one: IdSet, other: IdSet, wanted: object) -> IdSet:
    points = np.concatenate((one[:, 0], one[:, 1], other[:, 0], other[:, 1]))
    steps = np.repeat(np.array([2, -2, 1, -1], dtype=np.int64), [len(one), len(one), len(other), len(other)])
    order = np.argsort(points, kind="stable")
    points, weight = points[order], np.cumsum(steps[order])
    keep = wanted(weight[:-1]) & (points[1:] > points[:-1])  # type: ignore[operator]
    return _merged(np.stack((points[:-1][keep], points[1:][keep]), axis=1))


def _merged(pairs: IdSet) -> IdSet:
    pairs = pairs[pairs[:, 1] > pairs[:, 0]]
    if len(pairs) < 2:
        return pairs
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    ends = np.maximum.accumulate(pairs[:, 1])
    cuts = np.flatnonzero(pairs[1:, 0] > ends[:-1]) + 1
    starts = pairs[np.concatenate(([0], cuts)), 0]
    return np.stack((starts, ends[np.concatenate((cuts - 1, [len(pairs) - 1]))]), axis=1)
