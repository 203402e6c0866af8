"""The order of the rows, or columns, of a tab: ids that never change, at positions that do.

The k-th row of the plain tail has id k; rows inserted elsewhere get ids from `inserted` up. Rows that nobody
materialised yet follow the last one, so a caller may name any of them. An axis never changes: each change makes a
new one, which costs as much as it has runs of consecutive ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .idset import Ids, IdSet, from_arrays, from_ids, size, spelled_out, to_ids

ROWS_INSERTED = 2**40
COLUMNS_INSERTED = 2**20

_MANY = 200  # runs; with more, ids are looked up all at once

_Runs: TypeAlias = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]  # first ids, lengths


class Axis:
    """Ids in order. `tail` is the id of the first row that is not materialised, `fresh` the next inserted id."""

    __slots__ = ("_lookup", "floor", "fresh", "lengths", "offsets", "starts", "tail")

    def __init__(self, runs: _Runs, *, tail: int, fresh: int, floor: int) -> None:
        self.starts, self.lengths = _joined(runs)
        self.offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(self.lengths)))
        self.tail = tail
        self.fresh = fresh
        self.floor = floor
        self._lookup: tuple[Ids, npt.NDArray[np.int64]] | None = None

    @classmethod
    def plain(cls, length: int, floor: int) -> Axis:
        """The axis of a new tab."""
        return cls(_run(0, length), tail=length, fresh=floor, floor=floor)

    def __len__(self) -> int:
        return int(self.offsets[-1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Axis) and self.state() == other.state()

    __hash__ = None  # type: ignore[assignment]

    def state(self) -> dict[str, object]:
        """The axis as JSON."""
        return {
            "starts": self.starts.tolist(),
            "lengths": self.lengths.tolist(),
            "tail": self.tail,
            "fresh": self.fresh,
        }

    def id_at(self, position: int) -> int:
        """The id at a position, beyond the last one too."""
        if position >= len(self):
            return self.tail + position - len(self)
        run = int(np.searchsorted(self.offsets, position, side="right")) - 1
        return int(self.starts[run] + position - self.offsets[run])

    def ids(self, start: int, stop: int) -> Ids:
        """Ids of positions `start … stop-1`, beyond the last one too."""
        starts, lengths = self.cut(start, min(stop, len(self)))
        parts = [spelled_out(starts, lengths)]
        if stop > len(self):
            first = self.tail + max(start, len(self)) - len(self)
            parts.append(np.arange(first, self.tail + stop - len(self), dtype=np.int64))
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def ids_of(self, positions: Ids) -> Ids:
        """Ids at materialised positions."""
        run = np.searchsorted(self.offsets, positions, side="right") - 1
        ids: Ids = self.starts[run] + positions - self.offsets[run]
        return ids

    def at(self, ids: Ids) -> Ids:
        """Positions of materialised ids; -1 where one is gone or not materialised."""
        starts, order = self._sorted()
        if len(starts) == 0:
            return np.full(len(ids), -1, dtype=np.int64)
        run = np.searchsorted(starts, ids, side="right") - 1
        near = order[np.maximum(run, 0)]
        inside = (run >= 0) & (ids - self.starts[near] < self.lengths[near])
        return np.where(inside, self.offsets[near] + ids - self.starts[near], -1)

    def position(self, id_: int) -> int | None:
        """The position of an id, materialised or not; None when it is gone or was never given."""
        if self.tail <= id_ < self.floor:
            return len(self) + id_ - self.tail
        found = int(self.at(np.array([id_], dtype=np.int64))[0])
        return None if found < 0 else found

    def runs(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Materialised positions as runs of ids, in order: `(first id, count)`."""
        starts, lengths = self.cut(start, stop)
        return list(zip(starts.tolist(), lengths.tolist(), strict=True))

    def idset(self, start: int, stop: int) -> IdSet:
        """Materialised positions as a set of ids."""
        return from_arrays(*self.cut(start, stop))

    def intervals(self, ids: IdSet) -> list[tuple[int, int]]:
        """Where the ids of a set are, as sorted intervals of positions."""
        if len(ids) == 0:
            return []
        found: list[tuple[int, int]] = []
        starts, order = self._sorted()
        if len(starts) > _MANY and size(ids) <= 2 * len(self):
            at = self.at(to_ids(ids))
            return [(start, stop) for start, stop in from_ids(at[at >= 0]).tolist()]
        for first, end in ids.tolist():
            low = max(int(np.searchsorted(starts, first, side="right")) - 1, 0)
            high = int(np.searchsorted(starts, end, side="left"))
            for run in order[low:high].tolist():
                begin, length, offset = int(self.starts[run]), int(self.lengths[run]), int(self.offsets[run])
                a, b = max(first, begin), min(end, begin + length)
                if a < b:
                    found.append((offset + a - begin, offset + b - begin))
        return merge_intervals(found)

    def grown(self, length: int) -> Axis:
        """At least `length` long: the tail is materialised."""
        more = length - len(self)
        if more <= 0:
            return self
        runs = _concatenated([(self.starts, self.lengths), _run(self.tail, more)])
        return Axis(runs, tail=self.tail + more, fresh=self.fresh, floor=self.floor)

    def trimmed(self, count: int) -> Axis:
        """Without the last `count` ids as far as they are the last of the tail, which gets them back."""
        last = int(self.starts[-1] + self.lengths[-1]) if len(self.starts) else 0
        if not len(self) or last != self.tail or last > self.floor:
            return self
        count = min(count, int(self.lengths[-1]))
        runs = self.cut(0, len(self) - count)
        return Axis(runs, tail=self.tail - count, fresh=self.fresh, floor=self.floor)

    def inserted(self, position: int, count: int) -> Axis:
        """With `count` new ids before `position`."""
        return self.restored(position, [(self.fresh, count)])

    def restored(self, position: int, runs: Sequence[tuple[int, int]]) -> Axis:
        """With given ids before `position`."""
        axis = self.grown(position)
        new = _concatenated([_run(first, count) for first, count in runs])
        fresh = max([axis.fresh, *(first + count for first, count in runs if first >= axis.floor)])
        parts = _concatenated([axis.cut(0, position), new, axis.cut(position, len(axis))])
        return Axis(parts, tail=axis.tail, fresh=fresh, floor=axis.floor)

    def removed(self, intervals: Sequence[tuple[int, int]]) -> Axis:
        """Without some intervals of positions, sorted and disjoint."""
        kept, start = [], 0
        for first, stop in intervals:
            kept.append(self.cut(start, first))
            start = stop
        kept.append(self.cut(start, len(self)))
        return Axis(_concatenated(kept), tail=self.tail, fresh=self.fresh, floor=self.floor)

    def moved(self, start: int, stop: int, to: int) -> Axis:
        """With `start … stop-1` put before position `to`, which is not among them."""
        axis = self.grown(max(stop, to))
        block = axis.cut(start, stop)
        if to <= start:
            parts = [axis.cut(0, to), block, axis.cut(to, start), axis.cut(stop, len(axis))]
        else:
            parts = [axis.cut(0, start), axis.cut(stop, to), block, axis.cut(to, len(axis))]
        return Axis(_concatenated(parts), tail=axis.tail, fresh=axis.fresh, floor=axis.floor)

    def ordered(self, order: npt.NDArray[np.intp]) -> Axis:
        """In another order: `order[k]` is the position now of what comes k-th."""
        ids = self.ids(0, len(self))[order]
        runs = (ids, np.ones(len(ids), dtype=np.int64))
        return Axis(runs, tail=self.tail, fresh=self.fresh, floor=self.floor)

    def cut(self, start: int, stop: int) -> _Runs:
        """Materialised positions as runs: first ids, lengths."""
        if start >= stop:
            return _run(0, 0)
        low = int(np.searchsorted(self.offsets, start, side="right")) - 1
        high = int(np.searchsorted(self.offsets, stop, side="left"))
        begins = np.maximum(self.offsets[low:high], start)
        ends = np.minimum(self.offsets[low + 1 : high + 1], stop)
        return self.starts[low:high] + begins - self.offsets[low:high], ends - begins

    def _sorted(self) -> tuple[Ids, npt.NDArray[np.int64]]:
        if self._lookup is None:
            order = np.argsort(self.starts, kind="stable")
            self._lookup = (self.starts[order], order)
        return self._lookup


def merge_intervals(intervals: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted, disjoint intervals with the same positions."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        elif start < stop:
            merged.append((start, stop))
    return merged


def _run(first: int, count: int) -> _Runs:
    return np.array([first] if count else [], dtype=np.int64), np.array(
        [count] if count else [], dtype=np.int64
    )


def _concatenated(parts: Sequence[_Runs]) -> _Runs:
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _joined(runs: _Runs) -> _Runs:
    """Neighbours with consecutive ids as one run, so that equal axes are equally written."""
    starts, lengths = runs
    if len(starts) < 2:
        return starts, lengths
    breaks = np.concatenate(([0], np.flatnonzero(starts[1:] != starts[:-1] + lengths[:-1]) + 1))
    if len(breaks) == len(starts):
        return starts, lengths
    return starts[breaks], np.add.reduceat(lengths, breaks)
