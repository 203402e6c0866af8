"""Rows of XLSX that are all written alike, as those of a table are: found whole, and read column by column."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..cells import Anything
from ..values import Tag
from .gather import Gathered, numbered, whole_numbers
from .xlsx_cells import Reader

_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"((?: s="(\d{1,9})")?(?: t="(n|s|b|str|e|inlineStr)")?)'
    rb"(?:/>|><v>[^<]+(</v>)</c>|><is><t>[^<]+(</t>)</is></c>)"
)
_ROW = re.compile(rb'<row r="\d{1,7}"[^>]*>')
_VALUE, _INLINE = rb"><v>([^<]+)</v></c>", rb"><is><t>([^<]+)</t></is></c>"
_MOST = 200  # cells of a row; more are compiled for longer than they save


class Rows:
    """The rows of one sheet."""

    def __init__(self, reader: Reader, gathered: Gathered) -> None:
        self._reader, self._gathered = reader, gathered
        self._texts: Anything = np.array(reader.texts, dtype=np.int32)

    def take(self, piece: bytes) -> bytes:
        """Takes the rows that are written as the last one of the piece is; answers what is between them."""
        begin, end = piece.rfind(b"<row "), piece.rfind(b"</row>")
        cells = _cells(piece[begin:end]) if 0 <= begin < end else []
        valued = [cell for cell in cells if cell[6] or cell[7]]
        if not valued:
            return piece
        like = b"".join(
            rb'<c r="%s\1"%s%s' % (cell[1], cell[3], _VALUE if cell[6] else _INLINE if cell[7] else b"/>")
            for cell in cells
        )
        parts = re.split(rb'<row r="(\d{1,7})"[^>]*>' + like + b"</row>", piece)
        step = len(valued) + 2
        if len(parts) > step:
            rows = whole_numbers(parts[1::step]) - 1
            for cell in cells:
                values = parts[valued.index(cell) + 2 :: step] if cell in valued else []
                self._column(cell, rows, values)
        return b"".join(parts[::step])

    def _column(self, cell: re.Match[bytes], rows: Anything, values: Sequence[bytes]) -> None:
        size = len(rows)
        tags, numbers, codes = np.zeros(size, np.uint8), np.zeros(size), np.full(size, -1, np.int32)
        kind = cell[5] or b"n"
        if not values:
            pass
        elif kind == b"n":
            tags[:], numbers = Tag.NUMBER, numbered(values)
        elif kind == b"s":
            tags[:], codes = Tag.TEXT, self._reader.shared(whole_numbers(values), self._texts)
        else:
            known: dict[bytes, tuple[int, float, int]] = {}
            for at, value in enumerate(values):
                if (found := known.get(value)) is None:
                    found = known[value] = self._reader.value(kind, value)
                tags[at], numbers[at], codes[at] = found
        places = np.full(size, column_of(cell[1]), dtype=np.int16)
        self._gathered.add_many(rows, places, np.full(size, int(cell[4] or 0)), (tags, numbers, codes))


def column_of(letters: bytes) -> int:
    """The position of a column by its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1


def _cells(row: bytes) -> list[re.Match[bytes]]:
    """The cells of a row, if it is nothing but cells with plain values; empty otherwise."""
    head = _ROW.match(row)
    at = head.end() if head else -1
    found: list[re.Match[bytes]] = []
    while 0 <= at < len(row):
        cell = _CELL.match(row, at)
        if cell is None or len(found) == _MOST or (cell[6 if cell[5] == b"inlineStr" else 7] is not None):
            return []
        found.append(cell)
        at = cell.end()
    return found
