"""Formulas go with the names of tabs and columns, also with names that come later."""

import pytest

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.sheets.host import Host, f, replay, same, table_bytes


def after(host: Host) -> None:
    """What is calculated bit by bit is what the log and the file say."""
    same(host.book, replay(host.log))
    again = Workbook.from_container(host.book.to_container())
    assert again.to_container() == host.book.to_container()
    before = [host.values(tab.id) for tab in host.book.tabs]
    host.book.recalculate()
    assert before == [host.values(tab.id) for tab in host.book.tabs]


@pytest.mark.parametrize("name", ["Later", "o'Neil 😀", "A1", "2026"])
def test_a_tab_that_comes_after_the_formula_about_it(name: str) -> None:
    host = Host()
    quoted = name.replace("'", "''")
    host.put({"A1": f"='{quoted}'!A1+1", "B1": "=total"})
    host.do(s.DefineName(name="total", text=f"=SUM('{quoted}'!$A$1:$A$9)"))
    assert [host.value(cell) for cell in ("A1", "B1")] == ["#REF!", "#REF!"]
    host.do(s.AddTab(id="u", name=name))
    host.put({"A1": 5.0}, tab="u")
    assert [host.value(cell) for cell in ("A1", "B1")] == [6, 5]
    after(host)
    host.do(s.RenameTab(tab="u", name="Other"))
    assert host.formula("A1") == "=Other!A1+1"
    assert [host.value(cell) for cell in ("A1", "B1")] == [6, 5]
    after(host)


def test_a_tab_that_gets_the_name_a_formula_waits_for() -> None:
    host = Host(tabs=("t", "u"))
    host.put({"A1": "=Later!A1", "A2": "=U!A1", "A3": "=U!A2"})
    host.do(s.FillFormula(tab="t", column=1, first=0, last=3, text="=Later!A1"))
    host.do(s.FillFormula(tab="t", column=1, first=4, last=8, text="=U!A5"))
    host.put({f"A{row}": float(row) for row in range(1, 10)}, tab="u")
    host.do(s.RenameTab(tab="u", name="Later"))
    assert [row[:2] for row in host.values(rows=4)] == [[1, 1], [1, 2], [2, 3], [None, 4]]
    assert host.formula("B9") == "=Later!A9"
    after(host)


def test_a_column_keeps_its_formulas_when_its_header_changes() -> None:
    host = Host(tabs=("t", "sales"))
    host.do(s.ReplaceTable(tab="sales", data=table_bytes({"Qty": [1.0, 2.0], "Price": [2.0, 3.0]})))
    host.put({"A1": "=SUM(SALES[Qty])", "A2": "=SUM(SALES[[Qty]:[Price]])"})
    host.put({"C2": "=[@Qty]*[@Price]"}, tab="sales")
    host.do(s.RenameColumn(tab="sales", column=0, name="How [many]"))
    assert host.formula("A1") == "=SUM(SALES[How '[many']])"
    assert host.formula("C2", "sales") == "=[@[How '[many']]]*[@Price]"
    assert (host.value("A1"), host.value("A2"), host.value("C2", "sales")) == (3, 8, 2)
    after(host)
    host.do(s.SetCells(tab="sales", cells=[(s.HEADER, 1, "Cost")]))
    assert host.formula("A2") == "=SUM(SALES[[How '[many']]:[Cost]])"
    host.do(s.RenameTab(tab="sales", name="Ventes 2026"))
    assert host.formula("A1") == "=SUM(Ventes_2026[How '[many']])"
    assert (host.value("A1"), host.value("A2"), host.value("C2", "sales")) == (3, 8, 2)
    after(host)
    for _ in range(3):
        host.undo()
    assert (host.formula("A1"), host.formula("A2")) == ("=SUM(SALES[Qty])", "=SUM(SALES[[Qty]:[Price]])")
    assert (host.value("A1"), host.value("A2"), host.value("C2", "sales")) == (3, 8, 2)
    after(host)


def test_a_header_that_is_emptied_leaves_the_formula_as_it_was() -> None:
    host = Host(tabs=("t", "sales"))
    host.do(s.ReplaceTable(tab="sales", data=table_bytes({"Qty": [1.0, 2.0]})))
    host.put({"A1": "=SUM(SALES[Qty])"})
    host.do(s.RenameColumn(tab="sales", column=0, name=""))
    assert (host.formula("A1"), host.value("A1")) == ("=SUM(SALES[Qty])", "#REF!")
    host.put({"A1": f("=SUM(SALES[Qty])").v}, tab="t")
    host.do(s.RenameColumn(tab="sales", column=0, name="Qty"))
    assert host.value("A1") == 3
    after(host)
