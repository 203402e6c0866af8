"""Views: which rows they show, in what order, and where each row of the sheet is in them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.sight import SERVER
from tests.conftest import examples
from tests.sheets.host import Host, table_bytes


def test_a_view_sorts_and_filters_without_changing_the_sheet() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"n": [3, 1, 2, 5], "w": ["x", "Y", "y", None]})))
    columns = [column.id for column in host.book.window("t", 0, 1, (0, 9)).columns]
    view = s.View(
        sort=[s.SortKey(column=columns[0], descending=True)],
        filter=[s.Condition(column=columns[1], test="in", values=["y"])],
    )
    host.do(s.SetView(tab="t", mine=True, view=view), "ann")
    window = host.book.window("t", 0, 9, (0, 2), view="ann")
    assert (window.rows, window.columns[0].values, window.height) == ([-1, 2, 1], ["n", 2, 1], 3)
    assert window.numbers == [0, 3, 2], "the rows as formulas name them"
    assert host.book.window("t", 2, 9, (0, 2), view="ann").numbers == [2]
    assert host.book.window("t", 0, 9, (0, 2)).numbers is None
    assert host.book.size("t", view="ann") == (3, 2)
    assert host.book.size("t", view="bob") == (5, 2)
    assert host.book.find("t", "y", view="ann") == [(1, 1), (2, 1)]
    host.put({"A3": 99})
    assert host.book.window("t", 0, 9, (0, 1), view="ann").columns[0].values == ["n", 99, 2]
    assert host.values()[1][0] == 3


def test_a_view_that_nobody_keeps_is_called_by_what_it_is() -> None:
    host = Host()
    host.put({"A1": 3, "A2": 1, "A3": 2})
    for least in range(20):
        view = json.dumps({"filter": [{"column": 0, "test": ">=", "values": [least]}]})
        left = [value for value in (3, 1, 2) if value >= least]
        assert host.book.window("t", 0, 9, (0, 1), view=view).columns[0].values == left
    again = json.dumps({"sort": [{"column": 0}]})
    assert host.book.window("t", 0, 9, (0, 1), view=again).columns[0].values == [1, 2, 3]
    host.put({"A1": 0})
    assert host.book.window("t", 0, 9, (0, 1), view=again).columns[0].values == [0, 1, 2]
    assert host.book.window("t", 0, 9, (0, 1)).columns[0].values == [0, 1, 2]
    assert host.book.book.tabs[0].views == {}
    # A column that nobody has is empty.
    assert host.book.size("t", view='{"filter": [{"column": 99, "test": "filled"}]}') == (0, 1)


@settings(max_examples=examples(200), deadline=None)
@given(
    header=st.booleans(),
    numbers=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    descending=st.none() | st.booleans(),
    least=st.integers(0, 4),
    ends=st.tuples(st.integers(0, 16), st.integers(0, 16)),
)
def test_a_view_knows_where_each_row_is(
    header: bool, numbers: list[int], descending: bool | None, least: int, ends: tuple[int, int]
) -> None:
    host = Host()
    if header:
        host.do(s.ReplaceTable(tab="t", data=table_bytes({"n": numbers})))
    else:
        host.put({f"A{row}": number for row, number in enumerate(numbers, 1)})
    column = host.book.window("t", 0, 1, (0, 1)).columns[0].id
    host.do(
        s.SetView(
            tab="t",
            view=s.View(
                sort=[] if descending is None else [s.SortKey(column=column, descending=descending)],
                filter=[s.Condition(column=column, test=">=", values=[float(least)])],
            ),
        )
    )
    window = host.book.window("t", 0, 99, (0, 1), view="")
    assert window.numbers is not None
    # Below all rows others could come, which no view hides.
    shown = [*window.numbers, *range(window.total, window.total + 20)]
    top, bottom = min(ends), max(ends)
    wanted = [place for place, row in enumerate(shown) if top <= row <= bottom]
    found = host.book.places("t", (top, bottom), "", SERVER)
    assert found == ((min(wanted), max(wanted), len(wanted)) if wanted else (0, -1, 0))
    assert host.book.places("t", (top, bottom), None, SERVER) == (top, bottom, bottom - top + 1)


@pytest.mark.parametrize(
    ("test", "values", "rows"),
    [
        ("=", [2.0], [1]), ("<>", [2.0], [0, 2, 3]), (">", [1.0], [1]), ("between", [1.0, 2.0], [0, 1]),
        ("contains", ["b"], [2]), ("begins", ["B"], []), ("empty", [], [3]), ("filled", [], [0, 1, 2]),
    ],
)  # fmt: skip
def test_filters(test: Any, values: list[Any], rows: list[int]) -> None:
    host = Host()
    host.put({"A1": 1, "A2": 2, "A3": "ab", "B4": 0})
    host.do(s.SetView(tab="t", view=s.View(filter=[s.Condition(column=0, test=test, values=values)])))
    assert host.book.window("t", 0, 9, (0, 1), view="").rows == rows
