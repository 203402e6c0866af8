"""DataFrames in and out."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.arrow import write_stream
from openpaas_workspace.sheets.engine.frames import to_table
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.sheets.host import Host, f, frame, replay, table_bytes

FRAME = pd.DataFrame(
    {
        "int": np.array([1, -2, 2**62 + 1]),
        "Int": pd.array([1, None, 2**60 + 1], "Int64"),
        "i8": np.array([1, 2, -3], dtype="int8"),
        "u64": np.array([2**64 - 1, 0, 1], dtype="uint64"),
        "float": [0.1, np.nan, -1e300],
        "f32": np.array([0.1, 2, 3], dtype="float32"),
        "bool": [True, False, True],
        "boolean": pd.array([True, None, False], "boolean"),
        "text": ["a", None, "=1+1"],
        "string": pd.array(["x", None, ""], "string"),
        "category": pd.Categorical(["b", None, "a"], categories=["b", "a", "c"], ordered=True),
        "ns": pd.to_datetime(["2026-05-01", None, "1969-12-31 23:59:59.123456789"], format="ISO8601").as_unit(
            "ns"
        ),
        "us": pd.to_datetime(["2026-05-01", None, "2026-05-01 12:30:00.5"], format="ISO8601").as_unit("us"),
        "s": pd.to_datetime(["2026-05-01", "1900-01-01", "2100-01-01"]).as_unit("s"),
        "zone": pd.to_datetime(["2026-03-29 00:30", "2026-03-29 01:30", "2026-10-25 00:30"])
        .tz_localize("UTC")
        .tz_convert("Europe/Paris"),
        "span": pd.to_timedelta([1, None, 10**9], "us"),
        "date": [dt.date(2026, 5, 1), None, dt.date(1899, 1, 1)],
    },
    index=pd.Index(["x", "y", "z"], name="key"),
)


def test_a_frame_comes_back_with_its_types_index_and_every_bit() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes(FRAME)))
    pd.testing.assert_frame_equal(frame(host.book), FRAME)
    pd.testing.assert_frame_equal(frame(Workbook.from_container(host.book.to_container())), FRAME)
    pd.testing.assert_frame_equal(frame(replay(host.log)), FRAME)


def test_a_frame_of_mixed_objects_comes_back_mixed() -> None:
    host = Host()
    mixed = pd.DataFrame({"a": [1, "x", True, None, dt.date(2026, 5, 1)]}, dtype=object)
    host.do(s.ReplaceTable(tab="t", data=write_stream(to_table(mixed))))
    assert [row[0] for row in host.values()] == ["a", 1, "x", True, None, 46143]
    with pytest.raises(Invalid, match="holds set objects"):
        to_table(pd.DataFrame({"a": [{1}, 2]}))


@pytest.mark.parametrize("number", [2.0**62, 1e300, -1e12])
def test_a_column_of_dates_takes_a_number_that_is_beyond_all_dates(number: float) -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"n": [number, 2.0]})))
    column = host.book.window("t", 0, 1, (0, 1)).columns[0].id
    host.do(s.SetColumnType(tab="t", column=column, dtype="date"))
    assert host.values()[2][0] == 2
    assert Workbook.from_container(host.book.to_container()).window("t", 0, 3, (0, 1)).columns[0].dtype
    assert frame(host.book)["n"].isna().tolist() == [True, False], "as a text in a column of numbers"


def test_a_text_in_a_column_of_numbers_is_kept_shown_and_missing_in_the_frame() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"n": [1.5, 2.5], "i": [1, 2]})))
    host.put({"A2": "unknown", "B3": 2.5})
    assert host.values() == [["n", "i"], ["unknown", 1], [2.5, 2.5]]
    assert frame(host.book)["n"].isna().tolist() == [True, False]
    assert frame(host.book)["i"].tolist() == [1.0, 2.5]
    host.undo()
    assert str(frame(host.book)["i"].dtype) == "int64"


def test_whole_numbers_that_a_decimal_would_round_refuse_it() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"i": [2**62 + 1, 2]})))
    for op in (
        s.SetCells(tab="t", cells=[(1, 0, 0.5)]),
        s.SetCells(tab="t", cells=[(1, 0, f("=1"))]),
    ):
        with pytest.raises(Invalid, match="change its type first"):
            host.do(op)
    host.put({"A3": 7})
    assert frame(host.book)["i"].tolist() == [2**62 + 1, 7]


def test_a_column_typed_cell_by_cell_has_the_type_of_most_of_its_cells() -> None:
    host = Host()
    host.put({"A1": 1, "A2": 2, "A3": "x", "B1": 1, "B2": 2, "B3": 3, "C1": s.Moment(v="2026-05-01")})
    host.put(
        {"C2": s.Moment(v="2026-05-02"), "C3": s.Moment(v="2026-05-03"), "D1": True, "D2": False, "D3": True}
    )
    kinds = {name: str(kind) for name, kind in frame(host.book).dtypes.items()}
    assert kinds == {"A": "float64", "B": "int64", "C": "datetime64[us]", "D": "bool"}


def test_rows_are_merged_by_key() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"id": ["a", "b"], "n": [1, 2]})))
    host.do(
        s.UpsertRows(
            tab="t", key="id", data=table_bytes({"id": ["b", "c"], "n": [20, 30], "new": [True, False]})
        )
    )
    found = frame(host.book)
    assert found["n"].tolist() == [1, 20, 30]
    assert found["new"].tolist() == [pd.NA, True, False] or found["new"].isna().tolist() == [
        True,
        False,
        False,
    ]
    host.undo()
    pd.testing.assert_frame_equal(frame(host.book), pd.DataFrame({"id": ["a", "b"], "n": [1, 2]}))
    with pytest.raises(Invalid, match="no column called 'x'"):
        host.do(s.UpsertRows(tab="t", key="x", data=table_bytes({"x": [1]})))


def test_a_table_keeps_ids_and_formulas_of_other_tabs_follow_its_columns() -> None:
    host = Host(tabs=("t", "u"))
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"a": [1, 2], "b": [10, 20]})))
    host.put({"A1": "=SUM(T[b])", "A2": "=T!B2", "A3": "=T!A1"}, tab="u")
    assert [row[0] for row in host.values("u")] == [30, 10, "a"]
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"b": [7, 8, 9], "c": [0, 0, 0]})))
    assert [host.value(name, "u") for name in ("A1", "A2", "A3")] == [24, 7, "#REF!"]
    host.undo()
    assert [row[0] for row in host.values("u")] == [30, 10, "a"]


def test_dates_typed_under_an_empty_cell_are_dates() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"a": [1, 2, 3]})))
    host.do(s.SetCells(tab="t", cells=[(s.HEADER, 1, "due"), (1, 1, s.Moment(v="2026-05-01"))]))
    due = frame(host.book)["due"]
    assert str(due.dtype) == "datetime64[us]"
    assert due.dropna().tolist() == [pd.Timestamp("2026-05-01")]


@pytest.mark.parametrize("dtype", ["date32[day][pyarrow]", "datetime64[us]"])
def test_a_number_that_is_no_date_in_a_column_of_dates_is_seen(dtype: str) -> None:
    host = Host()
    days = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]))
    moments = days.dt.date.astype(dtype) if dtype.startswith("date32") else days
    host.do(s.ReplaceTable(tab="t", data=table_bytes(pd.DataFrame({"d": moments, "n": [1, 2, 3]}))))
    host.do(s.SetCells(tab="t", cells=[(0, 0, 1e300), (1, 0, -1e9)]))
    column = host.book.window("t", 0, 4, (0, 1), inputs=True).columns[0]
    assert column.inputs is not None
    assert [type(given).__name__ for given in column.inputs] == ["str", "float", "float", "Moment"]
    for row in range(3):
        host.do(s.SetCells(tab="t", cells=[(row, 0, column.inputs[row + 1])]))
    assert host.book.window("t", 0, 4, (0, 1), inputs=True).columns[0].inputs == column.inputs
