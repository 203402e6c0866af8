"""Whatever somebody who is not on the list does, what was put into protected cells stays; who is on it may."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.errors import Forbidden, WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.protections import place_of
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.conftest import examples
from tests.sheets.engine.test_log import build, run, step
from tests.sheets.host import Host, replay, same, table_bytes

PLACES: list[dict[str, Any]] = [
    {},
    {"columns": [0]},
    {"columns": [1, 3]},
    {"range": s.Range(top=0, left=0, bottom=2, right=1)},
    {"range": s.Range(top=2, left=1, bottom=5, right=2)},
    {"range": s.Range(top=7, left=0, bottom=40, right=0)},
]
mine = st.tuples(st.integers(0, 27), st.just("eve"), *[st.integers(0, 10**6)] * 4)


def protected(book: Workbook) -> dict[tuple[str, str, int, int], Any]:
    """What was put into the cells of each protection, by ids; formulas by whether there is one: they follow."""
    found: dict[tuple[str, str, int, int], Any] = {}
    for guard in book.book.protections.values():
        tab = book.book.tab(guard.tab)
        columns, rect = place_of(tab, guard)
        top, left, bottom, right = rect or (0, 0, max(tab.height, 60), 20)
        wanted = columns if guard.columns else range(left, right)
        for place in wanted:
            for row in range(max(top, tab.offset), bottom):
                ids = tab.rows.id_at(row - tab.offset), tab.axis.id_at(place)
                held = book.input(guard.tab, *ids)
                if held is not None:
                    found[guard.id, guard.tab, *ids] = "formula" if isinstance(held, s.Formula) else held
    return found


def places(book: Workbook) -> dict[str, int]:
    """How many cells each range has."""
    found = {}
    for guard in book.book.protections.values():
        _, rect = place_of(book.book.tab(guard.tab), guard)
        if rect is not None:
            found[guard.id] = (rect[2] - rect[0]) * (rect[3] - rect[1])
    return found


def order(book: Workbook) -> dict[str, list[int]]:
    """Rows of each range, from top to bottom."""
    found = {}
    for guard in book.book.protections.values():
        tab = book.book.tab(guard.tab)
        _, rect = place_of(tab, guard)
        if rect is not None:
            found[guard.id] = tab.rows.ids(max(rect[0] - tab.offset, 0), rect[2] - tab.offset).tolist()
    return found


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(step, max_size=12),
    st.lists(mine, max_size=6),
    st.lists(st.tuples(st.sampled_from("tu"), st.integers(0, 5)), min_size=1, max_size=3),
    st.lists(mine, max_size=16),
)
def test_who_is_not_on_the_list_changes_nothing_in_there(
    before: list[Any], earlier: list[Any], guards: list[tuple[str, int]], steps: list[Any]
) -> None:
    host = Host(tabs=("t", "u"))
    run(host, before)
    run(host, earlier)  # what eve undoes later
    for number, (tab, place) in enumerate(guards):
        try:
            host.do(s.Protect(id=f"p{number}", tab=tab, members=["ann"], **PLACES[place]), "ann")
        except WorkspaceError:
            continue
    was, sizes, rows = protected(host.book), places(host.book), order(host.book)
    kept = dict(host.book.book.protections)
    for one in steps:
        run(host, [one])
        now = protected(host.book)
        assert {key: now.get(key) for key in was} == was, one
        assert places(host.book) == sizes
        assert order(host.book) == rows
        assert set(host.book.book.protections) == set(kept)
    same(replay(host.log), host.book)
    assert Workbook.from_container(host.book.to_container()).book.protections == host.book.book.protections


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=8), st.lists(mine, min_size=1, max_size=8), st.integers(0, 5))
def test_who_is_on_the_list_may_all_that_they_might_without_it(
    before: list[Any], steps: list[Any], place: int
) -> None:
    open_, guarded = Host(tabs=("t", "u")), Host(tabs=("t", "u"))
    for host in (open_, guarded):
        run(host, before)
    try:
        guarded.do(s.Protect(id="p", tab="t", members=["eve"], **PLACES[place]), "ann")
        open_.do(s.Freeze(tab="u", rows=0, columns=0), "ann")
    except WorkspaceError:
        return
    for kind, author, *numbers in steps:
        answers = []
        for host in (open_, guarded):
            try:
                host.do(build(host, kind % 25, *numbers), author)
                answers.append("done")
            except WorkspaceError as error:
                answers.append(type(error).__name__)
        assert answers[0] == answers[1]


def table(host: Host) -> None:
    host.put({f"{column}{row}": f"{column}{row}" for column in "ABC" for row in range(1, 7)})


def guard(host: Host, top: int, left: int, bottom: int, right: int, members: Any = ("ann",)) -> None:
    area = s.Range(top=top, left=left, bottom=bottom, right=right)
    host.do(s.Protect(id="p", tab="t", members=list(members), range=area))


def where(host: Host) -> Any:
    """Of the protection, in the grid; the last row and column are in it."""
    _, rect = place_of(host.book.book.tab("t"), host.book.book.protections["p"])
    return None if rect is None else (rect[0], rect[1], rect[2] - 1, rect[3] - 1)


def refused(host: Host, op: Any, who: str = "bob") -> None:
    with pytest.raises(Forbidden):
        host.do(op, who)


def test_an_older_change_of_mine_is_not_taken_back_where_it_is_protected_now() -> None:
    host = Host()
    host.put({"A1": 1}, "bob")
    host.put({"A1": 2}, "bob")
    guard(host, 0, 0, 0, 0)
    with pytest.raises(Forbidden, match="protected now"):
        host.undo("bob")
    assert host.value("A1") == 2
    assert host.book.undo("bob", manages=True).parts
    host.do(s.Protect(id="p", tab="t", members=None))
    host.undo("bob")
    assert host.value("A1") == 1
    guard(host, 0, 0, 0, 0)
    with pytest.raises(Forbidden):
        host.redo("bob")
    assert host.value("A1") == 1
    host.do(s.Protect(id="p", tab="t", members=None))
    host.put({"A1": "=1"}, "bob")
    host.put({"A1": "=2"}, "bob")
    guard(host, 0, 0, 0, 0)
    with pytest.raises(Forbidden, match="protected now"):
        host.undo("bob")
    assert host.formula("A1") == "=2"


def test_rows_come_beside_a_range_but_not_into_it_and_it_goes_where_its_cells_go() -> None:
    host = Host()
    table(host)
    guard(host, 1, 0, 3, 1)
    refused(host, s.InsertRows(tab="t", before=2, count=1))
    refused(host, s.InsertColumns(tab="t", before=1, count=1))
    refused(host, s.MoveRows(tab="t", first=5, last=5, before=2))
    refused(host, s.MoveRows(tab="t", first=3, last=4, before=0))
    refused(host, s.DeleteRows(tab="t", first=3, last=4))
    refused(host, s.SortRows(tab="t", keys=[s.SortKey(column=0)]))
    host.do(s.InsertRows(tab="t", before=1, count=2), "bob")
    host.do(s.InsertColumns(tab="t", before=0, count=1), "bob")
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=2, descending=True)], first=4, last=5), "bob")
    host.do(s.DeleteRows(tab="t", first=0, last=0), "bob")
    host.do(s.MoveRows(tab="t", first=5, last=5, before=1), "bob")
    assert where(host) == (3, 1, 5, 2)
    assert [host.formula(name) for name in ("B4", "C6")] == ["A2", "B4"]
    refused(host, s.SetCells(tab="t", cells=[(1, 0, "x")]))
    host.do(s.InsertRows(tab="t", before=2, count=2), "ann")
    assert where(host) == (3, 1, 7, 2)
    fresh = host.row(5)
    refused(host, s.SetCells(tab="t", cells=[(fresh, 0, "x")]))


def test_a_range_stays_a_range_whoever_of_the_list_sorts_moves_and_deletes_in_it() -> None:
    host = Host()
    table(host)
    guard(host, 0, 0, 3, 0)
    host.put({"A1": 3, "A2": 1, "A3": 4, "A4": 2, "A5": 9})
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=0)]))
    assert where(host) == (0, 0, 3, 0)
    refused(host, s.SetCells(tab="t", cells=[(host.row(2), 0, "x")]))
    host.do(s.DeleteRows(tab="t", first=host.row(4), last=host.row(5)))
    assert where(host) == (0, 0, 2, 0)
    host.undo()
    assert where(host) == (0, 0, 3, 0)
    host.redo()
    assert where(host) == (0, 0, 2, 0)
    host.do(s.MoveRows(tab="t", first=host.row(1), last=host.row(1), before=host.row(5)))
    assert where(host) == (0, 0, 1, 0)
    host.undo()
    assert where(host) == (0, 0, 2, 0)
    host.do(s.DeleteRows(tab="t", first=host.row(1), last=host.row(4)))
    assert where(host) is None
    host.put({"A1": "x"}, "bob")
    host.undo("ann")
    assert where(host) == (0, 0, 2, 0)
    same(replay(host.log), host.book)


def test_a_formula_that_lost_what_it_read_reads_it_again_though_it_is_protected() -> None:
    host = Host()
    host.put({"A1": 5, "A2": 7})
    host.put({"B5": "=A2*2"})
    guard(host, 4, 1, 4, 1)
    host.do(s.DeleteRows(tab="t", first=1, last=1), "bob")
    assert host.value("B4") == "#REF!"
    host.undo("bob")
    assert (host.formula("B5"), host.value("B5")) == ("=A2*2", 14)


def test_rows_without_protected_content_may_go_from_below_a_protected_column() -> None:
    host = Host()
    table(host)
    host.do(s.Protect(id="p", tab="t", members=["ann"], columns=[1]))
    host.do(s.InsertRows(tab="t", before=2, count=2), "bob")
    host.undo("bob")
    refused(host, s.DeleteRows(tab="t", first=2, last=2))
    host.do(s.MoveColumns(tab="t", first=2, last=2, before=0), "bob")
    refused(host, s.MoveColumns(tab="t", first=1, last=1, before=0))
    refused(host, s.SetColumnType(tab="t", column=1, dtype="int64"))


def test_blocks_and_merged_rows_are_judged_by_what_they_would_write() -> None:
    host = Host(tabs=("t", "u"))
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"k": [1, 2], "v": [3, 4], "w": [5, 6]})))
    host.do(s.Protect(id="p", tab="t", members=["ann"], columns=[host.column("B")]))
    host.do(s.UpsertRows(tab="t", key="k", data=table_bytes({"k": [2, 9], "w": [7, 8]})), "bob")
    refused(host, s.UpsertRows(tab="t", key="k", data=table_bytes({"k": [2], "v": [7]})))
    block = table_bytes({"a": [1, 2]})
    host.do(s.SetBlock(tab="t", row=0, column=host.column("C"), data=block), "bob")
    refused(host, s.SetBlock(tab="t", row=0, column=host.column("B"), data=block))
    refused(host, s.SetBlock(tab="t", row=0, column=host.column("A"), data=table_bytes({"a": [1], "b": [2]})))
    refused(host, s.ReplaceTable(tab="t", data=table_bytes({"k": [1]})))
    refused(host, s.RemoveTab(tab="t"))
    refused(host, s.RenameColumn(tab="t", column=host.column("B"), name="price"))
    refused(host, s.SetCells(tab="t", cells=[(s.HEADER, host.column("B"), "price")]))
    host.do(s.RenameColumn(tab="t", column=host.column("C"), name="x"), "bob")


def test_a_formula_beside_may_spill_over_protected_cells_without_changing_them() -> None:
    host = Host()
    host.put({"B2": "kept"})
    guard(host, 0, 1, 3, 1)
    host.put({"A1": "=SEQUENCE(1,2)"}, "bob")
    assert (host.value("B1"), host.formula("B2")) == (2, "kept")
    host.put({"A2": "=SEQUENCE(1,2)"}, "bob")
    assert (host.value("A2"), host.value("B2")) == ("#SPILL!", "kept")


def test_a_removed_tab_comes_back_with_its_protections() -> None:
    host = Host(tabs=("t", "u"))
    host.put({"A1": 1})
    guard(host, 0, 0, 0, 0)
    host.do(s.RemoveTab(tab="t"))
    assert host.book.book.protections == {}
    host.undo()
    assert where(host) == (0, 0, 0, 0)
    refused(host, s.SetCells(tab="t", cells=[(0, 0, 2)]))


def test_who_made_a_protection_may_lift_it_and_nobody_takes_their_name() -> None:
    host = Host()
    host.do(s.Protect(id="p", tab="t", members=["ann"], columns=[0], by="eve"), "bob")
    assert host.book.book.protections["p"].by == "bob"
    refused(host, s.SetCells(tab="t", cells=[(0, 0, 2)]), "bob")
    refused(host, s.Protect(id="p", tab="t", members=None), "eve")
    host.do(s.Protect(id="p", tab="t", members=["ann", "bob"], columns=[0]), "ann")
    assert host.book.book.protections["p"].by == "bob"
    host.do(s.Protect(id="p", tab="t", members=None), "bob")
    host.put({"A1": "=1"}, "eve")
    assert host.book.check(s.Protect(id="q", tab="t", members=None), host.book.seq, "zoe", manages=True)


def test_all_of_a_sheet_is_replaced_by_those_who_may_write_in_all_of_it() -> None:
    host = Host()
    assert host.book.may_replace("bob")
    guard(host, 0, 0, 0, 0, members=["ann", "bob"])
    assert host.book.may_replace("bob")
    assert not host.book.may_replace("eve")
