"""A tab that is filled to its last row is undone, restored and opened as any other."""

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.values import MAX_ROWS
from openpaas_workspace.sheets.engine.workbook import Workbook


def test_what_reaches_the_last_row_can_be_taken_back() -> None:
    book = Workbook()
    book.apply(0, "", s.AddTab(id="t", name="T"), 0.0, 0)
    last = MAX_ROWS - 1

    def do(op: s.MemberOp) -> None:
        book.apply(book.seq + 1, "m", book.check(op, book.seq, "m"), 0.0, 0)

    do(s.SetCells(tab="t", cells=[(0, 0, 1), (last, 0, 2), (last, 1, "x")]))
    for op in (
        s.FillFormula(tab="t", column=0, first=0, last=last, text="=C1*2"),
        s.Clear(tab="t", range=s.Range(top=0, left=0, bottom=last, right=1)),
        s.DeleteColumns(tab="t", first=0, last=0),
    ):
        do(op)
        book.apply(book.seq + 1, "m", book.undo("m"), 0.0, 0)
        assert [book.input("t", *place) for place in ((0, 0), (last, 0), (last, 1))] == [1.0, 2.0, "x"]
    again = Workbook.from_container(book.to_container(undo=True), undo=True)
    assert again.input("t", last, 1) == "x"
