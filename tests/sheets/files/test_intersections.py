"""Formulas of files from before arrays spilled take one cell of a range, as Excel shows it: with `@`."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.files.formats import export_file
from openpaas_workspace.sheets.engine.formulas import parse, to_canonical, to_local, unparse
from openpaas_workspace.sheets.engine.formulas.legacy import (
    from_single,
    intersecting,
    to_single,
    without_marks,
)
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.sheets.files.books import again, book, opened, put
from tests.sheets.host import f

SHOWN = {
    "=A1:A10*2": "=@A1:A10*2",
    "=A:A": "=@A:A",
    "=-$1:$1+1": "=-@$1:$1+1",
    "=SUM(A1:A9)": "=SUM(A1:A9)",
    "=SUM(A1:A9*2)": "=SUM(@A1:A9*2)",
    "=SUMPRODUCT(A1:A9*B1:B9)": "=SUMPRODUCT(A1:A9*B1:B9)",
    "=VLOOKUP(A:A,C1:D9,2,FALSE)": "=VLOOKUP(@A:A,C1:D9,2,FALSE)",
    "=SUMIFS(C:C,A:A,E1:E4)": "=SUMIFS(C:C,A:A,@E1:E4)",
    "=OR(A1={1,2})": "=OR(A1={1,2})",
    "=INDEX(A1:A9,B1)": "=INDEX(A1:A9,B1)",
    "=INDEX(A1:C9,0,1)": "=@INDEX(A1:C9,0,1)",
    "=SUM(INDEX(A1:C9,0,1))": "=SUM(INDEX(A1:C9,0,1))",
    "=IF(A1:A3>1,B1:B3,0)": "=IF(@A1:A3>1,@B1:B3,0)",
    "=SUM(IF(A1>1,B1:B3,C1:C3))": "=SUM(IF(A1>1,B1:B3,C1:C3))",
    "=(A1:A3)%": "=(@A1:A3)%",
    "=Many+1": "=@Many+1",
    "=One+1": "=One+1",
    "=CORREL(A1:A3,B1:B3)": "=CORREL(A1:A3,B1:B3)",
    "=A1:A1+1": "=A1:A1+1",
}  # fmt: skip


@pytest.mark.parametrize("text", SHOWN)
def test_where_one_cell_is_taken(text: str) -> None:
    node = intersecting(parse(text), lambda name: name.text == "Many")
    assert unparse(node) == SHOWN[text]
    assert parse(unparse(node)) == node
    assert without_marks(node) == parse(text)
    assert from_single(to_single(node)) == node
    assert to_canonical(to_local(unparse(node), "fr"), "fr") == unparse(node)


def legacy() -> Workbook:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in range(1, 6):
        sheet.cell(row, 1, row * 10)
    sheet["B3"] = "=A1:A5*2"
    sheet["C4"] = "=A:A+1"
    sheet["D5"] = "=SUM(A1:A5*2)"
    sheet["E9"] = "=A1:A5"
    sheet["F2"] = ArrayFormula("F2:F4", "=A1:A3*3")
    sheet["G1"] = ArrayFormula("G1", "=SUM(A1:A5*A1:A5)")
    sink = io.BytesIO()
    made.save(sink)
    return opened(sink.getvalue(), "a.xlsx")


def values(made: Workbook) -> dict[str, s.Input | s.Failure]:
    window = made.window(made.tabs[0].id, 0, 10, (0, 7))
    return {
        f"{'ABCDEFG'[place]}{row + 1}": value.v if isinstance(value, s.Failure) else value
        for place, column in enumerate(window.columns)
        for row, value in enumerate(column.values)
        if value is not None and place
    }


RESULTS = {"B3": 60, "C4": 41, "D5": 100, "E9": "#VALUE!", "F2": 30, "F3": 60, "F4": 90, "G1": 5500}


def test_a_file_shows_what_excel_shows() -> None:
    made = legacy()
    assert values(made) == RESULTS
    assert made.input("t1", 2, 1) == f("=@A1:A5*2")
    assert made.input("t1", 0, 6) == f("=SUM(A1:A5*A1:A5)")


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_it_comes_back_as_it_was(form: str) -> None:
    made = legacy()
    back = again(made, form)
    assert values(back) == RESULTS
    for row, column in ((2, 1), (3, 2), (4, 3), (0, 6)):
        assert back.input("t1", row, column) == made.input("t1", row, column)


def test_excel_is_told_which_formulas_spill() -> None:
    made = put(book(), {(0, 0): 1, (1, 0): 2, (0, 1): f("=A1:A2*2"), (0, 2): f("=SUM(A1:A2*A1:A2)"), (0, 3): f("=@A1:A2+SUM(A1:A2*2)"),
                        (0, 4): f("=@A1:A2*2")})  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(export_file(made, "xlsx", "", "en"))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert b'fDynamic="1"' in archive.read("xl/metadata.xml")
    assert '<c r="B1" cm="1"><f t="array" ref="B1:B2">A1:A2*2</f>' in sheet
    assert '<c r="C1" cm="1"><f t="array" ref="C1:C1">SUM(A1:A2*A1:A2)</f>' in sheet
    assert '<f t="array" ref="D1:D1">_xlfn.SINGLE(A1:A2)+SUM(A1:A2*2)</f>' in sheet
    assert '<c r="E1"><f>A1:A2*2</f>' in sheet
    back = again(made, "xlsx")
    for column in range(1, 5):
        assert back.input("t1", 0, column) == made.input("t1", 0, column)
