"""Which cells of a column were written since when, so that what was summed once is not summed again."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Kept = TypeVar("Kept")

STRETCH = 65_536  # rows that are summed in one go where numbers are chosen by conditions
MOST_MARKS = 64
MOST_KEPT = 32


class Journal:
    """Of one array of cells, as long as its rows stay where they are. It knows the last writes, as intervals of rows."""

    __slots__ = ("_kept", "_marks", "serial", "version")
    _serials = itertools.count()

    def __init__(self) -> None:
        self.serial = next(Journal._serials)
        self.version = 0
        self._marks: list[tuple[int, int]] = []
        self._kept: dict[Hashable, Any] = {}

    def note(self, low: int, high: int) -> None:
        """Rows `low … high-1` are written."""
        self.version += 1
        self._marks.append((low, high))
        if len(self._marks) > 2 * MOST_MARKS:
            del self._marks[:-MOST_MARKS]

    def since(self, version: int) -> list[tuple[int, int]] | None:
        """What was written after a version; None when that is not known any more."""
        count = self.version - version
        if count > len(self._marks):
            return None
        return self._marks[len(self._marks) - count :]

    def kept(self, key: Hashable) -> Any:
        """What was kept under a key, None if nothing was; the least used ones are forgotten."""
        found = self._kept.pop(key, None)
        if found is not None:
            self._kept[key] = found
        return found

    def keep(self, key: Hashable, found: object) -> None:
        """Keeps the result of a calculation."""
        self._kept.pop(key, None)
        self._kept[key] = found
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]


class Origin(NamedTuple):
    """Where the values of a block of one column come from: its row 0 is row `start` of the cells.

    `start` is -1 under a header, whose name is `head`.
    """

    journal: Journal
    start: int
    head: str = ""

    @property
    def key(self) -> tuple[int, int, str]:
        """What to keep something under that was calculated from it: it keeps no journal that is over."""
        return self.journal.serial, self.start, self.head


class Since(NamedTuple, Generic[Kept]):
    """What was calculated, and the versions of the columns that it was calculated from."""

    versions: tuple[int, ...]
    found: Kept


def extent(at: slice | npt.NDArray[Any], size: int) -> tuple[int, int]:
    """The first and past the last row that is written; the same twice for none."""
    if isinstance(at, slice):
        low, high, _ = at.indices(size)
        return low, max(low, high)
    rows = np.flatnonzero(at) if at.dtype == np.bool_ else at
    return (int(rows.min()), int(rows.max()) + 1) if len(rows) else (0, 0)
