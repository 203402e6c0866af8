"""What is written below and to the right of a tab's cells counts at once in the formulas about all of them."""

from typing import Any

import pytest

from openpaas_workspace.sheets import schemas as s
from tests.sheets.host import Host, table_bytes

OF_TABLE = (
    "=SUM(Sales[Qty])",
    "=ROWS(Sales[Qty])",
    "=ROWS(Sales[#All])",
    "=COUNTBLANK(Sales[Qty])",
    '=TEXTJOIN("-",FALSE,Sales[Qty])',
    "=SUMPRODUCT(Sales[Qty]*1)",
    "=Sales[@Qty]",
    "=INDEX(Sales[Qty],6)",
)
OF_COLUMNS = (
    '=SUMPRODUCT((A:A="")*1)',
    '=TEXTJOIN("-",FALSE,A:A)',
    "=ROWS(UNIQUE(A:A))",
    "=SUM(A:A)",
    '=COUNTIF(A:A,"")',
    "=COLUMNS(TOROW(1:1))",
)


def told(host: Host, count: int, tab: str = "t", column: int = 3) -> list[Any]:
    return [row[column] for row in host.values(tab, rows=count, columns=column + 1)]


def as_if_new(host: Host, count: int, tab: str = "t") -> None:
    at_once = told(host, count, tab)
    host.book.recalculate()
    assert at_once == told(host, count, tab)


def test_a_table_that_grows_is_added_up_to_its_end() -> None:
    host = Host(tabs=("t", "sales"))
    host.do(s.ReplaceTable(tab="sales", data=table_bytes({"Qty": [1.0, 2.0, 3.0], "Price": [2.0, 3.0, 4.0]})))
    host.put({f"D{row}": formula for row, formula in enumerate(OF_TABLE, 1)})
    host.put({"A5": 10.0}, tab="sales")
    assert told(host, 2) == [16, 4]
    as_if_new(host, len(OF_TABLE))
    host.put({"B9": 1.0}, tab="sales")
    assert told(host, 2) == [16, 8]
    as_if_new(host, len(OF_TABLE))
    host.undo()
    assert told(host, 2) == [16, 4]
    as_if_new(host, len(OF_TABLE))


@pytest.mark.parametrize("cell", ["A20", "F30", "C40"])
def test_whole_columns_end_where_the_tab_does(cell: str) -> None:
    host = Host()
    host.put({f"D{row}": formula for row, formula in enumerate(OF_COLUMNS, 1)})
    host.put({cell: 7.0})
    as_if_new(host, len(OF_COLUMNS))
    host.put({"H1": "=SEQUENCE(60,3)"})
    as_if_new(host, len(OF_COLUMNS))
    host.put({"H1": 1})
    as_if_new(host, len(OF_COLUMNS))


def test_where_a_cell_stands_does_not_depend_on_what_it_holds() -> None:
    host = Host()
    host.put(
        {"A1": "=ROW(A1)", "B1": "=COLUMN(B1)*10", "C3": "=ROWS(C1:C3)+COLUMNS(A3:C3)", "D4": "=ROWS(D:D)"}
    )
    assert [host.value(name) for name in ("A1", "B1", "C3", "D4")] == [1, 20, 6, 1_048_576]
    host.do(s.FillFormula(tab="t", column=0, first=0, last=9, text="=ROW(A1)*2"))
    assert [row[0] for row in host.values(rows=10)] == [2.0 * row for row in range(1, 11)]
    host.put({"E1": "=ROW(INDEX(E:E,1))"})
    assert host.value("E1") == "#CYCLE!"


def test_what_a_name_stands_for_is_calculated_at_each_change_if_it_differs_each_time() -> None:
    host = Host()
    host.do(s.DefineName(name="Dice", text="=RAND()"))
    host.do(s.DefineName(name="Twice", text="=Dice*2"))
    host.put({"A1": "=Dice", "A2": "=Twice", "A3": "=A2+1"})
    before = [host.value(f"A{row}") for row in (1, 2, 3)]
    host.put({"C9": 1})
    after = [host.value(f"A{row}") for row in (1, 2, 3)]
    assert all(old != new for old, new in zip(before, after, strict=True))
    host.book.recalculate()
    assert [host.value(f"A{row}") for row in (1, 2, 3)] == after
