import numpy as np
import pytest

from openpaas_workspace.sheets.engine.formulas import Area, Structured, Table, compile_formula, parse, resolve
from openpaas_workspace.sheets.engine.values import Error

from .grids import Grid, value, values

ROWS = [
    ["Item", "Qty", "Unit price"],
    ["pen", 2.0, 1.5],
    ["ink", 3.0, 10.0],
    ["cup", 4.0, 2.0],
    ["Total", 9.0, None],
]
SALES = Table("Sales", "S", 0, 0, 5, 3, ("Item", "Qty", "Unit price"), totals=True)
GRID = Grid(
    S=ROWS,
    tables=[SALES],
    names={
        "rate": "=0.2",
        "quantities": "=S!$B$2:$B$4",
        "beside": "=A1",
        "double": "=LAMBDA(x,x*2)",
        "loop": "=loop+1",
        "twice": "=rate*2",
    },
    spills={(1, 1): (3, 1)},
)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("=SUM(Sales[Qty])", 0, 9.0),
        ("=SUM(sales[qty])", 0, 9.0),
        ("=[@Qty]*[@[Unit price]]", 2, 30.0),
        ("=Sales[@Item]", 1, "pen"),
        ("=Sales[[#Totals],[Qty]]", 0, 9.0),
        ("=Sales[[#Headers],[Unit price]]", 0, "Unit price"),
        ("=ROWS(Sales)", 0, Error.NAME),
        ("=ROWS(Sales[])", 0, 3.0),
        ("=ROWS(Sales[#All])", 0, 5.0),
        ("=COLUMNS(Sales[[Item]:[Qty]])", 0, 2.0),
        ("=SUM(Sales[Nope])", 0, Error.REF),
        ("=SUM(Nope[Qty])", 0, Error.NAME),
        ("=[@Qty]", 0, Error.VALUE),
        ("=SUM(Sales[[#Data],[#Totals],[Qty]])", 0, 18.0),
        ("=rate*10", 0, 2.0),
        ("=SUM(QUANTITIES)", 0, 9.0),
        ("=twice", 0, 0.4),
        ("=double(4)", 0, 8.0),
        ("=SUM(B2#)", 0, 9.0),
        ("=A1#", 0, Error.REF),
        ("=unknown", 0, Error.NAME),
        ("=loop", 0, Error.NUM),
    ],
)
def test_tables_names_and_spills(text, row, expected):
    assert value(text, GRID, row, column=2 if "@" in text else 20) == expected


def test_a_relative_name_moves_with_the_cell():
    assert value("=beside", GRID, row=2, column=1) == 3.0


def test_a_table_filled_down():
    compiled = compile_formula(parse("=[@Qty]*2"), 1, 2)
    from openpaas_workspace.sheets.engine.formulas import evaluate

    assert evaluate(compiled, GRID, "S", 1, 2, lanes=3).rows() == [[4.0], [6.0], [8.0]]


def test_structured_references_are_resolved_for_the_graph():
    assert resolve(Structured("Sales", (), "Qty"), GRID, "S", 0, 0) == Area(
        1, 1, 3, 1, True, True, True, True, "S"
    )
    assert resolve(Structured("Sales", (), "Nope"), GRID, "S", 0, 0) == Error.REF


def test_what_a_formula_reads_is_known():
    compiled = compile_formula(parse("=A1+SUM($B:$B)+x+LET(y,C3#,y*y)+NOW()"), 0, 5)
    assert [type(item).__name__ for item in compiled.reads] == ["Reference", "Area", "Spill"]
    assert compiled.names == {"X"}
    assert compiled.volatile
    assert compiled.spills
    assert not compile_formula(parse("=SUM(A1:A3)"), 0, 5).spills
    assert compile_formula(parse("=A1:A3*2"), 0, 5).spills
    assert compile_formula(parse("=SUBTOTAL(9,A1:A3)"), 0, 5).subtotal


def test_totals_do_not_count_totals():
    mask = np.zeros((4, 1), dtype=bool)
    mask[2] = True
    grid = Grid(S=[[1.0], [2.0], [3.0], [10.0]], totals=mask)
    assert value("=SUBTOTAL(9,A1:A4)", grid) == 13.0
    assert value("=SUBTOTAL(2,A1:A4)", grid) == 3.0
    assert value("=SUM(A1:A4)", grid) == 16.0


def test_whole_columns_end_where_the_content_does():
    grid = Grid(S=[[1.0], [2.0]])
    assert values("=A:A*2", grid) == [[2.0], [4.0]]
    assert values("=A1:A4*2", grid) == [[2.0], [4.0], [0.0], [0.0]]


def test_what_leaves_the_sheet_when_filled():
    grid = Grid(S=[[1.0], [2.0], [3.0]])
    from openpaas_workspace.sheets.engine.formulas import evaluate

    compiled = compile_formula(parse("=A1"), 1, 1)
    assert evaluate(compiled, grid, "S", 0, 1, lanes=3).rows() == [[Error.REF], [1.0], [2.0]]
    assert evaluate(compile_formula(parse("=XFD1"), 0, 0), grid, "S", 0, 1).at(0, 0) == Error.REF
