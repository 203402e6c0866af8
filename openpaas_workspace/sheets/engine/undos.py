"""What members can still undo, as bytes and back: it goes with the server's own snapshots of a sheet, and nowhere else.

It holds values of before and who wrote them, so no file that leaves the server has it.
"""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
import numpy as np

from openpaas_workspace.sheets.schemas import Part

from .axis import Axis
from .cells import NO_WORDS, Anything, Cells
from .edit import Axes, Content, Gone, Grown, Inverse, New, Reordered, Rewritten, Setting
from .formulas import Node, relative
from .history import Cells as Wrote
from .history import Entry, History
from .idset import IdSet
from .portable import local, portable
from .restore import spelled
from .tabs import ANCHOR_COLUMN, ANCHOR_ROW, key_of

VERSION = 1
MOST_BYTES = 96 * 2**20
_pack = msgspec.msgpack.Encoder().encode
_part = msgspec.msgpack.Decoder(Part)


def to_bytes(history: History, *, most: int = MOST_BYTES) -> bytes:
    """Entries from the newest back, as many as `most` bytes hold before they are compressed; nothing for none."""
    writer = _Writer()
    found: list[msgspec.Raw] = []
    size = 0
    for entry in reversed(history.entries):
        data = _pack(writer.entry(entry))
        size += len(data)
        if size + writer.nbytes > most:
            break
        found.append(msgspec.Raw(data))
    if not found:
        return b""
    about = {"version": VERSION, "axes": writer.axes, "maps": writer.maps, "entries": found[::-1]}
    return zlib.compress(_pack(about), 1)


def load(history: History, data: bytes) -> None:
    """Fills an empty history; raises ValueError and its kin for what `to_bytes` did not write."""
    about = msgspec.msgpack.decode(zlib.decompress(data))
    if about["version"] == VERSION:
        reader = Reader(about["axes"], about["maps"])
        history.resume([reader.entry(state) for state in about["entries"]])


class _Writer:
    """Axes are written once, however many changes were made upon them."""

    def __init__(self) -> None:
        self.axes: list[Any] = []
        self.maps: list[Any] = []
        self.nbytes = 0
        self._seen: dict[int, tuple[Axis, int]] = {}
        self._axis_at: dict[tuple[Any, ...], int] = {}
        self._map_at: dict[tuple[Any, ...], int] = {}

    def entry(self, entry: Entry) -> list[Any]:
        same = entry.holds == {} or _equal(entry.holds, entry.wrote)
        return [
            entry.seq,
            entry.author,
            entry.kind,
            entry.of,
            _wrote(entry.wrote),
            bool(entry.holds) if same else _wrote(entry.holds),
            sorted(entry.settings),
            [self._inverse(item) for item in entry.inverse],
            entry.nbytes,
            entry.undoable,
            entry.done,
            entry.stands,
        ]

    def _inverse(self, item: Inverse) -> list[Any]:
        match item:
            case Content():
                formulas = [self._formula(item, *one) for one in item.formulas]
                axes = self._map(item.axes) if formulas else -1
                return [
                    "c", item.tab, item.column, item.ids.tobytes(), _cells(item.cells), item.native, formulas, axes
                ]  # fmt: skip
            case Rewritten():
                formula = self._formula(item, item.template, item.ids)
                return ["r", item.tab, item.column, formula, self._map(item.axes)]
            case Gone():
                return ["g", item.tab, item.intervals, self._axis(item.before), item.columns]
            case New():
                return ["n", item.tab, item.ids.tobytes(), item.columns]
            case Grown():
                return ["e", item.tab, item.rows, item.columns]
            case Reordered():
                return ["o", item.tab, self._axis(item.before), item.columns, item.block]
            case Setting():
                return ["s", item.key, msgspec.Raw(_pack(item.part))]

    def _formula(self, item: Content | Rewritten, template: Node, ids: IdSet) -> list[Any]:
        """As it reads in the first of its cells, or wherever all of it can be read."""
        rows, columns, offset = item.axes[key_of(item.tab)]
        intervals, place = rows.intervals(ids), columns.position(item.column)
        first = intervals[0][0] + offset if intervals else ANCHOR_ROW
        at, node = spelled(template, first, ANCHOR_COLUMN if place is None else place)
        return [at, portable(node), ids.tobytes()]

    def _axis(self, axis: Axis) -> int:
        known = self._seen.get(id(axis))
        if known is not None:
            return known[1]
        starts, lengths = axis.starts.tobytes(), axis.lengths.tobytes()
        key = (starts, lengths, axis.tail, axis.fresh, axis.floor)
        if key not in self._axis_at:
            self._axis_at[key] = len(self.axes)
            self.axes.append(key)
            self.nbytes += len(starts) + len(lengths)
        self._seen[id(axis)] = (axis, self._axis_at[key])
        return self._axis_at[key]

    def _map(self, axes: Axes) -> int:
        key = tuple(
            (name, self._axis(rows), self._axis(columns), offset)
            for name, (rows, columns, offset) in sorted(axes.items())
        )
        if key not in self._map_at:
            self._map_at[key] = len(self.maps)
            self.maps.append(key)
        return self._map_at[key]


class Reader:
    """Entries out of what `to_bytes` packed."""

    def __init__(self, axes: list[Any], maps: list[Any]) -> None:
        self._axes = [
            Axis((_ids(starts), _ids(lengths)), tail=tail, fresh=fresh, floor=floor)
            for starts, lengths, tail, fresh, floor in axes
        ]
        self._maps: list[Axes] = [
            {name: (self._axes[rows], self._axes[columns], offset) for name, rows, columns, offset in one}
            for one in maps
        ]

    def entry(self, state: list[Any]) -> Entry:
        """One."""
        seq, author, kind, of, wrote, holds, settings, inverse, nbytes, undoable, done, stands = state
        cells = _wrote_of(wrote)
        return Entry(
            seq=seq,
            author=author,
            kind=kind,
            of=of,
            wrote=cells,
            holds=(dict(cells) if holds else {}) if isinstance(holds, bool) else _wrote_of(holds),
            settings=set(settings),
            inverse=[self._inverse(*item) for item in inverse],
            nbytes=nbytes,
            undoable=undoable,
            done=done,
            stands=stands,
        )

    def _inverse(self, kind: str, *state: Any) -> Inverse:
        match kind, state:
            case "c", (tab, column, ids, cells, native, formulas, axes):
                made = tuple((_template(at, text), _set(rows)) for at, text, rows in formulas)
                known = self._maps[axes] if axes >= 0 else {}
                return Content(tab, column, _set(ids), _cells_of(cells), native, made, known)
            case "r", (tab, column, (at, text, rows), axes):
                return Rewritten(tab, column, _set(rows), _template(at, text), self._maps[axes])
            case "g", (tab, intervals, before, columns):
                places = tuple((start, stop) for start, stop in intervals)
                return Gone(tab, places, self._axes[before], None if columns is None else tuple(columns))
            case "n", (tab, ids, columns):
                return New(tab, _set(ids), columns)
            case "e", (tab, rows, columns):
                return Grown(tab, rows, columns)
            case "o", (tab, before, columns, block):
                return Reordered(tab, self._axes[before], columns, None if block is None else tuple(block))
            case "s", (key, part):
                return Setting(key, _part.decode(_pack(part)))
        raise ValueError(kind)


def _template(at: list[int], text: str) -> Node:
    return relative(local(text), at[0], at[1])


def _equal(one: Wrote, other: Wrote) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


def _wrote(cells: Wrote) -> list[Any]:
    return [
        (tab, column, rows.tobytes()) for (tab, column), rows in sorted(cells.items(), key=lambda one: one[0])
    ]


def _wrote_of(state: list[Any]) -> Wrote:
    return {(tab, column): _set(rows) for tab, column, rows in state}


def _ids(data: bytes) -> Anything:
    return np.frombuffer(data, dtype=np.int64)


def _set(data: bytes) -> IdSet:
    return np.frombuffer(data, dtype=np.int64).reshape(-1, 2)


def _cells(cells: Cells | None) -> list[Any] | None:
    if cells is None:
        return None
    cells = cells.compact()
    return [
        cells.tags.tobytes(),
        None if cells.numbers is None else [cells.numbers.dtype.str, cells.numbers.tobytes()],
        None if cells.codes is None else [cells.codes.tobytes(), [str(word) for word in cells.words]],
    ]


def _cells_of(state: list[Any] | None) -> Cells | None:
    if state is None:
        return None
    tags, numbers, codes = state
    made = Cells(np.frombuffer(tags, dtype=np.uint8))
    if numbers is not None:
        made.numbers = np.frombuffer(numbers[1], dtype=np.dtype(numbers[0]))
    if codes is not None:
        made.codes = np.frombuffer(codes[0], dtype=np.int32)
        made.words = np.array(codes[1], dtype=object) if codes[1] else NO_WORDS
    return made
