"""What of a workbook may leave it for somebody."""

from __future__ import annotations

import numpy as np

from openpaas_workspace.sheets.schemas import DeleteRows

from .sight import Reader, seen
from .workbook import Workbook


def copy_for(book: Workbook, reader: Reader) -> bytes:
    """The bytes of a `.sheet` file without the rows that a reader may not see; formulas are calculated without them too."""
    data = book.to_container()
    if book.sees_all(reader):
        return data
    copy = Workbook.from_container(data, foreign=book.book.foreign)
    for tab in book.tabs:
        rows = seen(book.book, tab, reader)
        if rows is None:
            continue
        gone = tab.rows.ids_of(np.setdiff1d(np.arange(len(tab.rows)), rows))
        runs = [(first, 1) for first in gone.tolist()]
        op = DeleteRows(tab=tab.id, first=runs[0][0], last=runs[-1][0], runs=runs)
        copy.apply(book.seq, "", op, book.book.now, book.book.seed)
    return copy.to_container()
