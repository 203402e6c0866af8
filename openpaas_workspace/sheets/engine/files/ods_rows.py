"""Rows of ODS that are all written alike, as those of a table are: found whole, and read column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from openpaas_workspace.kit.errors import Invalid, WorkspaceError

from ..values import Tag
from .gather import Gathered, Words, numbered

# Characters of XML without markup, and its own five references.
_SAFE = rb"[^<&\x00-\x08\x0b-\x1f]*"
_TEXT = _SAFE + rb"(?:&(?:amp|lt|gt|quot|apos);" + _SAFE + rb")*"
_OPTIONS = rb'(?: [\w:-]+="[^"<&\x00-\x1f]*")*'
_OPTION = re.compile(rb' ([\w:-]+)="([^"]*)"')
_ROW = re.compile(rb"<table:table-row(" + _OPTIONS + rb")>")
_CELL = re.compile(
    rb"<table:table-cell(" + _OPTIONS + rb")(?:/>|>(<text:p>" + _TEXT + rb"</text:p>)?(</table:table-cell>))"
)
_END = b"</table:table-row>"
_EMPTY = b"<table:table-cell/>"
_NUMBERS = {b"float", b"percentage", b"currency"}
_VALUES = {b"office:value": rb"([0-9.eE+-]+)", b"office:date-value": rb"([0-9T:.-]+)"}
_NEVER = {b"table:formula", b"office:string-value", b"office:boolean-value", b"office:time-value"}
_MOST = 200  # cells of a row; more are compiled for longer than they save
_MOST_SHAPES = 16
_DAMAGED = "The file is damaged, or is not what its name says."


class _Column(NamedTuple):
    """Where the values of one group of an expression go, and what they are: number, date or string."""

    place: int
    kind: bytes
    style: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a row is written; a group for each value, which is None where the cell is empty."""

    expression: re.Pattern[bytes]
    columns: tuple[_Column, ...]


class Rows:
    """The rows of one file. `look`: the number of a cell's look by its style's name, and whether it is a date."""

    def __init__(
        self, words: Words, look: Callable[[str, bool], int], serial: Callable[[str], float]
    ) -> None:
        self._words = words
        self._look = look
        self._serial = serial
        self._dates: dict[bytes, float] = {}
        self._shapes: list[_Shape] = []
        self._made = 0

    def take(self, data: bytes, at: int, row: int, gathered: Gathered) -> tuple[int, int]:
        """Takes the rows that begin at `at`, as far as they are plain; where they end, and how many there were."""
        begin = row
        while (shape := self._shape(data, at)) is not None:
            taken: list[tuple[bytes | None, ...]] = []
            while (found := shape.expression.match(data, at)) is not None:
                taken.append(found.groups())
                at = found.end()
            for column, values in zip(shape.columns, zip(*taken, strict=True), strict=True):
                self._add(column, row, values, gathered)
            row += len(taken)
        return at, row - begin

    def _shape(self, data: bytes, at: int) -> _Shape | None:
        for shape in self._shapes:
            if shape.expression.match(data, at):
                return shape
        if self._made == _MOST_SHAPES:
            return None
        found = _shape_of(data, at)
        if found is None or found.expression.match(data, at) is None:
            return None
        self._made += 1
        self._shapes.insert(0, found)
        return found

    def _add(self, column: _Column, row: int, values: Sequence[bytes | None], gathered: Gathered) -> None:
        size = len(values)
        numbers, codes = np.zeros(size), np.full(size, -1, np.int32)
        filled = np.fromiter((bool(value) for value in values), np.bool_, size)
        tag = Tag.TEXT if column.kind == b"string" else Tag.NUMBER
        if tag == Tag.TEXT:
            codes[:] = [self._code(value) if value else -1 for value in values]
        elif column.kind == b"date":
            numbers[:] = [self._date(value) if value else 0.0 for value in values]
        else:
            numbers = numbered([value or b"0" for value in values])
        rows = np.arange(row, row + size)[filled]
        size = len(rows)
        gathered.add_many(
            rows,
            np.full(size, column.place),
            np.full(size, self._look(column.style, column.kind == b"date")),
            (np.full(size, np.uint8(tag)), numbers[filled], codes[filled]),
        )

    def _code(self, value: bytes) -> int:
        try:
            text = value.decode()
        except UnicodeDecodeError as error:
            raise Invalid(_DAMAGED) from error
        if "&" in text:
            for name, character in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
                text = text.replace(f"&{name};", character)
        return self._words.code(text)

    def _date(self, value: bytes) -> float:
        found = self._dates.get(value)
        if found is None:
            try:
                found = self._serial(value.decode())
            except (ValueError, WorkspaceError) as error:
                raise Invalid(_DAMAGED) from error
            if len(self._dates) < 100_000:
                self._dates[value] = found
        return found


def _shape_of(data: bytes, at: int) -> _Shape | None:
    """That of a row, if it is nothing but cells with plain values."""
    head = _ROW.match(data, at)
    if head is None or b"number-rows-repeated" in head[1]:
        return None
    at, place = head.end(), 0
    like, columns = [re.escape(head[0])], []
    while not data.startswith(_END, at):
        cell = _CELL.match(data, at)
        if cell is None or len(like) > _MOST:
            return None
        given = _OPTION.findall(cell[1])
        at, options = cell.end(), dict(given)
        if len(options) < len(given) or _NEVER & options.keys():
            return None
        kind = options.get(b"office:value-type", b"")
        repeated = options.get(b"table:number-columns-repeated", b"1")
        if not kind and cell[2] is None and repeated.isdigit():
            like.append(re.escape(cell[0]))
            place += max(int(repeated), 1) if len(repeated) < 10 else 1
            continue
        made = _valued(cell, given, kind)
        if made is None or repeated != b"1":
            return None
        like.append(rb"(?:" + made + rb"|" + _EMPTY + rb")")
        columns.append(_Column(place, kind, options.get(b"table:style-name", b"").decode("utf-8", "replace")))
        place += 1
    if not columns:
        return None
    return _Shape(re.compile(b"".join(like) + _END), tuple(columns))


def _valued(cell: re.Match[bytes], given: list[tuple[bytes, bytes]], kind: bytes) -> bytes | None:
    """The expression of a cell with a value; None if it is read in another way."""
    options = dict(given)
    value = b"office:value" if kind in _NUMBERS else b"office:date-value" if kind == b"date" else b""
    if value:
        if not re.fullmatch(_VALUES[value], options.get(value, b"")):
            return None
    elif kind != b"string" or cell[2] is None or options.get(b"calcext:value-type") == b"error":
        return None
    parts = [
        b" " + re.escape(name) + b'="' + (_VALUES[name] if name == value else re.escape(said)) + b'"'
        for name, said in given
    ]
    head = b"<table:table-cell" + b"".join(parts)
    if cell[3] is None:
        return head + b"/>"
    text = b"(" + _TEXT + b")" if not value else _TEXT
    return (
        head + b">" + (b"<text:p>" + text + b"</text:p>" if cell[2] is not None else b"") + re.escape(cell[3])
    )
