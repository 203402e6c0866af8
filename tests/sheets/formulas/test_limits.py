"""What would eat the machine is refused with an error that says so."""

import tracemalloc

import pytest

from openpaas_workspace.sheets.engine.values import MAX_TEXT, Error, block_of

from .grids import Grid, value, values

GRID = Grid(S=[["x" * 1_000, 5.0], ["y", 2.0]])


@pytest.mark.parametrize(
    "text",
    [
        '=REPT("x",1000000000)',
        '=REPT("x",32768)',
        "=SEQUENCE(1000000000)",
        "=SEQUENCE(1048576,16384)",
        "=SEQUENCE(2000,3000)",
        "=RANDARRAY(1048576,16384)",
        '=CONCAT(REPT("x",30000),REPT("y",30000))',
        '=REPT("x",30000)&REPT("y",30000)',
        '=TEXTJOIN(REPT("-",30000),FALSE,1,2,3)',
        '=SUBSTITUTE(REPT("a",30000),"a",REPT("b",30000))',
        '=REPLACE(REPT("a",30000),1,0,REPT("b",30000))',
        "=A1:XFD1048576*1",
        "=SEQUENCE(4000)*SEQUENCE(1,4000)",
        "=EXPAND({1},1000000,1000)",
    ],
)
def test_a_result_too_large(text):
    tracemalloc.start()
    found = values(text, GRID)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0][0] in {Error.LIMIT, Error.NA}
    assert peak < 250_000_000


def test_the_largest_text():
    assert len(value(f'=REPT("x",{MAX_TEXT})', GRID)) == MAX_TEXT
    assert "32,767" in Error.LIMIT.sentence


@pytest.mark.parametrize("text", ["=SEQUENCE(0)", "=SEQUENCE(-1)", '=REPT("x",-1)', "=TAKE(A1:B2,0)"])
def test_nothing_to_show(text):
    assert value(text, GRID) in {Error.CALC, Error.VALUE}


def test_endless_functions_end():
    text = "=LET(f,LAMBDA(g,n,g(g,n+1)),f(f,1))"
    assert value(text, GRID) in {Error.NUM, Error.LIMIT}


def test_every_error_has_a_sentence():
    for error in Error:
        assert error.sentence.endswith(".")
        assert Error.from_text(error.text.lower()) is error


def test_long_chains_are_calculated():
    assert value("=" + "1+" * 4_000 + "1", GRID) == 4_001.0
    assert value("=" + "(" * 60 + "1" + "+1)" * 60, GRID) == 61.0


def test_block_round_trip():
    rows = [[1.0, "a", None], [True, Error.NA, ""]]
    assert block_of(rows).rows() == rows
    assert block_of(rows).transpose().rows() == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('=SEARCH(REPT("*a",50)&"b",REPT("a",30000))', Error.VALUE),
        ('=SEARCH(REPT("a*",50)&"b",REPT("a",30000)&"b")', 1.0),
        ('=COUNTIF(A1:A1,REPT("*a",60)&"b")', 0.0),
        ('=COUNTIF(A1:A1,REPT("*a",60)&"*")', 1.0),
        ('=MATCH(REPT("?*",60)&"b",A1:A1,0)', Error.NA),
        ('=SEARCH("b*d","abcbcd")', 2.0),
        ('=SEARCH("b?d*","abcbcd")', 4.0),
        ('=SEARCH("*cd","abcbcd")', 1.0),
        ('=SEARCH("*","abc")', 1.0),
        ('=SEARCH("c*","abc",3)', 3.0),
        ('=SEARCH("~*?","a*b")', 2.0),
        ('=COUNTIF(B1:B1,"ab*cb*d")', 1.0),
        ('=COUNTIF(B1:B1,"ab*bcd*cd")', 0.0),
        ('=COUNTIF(B1:B1,"*b*b*")', 1.0),
        ('=COUNTIF(B1:B1,"?bc?c?")', 1.0),
    ],
)
def test_wildcards_try_nothing_twice(text, wanted):
    grid = Grid(S=[["a" * 20_000, "abcbcd"]])
    assert value(text, grid) == wanted
