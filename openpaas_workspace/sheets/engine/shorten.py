"""A stretch of the log made short: what was overwritten in it goes, the states at the numbers that stay do not change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from openpaas_workspace.sheets import schemas as s

from .inputs import read
from .workbook import Workbook

# What these do to inputs, formats and order depends on no calculated value, so they need none before them.
PLAIN = (
    s.SetCells, s.SetBlock, s.Clear, s.FillFormula, s.Format, s.ColumnWidth, s.Freeze, s.SetView, s.Protect, s.Grow,
)  # fmt: skip
# The bytes of larger states are compared now and then only.
_SMALL = 64 * 1024

Place = tuple[str, int, int]  # tab, row, column
By = tuple[str, str, s.Op | s.Grow]  # member, client, op


class Did(NamedTuple):
    """A change of the log: of which member, from which client, with which clock and seed."""

    seq: int
    who: str
    client: str
    now: float
    seed: int
    op: s.Op


class Made(NamedTuple):
    """Ops that apply together: member, client, op; the clock and seed of the last."""

    now: float
    seed: int
    ops: list[By]


class Differs(Exception):
    """The short log would not lead to the same state."""


class Shortener:
    """Follows a log and says, for each number that stays, what leads there from the one before.

    `book` is what the log says, change by change; another workbook takes what was made of it, and must be the same.
    """

    def __init__(self, book: Workbook) -> None:
        self.replaced(book)

    def replaced(self, book: Workbook) -> None:
        """The log has the whole content anew."""
        self.book = book
        book.most_inverse = 0
        self._held: bytes | None = book.to_container()
        self._again = _of(self._held, book)
        self._small = len(self._held) <= _SMALL

    def follow(self, one: Did) -> None:
        """A change that stays as it is."""
        self.book.apply(one.seq, one.who, one.op, one.now, one.seed)
        self._take(one, [(one.who, one.client, one.op)])

    def shorten(self, changes: Sequence[Did]) -> list[Made]:
        """Follows changes; the runs that replace them. Raises Differs."""
        small = self._small
        before = (self._held or self._again.to_container()) if small else b""
        made: list[Made] = []
        plain: list[Did] = []
        for one in changes:
            if not isinstance(one.op, PLAIN):
                made += self._together(plain)
                plain = []
            self.book.apply(one.seq, one.who, one.op, one.now, one.seed)
            if isinstance(one.op, PLAIN):
                plain.append(one)
            else:
                made.append(self._take(one, [(one.who, one.client, one.op)]))
        made += self._together(plain)
        if small and not self._same():
            return self._carefully(changes, before)
        return made

    def check(self) -> None:
        """Raises Differs unless both have the same state."""
        if not self._same():
            raise Differs

    def _carefully(self, changes: Sequence[Did], before: bytes) -> list[Made]:
        """One by one, as they were."""
        self._again = _of(before, self.book)
        made = [self._take(one, [(one.who, one.client, one.op)]) for one in changes]
        self.check()
        return made

    def _together(self, plain: Sequence[Did]) -> list[Made]:
        if not plain:
            return []
        last = plain[-1]
        made = self._take(last, fused((one.who, one.client, one.op) for one in plain))
        # Arrays that were larger in between have left rows and columns behind.
        grown = self._growth()
        if grown:
            self._take(last, grown)
        return [made._replace(ops=[*made.ops, *grown])]

    def _take(self, last: Did, ops: list[By]) -> Made:
        self._held = None
        self._again.apply_run(self.book.seq, last.now, last.seed, [(who, op) for who, _, op in ops])
        return Made(last.now, last.seed, ops)

    def _growth(self) -> list[By]:
        found: list[By] = []
        for tab, other in zip(self.book.tabs, self._again.tabs, strict=True):
            rows, columns = len(tab.rows) - len(other.rows), len(tab.axis) - len(other.axis)
            if rows > 0 or columns > 0:
                found.append(("", "", s.Grow(tab=tab.id, rows=max(rows, 0), columns=max(columns, 0))))
        return found

    def _same(self) -> bool:
        held = self._held = self.book.to_container()
        self._small = len(held) <= _SMALL
        return held == self._again.to_container()


def fused(ops: Iterable[By]) -> list[By]:
    """The same changes in fewer: of what was written into a cell again and again the last, in the name of its author."""
    found: list[By] = []
    cells: dict[Place, tuple[str, str, s.Input]] = {}
    for who, client, op in ops:
        if not isinstance(op, s.SetCells) or op.numbers:
            # What gives a cell its format stays, whatever comes after.
            found += _spelled(cells)
            cells = {}
            if found and _again(found[-1][2], op):
                found.pop()
            found.append((who, client, op))
            continue
        for row, column, given in op.cells:
            place = (op.tab, row, column)
            before = cells.pop(place, None)
            if before is not None and _leaves_more(before[2]):
                cells[place] = before
                found += _spelled(cells)
                cells = {}
            cells[place] = (who, client, given)
    return [*found, *_spelled(cells)]


def _leaves_more(given: s.Input) -> bool:
    """Whether an input leaves more than itself: a number format, or a column that holds formulas."""
    if not isinstance(given, s.Formula | s.Moment):
        return False
    found = read(given)
    return found.formula is not None or found.number is not None


def _again(before: s.Op | s.Grow, op: s.Op | s.Grow) -> bool:
    """Whether a width is set that was set right before."""
    if not isinstance(before, s.ColumnWidth) or not isinstance(op, s.ColumnWidth):
        return False
    return (before.tab, before.column) == (op.tab, op.column)


def _spelled(cells: dict[Place, tuple[str, str, s.Input]]) -> list[By]:
    """Different cells: whose come first makes no difference."""
    groups: dict[tuple[str, str, str], list[tuple[int, int, s.Input]]] = {}
    for (tab, row, column), (who, client, given) in cells.items():
        groups.setdefault((who, client, tab), []).append((row, column, given))
    return [(who, client, s.SetCells(tab=tab, cells=listed)) for (who, client, tab), listed in groups.items()]


def _of(container: bytes, like: Workbook) -> Workbook:
    return Workbook.from_container(container, foreign=like.book.foreign)
