"""Which first rows of a tab without a header are headings: they stay on top when the others are sorted or filtered."""

from __future__ import annotations

import numpy as np

from .cells import Anything
from .tabs import Tab
from .values import Tag

_LOOKED_AT = 10


def headings(tab: Tab) -> int:
    """How many first data rows stay in their places.

    Those that somebody froze, else the first row if it holds several texts and the next one several cells, as Excel
    has it for filters; with lines of one text above it (a title) if a number is below; of a single column a text above
    something else.
    """
    rows = min(_LOOKED_AT, len(tab.rows))
    if tab.header or rows < 2:
        return 0
    if tab.frozen[0]:
        return min(int(tab.frozen[0]), len(tab.rows))
    tags = np.zeros((rows, max(1, len(tab.columns))), dtype=np.uint8)
    for place, column in enumerate(tab.columns.values()):
        part = column.few(np.arange(min(rows, len(column)))).tags
        tags[: len(part), place] = part
    counts = np.count_nonzero(tags, axis=1)
    table = np.flatnonzero(counts > 1)
    if not len(table):
        return _of_one_column(tags, np.flatnonzero(counts))
    first = int(table[0])
    if not _texts(tags[: first + 1]) or first + 1 == rows or counts[first + 1] < 2:
        return 0
    return first + 1 if first == 0 or not _texts(tags[first + 1]) else 0


def _of_one_column(tags: Anything, filled: Anything) -> int:
    kinds = [int(tags[row].max()) for row in filled.tolist()]
    return int(filled[0]) + 1 if len(kinds) > 1 and kinds[0] == Tag.TEXT != kinds[1] else 0


def _texts(tags: Anything) -> bool:
    return bool(np.isin(tags, (Tag.EMPTY, Tag.TEXT)).all())
