"""The routes of sheets."""

from openpaas_workspace.core.web import Route
from openpaas_workspace.sheets.schemas import Window
from openpaas_workspace.sheets.schemas.calls import (
    CellInfo,
    CellQuery,
    FindQuery,
    ImportSheet,
    NewSheet,
    Outcome,
    SheetInfo,
    Step,
    Submission,
    WindowQuery,
)
from openpaas_workspace.sheets.service import sheets

READ, WRITE = "files:read", "files:write"
_MAX_OPS = 8 * 1024 * 1024

ROUTES = (
    Route(
        "POST", "/sheets", sheets.create_sheet, SheetInfo, WRITE, body=NewSheet, unit=False, status=201,
        summary="Make an empty sheet.",
    ),
    Route(
        "POST", "/sheets/import", sheets.import_sheet, SheetInfo, WRITE, body=ImportSheet, unit=False, status=201,
        summary="Make a sheet of a CSV, TSV, JSON lines, Parquet, Arrow, XLSX or ODS file.",
    ),
    Route("GET", "/sheets/{sheet}", sheets.show_sheet, SheetInfo, READ, unit=False, summary="A sheet: its tabs and names."),
    Route(
        "GET", "/sheets/{sheet}/window", sheets.window, Window, READ, query=WindowQuery, unit=False,
        summary="Some rows and columns of a tab.",
    ),
    Route(
        "GET", "/sheets/{sheet}/cell", sheets.cell, CellInfo, READ, query=CellQuery, unit=False,
        summary="One cell by its place in the grid.",
    ),
    Route(
        "GET", "/sheets/{sheet}/find", sheets.find, list[tuple[int, int]], READ, query=FindQuery, unit=False,
        summary="Where a text is shown in a tab.",
    ),
    Route(
        "POST", "/sheets/{sheet}/ops", sheets.submit, Outcome, WRITE, body=Submission, unit=False, max_body=_MAX_OPS,
        summary="Change a sheet: an op, or cells as typed.",
    ),
    Route(
        "POST", "/sheets/{sheet}/undo", sheets.undo, Outcome, WRITE, body=Step, unit=False,
        summary="Take back my last change.",
    ),
    Route(
        "POST", "/sheets/{sheet}/redo", sheets.redo, Outcome, WRITE, body=Step, unit=False,
        summary="Take back my last undo.",
    ),
)  # fmt: skip
