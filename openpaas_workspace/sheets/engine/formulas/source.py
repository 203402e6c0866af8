"""What a formula needs of the workbook around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..values import Block, Error, Mask, Scalar
from .tree import Area, Node, Structured


@dataclass(frozen=True, slots=True)
class Table:
    """A table's place, header and totals rows included; `bottom` and `right` are past its end."""

    name: str
    tab: str
    top: int
    left: int
    bottom: int
    right: int
    columns: tuple[str, ...]
    headers: bool = True
    totals: bool = False


Argument: TypeAlias = Scalar | Block


class Source(Protocol):
    """The state as formulas see it. Tabs are named in any case, as in the formula's text."""

    @property
    def seed(self) -> int:
        """Seed of RAND and its kin: the same seed gives the same numbers."""

    @property
    def now(self) -> float:
        """The time as a serial date in the workbook's time zone."""

    def extent(self, tab: str) -> tuple[int, int]:
        """Rows and columns that hold anything. Raises KeyError when there is no such tab."""

    def block(self, tab: str, top: int, left: int, bottom: int, right: int) -> Block:
        """Values of rows `top … bottom-1`, columns `left … right-1`, all inside the extent; a view where possible."""

    def cell(self, tab: str, row: int, column: int) -> Scalar:
        """One value inside the extent."""

    def name(self, text: str, tab: str) -> Node | None:
        """What a name stands for in `tab`, anchored at A1; None when nobody defined it."""

    def table(self, name: str, tab: str, row: int, column: int) -> Table | None:
        """The table of that name, in any case; `""` is the one around the cell."""

    def spill(self, tab: str, row: int, column: int) -> tuple[int, int] | None:
        """Rows and columns of the array that spills from a cell; None when none does."""

    def subtotals(self, tab: str, top: int, left: int, bottom: int, right: int) -> Mask | None:
        """Which cells hold a formula with SUBTOTAL (`Compiled.subtotal`), so that totals do not count twice.

        None when none does.
        """

    def foreign(self, name: str, calls: Sequence[Sequence[Argument]]) -> list[Argument]:
        """The results of a function that is not native, one for each list of arguments; `#NAME?` when nobody has it."""


def resolve(item: Structured, source: Source, tab: str, row: int, column: int) -> Area | Error:
    """The cells of a structured reference in a formula at `(row, column)` of `tab`; `#This Row` gives that row."""
    table = source.table(item.table, tab, row, column)
    if table is None:
        return Error.NAME if item.table else Error.REF
    columns = _columns(item, table)
    rows = _rows(item.items, table, row)
    if columns is None:
        return Error.REF
    if isinstance(rows, Error):
        return rows
    return Area(rows[0], columns[0], rows[1] - 1, columns[1], True, True, True, True, table.tab)


def _columns(item: Structured, table: Table) -> tuple[int, int] | None:
    if item.first is None:
        return table.left, table.right - 1
    known = {name.lower(): index for index, name in reversed(list(enumerate(table.columns)))}
    first = known.get(item.first.lower())
    last = first if item.last is None else known.get(item.last.lower())
    if first is None or last is None:
        return None
    return table.left + min(first, last), table.left + max(first, last)


def _rows(items: tuple[str, ...], table: Table, row: int) -> tuple[int, int] | Error:
    first, last = table.top + table.headers, table.bottom - table.totals
    if "#This Row" in items:
        return (row, row + 1) if first <= row < last else Error.VALUE
    if "#All" in items:
        return table.top, table.bottom
    wanted = set(items) or {"#Data"}
    parts = {"#Headers": (table.top, first), "#Data": (first, last), "#Totals": (last, table.bottom)}
    spans = [parts[word] for word in parts if word in wanted]
    top, bottom = spans[0][0], spans[-1][1]
    return (top, bottom) if top < bottom else Error.REF
