"""Formulas with results known by hand, from Excel's own documentation where it has them."""

import pytest

from . import cases_numbers, cases_texts
from .grids import Grid, same, values

CASES = cases_numbers.CASES + cases_texts.CASES
ARRAYS = cases_texts.ARRAYS

GRID = Grid(
    S=[
        [1.0, "a", 10.0, 40_000.0, 1345.0],
        [2.0, "b", 20.0, 40_031.0, 1301.0],
        [3.0, "A", 30.0, 40_059.0, 1368.0],
        [4.0, None, True, 40_100.0, 1322.0],
        [5.0, "ab", "7", None, 1310.0],
        [None, None, None, None, 1370.0],
        [None, None, None, None, 1318.0],
        [None, None, None, None, 1350.0],
        [None, None, None, None, 1303.0],
        [None, None, None, None, 1299.0],
    ],
    Other=[[100.0], [200.0]],
)


def plain(expected):
    return float(expected) if type(expected) in {int, float} else expected


@pytest.mark.parametrize(("formula", "expected"), CASES, ids=[formula for formula, _ in CASES])
def test_result(formula, expected):
    found = values(formula, GRID)
    assert len(found) == len(found[0]) == 1
    assert same(found[0][0], plain(expected), 1e-12), (found[0][0], expected)


@pytest.mark.parametrize(("formula", "expected"), ARRAYS, ids=[formula for formula, _ in ARRAYS])
def test_array(formula, expected):
    found = values(formula, GRID)
    assert [len(row) for row in found] == [len(row) for row in expected]
    assert all(
        same(a, plain(b), 1e-12)
        for one, other in zip(found, expected, strict=True)
        for a, b in zip(one, other, strict=True)
    ), found


def test_the_table_is_large():
    assert len(CASES) + len(ARRAYS) >= 300
