"""Frames and values from Python that are unusual, against a real server."""

import datetime as dt
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openpaas_workspace.client import CellError, Conflict, Invalid, NotFound, Sheet, Workspace, frames
from openpaas_workspace.kit.errors import TooLarge

FRAME = pd.DataFrame({"id": [1, 2, 3]})


@pytest.fixture
def sheet(ws: Workspace, space: str) -> Sheet:
    return ws.create_sheet(f"{space}/Odd", {"2026": FRAME, "Notes": None})


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(5, 8),
        pd.RangeIndex(0, 6, 2),
        pd.RangeIndex(3, name="n"),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]),
    ],
)
def test_an_index_that_counts_or_has_no_names_is_kept(sheet: Sheet, index: pd.Index) -> None:
    frame = pd.DataFrame({"x": [1, 2, 3], "y": [4.0, 5.0, 6.0]}, index=index)
    for _ in range(2):
        sheet.df = frame
        pd.testing.assert_frame_equal(sheet.df, frame)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Two columns are called “a”"),
        (pd.DataFrame({"a": [1j]}), "cannot be written"),
        (pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}), "cannot be written"),
        (pd.DataFrame({"a": ["\ud800"]}, dtype=object), "half a character"),
        (pd.DataFrame({"a": [1, 2]}, index=pd.Index([1, "x"], dtype=object)), "cannot be written"),
        (pd.DataFrame([[1, 2]], columns=[1, "1"]), "Two columns are called “1”"),
        (
            pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])),
            "The columns have 2 levels",
        ),
        (pd.DataFrame([[1, 2]], columns=pd.Index(["\ud800", "b"], dtype=object)), "half a character"),
        (pd.DataFrame({"a": pd.interval_range(0, 2)}), "“a” holds Interval objects"),
        (pd.DataFrame({"a": pd.cut([1, 5, 9], 3)}), "“a” holds Interval objects"),
        (pd.DataFrame({"a": pd.period_range("2026-01", periods=2, freq="M")}), "“a” holds Period objects"),
        (pd.DataFrame({"a": [1, 2]}, index=pd.interval_range(0, 2, name="i")), "“i” holds Interval objects"),
        (
            pd.DataFrame({"a": [1, 2]}, index=pd.period_range("2026-01", periods=2, freq="M", name="p")),
            "“p” holds Period objects",
        ),
        (pd.DataFrame({"a": [b"x", None]}, dtype=object), "“a” holds bytes objects"),
        (pd.DataFrame({"a": [[1], None]}, dtype=object), "“a” holds list objects"),
        (pd.DataFrame({"a": [pd.DataFrame({"b": [1, 2]}), 1]}, dtype=object), "“a” holds DataFrame objects"),
        (pd.Series([1]), "Give a DataFrame: this is a Series"),
        ({"a": [1]}, "Give a DataFrame: this is a dict"),
        (None, "Give a DataFrame: this is a NoneType"),
    ],
)
def test_a_frame_that_no_sheet_holds_is_refused(sheet: Sheet, frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        sheet.df = frame
    assert len(sheet.df) == len(FRAME)


def test_categories_of_nothing_come_back(sheet: Sheet) -> None:
    for frame in (
        pd.DataFrame({"a": pd.Categorical([]), "b": pd.array([], dtype="str")}),
        pd.DataFrame({"a": pd.Categorical(["x", None])}).iloc[1:].reset_index(drop=True),
    ):
        sheet.df = frame
        assert isinstance(sheet.df["a"].dtype, pd.CategoricalDtype)
        assert list(sheet.df.columns) == list(frame.columns)
        assert len(sheet.df) == len(frame)
        assert sheet.df["a"].isna().all()


def test_nothing_is_half_made(ws: Workspace, space: str, sheet: Sheet) -> None:
    bad = pd.DataFrame([[1, 2]], columns=["a", "a"])
    long = pd.DataFrame({"a": ["x" * 40_000]})
    for tabs in (
        {"good": FRAME, "bad": bad},
        {"good": FRAME, "long": long},
        {"a/b": None},
        bad,
        ["x", "X"],
        [],
    ):
        with pytest.raises((Invalid, Conflict, TooLarge)):
            ws.create_sheet(f"{space}/Half", tabs)
    ws.create_sheet(f"{space}/Half", FRAME)
    for frame in (bad, long, FRAME["id"]):
        with pytest.raises((Invalid, TooLarge)):
            sheet["new"] = frame
    assert sheet.tabs == ["2026", "Notes"]
    sheet[1] = FRAME
    pd.testing.assert_frame_equal(sheet["Notes"].df, FRAME)
    with pytest.raises(NotFound):
        sheet[2] = FRAME
    assert ws.create_sheet(f"{space}/One", "Only").tabs == ["Only"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([[1, 2], 3], "some are lists"),
        ([1, [2]], "some are lists"),
        ([b"ab", b"c"], "cannot hold bytes"),
        ("\ud800", "half a character"),
        ("=\ud800", "half a character"),
        (10**400, "infinite"),
        (np.zeros((2, 2, 2)), "cannot hold list"),
    ],
)
def test_what_no_cells_hold_is_refused_with_a_sentence(sheet: Sheet, value: object, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        sheet["Notes"]["A1"] = value


def test_a_cell_takes_one_value(sheet: Sheet) -> None:
    cell, noon = sheet["Notes"]["B2"], dt.datetime.fromisoformat("2026-05-01T12:00+02:00")
    for many in (np.array([1, 2]), pd.Series([1, 2]), pd.Series([], dtype="int64")):
        with pytest.raises(Invalid, match="cannot hold"):
            cell.value = many  # type: ignore[union-attr]  # (B2 is one cell)
    for given, held in (
        (2**53, 2**53),
        (10**30, 1e30),
        (-(2**64), -(2.0**64)),
        (Decimal("NaN"), None),
        (pd.Timestamp("2026-05-01 12:00", tz="Europe/Paris"), noon.astimezone().replace(tzinfo=None)),
        (pd.Timestamp("2026-05-01 12:00:00.5"), dt.datetime.fromisoformat("2026-05-01T12:00:00.5")),
    ):
        sheet["Notes"]["A1"] = given
        assert sheet["Notes"]["A1"].value == held


def test_what_newcomers_ask_is_understood_or_refused_with_a_sentence(
    ws: Workspace, space: str, sheet: Sheet, tmp_path: Path
) -> None:
    tab: Any = sheet[0]
    for address in (0, None, (0, 1), slice(1, 2)):
        with pytest.raises(Invalid, match="is no address of cells"):
            tab[address]
    assert list(tab.read("id").columns) == ["id"]
    tab.protect("A:A", "bob")
    assert sheet.protections["members"].tolist() == [["bob"]]
    for name in ("a", "a.pdf", "a.sheet"):
        with pytest.raises(Invalid, match="csv, tsv, jsonl"):
            sheet.export(tmp_path / name)
    for ask in (lambda: tab.find("\ud800"), lambda: tab.rename("\ud800"), lambda: ws.stat("\ud800")):
        with pytest.raises(Invalid, match="half a character"):
            ask()


def test_more_cells_than_there_can_be_are_not_tried(sheet: Sheet) -> None:
    tab = sheet["Notes"]
    for value in (5, "=B1*2"):
        with pytest.raises(Invalid):
            tab["A1:XFD1048576"] = value
    for ask in (tab.__getitem__, tab.formulas):
        with pytest.raises(Invalid, match="read the tab as a DataFrame"):
            ask("A1:XFD1048576")


def test_odd_objects_become_cells(sheet: Sheet) -> None:
    odd = [Decimal("1.5"), dt.timedelta(hours=12), 2**70, "a", float("inf"), float("-inf"), None]
    sheet.df = pd.DataFrame({"x": odd}, dtype=object)
    found = sheet.read(odd="keep")["x"].tolist()
    assert found == [1.5, 0.5, 2.0**70, "a", "#NUM!", "#NUM!", None]
    assert isinstance(found[4], CellError)


def test_columns_are_chosen_whatever_they_are_called(sheet: Sheet) -> None:
    names = ["a,b", 'c"d', "e\nf", "  g "]
    sheet.df = pd.DataFrame({name: [1, 2] for name in names})
    for name in names:
        assert list(sheet[0].read([name]).columns) == [name]
    assert list(sheet[0].read(names[::-1]).columns) == names[::-1]
    assert sheet[0].read([]).shape == (2, 0)
    with pytest.raises(NotFound, match="no column called"):
        sheet[0].read(["a"])


def test_a_frame_is_of_one_state_though_others_write(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = sheet["Notes"]
    tab.df = pd.DataFrame({"x": [1, "odd", 3]}, dtype=object)
    fetch, times = frames.fetch, []

    def disturbed(*args: Any, **more: Any) -> Any:
        times.append(1)
        if len(times) in {2, 4}:
            monkeypatch.undo()
            tab[f"A{4 + len(times)}"] = len(times)
            monkeypatch.setattr(frames, "fetch", disturbed)
        return fetch(*args, **more)

    monkeypatch.setattr(frames, "fetch", disturbed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert tab.df["x"].dropna().tolist() == [1, 3, 2, 4]


def test_what_numpy_and_python_count_otherwise(sheet: Sheet) -> None:
    tab = sheet["Notes"]
    noon = np.datetime64("2026-05-01T12:00:00.000000000", "ns")
    tab["A1"] = noon
    tab["A2"] = np.array([noon, noon])
    tab["A4"] = np.timedelta64(6 * 3600 * 10**9, "ns")
    assert [tab[f"A{row}"].value for row in (1, 2, 3)] == [dt.datetime.fromisoformat("2026-05-01T12:00")] * 3
    assert tab["A4"].value == 0.25
    for value in (float("inf"), Decimal("-Infinity"), np.float64("inf")):
        with pytest.raises(Invalid, match="infinite"):
            tab["A1"] = value
    tab["A5"] = float("nan")
    assert tab["A5"].value is None


def test_a_number_with_words_behind_it_is_no_date(sheet: Sheet) -> None:
    tab = sheet["Notes"]
    tab.df = pd.DataFrame({"x": [3.5, 4.5]})
    tab["B2"], tab["B3"] = 3, 4
    for number in ('0 "days a year"', "0\\d\\y", '[$d y] 0.00"yd"'):
        tab.format("A1:B3", number=number)
        assert tab["B2"].value == 3
        assert tab.df.iloc[:, 1].tolist() == [3, 4]
    tab.format("B1:B3", number='"le" dd/mm/yyyy')
    assert tab["B2"].value == dt.date(1900, 1, 2)


def test_formulas_are_formulas_in_large_blocks_too(sheet: Sheet) -> None:
    rows = [[place, f"=A{place + 1}*2", "'12", "TRUE", "3.5"] for place in range(3_000)]
    rows[1][2], rows[2][2], rows[3][2] = "", None, CellError("#N/A")
    tab = sheet["Notes"]
    tab["A1"] = rows
    assert [tab[f"B{row}"].value for row in (1, 3_000)] == [0, 5_998]
    assert tab["B3000"].formula == "=A3000*2"
    assert [tab[f"C{row}"].value for row in (1, 2, 3, 4)] == ["'12", None, None, "#N/A"]
    assert [tab[f"{column}9"].value for column in "DE"] == ["TRUE", "3.5"]
