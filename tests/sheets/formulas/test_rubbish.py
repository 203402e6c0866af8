"""Any function with any arguments gives a value, never an exception, and the same for each lane as alone."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets.engine.formulas import compile_formula, evaluate, parse
from openpaas_workspace.sheets.engine.functions.registry import TABLE
from openpaas_workspace.sheets.engine.values import Error

from .grids import Grid, random_grid
from .test_lanes import differences

ARGUMENTS = [
    *(
        "",
        "",
        "0",
        "1",
        "2",
        "-1",
        "3.7",
        "1E300",
        "-1E300",
        "1E-300",
        "40000",
        "TRUE",
        "FALSE",
        '""',
        '"a"',
        '"12"',
        '">2"',
    ),
    *(
        '"*"',
        '"yyyy-mm-dd"',
        '"#,##0.0;(0)"',
        '"["',
        '"e+"',
        "#N/A",
        "#DIV/0!",
        "{1,2;3,4}",
        '{"a",TRUE,#REF!}',
        "A1:A8",
        "B2:C5",
    ),
    *(
        "C$1:C1",
        "D:D",
        "G3:M3",
        "A1",
        "B2",
        "C3",
        "$A$1",
        "Z99",
        "A1:J9",
        "(A1:A2,C1)",
        "(A1:A4 A3:A9)",
        "Nope!A1",
        "name",
        "LAMBDA(x,x)",
    ),
    *(
        "LAMBDA(x,y,x+y)",
        "A1:A8>1",
        "-B1:B3",
        "F1:F8",
        "ROW()",
        "FILTER(A1:A8,A1:A8>99)",
        "2958466",
        "-0.5",
        "1/3",
        "32768",
        "1E9",
    ),
]


def _both_errors(first, second):
    """Of several errors in rubbish, lanes may meet another one first."""
    return isinstance(first, Error) and isinstance(second, Error)


@given(st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_any_function_with_any_arguments(seed):
    rng = random.Random(seed)
    grid = Grid(S=random_grid(rng))
    for _ in range(12):
        name, function = rng.choice(sorted(TABLE.items()))
        count = rng.randint(function.least, min(function.most, function.least + 3))
        text = f"={name}({','.join(rng.choice(ARGUMENTS) for _ in range(count))})"
        compiled = compile_formula(parse(text), 0, 19)
        evaluate(compiled, grid, "S", 3, 19)
        if not compiled.volatile:
            different = differences(text, grid, 4)
            assert [item for item in different if not _both_errors(*item[1:])] == [], text
