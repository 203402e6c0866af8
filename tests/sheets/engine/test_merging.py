"""Rows of a table are merged by a key."""

from typing import Any

import pandas as pd
import pytest

from openpaas_workspace.sheets import schemas as s
from tests.sheets.host import Host, frame, replay, same, table_bytes


def merged(host: Host, rows: pd.DataFrame) -> dict[str, list[Any]]:
    host.do(s.UpsertRows(tab="t", key="k", data=table_bytes(rows)))
    return {str(name): values for name, values in frame(host.book).to_dict("list").items()}


@pytest.fixture
def host() -> Host:
    made = Host()
    made.do(s.ReplaceTable(tab="t", data=table_bytes({"k": ["a", "b"], "v": [1, 2]})))
    return made


def test_a_key_that_comes_twice_is_one_row_and_is_taken_back(host: Host) -> None:
    twice = pd.DataFrame({"k": ["c", "a", "c", "a", "d"], "v": [3, 4, 5, 6, 7]})
    wanted = {"k": ["a", "b", "c", "d"], "v": [6, 2, 5, 7]}
    assert merged(host, twice) == wanted
    assert merged(host, twice) == wanted
    same(host.book, replay(host.log))
    host.undo()
    host.undo()
    assert frame(host.book).to_dict("list") == {"k": ["a", "b"], "v": [1, 2]}
    host.redo()
    assert frame(host.book).to_dict("list") == wanted


def test_long_numbers_are_told_apart() -> None:
    host = Host()
    ids = [2**53, 2**53 + 1, 2**53 + 2, 1_234_567_890_123_456_789]
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"k": ids, "v": [1, 2, 3, 4]})))
    rows = pd.DataFrame({"k": [2**53 + 1, ids[3] + 1, ids[3]], "v": [20, 50, 40]})
    assert merged(host, rows) == {"k": [*ids, ids[3] + 1], "v": [1, 20, 3, 40, 50]}


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_moments_of_any_unit_are_keys(unit: str) -> None:
    host = Host()
    first = pd.to_datetime(["2026-01-01 10:00:00", "2026-01-02 11:30:00"])
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"k": first.as_unit("us"), "v": [1, 2]})))
    rows = pd.DataFrame({"k": first[1:].as_unit(unit), "v": [3]})
    assert merged(host, rows)["v"] == [1, 3]


def test_whole_and_other_numbers_are_one_key_and_texts_are_others() -> None:
    host = Host()
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"k": [1, 2], "v": [1, 2]})))
    assert merged(host, pd.DataFrame({"k": [2.0, 2.5], "v": [5, 6]}))["v"] == [1, 5, 6]
    assert merged(host, pd.DataFrame({"k": ["2"], "v": [7]}))["v"] == [1, 5, 6, 7]
