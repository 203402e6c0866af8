"""Files that other programs wrote."""

import datetime as dt
import io
import re
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.styles import Font, PatternFill

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.files.formats import export_file
from tests.sheets.files.books import book, inputs, opened, put

VALUES: list[list[Any]] = [
    ["Nom", "Prix", "Le", "Ok"],
    ["été <&>", 1.5, dt.datetime.fromisoformat("2026-05-01T12:30"), True],
    ["l'hiver", -2, dt.datetime.fromisoformat("2024-02-29"), False],
]


def saved(workbook: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def by_openpyxl() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in VALUES:
        sheet.append(row)
    sheet["E2"] = "=B2*2"
    sheet["E3"] = "=B3*2"
    sheet["B2"].font = Font(bold=True, color="FFCC0000")
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFFFF00")
    sheet.column_dimensions["A"].width = 30
    sheet.freeze_panes = "B2"
    workbook.create_sheet("Autre")["A1"] = "=SUM(Sheet!B2:B3)"
    return saved(workbook)


def by_xlsxwriter() -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy hh:mm"})
    sheet = workbook.add_worksheet("Sheet")
    for row, values in enumerate(VALUES):
        sheet.write_row(row, 0, values)
    bold = workbook.add_format({"bold": True, "font_color": "#cc0000", "bg_color": "#ffff00"})
    sheet.write(1, 1, 1.5, bold)
    sheet.write_formula("E2", "=B2*2")
    sheet.write_formula("E3", "=B3*2")
    sheet.set_column(0, 0, 30)
    sheet.freeze_panes(1, 1)
    workbook.add_worksheet("Autre").write_formula("A1", "=SUM(Sheet!B2:B3)")
    workbook.close()
    return out.getvalue()


@pytest.mark.parametrize("made", [by_openpyxl(), by_xlsxwriter()], ids=["openpyxl", "xlsxwriter"])
def test_xlsx_of_others(made: bytes) -> None:
    book_ = opened(made, "a.xlsx")
    tab = book_.tabs[0]
    assert [one.name for one in book_.tabs] == ["Sheet", "Autre"]
    assert (tab.header, tab.frozen) == (True, (1, 1))
    assert tab.widths[0] == pytest.approx(215, abs=5)
    rows = inputs(book_)
    assert rows[0][:4] == VALUES[0]
    assert rows[1][:2] == ["été <&>", 1.5]
    assert rows[1][3:] == [True, s.Formula(v="=B2*2")]
    window = book_.window("t1", 0, 3, (0, 5))
    assert window.columns[4].values == [None, 3.0, -4.0]
    assert window.columns[2].values[1] == pytest.approx(46143 + 12.5 / 24)
    assert book_.window("t2", 0, 1, (0, 1)).columns[0].values == [-0.5]
    looks = {(column, row): window.styles[style] for style, column, hit in window.looks for row in hit}
    assert (looks[1, 1].bold, looks[1, 1].color, looks[1, 1].background) == (True, "#cc0000", "#ffff00")
    frame = book_.to_arrow("t1").to_pandas()
    assert frame["Le"].tolist() == [row[2] for row in VALUES[1:]]


def test_shared_formulas_errors_rich_texts_and_numbers_as_excel_writes_them() -> None:
    """Parts as Excel writes them that no library does."""
    sheet = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="http://schemas.openxmlformats.org/'
        'spreadsheetml/2006/main"><sheetData><row r="1" spans="1:3"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" '
        'ref="B1:B3" si="0">A1*2</f><v>2</v></c><c r="C1" t="e"><v>#DIV/0!</v></c></row><row r="2"><c r="A2"><v>1E-3</v></c>'
        '<c r="B2"><f t="shared" si="0"/><v>4</v></c><c r="C2" t="s"><v>0</v></c></row><row r="3"><c r="A3"><v>3</v></c>'
        '<c r="B3"><f t="shared" si="0"/><v>6</v></c><c r="C3" t="str"><f>_xlfn.CONCAT("a","b")</f><v>ab</v></c></row>'
        "</sheetData></worksheet>"
    )
    strings = '<sst xmlns="x"><si><r><rPr><b/></rPr><t>gras</t></r><r><t xml:space="preserve"> et &amp; maigre</t></r></si></sst>'
    made = export_file(put(book(), {(0, 0): "x"}), "xlsx", "", "")
    for text in (
        sheet,
        sheet.replace("<c r", "<c  r"),
        re.sub(r"<(/?)(?=\w)", r"<\1x:", sheet),
    ):
        parts = {"xl/worksheets/sheet1.xml": text, "xl/sharedStrings.xml": strings}
        rows = inputs(opened(_with(made, parts), "a.xlsx"))
        assert [row[0] for row in rows] == [1, 0.001, 3]
        assert [row[1] for row in rows] == [s.Formula(v=f"=A{row}*2") for row in (1, 2, 3)]
        assert [row[2] for row in rows] == [
            s.Failure(v="#DIV/0!"),
            "gras et & maigre",
            s.Formula(v='=CONCAT("a","b")'),
        ]


def _with(data: bytes, parts: dict[str, str]) -> bytes:
    from tests.sheets.files.test_hostile import rewritten

    return rewritten(data, lambda name, content: parts[name].encode() if name in parts else content)


def test_ods_of_odfpy() -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Feuille")
    for values in (["Nom", "Prix"], ["a", 1.5], ["b", 2.0]):
        row = TableRow()
        for value in values:
            cell = (
                TableCell(valuetype="string")
                if isinstance(value, str)
                else TableCell(valuetype="float", value=value)
            )
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
        table.addElement(row)
    total = TableRow()
    total.addElement(TableCell())
    total.addElement(TableCell(valuetype="float", value=3.5, formula="of:=SUM([.B2:.B3];[.B2])"))
    table.addElement(total)
    document.spreadsheet.addElement(table)
    out = io.BytesIO()
    document.write(out)
    rows = inputs(opened(out.getvalue(), "a.ods"))
    assert rows == [["Nom", "Prix"], ["a", 1.5], ["b", 2.0], [None, s.Formula(v="=SUM(B2:B3,B2)")]]


def test_openpyxl_reads_what_we_write() -> None:
    made = put(
        book("Budget été", "x" * 40), {(0, 0): "Nom", (1, 0): "=pas une formule", (0, 1): 2.0, (1, 1): True}
    )
    put(
        made,
        {
            (2, 0): s.Formula(v="=SEQUENCE(3)"),
            (2, 1): s.Formula(v="=LET(x,B1,x*2)"),
            (2, 2): s.Formula(v="=1/0"),
        },
    )
    data = export_file(made, "xlsx", "", "")
    shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    assert shown.sheetnames == ["Budget été", "x" * 31]
    rows = [row[:3] for row in shown.worksheets[0].iter_rows(values_only=True)]
    assert rows == [
        ("Nom", 2, None),
        ("=pas une formule", True, None),
        (1, 4, "#DIV/0!"),
        (2, None, None),
        (3, None, None),
    ]
    formulas = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert formulas["B3"].value == "=_xlfn.LET(_xlpm.x,B1,_xlpm.x*2)"
    assert formulas["A3"].value.text == "=_xlfn.SEQUENCE(3)"
    assert formulas["A3"].value.ref == "A3:A5"
