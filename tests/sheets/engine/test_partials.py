"""Sums of high columns: only stretches that were written are added again, and the result is that of adding all of them."""

import gc
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine import journal
from openpaas_workspace.sheets.engine.functions import criteria
from openpaas_workspace.sheets.engine.values import Block, Mask
from tests.conftest import examples
from tests.sheets.host import Host, table_bytes

ROWS = 200
FORMULAS = (
    "=SUM(A:A)", "=SUM(A3:A190)", "=AVERAGE(B:B)", "=SUM(A:B)", "=SUM(C:C)", '=SUMIFS(B:B,A:A,">5")',
    '=SUMIF(A2:A150,"<3")', '=AVERAGEIFS(B:B,A:A,">=2",C:C,"x")', '=COUNTIFS(A:A,">5",C:C,"<>y")', '=COUNTIF(C:C,"")',
    '=MAXIFS(B:B,C:C,"x")', '=MINIFS(B5:B180,A5:A180,"<>0")', "=SUMIF(C:C,TRUE,A:A)", "=SUMIF(C:C,1,A:A)",
    '=COUNTIF(A:A,"a")', '=SUMIFS(A:A,B:B,">"&F1)', "=SUMIFS(B:B,D:D,4)",
)  # fmt: skip
VALUES = (0.1, 3.0, 7.25, -2.0, 1e16, None, "x", "y", "", True, False, "3", 1.0)


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "STRETCH", 16)


def made(*, header: bool) -> Host:
    host = Host()
    dice = np.random.default_rng(5)
    frame = {
        "a": np.round(dice.random(ROWS) * 10, 2),
        "b": np.round(dice.random(ROWS) * 10, 1),
        "c": dice.choice(["x", "y", "z"], ROWS),
    }
    if header:
        host.do(s.ReplaceTable(tab="t", data=table_bytes(frame)))
    else:
        cells = [
            (row, place, values[row].item())
            for place, values in enumerate(frame.values())
            for row in range(ROWS)
        ]
        host.do(s.SetCells(tab="t", cells=cells))
    host.do(s.FillFormula(tab="t", column=3, first=0, last=ROWS - 1, text="=ROUND(A2,0)"))
    host.put({f"F{row}": text for row, text in enumerate(FORMULAS, 2)})
    return host


def results(host: Host) -> list[Any]:
    return [host.value(f"F{row}") for row in range(2, len(FORMULAS) + 2)]


cell = st.tuples(st.integers(0, 220), st.integers(0, 3), st.sampled_from(VALUES))
step = st.one_of(
    st.lists(cell, min_size=1, max_size=4, unique_by=lambda item: item[:2]),
    st.sampled_from(["undo", "insert", "delete", "sort", "rename", "type"]),
)


def take(host: Host, what: Any) -> None:
    if isinstance(what, list):
        host.do(s.SetCells(tab="t", cells=what))
    elif what == "undo":
        host.undo()
    elif what == "insert":
        host.do(s.InsertRows(tab="t", before=host.row(20), count=3))
    elif what == "delete":
        host.do(s.DeleteRows(tab="t", first=host.row(40), last=host.row(42)))
    elif what == "sort":
        host.do(s.SortRows(tab="t", keys=[s.SortKey(column=0)]))
    elif what == "rename":
        host.do(s.RenameColumn(tab="t", column=0, name="x"))
    else:
        host.do(s.SetColumnType(tab="t", column=1, dtype="float64"))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.booleans(), st.lists(step, max_size=12))
def test_what_was_kept_gives_what_adding_all_of_it_gives(header: bool, steps: list[Any]) -> None:
    host = made(header=header)
    for what in steps:
        try:
            take(host, what)
        except WorkspaceError:
            continue
        at_once = results(host)
        host.book.recalculate()
        assert at_once == results(host)
        take(host, [(3, 1, 4.0)])


def test_an_edit_looks_at_its_stretch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    host = made(header=True)
    seen: list[int] = []
    ask = criteria.Criterion.mask

    def mask(self: criteria.Criterion, block: Block) -> Mask:
        seen.append(block.shape[0])
        return ask(self, block)

    monkeypatch.setattr(criteria.Criterion, "mask", mask)
    host.put({"G2": '=SUMIFS(B:B,A:A,">5.5")'})
    assert max(seen) > ROWS
    seen.clear()
    host.put({"A100": 6.5})
    assert seen
    assert max(seen) == 16


def test_many_questions_have_the_digits_of_one() -> None:
    host = made(header=False)
    names = ("x", "y", "z") * 4
    host.put({f"H{row}": name for row, name in enumerate(names, 1)})
    host.do(s.FillFormula(tab="t", column=8, first=0, last=len(names) - 1, text="=SUMIFS(A:A,C:C,H1)"))
    host.do(s.FillFormula(tab="t", column=9, first=0, last=len(names) - 1, text="=AVERAGEIFS(A:A,C:C,H1)"))
    for row, name in enumerate(names[:3], 1):
        host.put({"K1": f'=SUMIFS(A:A,C:C,"{name}")', "K2": f'=AVERAGEIFS(A:A,C:C,"{name}")'})
        assert (host.value(f"I{row}"), host.value(f"J{row}")) == (host.value("K1"), host.value("K2"))


def test_what_is_kept_keeps_no_journal_that_is_over() -> None:
    host = made(header=True)
    host.put({"F40": '=SUMIFS(A:A,B:B,">5")', "F41": '=SUMIFS(B:B,A:A,">5")'})
    gc.collect()
    before = sum(isinstance(one, journal.Journal) for one in gc.get_objects())
    for turn in range(20):
        for column in (0, 1):
            host.do(s.SetColumnType(tab="t", column=column, dtype=["float64", ""][turn % 2]))
        host.put({"A5": turn})
    gc.collect()
    assert sum(isinstance(one, journal.Journal) for one in gc.get_objects()) <= before + 4
