"""Rows that are written alike are read at once: the same comes out as cell by cell, whatever is between them."""

import io
import random
import zipfile

import pytest

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.sheets.engine import container
from openpaas_workspace.sheets.engine.files.xlsx_read import read_xlsx
from openpaas_workspace.sheets.engine.files.xlsx_rows import Rows
from openpaas_workspace.sheets.engine.files.xlsx_write import write_xlsx
from tests.sheets.files.books import book

WORDS = [f"word {number}" for number in range(7)]


def workbook(rows: list[str]) -> bytes:
    """A file whose first sheet has these rows."""
    empty = write_xlsx(book().book)
    sink = io.BytesIO()
    strings = "".join(f"<si><t>{word}</t></si>" for word in WORDS)
    parts = {
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst>{strings}</sst>",
    }
    with zipfile.ZipFile(io.BytesIO(empty)) as source, zipfile.ZipFile(sink, "w") as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name) or source.read(name))
    return sink.getvalue()


def row(number: int, *cells: str) -> str:
    inside = "".join(cell.replace("#", str(number)) for cell in cells)
    return f'<row r="{number}" spans="1:9">{inside}</row>'


ALIKE = (
    '<c r="A#"><v>#.5</v></c>',
    '<c r="B#" s="0" t="s"><v>3</v></c>',
    '<c r="D#" t="b"><v>1</v></c>',
    '<c r="E#" s="0"/>',
    '<c r="F#" t="inlineStr"><is><t>R&amp;D #_x0041_</t></is></c>',
)
OTHERS = (
    ('<c r="A#"><v>1e-3</v></c>',),
    ('<c r="A#" t="s"><v>1</v></c>', '<c r="B#"><v></v></c>'),
    ('<c r="A#"><v>-7</v></c>', '<c r="C#"><f>A#*2</f><v>-14</v></c>'),
    ('<c r="A#" t="e"><v>#DIV/0!</v></c>', '<c r="B#" t="str"><v>a &amp; b</v></c>'),
    ('<c r="B#" t="inlineStr"><is><t>inline</t></is></c>',),
    ('<c r="B#" t="inlineStr"><is><t xml:space="preserve"> kept </t></is></c>',),
    ('<c r="B#" t="inlineStr"><is><r><t>of</t></r><r><t> parts</t></r></is></c>',),
    ('<c r="B#" t="inlineStr"><v>odd</v></c>',),
    (),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_rows_alike_and_others_are_read_as_cell_by_cell(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    shapes = [ALIKE if dice.random() < 0.8 else dice.choice(OTHERS) for _ in range(400)]
    data = workbook([row(number, *cells) for number, cells in enumerate(shapes, 1) if cells or number % 2])
    taken = read_xlsx(data, "x")
    monkeypatch.setattr(Rows, "take", lambda _self, piece: piece)
    assert container.to_bytes(taken) == container.to_bytes(read_xlsx(data, "x"))


def test_the_row_of_a_cell_is_its_own_word() -> None:
    rows = [row(number, *ALIKE) for number in range(1, 50)]
    rows[20] = rows[20].replace('r="A21"', 'r="A99"')
    tab = read_xlsx(workbook(rows), "x").tabs[0]
    column = tab.columns[0]
    assert (column.at(20 - tab.offset), column.at(98 - tab.offset)) == (None, 21.5)


@pytest.mark.parametrize(
    "bad",
    [
        '<c r="A#"><v>nan</v></c>',
        '<c r="A#"><v>1e999</v></c>',
        '<c r="A#"><v>12x</v></c>',
        '<c r="A#"><v>\udcff</v></c>',
        '<c r="A#" t="s"><v>7</v></c>',
        '<c r="A#" t="s"><v>-1</v></c>',
        '<c r="A#" t="s"><v>x</v></c>',
        '<c r="XFE#"><v>1</v></c>',
    ],
)
def test_rows_alike_that_say_nonsense_are_refused(bad: str) -> None:
    rows = [row(number, bad) for number in range(1, 30)]
    data = workbook([text.encode("utf-8", "surrogateescape").decode("latin-1") for text in rows])
    with pytest.raises(Invalid):
        read_xlsx(data, "x")
