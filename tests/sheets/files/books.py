"""Workbooks for tests of files."""

from typing import Any

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.files.formats import export_file, import_file
from openpaas_workspace.sheets.engine.workbook import Workbook


def book(*tabs: str) -> Workbook:
    """An empty workbook."""
    made = Workbook()
    for number, name in enumerate(tabs or ("Feuille",), 1):
        do(made, s.AddTab(id=f"t{number}", name=name))
    return made


def do(made: Workbook, op: Any) -> None:
    """One more change."""
    made.apply(made.seq + 1, "", made.check(op, made.seq), 46_000.0, 1)


def put(made: Workbook, cells: dict[tuple[int, int], s.Input], tab: str = "t1") -> Workbook:
    """Cells by their places."""
    do(made, s.SetCells(tab=tab, cells=[(row, column, value) for (row, column), value in cells.items()]))
    return made


def opened(data: bytes, name: str) -> Workbook:
    """A file as a workbook that calculates."""
    return Workbook.from_container(import_file(data, name))


def again(made: Workbook, form: str, locale: str = "en") -> Workbook:
    """A workbook out to a format and in again."""
    return opened(export_file(made, form, "", locale), f"Feuille.{form}")


def inputs(made: Workbook, tab: str = "t1", height: int = 100) -> list[list[s.Input]]:
    """Inputs of a tab by rows, the header's too; whole numbers as ints."""
    columns = made.window(tab, 0, height, (0, 50), inputs=True).columns
    rows = [list(row) for row in zip(*(column.inputs or [] for column in columns), strict=True)]
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    return rows
