import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets.engine.formulas import (
    FormulaError,
    Name,
    Reference,
    map_references,
    parse,
    references,
    relative,
    shift,
    unparse,
)
from openpaas_workspace.sheets.engine.formulas.tree import GONE

from .generator import formula

SAME = [
    "=1+2*3-4",
    "=-2^2",
    "=2^-1",
    "=(1+2)*3",
    "=SUM(A1:B2,C:C,$1:$2)",
    "='My tab'!A1+Sheet2!$B$3",
    "='it''s'!A1",
    "=IF(A1,,2)",
    "=F(,)",
    "=Sales[Qty]",
    "=[@Qty]*[@[Unit'#price]]",
    "=Sales[[#Headers],[A]:[B]]",
    "=Sales[#All]",
    "=Sales[[#Headers],[#Data],[A]]",
    "=SUM((A1:B2,C3:D4))",
    "=A1:B5 B2:C9",
    '={1,-2;"a",TRUE;#N/A,0.5}',
    "=A1#",
    "=@A1:A10",
    "=LAMBDA(x,x+1)(2)",
    "=50%%",
    "=TRUE()",
    "=LOG10(5)",
    "=#REF!+1",
    "=A1:INDEX(B:B,3)",
    '="x""y"&A1',
    "=a.b+c_d",
    "=é1+ça",
    "=-(-1)",
    "=1E+20*0.5",
    "=LET(x,1,x+1)",
    "='A1'!B2",
    "=Tab!name",
    "=$A:$C",
    "=A$1:$B2",
    "=A1=B1<>C1",
]


@pytest.mark.parametrize("text", SAME)
def test_canonical_text_stays(text):
    assert unparse(parse(text)) == text
    assert parse(unparse(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("= sum( a1 , 2 ) ", "=SUM(A1,2)"),
        ("=B2:A1", "=A1:B2"),
        ("=10:5", "=5:10"),
        ("=_xlfn.XLOOKUP(1,A:A,B:B)", "=XLOOKUP(1,A:A,B:B)"),
        ("=[@[Unit price]]", "=[@Unit price]"),
        ("=true", "=TRUE"),
        ("1+1", "=1+1"),
    ],
)
def test_other_writings_become_canonical(text, canonical):
    assert unparse(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "sentence", "position"),
    [
        ("=SUM(1,2", "A , or a ) is missing between the function's arguments.", 8),
        ("=1+", "The formula ends too early: something is missing at its end.", 3),
        ("=", "The formula ends too early: something is missing at its end.", 1),
        ("=)", "A value is missing before ).", 1),
        ("=(1", "A ( has no ) to close it.", 3),
        ("=1)", "A ) has no ( before it.", 2),
        ("=A1 1", "An operator is missing before 1.", 4),
        ("=1;2", "The ; stands outside a function's parentheses.", 2),
        ("=XFE1", "XFE1 lies outside the sheet, which ends at XFD1048576.", 1),
        ("=A1048577", "A1048577 lies outside the sheet, which ends at XFD1048576.", 1),
        ("=SUM(A1:A9999999)", "A9999999 lies outside the sheet, which ends at XFD1048576.", 5),
        ('="abc', 'A text has no " to close it.', 1),
        ("='x", "The name of a tab in ' needs a closing ' and a !.", 1),
        ("=Sales[Qty", "A [ has no ] to close it.", 6),
        ("=Sheet1:Sheet3!A1", "A range over several tabs is not offered; name each tab in the formula.", 1),
        ("='[a.xlsx]S'!A1", "A cell of another file is not offered; bring its values into this one.", 1),
        ("={1,A1}", "An array in { } holds numbers, texts, TRUE, FALSE and errors only.", 4),
        ("={1;2,3}", "The rows of an array need the same number of values.", 1),
        ("=1E400", "The number 1E400 is too large.", 1),
        ("=1#", "A # stands only behind a cell, as in A1#.", 3),
        ("=1 § 2", "The sign § has no meaning here.", 3),
    ],
)
def test_what_cannot_be_read_says_why_and_where(text, sentence, position):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert str(caught.value) == sentence
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    ["=" + "1+" * 4_096 + "1", "=" + "A1," * 5_000],
)
def test_too_long_a_formula(text):
    with pytest.raises(FormulaError, match=r"at most 8,192 characters; this one has [0-9,]+\."):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "=" + "(" * 200 + "1" + ")" * 200,
        "=" + "SUM(" * 200 + "1" + ")" * 200,
        "=" + "-" * 200 + "1",
        "=1" + "%" * 200,
        "=" + "@" * 200 + "A1",
    ],
    ids=["parentheses", "functions", "minus", "percent", "at"],
)
def test_200_levels(text):
    with pytest.raises(FormulaError, match=r"64"):
        parse(text)


def test_64_levels_and_a_long_chain_are_read():
    assert unparse(parse("=" + "(" * 64 + "1" + ")" * 64)).count("(") == 64
    assert len(unparse(parse("=" + "1+" * 4_000 + "1"))) == 8_002


def test_too_many_arguments():
    with pytest.raises(FormulaError, match="at most 255 arguments"):
        parse("=SUM(" + ",".join(["1"] * 256) + ")")


@given(st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_printing_and_reading_is_stable(seed):
    text = formula(random.Random(seed))
    node = parse(text)
    assert parse(unparse(node)) == node
    assert unparse(parse(unparse(node))) == unparse(node)


_PIECES = st.sampled_from(
    [
        *"=+-*/^&<>%@#(){}[],;:!'\"$ .1AZ",
        "SUM(",
        "A1",
        "$B$2",
        "Sales[",
        "#REF!",
        "'t'!",
        "1:2",
        "A:A",
        "\\",
        "é",
        "\n",
        "_xlfn.",
        "{1,2}",
        "TRUE",
        "LET(",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_rubbish_raises_nothing_but_formula_errors(text):
    problem = None
    try:
        node = parse(text)
    except FormulaError as error:
        problem = error
    if problem is None:
        assert parse(unparse(node)) == parse(unparse(parse(unparse(node))))
    else:
        assert str(problem).endswith(".")
        assert 0 <= problem.position <= len(text) + 1


def test_templates_of_a_column_are_equal():
    rows = [relative(parse(f"=A{row}*$B$1+SUM(C{row}:C{row + 9})"), row - 1, 3) for row in range(1, 50)]
    assert len(set(rows)) == 1
    assert unparse(relative(rows[0], -6, -3)) == "=A7*$B$1+SUM(C7:C16)"
    assert relative(parse("=A1"), 0, 1) != relative(parse("=$A1"), 0, 1)


@pytest.mark.parametrize(
    ("text", "rows", "columns", "shifted"),
    [
        ("=A1+$B$2+C$3", 2, 1, "=B3+$B$2+D$3"),
        ("=SUM(A:A)+SUM(1:1)", 2, 1, "=SUM(B:B)+SUM(3:3)"),
        ("=A1+B2", -1, 0, "=#REF!+B1"),
        ("=SUM(A$5:A1)", 9, 0, "=SUM(A$5:A10)"),
        ("=B2#", 1, 1, "=C3#"),
        ("=B2#", -2, 0, "=#REF!"),
        ("=XFD1", 0, 1, "=#REF!"),
        ("=Sales[Qty]+x", 5, 5, "=Sales[Qty]+x"),
    ],
)
def test_filling_moves_relative_references(text, rows, columns, shifted):
    assert unparse(shift(parse(text), rows, columns)) == shifted


def test_references_are_mapped():
    node = parse("=IF(x,-A1%,(B2:C3 D4)+SUM(Sales[Qty]))&A1#")
    assert [type(item).__name__ for item in references(node)] == [
        "Name",
        "Reference",
        "Area",
        "Reference",
        "Structured",
        "Reference",
    ]
    gone = map_references(
        node,
        lambda item: GONE if isinstance(item, Reference) else Name("y") if isinstance(item, Name) else item,
    )
    assert unparse(gone) == "=IF(y,-#REF!%,(B2:C3 #REF!)+SUM(Sales[Qty]))&#REF!"
    assert map_references(node, lambda item: item) == node
