"""A formula filled down gives, bit for bit, what each cell alone gives."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets.engine.formulas import compile_formula, evaluate, parse
from openpaas_workspace.sheets.engine.functions.sums import window_sums
from openpaas_workspace.sheets.engine.values import Block, Error, block_of, coded_block, numbers_block

from .generator import formula
from .grids import Grid, anchored, random_grid, same


def differences(text, grid, lanes, start=0, column=19):
    compiled = compile_formula(parse(text), 0, column)
    together = evaluate(compiled, grid, "S", start, column, lanes=lanes)
    assert together.shape == (lanes, 1)
    alone = [evaluate(compiled, grid, "S", start + lane, column) for lane in range(lanes)]
    assert compiled.spills or all(block.shape == (1, 1) for block in alone)
    return [
        (lane, together.at(lane, 0), alone[lane].at(0, 0))
        for lane in range(lanes)
        if not same(together.at(lane, 0), alone[lane].at(0, 0))
    ]


@given(st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_any_formula(seed):
    rng = random.Random(seed)
    grid = Grid(S=random_grid(rng) + random_grid(rng))
    for _ in range(5):
        text = anchored(formula(rng), rng)
        assert differences(text, grid, 12) == [], text
        assert differences(text, grid, 5, start=4) == [], text


ROWS = 700
_RANDOM = np.random.default_rng(5)
_NUMBERS = np.round(_RANDOM.normal(size=ROWS) * 10.0 ** _RANDOM.integers(-3, 6, ROWS), 4)
_WORDS = np.array(["north", "South", "south", "12", "north "], dtype=object)
_MIXED = [[value] for value in ([1.5, "x", None, True, 2.5, "12"] * ROWS)[:ROWS]]


def large():
    coded = coded_block(_RANDOM.integers(0, 5, (ROWS, 1)).astype(np.int32), _WORDS)
    columns = [
        numbers_block(_NUMBERS.reshape(-1, 1)),
        numbers_block(_RANDOM.integers(0, 40, (ROWS, 1)).astype(float)),
        Block(coded.tags, coded.numbers, coded.text_array()),
        block_of(_MIXED),
    ]
    tags = np.concatenate([block.tags for block in columns], axis=1)
    numbers = np.concatenate([block.numbers for block in columns], axis=1)
    texts = np.concatenate([block.text_array() for block in columns], axis=1)
    return Grid(S=Block(tags, numbers, texts))


@pytest.mark.parametrize(
    "text",
    [
        "=SUM(A1:A10)",
        "=SUM(A$1:A1)",
        "=SUM(A1:A$700)",
        "=SUM(A1:A300)",
        "=SUM(A$100:A1)",
        "=SUM(A1:B200)",
        "=AVERAGE(A1:A10)",
        "=AVERAGE(D$1:D1)",
        "=MAX(A1:A37)",
        "=MIN(D1:D9,A1)",
        "=MAX(A$1:A1)",
        "=PRODUCT(B1:B3)",
        "=COUNT(D1:D9)",
        "=COUNTA(D$1:D1)",
        "=COUNTBLANK(D1:D800)",
        "=SUMIFS(A$1:A$700,B$1:B$700,B1)",
        "=SUMIFS(A:A,C:C,C1)",
        "=SUMIFS(A:A,C:C,C1,B:B,B1)",
        '=SUMIFS(A:A,C:C,C1,B:B,">20")',
        "=COUNTIFS(C:C,C1,B:B,B1)",
        "=AVERAGEIFS(A:A,B:B,B1)",
        "=MAXIFS(A:A,C:C,C1)",
        "=COUNTIF(D:D,D1)",
        "=COUNTIF(B$1:B1,B1)",
        "=COUNTIF(C$1:C1,C1)",
        "=COUNTIF(D1:D50,D1)",
        "=COUNTIF(B1:B50,7)",
        "=COUNTIF(B1:B900,B1+0)",
        '=COUNTIF(D$1:D1,"<>x")',
        "=SUMIF(D:D,B1,A:A)",
        "=XLOOKUP(B1,B$1:B$700,A$1:A$700)",
        "=XLOOKUP(C1,C:C,A:A,,0,-1)",
        "=MATCH(B1+0.5,B$1:B$700,1)",
        "=VLOOKUP(B1,B:C,2,FALSE)",
        "=INDEX(A:A,MATCH(B1,B:B,0))",
        "=INDEX(A$1:D$700,B1,3)",
        "=RANK(A1,A$1:A$700)",
        "=IF(B1>20,A1,C1)",
        "=IFERROR(A1/(B1-3),C1)",
        "=CHOOSE(B1,A1,C1,D1)",
        '=SWITCH(C1,"north",1,"south",A1,D1)',
        '=C1&"-"&B1',
        "=UPPER(C1)",
        "=LEFT(C1,B1)",
        '=C1="SOUTH"',
        "=D1<C1",
        "=A1-A1*1.0000000000000002",
        "=ROUND(A1,2)",
        "=A1^B1",
        "=AND(A1>0,B1>5)",
        "=ROW()-ROW(A$1)",
        "=LET(x,A1,x*x+B1)",
        "=RAND()",
        "=RANDBETWEEN(1,B1+1)",
        "=@B:B",
        "=SUM($A$1:$A$3*B1)",
        "=SUBTOTAL(9,A1:A5)",
        "=MEDIAN(D1:D4)",
        '=TEXT(A1,"0.00")',
        "=YEAR(B1*1000)",
        "=PMT(B1/1000,12,A1)",
        "=NOSUCH(A1)",
        "=SUM(A2:INDEX(A:A,B1+3))",
        "=MATCH(B1+0.5,A$1:A$700,-1)",
        "=ROW(INDEX(A:A,B1+1))",
        "=ROW(IF(B1>20,A1,B1))",
        "=VLOOKUP(A1,A$1:B$700,2)",
        "=SUM(IF(B1>20,C1,A1))",
        "=COUNT(IF(B1>20,C1,A1),1)",
    ],
)
def test_700_rows(text):
    assert differences(text, large(), 120, start=560, column=9) == []
    assert differences(text, large(), 40, start=0, column=9) == []


@given(
    st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=400),
    st.integers(0, 300),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_sums_of_windows_have_the_digits_of_each_sum(numbers, first, rng):
    values = np.array(numbers)
    tops = np.array([rng.randint(0, values.size) for _ in range(20)]) + first
    bottoms = np.array([rng.randint(int(top) - first, values.size) + first for top in tops])
    together = window_sums(values, first, tops, bottoms)
    for top, bottom, total in zip(tops, bottoms, together, strict=True):
        part = values[top - first : bottom - first]
        assert window_sums(part, int(top), np.array([top]), np.array([bottom]))[0] == total
        assert total == pytest.approx(part.sum(), rel=1e-9, abs=1e-3)


def test_random_numbers_depend_on_seed_and_cell_alone():
    grid, other = Grid(S=[[1.0]]), Grid(S=[[1.0]])
    other.seed = 8
    compiled = compile_formula(parse("=RAND()"), 0, 3)
    first = evaluate(compiled, grid, "S", 0, 3, lanes=50).numbers
    assert np.array_equal(first[10:20], evaluate(compiled, grid, "S", 10, 3, lanes=10).numbers)
    assert not np.array_equal(first, evaluate(compiled, other, "S", 0, 3, lanes=50).numbers)
    assert not np.array_equal(first, evaluate(compiled, grid, "S", 0, 4, lanes=50).numbers)
    assert (first >= 0).all()
    assert (first < 1).all()
    assert np.unique(first).size == 50


def test_a_live_block_is_never_written_to():
    grid = large()
    block = grid.tabs["s"]
    for array in (block.tags, block.numbers, block.texts):
        array.flags.writeable = False
    rng = random.Random(3)
    for _ in range(300):
        text = anchored(formula(rng).replace("E", "A").replace("F", "C"), rng)
        try:
            compiled = compile_formula(parse(text), 0, 19)
        except ValueError:
            continue
        evaluate(compiled, grid, "S", 0, 19, lanes=3)


def test_a_place_of_0_beside_an_error():
    grid = Grid(S=[[0.0, 5.0], [Error.NA, 6.0], [2.0, 7.0], [None, 8.0]])
    for text in ("=INDEX(B$1:B$4,A1)", "=INDEX(1/3,A1)", "=INDEX(B:B,A1)"):
        assert differences(text, grid, 4) == [], text
