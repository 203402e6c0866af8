"""A tab row by row, as files of other spreadsheets have it: values, formulas with their results, looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from openpaas_workspace.sheets.schemas import Style

from ..cells import Anything
from ..columns import Column, column_block
from ..formats import PLAIN, for_rows, merged
from ..formulas import Node, relative, shift
from ..tabs import Span, Tab
from ..values import Block
from ..windows import number_format


@dataclass(slots=True)
class Piece:
    """Some rows of a column: `rows` are the numbers of the grid from 0, `styles` the looks' (all one if an int).

    `owners` are the spans of formulas, -1 where there is none; None if there is none at all.
    """

    place: int
    column: Column | None
    block: Block
    styles: Anything | int
    owners: Anything | None


class Looks:
    """The looks of a file, each once, numbered as they come; the first is plain."""

    def __init__(self) -> None:
        self.known: dict[Style, int] = {PLAIN: 0}

    def number(self, style: Style) -> int:
        """The number of a look."""
        return self.known.setdefault(style, len(self.known))


def walk_rows(tab: Tab, looks: Looks, step: int) -> Iterator[tuple[int, list[Piece]]]:
    """Rows below the header, `step` at a time: the first of them in the grid, and their columns."""
    for start in range(0, len(tab.rows), step):
        stop = min(start + step, len(tab.rows))
        ids = tab.rows.ids(start, stop)
        yield (
            start + tab.offset,
            [_piece(tab, looks, place, (start, ids)) for place in range(len(tab.axis))],
        )


def _piece(tab: Tab, looks: Looks, place: int, rows: tuple[int, Anything]) -> Piece:
    start, ids = rows
    stop = start + len(ids)
    id_ = tab.axis.id_at(place)
    column = tab.columns.get(id_)
    number = number_format(column.dtype) if column is not None else None
    below = Style(number=number)
    styles: Anything | int = looks.number(below)
    found = for_rows(tab.formats.get(id_, []), ids)
    if found:
        style, hit = found[0]
        if len(found) == 1 and len(hit) == len(ids):
            styles = looks.number(merged(below, style))
        else:
            styles = np.full(len(ids), styles, dtype=np.int32)
            for style, hit in found:
                styles[hit] = looks.number(merged(below, style))
    owners = None
    if column is not None and column.owner is not None:
        owners = np.full(stop - start, -1, dtype=np.int32)
        part = column.owner[start:stop]
        owners[: len(part)] = part
        if not bool((owners >= 0).any()):
            owners = None
    return Piece(place, column, column_block(column, start, stop), styles, owners)


def formula_at(span: Span, row: int, place: int) -> Node:
    """A span's formula as it stands in a cell of the grid, tabs by their keys."""
    return shift(relative(span.template, -row, -place), 0, 0)


def spilled(tab: Tab) -> dict[tuple[int, int], tuple[int, int]]:
    """Arrays by the place of their formula in the grid: rows and columns that they fill."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (column, row), (rect, _) in tab.placed.items():
        place, position = tab.axis.position(column), tab.rows.position(row)
        top, left, bottom, right = rect
        if place is not None and position is not None and (bottom - top) * (right - left) > 1:
            found[position + tab.offset, place] = (bottom - top, right - left)
    return found


def scalars(block: Block) -> tuple[list[int], list[float], list[Any]]:
    """Tags, numbers and texts of a column's rows."""
    return block.tags[:, 0].tolist(), block.numbers[:, 0].tolist(), block.text_array()[:, 0].tolist()
