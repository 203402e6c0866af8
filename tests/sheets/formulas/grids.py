"""A workbook for tests: tabs of blocks, names, tables, spills."""

import re

from openpaas_workspace.sheets.engine.formulas import compile_formula, evaluate, parse
from openpaas_workspace.sheets.engine.values import Block, Error, block_of


class Grid:
    seed = 7
    now = 46_000.75

    def __init__(self, names=None, tables=None, spills=None, totals=None, bridge=None, **tabs):
        self.tabs = {
            name.lower(): value if isinstance(value, Block) else block_of(value)
            for name, value in tabs.items()
        }
        self.names = {name.upper(): parse(text) for name, text in (names or {}).items()}
        self.tables = {table.name.lower(): table for table in tables or ()}
        self.spills = spills or {}
        self.totals = totals
        self.bridge = bridge
        self.foreign_calls = []

    def extent(self, tab):
        return self.tabs[tab.lower()].shape

    def block(self, tab, top, left, bottom, right):
        rows, columns = self.extent(tab)
        assert 0 <= top < bottom <= rows, "outside the extent"
        assert 0 <= left < right <= columns, "outside the extent"
        return self.tabs[tab.lower()].view(slice(top, bottom), slice(left, right))

    def cell(self, tab, row, column):
        return self.tabs[tab.lower()].at(row, column)

    def name(self, text, tab):
        return self.names.get(text.upper())

    def table(self, name, tab, row, column):
        if name:
            return self.tables.get(name.lower())
        inside = (t for t in self.tables.values() if t.top <= row < t.bottom and t.left <= column < t.right)
        return next(inside, None)

    def spill(self, tab, row, column):
        return self.spills.get((row, column))

    def subtotals(self, tab, top, left, bottom, right):
        return None if self.totals is None else self.totals[top:bottom, left:right]

    def foreign(self, name, calls):
        self.foreign_calls.append((name, len(calls)))
        return self.bridge(name, calls) if self.bridge else [Error.NAME] * len(calls)


def values(formula, grid, row=0, column=20, tab="S"):
    """The result of one formula as rows of Python values."""
    return evaluate(compile_formula(parse(formula), row, column), grid, tab, row, column).rows()


def value(formula, grid, row=0, column=20, tab="S"):
    """The result of one formula that gives one value."""
    rows = values(formula, grid, row, column, tab)
    assert len(rows) == len(rows[0]) == 1, rows
    return rows[0][0]


def same(left, right, tolerance=0.0):
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and tolerance:
        return left == right or abs(left - right) <= tolerance * max(1e-6, abs(left), abs(right))
    return left == right


def random_grid(rng):
    """Eight rows: numbers, texts, anything, dates, 1 to 8, words."""

    def row(index):
        anything = [float(rng.randint(0, 4)), None, True, False, "t", 2.5, float(rng.randint(40_000, 46_000))]
        return [
            rng.choice([float(rng.randint(-5, 9)), rng.randint(-500, 500) / 100, float(index)]),
            rng.choice(["a", "b", "A", "abc", "ab*", "x y", " pad ", "", "10", "3.5"]) or None,
            rng.choice(anything),
            float(rng.randint(36_600, 47_000)),
            float(index + 1),
            rng.choice(["north", "south", "east", None]),
        ]

    return [row(index) for index in range(8)]


_CELL = re.compile(r"(?<![A-Z$\"])([A-F])(\d+)(?![\d\"])")


def anchored(formula, rng):
    """The formula with `$` before some of its columns and rows."""
    return _CELL.sub(
        lambda m: f"{'$' * (rng.random() < 0.2)}{m[1]}{'$' * (rng.random() < 0.4)}{m[2]}", formula
    )
