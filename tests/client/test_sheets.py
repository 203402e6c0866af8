"""Sheets from Python, against a real server: frames with their types, cells, formulas, watching, files."""

import datetime as dt
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openpaas_workspace.client import CellError, Conflict, Forbidden, Invalid, NotFound, Sheet, Workspace
from tests.client.cutter import Cutter
from tests.conftest import Server

Make = Callable[[str], Workspace]
FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "prix": [1.5, 2.5, None],
        "nom": ["a", "é", None],
        "le": pd.to_datetime(["2026-01-01", "2026-02-03", None]),
    }
)
TIMES = pd.to_datetime(["2026-01-01 12:30:00.123456", "1999-12-31 00:00:00.000000"])
DTYPES: dict[str, Any] = {
    **{
        name: pd.array([1, 2], dtype=name)
        for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
    },
    "uint64": pd.array([1, 2**63 + 1], dtype="uint64"),
    "int64 large": pd.array([-(2**63), 2**63 - 1], dtype="int64"),
    "float32": pd.array([1.5, 2.5], dtype="float32"),
    "float64": pd.array([0.1, np.nan], dtype="float64"),
    "bool": [True, False],
    **{
        name: pd.array([1, None], dtype=name)
        for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
    },
    "Float32": pd.array([1.5, None], dtype="Float32"),
    "Float64": pd.array([0.1, None], dtype="Float64"),
    "boolean": pd.array([True, None], dtype="boolean"),
    "str": pd.array(["a", None], dtype="str"),
    "string": pd.array(["=1+1", None], dtype="string"),
    "category": pd.Categorical(["b", "a"], categories=["b", "a", "c"], ordered=True),
    **{f"datetime64[{unit}]": TIMES.floor("s").as_unit(unit) for unit in ("s", "ms", "us", "ns")},
    "datetime64[us, Europe/Paris]": TIMES.tz_localize("Europe/Paris"),
    **{
        f"timedelta64[{unit}]": pd.to_timedelta([1, -90], unit="s").as_unit(unit)
        for unit in ("s", "ms", "us", "ns")
    },
}


@pytest.fixture
def sheet(ws: Workspace, space: str) -> Sheet:
    return ws.create_sheet(f"{space}/Budget", {"2026": FRAME, "Notes": None})


def test_a_frame_comes_back(sheet: Sheet) -> None:
    assert sheet.tabs == ["2026", "Notes"]
    pd.testing.assert_frame_equal(sheet.df, FRAME)
    pd.testing.assert_frame_equal(sheet["2026"].df, FRAME)
    more = FRAME.assign(prix=[1, 2, 3], neuf="x")
    sheet.df = more
    pd.testing.assert_frame_equal(sheet.df, more)
    assert sheet.undo() == 0
    pd.testing.assert_frame_equal(sheet.df, FRAME)
    sheet.redo()
    pd.testing.assert_frame_equal(sheet.df, more)


def test_every_dtype_comes_back(ws: Workspace, space: str) -> None:
    frame = pd.DataFrame(DTYPES)
    back = ws.create_sheet(f"{space}/Types", frame).df
    pd.testing.assert_frame_equal(back, frame)
    assert dict(back.dtypes) == dict(frame.dtypes)


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["x", "y"], name="clé"),
        pd.Index(["x", "y"]),
        pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["lettre", "numéro"]),
        pd.DatetimeIndex(TIMES, name="le"),
    ],
    ids=["named", "unnamed", "two levels", "dates"],
)
def test_the_index_is_kept(ws: Workspace, space: str, index: pd.Index) -> None:
    frame = pd.DataFrame({"a": [1, 2]}, index=index)
    pd.testing.assert_frame_equal(ws.create_sheet(f"{space}/Index", frame).df, frame, check_freq=False)


def test_empty_frames_come_back(sheet: Sheet) -> None:
    sheet.df = FRAME.iloc[:0]
    assert list(sheet.df.columns) == list(FRAME.columns)
    assert len(sheet.df) == 0


def test_cells_and_formulas(sheet: Sheet) -> None:
    tab = sheet["2026"]
    tab["B2"] = 3
    tab["E2"] = "=B2*2"
    assert tab["B2"].value == 3
    assert tab["E2"].value == 6
    assert tab["E2"].formula == "=B2*2"
    assert tab["B2"].formula is None
    tab["E2:E4"] = "=B2*10"
    assert tab.formulas("E:E")["E"].tolist() == ["=B2*10", "=B3*10", "=B4*10"]
    assert tab["E2:E3"].to_dict("list") == {"E": [30, 25]}
    tab["G1"] = [
        ["texte", True],
        [dt.date(2026, 5, 1), None],
        [np.float64(2.5), pd.Timestamp("2026-05-01 12:30")],
    ]
    assert tab["G2"].value == dt.date(2026, 5, 1)
    assert tab["H3"].value == dt.datetime.fromisoformat("2026-05-01T12:30")
    tab["G4"] = "=1/0"
    assert isinstance(tab["G4"].value, CellError)
    assert tab["G4"].value == "#DIV/0!"
    tab["G4"].value = None
    assert tab["G4"].value is None
    assert tab["A1"].value == "id"
    tab.clear("G2:H4")
    assert tab["G2:H4"].isna().all().all()
    assert tab.find("é") == ["C3"]


def test_a_block_of_more_cells_than_one_change_writes_one_by_one(sheet: Sheet) -> None:
    tab = sheet["Notes"]
    block = pd.DataFrame(np.arange(30_000).reshape(-1, 3))
    tab["B3"] = block
    assert tab["B3:D10002"].to_numpy().tolist() == block.to_numpy().tolist()


@pytest.mark.parametrize("address", ["", "1A", "A0", "A1:B", "A1:B2:C3", "ZZZZ1", "A9999999"])
def test_no_addresses(sheet: Sheet, address: str) -> None:
    with pytest.raises(Invalid):
        sheet["2026"][address]


def test_what_does_not_fit_is_refused(sheet: Sheet) -> None:
    tab = sheet["Notes"]
    with pytest.raises(Invalid):
        tab["A1:B2"] = [[1, 2, 3]]
    with pytest.raises(Invalid):
        tab["A1"] = object()
    with pytest.raises(Invalid):
        tab["A1"] = "=SUM("
    with pytest.raises(NotFound):
        sheet["nowhere"]
    with pytest.raises(Invalid):
        sheet.df = pd.DataFrame({"a": [object()]})


def test_rows_are_merged_by_a_key(sheet: Sheet) -> None:
    sheet["2026"].upsert(pd.DataFrame({"id": [2, 9], "prix": [7.0, 8.0]}), key="id")
    found = sheet.df
    assert found["id"].tolist() == [1, 2, 3, 9]
    assert found["prix"].tolist()[1:4:2] == [7.0, 8.0]
    assert found["nom"].tolist()[:2] == ["a", "é"]


def test_a_text_among_numbers_has_a_policy(sheet: Sheet) -> None:
    tab = sheet["2026"]
    tab["B3"] = "gratuit"
    with pytest.warns(UserWarning, match=r"1 .*prix"):
        assert tab.df["prix"].isna().tolist() == [False, True, True]
    assert tab.read(odd="keep")["id"].dtype == "int64"
    assert tab.read(odd="keep")["prix"].tolist() == [1.5, "gratuit", None]
    with pytest.raises(Invalid, match="prix"):
        tab.read(odd="raise")


def test_a_tab_filled_by_hand_has_its_first_row_as_names(sheet: Sheet) -> None:
    tab = sheet["Notes"]
    tab["A1"] = [
        ["Nom", "Âge", "Né le", "Ok"],
        ["Zoé", 3, dt.date(2020, 1, 1), True],
        ["Bob", 4, None, False],
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = tab.df
    assert found.to_dict("list") == {
        "Nom": ["Zoé", "Bob"],
        "Âge": [3, 4],
        "Né le": [pd.Timestamp("2020-01-01"), pd.NaT],
        "Ok": [True, False],
    }
    assert list(tab.read(header=False, odd="keep").columns) == ["A", "B", "C", "D"]


def test_tabs_come_and_go(sheet: Sheet) -> None:
    sheet["Neuf"] = FRAME
    assert sheet.tabs == ["2026", "Notes", "Neuf"]
    sheet["Neuf"].rename("Vieux")
    pd.testing.assert_frame_equal(sheet["Vieux"].df, FRAME)
    del sheet["Vieux"]
    assert "Vieux" not in sheet
    assert [tab.name for tab in sheet] == ["2026", "Notes"]


def test_formats_names_and_panes(sheet: Sheet) -> None:
    tab = sheet["2026"]
    tab.format("B:B", "0.00 €", bold=True)
    tab.format("A2:A3", "dd/mm/yyyy")
    assert tab["A2"].value == dt.date(1899, 12, 31)
    sheet.define("taux", "='2026'!$B$2")
    assert sheet.names == {"taux": "='2026'!$B$2"}
    tab["F2"] = "=taux*2"
    assert tab["F2"].value == 3
    tab.freeze(1)
    assert "2026" in repr(sheet)
    assert "prix" in tab._repr_html_()
    assert "Notes" in sheet._repr_html_()


def test_who_may_what(sheet: Sheet, workspace: Make) -> None:
    reader, editor = workspace("carol").sheet(sheet.path), workspace("bob").sheet(sheet.path)
    with pytest.raises(Forbidden):
        reader["2026"]["B2"] = 1
    editor["2026"]["B2"] = 1
    protection = sheet["2026"].protect("B:B", ["alice"])
    with pytest.raises(Forbidden):
        editor["2026"]["B2"] = 2
    editor["2026"]["C2"] = "libre"
    listed = editor.protections
    assert listed[["id", "tab", "address", "by"]].values.tolist() == [[protection, "2026", "B:B", "alice"]]
    assert listed["members"].tolist() == [["alice"]]
    with pytest.raises(Invalid):
        sheet["2026"].protect("C2", ["everyone"])
    sheet["2026"].unprotect(protection)
    cells, whole = sheet["2026"].protect("B2:C3", []), sheet["2026"].protect(None, ["bob"])
    assert dict(zip(sheet.protections["id"], sheet.protections["address"], strict=True)) == {
        cells: "B2:C3",
        whole: "",
    }
    with pytest.raises(Forbidden):
        editor["2026"]["B2"] = 2
    for one in (cells, whole):
        sheet["2026"].unprotect(one)
    editor["2026"]["B2"] = 2
    assert sheet["2026"]["B2"].value == 2
    with pytest.raises(NotFound):
        workspace("dave").sheet(sheet.path)
    with pytest.raises(Conflict):
        sheet.workspace.create_sheet(sheet.path)


def test_changes_are_watched_and_none_is_lost_over_a_cut_wire(
    sheet: Sheet, workspace: Make, cutter: Cutter, tokens: dict[str, str]
) -> None:
    far = Workspace(cutter.url, tokens["alice"]).sheet(sheet.id)
    tab, bob = sheet["2026"], workspace("bob").sheet(sheet.id)
    stream = far.watch(seconds=60)
    threading.Timer(1, bob["2026"].__setitem__, ("B2", 5)).start()
    first = next(stream)
    assert (first.who, first.kind, first.cells, first.mine) == ("bob", "set_cells", {"2026": ["B2"]}, False)
    cutter.after_got.append(1)  # the next bytes from the server never come
    threading.Timer(0.5, tab.__setitem__, ("C2", "lost?")).start()
    second = next(stream)
    assert second.kind == "missed" or second.cells == {"2026": ["C2"]}
    assert second.seq > first.seq
    stream.close()
    assert [change.kind for change in far.watch(since=first.seq, seconds=2)] == ["missed"]
    assert list(far.watch(seconds=0.5)) == []


def test_a_change_whose_answer_is_lost_is_made_once(
    sheet: Sheet, cutter: Cutter, tokens: dict[str, str]
) -> None:
    far = Workspace(cutter.url, tokens["alice"]).sheet(sheet.id)
    before = sheet.refresh()
    places = far["2026"]
    places["A1"].value  # noqa: B018
    cutter.after_got.append(1)
    far.write(FRAME.assign(nom="une fois"))
    assert cutter.cuts == 1
    assert sheet.refresh() == before + 1
    assert sheet.df["nom"].tolist() == ["une fois"] * 3


def test_a_large_frame_is_one_change_with_a_bar(sheet: Sheet, capsys: pytest.CaptureFixture[str]) -> None:
    large = pd.DataFrame({name: np.random.default_rng(0).random(200_000) for name in "abcdefgh"})
    before = sheet.refresh()
    sheet.df = large
    assert sheet.refresh() == before + 1
    pd.testing.assert_frame_equal(sheet.df, large)
    assert "100%" in capsys.readouterr().err


def test_files_in_and_out(ws: Workspace, space: str, sheet: Sheet, tmp_path: Path) -> None:
    plain = FRAME.astype({"nom": "str"})
    for form in ("csv", "tsv", "jsonl", "parquet", "arrow", "xlsx", "ods"):
        saved = sheet.export(tmp_path / f"budget.{form}", locale="fr")
        ws.upload(saved, f"{space}/budget.{form}")
        back = ws.import_sheet(f"{space}/budget.{form}").df
        pd.testing.assert_frame_equal(back, plain, check_dtype=False)
    assert pd.read_csv(tmp_path / "budget.csv", sep=";", decimal=",")["prix"].tolist()[:2] == [1.5, 2.5]
    names = set(ws.files(space)["name"])
    assert {"budget 1.sheet", "budget 7.sheet"} <= names
    with pytest.raises(Conflict):
        ws.import_sheet(f"{space}/budget.csv", f"{space}/budget.sheet")
    ws.write(f"{space}/bad.xlsx", b"PK\x03\x04 no")
    with pytest.raises(Invalid, match="damaged"):
        ws.import_sheet(f"{space}/bad.xlsx")
    with pytest.raises(Invalid):
        sheet.export(tmp_path / "budget.pdf")


def test_a_script_elsewhere_needs_a_scope(server: Server, sheet: Sheet) -> None:
    from tests.client.conftest import token_of

    narrow = Workspace(server.url, token_of(server, "alice", "files:read")).sheet(sheet.id)
    assert len(narrow.df) == 3
    with pytest.raises(Forbidden):
        narrow["2026"]["B2"] = 1
