"""What people rely on, one thing at a time."""

from typing import Any

import numpy as np
import pytest

from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine import totals
from openpaas_workspace.sheets.engine.errors import Deleted, Stale
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.sheets.host import Host, f, replay, same, table_bytes

BIG = 1_048_576


def test_a_cycle_is_shown_on_its_cells_and_mended_when_it_is_broken() -> None:
    host = Host()
    host.put({"A1": "=B1+1", "B1": "=C1", "C1": "=A1", "D1": "=A1*2", "E1": 5})
    assert [host.value(name) for name in ("A1", "B1", "C1", "D1", "E1")] == ["#CYCLE!"] * 4 + [5]
    host.put({"C1": 1})
    assert [host.value(name) for name in ("A1", "B1", "C1", "D1")] == [2, 1, 1, 4]
    host.put({"A2": "=SUM(A:A)"})
    assert host.value("A2") == "#CYCLE!"
    host.put({"A2": "=A2"})
    assert host.value("A2") == "#CYCLE!"


def test_a_running_total_is_calculated_from_above_and_again_from_where_it_changed() -> None:
    host = Host()
    host.put({f"A{row}": float(row) for row in range(1, 51)} | {"B1": "=A1"})
    host.do(s.FillFormula(tab="t", column=1, first=1, last=49, text="=B1+A2"))
    assert [row[1] for row in host.values()] == list(np.cumsum(np.arange(1.0, 51.0)))
    host.put({"A10": 100.0})
    assert host.value("B50") == 1275 + 90
    host.put({"B20": 0.0})
    assert host.value("B21") == 21
    assert host.value("B19") == 190 + 90


def test_columns_that_read_each_other_row_by_row_are_no_cycle() -> None:
    host = Host()
    host.put({"A1": 100.0, "B1": 10.0})
    host.do(s.FillFormula(tab="t", column=0, first=1, last=30, text="=A1-B1"))
    host.do(s.FillFormula(tab="t", column=1, first=1, last=30, text="=A2/10"))
    a, b = 100.0, 10.0
    for row in host.values()[1:31]:
        a = a - b
        b = a / 10
        assert row[:2] == [a, b]


def test_a_loan_that_counts_upwards_is_no_cycle_either() -> None:
    host = Host()
    host.put({"A20": 1.0})
    host.do(s.FillFormula(tab="t", column=0, first=0, last=18, text="=A2*2"))
    assert host.value("A1") == 2.0**19


def test_arrays_spill_make_room_for_what_is_typed_and_come_back() -> None:
    host = Host()
    host.put({"A1": "=SEQUENCE(3,2)", "D1": "=SUM(A1#)", "D2": "=B3"})
    assert [row[:2] for row in host.values(rows=3)] == [[1, 2], [3, 4], [5, 6]]
    assert (host.value("D1"), host.value("D2")) == (21, 6)
    host.put({"B2": "mine"})
    assert host.value("A1") == "#SPILL!"
    assert host.value("A2") is None
    assert host.value("B2") == "mine"
    host.undo()
    assert host.value("B2") == 4
    host.put({"A1": "=SEQUENCE(2)"})
    assert [row[:2] for row in host.values(rows=3)] == [[1, None], [2, None], [None, None]]
    assert host.value("D2") in {0, None}


def test_two_arrays_in_each_others_way_the_upper_one_has_it() -> None:
    host = Host()
    host.put({"B2": "=SEQUENCE(1,3)", "C1": "=SEQUENCE(3)"})
    assert (host.value("C1"), host.value("C2"), host.value("B2")) == (1, 2, "#SPILL!")


def test_the_loser_of_a_cell_is_told_and_can_put_it_back() -> None:
    host = Host()
    host.put({"A1": 1, "A2": "=1+1"}, "ann")
    base = host.book.seq
    host.put({"A1": 2, "A2": "=A1*3"}, "bob")
    change = host.put({"A1": 3, "A2": 4, "A3": 5}, "ann", base=base)
    assert [(lost.row, lost.column, lost.author, lost.input) for lost in change.lost] == [
        (0, 0, "bob", 2.0),
        (1, 0, "bob", f("=A1*3")),
    ]
    assert host.put({"A1": 9}, "ann").lost == []


def test_my_undo_never_takes_what_is_yours() -> None:
    host = Host()
    host.put({"A1": 1, "A2": 1}, "ann")
    host.put({"A2": 2}, "bob")
    change = host.undo("ann")
    assert change.skipped == 1
    assert (host.value("A1"), host.value("A2")) == (None, 2)
    host.redo("ann")
    assert (host.value("A1"), host.value("A2")) == (1, 2)
    host.undo("bob")
    assert host.value("A2") == 1
    with pytest.raises(Conflict, match="nothing of yours"):
        host.undo("eve")


def test_rows_that_were_deleted_come_back_with_all_they_held_and_what_pointed_at_them() -> None:
    host = Host()
    host.put({"A1": 1, "A2": 2, "A3": 3, "B1": "=A2*10", "B2": "=A2+A3", "C1": "=SUM(A1:A3)"})
    host.do(s.Format(tab="t", style=s.Style(bold=True), range=s.Range(top=1, left=0, bottom=1, right=0)))
    host.do(s.DeleteRows(tab="t", first=1, last=1))
    assert (host.formula("B1"), host.formula("C1"), host.value("C1")) == ("=#REF!*10", "=SUM(A1:A2)", 4)
    host.put({"A1": 5}, "bob")
    host.do(s.InsertRows(tab="t", before=0, count=1), "bob")
    host.undo("ann")
    assert [host.formula(name) for name in ("B2", "B3", "C2")] == ["=A3*10", "=A3+A4", "=SUM(A2:A4)"]
    assert [host.value(name) for name in ("B2", "B3", "C2")] == [20, 5, 10]
    assert host.book.window("t", 2, 3, (0, 1)).styles == [s.Style(bold=True)]


def test_an_edit_of_a_deleted_row_is_refused_and_handed_back() -> None:
    host = Host()
    host.put({"A1": 1, "A2": 2})
    base = host.book.seq
    host.do(s.DeleteRows(tab="t", first=1, last=1), "bob")
    with pytest.raises(Deleted) as caught:
        host.do(s.SetCells(tab="t", cells=[(0, 0, 7), (1, 0, "long text")]), "ann", base)
    assert caught.value.cells == [(1, 0, "long text")]
    assert caught.value.problem()["cells"] == [[1, 0, "long text"]]
    assert host.value("A1") == 1
    with pytest.raises(Deleted):
        host.do(s.FillFormula(tab="t", column=0, first=0, last=1, text="=1"), "ann", base)


def test_rows_are_deleted_as_they_were_seen() -> None:
    host = Host()
    host.put({f"A{row}": row for row in range(1, 6)})
    base = host.book.seq
    host.do(s.InsertRows(tab="t", before=2, count=1), "bob")
    host.put({"A3": "new"}, "bob")
    host.do(s.DeleteRows(tab="t", first=1, last=3), "ann", base)
    assert [row[0] for row in host.values()] == [1, "new", 5]


def test_a_page_too_far_behind_is_told_to_reload() -> None:
    host = Host()
    for value in range(3):
        host.put({"A1": value})
    book = Workbook.from_container(host.book.to_container())
    with pytest.raises(Stale, match="reload"):
        book.check(s.Clear(tab="t", range=s.Range(top=0, left=0, bottom=0, right=0)), 1)
    with pytest.raises(Invalid):
        book.check(s.RemoveTab(tab="t"), 999)


def test_names_of_tabs_follow_in_formulas() -> None:
    host = Host(tabs=("t", "u"))
    host.put({"A1": 4}, tab="u")
    host.put({"A1": "=U!A1*2"})
    base = host.book.seq
    host.do(s.RenameTab(tab="u", name="Plan 2027"))
    assert host.formula("A1") == "='Plan 2027'!A1*2"
    host.put({"A2": "=U!A1"}, base=base)
    assert host.formula("A2") == "='Plan 2027'!A1"
    host.do(s.RemoveTab(tab="u"))
    assert host.value("A1") == "#REF!"
    host.undo()
    assert host.value("A1") == 8
    host.do(s.DefineName(name="rate", text="='Plan 2027'!$A$1"))
    host.put({"A3": "=rate*10"})
    assert host.value("A3") == 40
    host.do(s.InsertRows(tab="u", before=0, count=2))
    host.put({"A3": 6}, tab="u")
    assert host.value("A3") == 60


def test_sorting_puts_rows_in_order_for_all_and_is_undone() -> None:
    host = Host()
    host.put({"A1": "b", "A2": 2, "A3": None, "A4": "A", "A5": 1, "B1": 10, "B2": "=A2*2", "B5": "=A5*2"})
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=0)]))
    assert [row[0] for row in host.values()] == [1, 2, "A", "b", None]
    assert [row[1] for row in host.values()] == [2, 4, None, 10, None]
    host.put({"A1": 7}, "bob")
    host.undo("ann")
    assert [row[0] for row in host.values()] == ["b", 2, None, "A", 7]
    assert host.value("B5") == 14


def test_protected_cells_are_written_by_those_who_may() -> None:
    host = Host()
    area = s.Range(top=0, left=0, bottom=1, right=0)
    host.do(s.Protect(id="p", tab="t", members=["ann"], range=area), "ann")
    with pytest.raises(Forbidden):
        host.put({"A1": 1}, "bob")
    with pytest.raises(Forbidden):
        host.do(s.DeleteRows(tab="t", first=0, last=0), "bob")
    with pytest.raises(Forbidden):
        host.do(s.Protect(id="p", tab="t", members=None), "bob")
    host.put({"B1": 1, "A3": 1}, "bob")
    host.put({"A1": 1}, "ann")
    assert host.book.check(s.SetCells(tab="t", cells=[(0, 0, 2)]), host.book.seq, "bob", manages=True)


def test_what_is_too_large_to_keep_cannot_be_undone_and_says_so() -> None:
    host = Host()
    host.book.most_inverse = 20_000
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"a": np.arange(10_000)})))
    assert host.do(s.ReplaceTable(tab="t", data=table_bytes({"a": np.arange(10_000) * 2}))).undoable is False
    with pytest.raises(Conflict, match="too large"):
        host.undo()


def wrong(op: Any) -> Any:
    return pytest.param(op, id=type(op).__name__)


@pytest.mark.parametrize(
    "op",
    [
        wrong(s.SetCells(tab="t", cells=[(BIG, 0, 1)])),
        wrong(s.SetCells(tab="t", cells=[(0, 16_384, 1)])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, 1)] * 10_001)),
        wrong(s.SetCells(tab="t", cells=[(0, 0, "x" * 32_768)])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, 10**400)])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, f("=1+"))])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, f("=" + "(" * 300 + "1" + ")" * 300))])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, f("=" + "1+" * 5000 + "1"))])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, s.Moment(v="2026-02-30"))])),
        wrong(s.SetCells(tab="t", cells=[(0, 0, s.Failure(v="#WHAT!"))])),
        wrong(s.SetCells(tab="t", cells=[(-1, 0, "name")])),
        wrong(s.SetCells(tab="nowhere", cells=[])),
        wrong(s.SetBlock(tab="t", row=0, column=0, data=b"rubbish")),
        wrong(s.SetBlock(tab="t", row=BIG - 1, column=0, data=table_bytes({"a": [1, 2]}))),
        wrong(s.ReplaceTable(tab="t", data=b"")),
        wrong(s.InsertRows(tab="t", before=0, count=BIG)),
        wrong(s.InsertRows(tab="t", before=2**41, count=1)),
        wrong(s.DeleteRows(tab="t", first=0, last=0, runs=[(0, 5)])),
        wrong(s.MoveRows(tab="t", first=-1, last=2, before=5)),
        wrong(s.RenameColumn(tab="t", column=0, name="x")),
        wrong(s.SetColumnType(tab="t", column=0, dtype="complex128")),
        wrong(s.SetColumnType(tab="t", column=0, dtype="datetime64[us, Mars/Base]")),
        wrong(s.AddTab(id="T", name="again")),
        wrong(s.AddTab(id="a b", name="x")),
        wrong(s.AddTab(id="x", name="t")),
        wrong(s.AddTab(id="x", name="a/b")),
        wrong(s.RemoveTab(tab="t")),
        wrong(s.MoveTab(tab="t", position=3)),
        wrong(s.DefineName(name="A1", text="=1")),
        wrong(s.DefineName(name="1x", text="=1")),
        wrong(s.SortRows(tab="t", keys=[])),
        wrong(s.Format(tab="t", style=s.Style(bold=True))),
        wrong(s.Undo(of=1, parts=[])),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence_and_changes_nothing(op: Any) -> None:
    host = Host()
    host.put({"A1": 1})
    before = host.book.to_container()
    with pytest.raises((Invalid, Conflict, NotFound, TooLarge)) as caught:
        host.book.check(op, host.book.seq, "ann")
    assert caught.value.sentence.endswith((".", "…")) or caught.value.sentence
    assert host.book.to_container() == before


def test_two_hundred_tabs_are_enough() -> None:
    host = Host(tabs=[f"t{number}" for number in range(200)])
    with pytest.raises(TooLarge, match="200"):
        host.do(s.AddTab(id="more", name="more"))


def test_only_what_changed_is_named() -> None:
    host = Host()
    host.put({f"A{row}": row for row in range(1, 11)} | {"D1": "=SUM(A1:A5)"})
    host.do(s.FillFormula(tab="t", column=1, first=0, last=9, text="=A1*2"))
    change = host.put({"A7": 70})
    assert [(item.tab, item.structure, item.cells) for item in change.changed] == [
        ("t", False, [(0, 6, 7), (1, 6, 7)])
    ]


def test_random_numbers_come_from_the_op_and_change_with_each() -> None:
    host = Host()
    host.put({"A1": "=RAND()", "A2": "=NOW()", "A3": "=A1*0+1"})
    before = host.value("A1")
    same(replay(host.log), host.book)
    same(Workbook.from_container(host.book.to_container()), host.book)
    host.put({"C1": 1})
    assert host.value("A1") != before


def test_a_damaged_file_is_refused_with_a_sentence() -> None:
    host = Host()
    host.put({"A1": 1, "A2": "x"})
    data = host.book.to_container()
    for bad in (b"", b"PK", data[:-30], data[:100] + b"\0" * 50 + data[150:]):
        with pytest.raises(Invalid, match=r"no sheet|damaged"):
            Workbook.from_container(bad)


@pytest.mark.parametrize("text", ["=B1+A2", "=A2+B1", "=B1+A2-C2", "=B1-A2*2", "=A2+B1-C2+1"])
def test_a_running_total_by_one_pass_is_the_one_by_cells(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for few in (2, 10**9):
        monkeypatch.setattr(totals, "_FEW", few)
        rng = np.random.default_rng(1)
        host = Host()
        host.put({f"A{row}": round(float(rng.random()) * 100, 2) for row in range(1, 301)})
        host.put({"B1": 0.1, "A150": True, "C9": 0.3, "C60": 1e-9})
        host.do(s.FillFormula(tab="t", column=1, first=1, last=299, text=text))
        host.put({"A100": 5.5, "B120": 1000.0})
        seen.append(host.values(rows=300))
        host.put({"A250": "text"})
        seen.append(host.values(rows=300))
    assert seen[:2] == seen[2:]


def test_lookups_filled_down_are_calculated_together_and_like_single_ones() -> None:
    rows = 20_000
    texts = [
        "=VLOOKUP(A2,$A$2:$B$20001,2,FALSE)",
        "=XLOOKUP(A2,A:A,B:B)",
        "=INDEX(B:B,MATCH(A2,A:A,0))",
        "=SUMIFS(B:B,A:A,A2)",
    ]
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"k": np.arange(rows), "v": np.arange(rows) * 0.5})))
    for place, text in enumerate(texts, 2):
        host.do(s.FillFormula(tab="t", column=place, first=0, last=rows - 1, text=text))
    window = host.book.window("t", 1, rows + 1, (1, 6), formats=False)
    assert all(column.values == window.columns[0].values for column in window.columns)
    with pytest.raises(TooLarge, match="10,000 rows"):
        host.do(s.FillFormula(tab="t", column=9, first=0, last=rows - 1, text="=SEQUENCE(2)"))


def test_one_cell_of_a_column_makes_no_cycle_of_the_others() -> None:
    host = Host()
    host.put(
        {
            "A1": 1,
            "B1": "=@A:A*2",
            "A2": "=B1+1",
            "B2": "=@A1:A9*2",
            "A3": "=B2+1",
            "B3": "=@A:A*2",
            "C5": "=@A5:A9",
        }
    )
    assert [host.value(name) for name in ("B1", "A2", "B2", "A3", "B3")] == [2, 3, 6, 7, 14]
    host.put({"A1": 2, "A5": 8, "C12": "=@A1:A5", "C3": "=@$A$2:$B$2", "B4": "=@$A$2:$C$2"})
    assert [host.value(name) for name in ("B3", "C5", "C12", "C3", "B4")] == [22, 8, "#VALUE!", "#VALUE!", 10]
    host.do(s.InsertRows(tab="t", before=host.row(1), count=1))
    assert host.formula("B3") == "=@A2:A10*2"
    assert host.value("B4") == 22
