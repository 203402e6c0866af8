"""What goes out to XLSX and ODS comes in again: values, types, formulas, looks, tabs, names, widths."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.arrow import write_stream
from tests.conftest import examples
from tests.sheets.files.books import again, book, do, inputs, put

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t<&>\"'_x =+-@"),
    max_size=30,
)
DATES = st.dates(date(1901, 1, 1), date(2100, 1, 1)).map(lambda day: s.Moment(v=day.isoformat()))
FORMULAS = st.sampled_from(
    [
        "=A1+1",
        '=$B$2&"a;b,c"',
        "=SUM(A1:C9)",
        '=IF(A1>1,"x""y",{1,2;3,4})',
        "='L''autre onglet'!A1*2",
        "=SUM(A:A)",
    ]
).map(lambda text: s.Formula(v=text))
VALUES = st.one_of(
    st.integers(-(10**12), 10**12).map(float),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.booleans(),
    TEXTS.filter(bool),
    DATES,
    FORMULAS,
    st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]).map(lambda text: s.Failure(v=text)),
)
CELLS = st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 6)), VALUES, min_size=1, max_size=25)


def plain(rows: list[list[s.Input]], form: str) -> list[list[Any]]:
    """Inputs that are the same to a reader: dates as numbers, and what a format has no room for left out."""

    def one(value: s.Input) -> Any:
        if isinstance(value, s.Moment):
            return float((date.fromisoformat(value.v) - date(1899, 12, 30)).days)
        if isinstance(value, str) and form == "ods":
            return " ".join(value.split()) or None
        return value

    return [[one(value) for value in row] for row in rows]


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Without what is empty to the right and below."""
    width = max((at + 1 for row in rows for at, value in enumerate(row) if value is not None), default=0)
    rows = [(row + [None] * width)[:width] for row in rows]
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    return rows


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@settings(max_examples=examples(60), deadline=None)
@given(CELLS)
def test_any_cells_come_back(form: str, cells: dict[tuple[int, int], s.Input]) -> None:
    made = put(book("Feuille", "L'autre onglet"), cells)
    back = again(made, form)
    assert [tab.name for tab in back.tabs] == ["Feuille", "L'autre onglet"]
    assert trimmed(plain(inputs(back), form)) == trimmed(plain(inputs(made), form))


@pytest.mark.parametrize("form", ["xlsx", "ods", "csv", "tsv", "parquet", "arrow", "jsonl"])
def test_a_table_comes_back_with_its_types(form: str) -> None:
    frame = pd.DataFrame(
        {
            "Nom": ["Zoé", 'l\'été; "fin"', "a\nb", "=1+1"],
            "Code": ["01001", "2A004", "75056", "00000"],
            "Prix": [1.5, -2.25, 1e-7, 123456789.125],
            "Nombre": [1, 2, 3, 2**30],
            "Actif": [True, False, True, True],
            "Le": pd.to_datetime(["2026-01-01", "1999-12-31", "2024-02-29", "2026-05-01"]),
        }
    )
    made = book()
    do(made, s.ReplaceTable(tab="t1", data=write_stream(pa.Table.from_pandas(frame))))
    back = again(made, form, "fr").to_arrow("t1").to_pandas()
    if form in {"csv", "tsv"}:  # a text that begins like a formula is made harmless
        frame.loc[3, "Nom"] = "'=1+1"
    pd.testing.assert_frame_equal(back, frame, check_dtype=form not in {"csv", "tsv", "jsonl"})


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_looks_widths_names_and_results_come_back(form: str) -> None:
    made = put(
        book("Budget"), {(row, 0): float(row) for row in range(5)} | {(5, 0): s.Formula(v="=SUM(A1:A5)")}
    )
    bold = s.Style(bold=True, color="#cc0000", background="#ffff00", align="right", number="#,##0.00 €")
    do(made, s.Format(tab="t1", style=bold, range=s.Range(top=5, left=0, bottom=5, right=0)))
    do(made, s.Format(tab="t1", style=s.Style(number="0.0%"), columns=[1]))
    put(made, {(0, 1): 0.5})
    do(made, s.ColumnWidth(tab="t1", column=0, width=200))
    do(made, s.DefineName(name="total", text="=Budget!$A$6"))
    back = again(made, form)
    window = back.window("t1", 0, 10, (0, 5))
    looks = {(column, row): window.styles[style] for style, column, rows in window.looks for row in rows}
    assert looks[0, 5].bold
    assert looks[0, 5].color == "#cc0000"
    assert looks[0, 5].background == "#ffff00"
    assert looks[0, 5].align == "right"
    assert (looks[0, 5].number or "").replace('"', "") == "#,##0.00 €"
    assert looks[1, 0].number == "0.0%"
    assert window.columns[0].values[5] == 10
    assert abs(window.columns[0].width - 200) <= 7
    assert [name for name, _ in back.book.names.values()] == ["total"]
    assert again(put(made, {(7, 0): s.Formula(v="=total*2")}), form).input("t1", 7, 0) == s.Formula(
        v="=total*2"
    )


def test_frozen_panes_come_back() -> None:
    made = put(book(), {(0, 0): 1.0})
    do(made, s.Freeze(tab="t1", rows=1, columns=2))
    assert again(made, "xlsx").tabs[0].frozen == (1, 2)


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_formula_filled_down_stays_one(form: str) -> None:
    made = book()
    frame = pd.DataFrame({"a": range(500), "b": range(500)})
    do(made, s.ReplaceTable(tab="t1", data=write_stream(pa.Table.from_pandas(frame))))
    do(made, s.FillFormula(tab="t1", column=2, first=0, last=499, text="=A2*$B$3"))
    back = again(made, form)
    assert len(back.tabs[0].spans) == 1
    assert back.input("t1", 499, 2) == s.Formula(v="=A501*$B$3")
    assert back.window("t1", 500, 501, (2, 3)).columns[0].values == [499.0]


def test_durations_and_times_keep_their_look() -> None:
    frame = pd.DataFrame({"d": [timedelta(hours=30), timedelta(minutes=1)]})
    made = book()
    do(made, s.ReplaceTable(tab="t1", data=write_stream(pa.Table.from_pandas(frame))))
    for form in ("xlsx", "ods"):
        window = again(made, form).window("t1", 0, 5, (0, 1))
        assert window.columns[0].values[1:] == [1.25, pytest.approx(1 / 1440)]
        assert [style.number for style in window.styles] == ["[h]:mm:ss"]
