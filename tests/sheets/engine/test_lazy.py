"""A workbook whose columns are read when they are needed is the one that is read at once, at every moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import hypothesis.strategies as st
import msgspec
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine import container, lazy
from openpaas_workspace.sheets.engine.errors import Unread
from openpaas_workspace.sheets.engine.workbook import Workbook
from openpaas_workspace.sheets.schemas.calls import Record
from openpaas_workspace.sheets.service.bench import Bench
from openpaas_workspace.sheets.service.records import OP
from openpaas_workspace.sheets.service.worker import answer
from tests.conftest import examples
from tests.sheets.engine.test_frames import FRAME
from tests.sheets.engine.test_rubbish import ops, sent
from tests.sheets.host import Host, everything, same, table_bytes

FIRST = 4
READER = ("ann", True)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "_MANY", 1)
    monkeypatch.setattr(lazy, "FIRST", FIRST)


def host(*, formulas: bool = True) -> Host:
    """All types, odd cells among them, formulas, a row that was moved."""
    made = Host()
    rows = pd.concat([FRAME] * 5)
    rows["double"] = [0.5, np.inf, np.nan, -1.0, 2.0] * 3
    made.do(s.ReplaceTable(tab="t", data=table_bytes(rows.reset_index())))
    if formulas:
        made.put(
            {"B2": "odd", "B12": "odder", "G3": True, "I10": 5, "J3": None, "W2": "=SUM(B:B)", "X2": "=B2"}
        )
        made.do(s.FillFormula(tab="t", column=30, first=3, last=9, text="=F4&A4"))
        made.do(s.MoveRows(tab="t", first=2, last=3, before=0))
    return made


@cache
def begun() -> bytes:
    """The container of `host`."""
    return host().book.to_container()


def waiting(book: Workbook) -> int:
    """Columns that are not read yet."""
    return sum(column.lazy is not None for tab in book.tabs for column in tab.columns.values())


def opened(data: bytes) -> Workbook:
    return Workbook.from_container(data, lazy=True)


def test_the_first_rows_are_shown_before_the_others_are_read() -> None:
    made = host(formulas=False)
    book = opened(made.book.to_container())
    columns = waiting(book)
    assert columns == len(made.book.tabs[0].columns) > 15
    shown = book.window("t", 0, FIRST + 1, (0, 40), inputs=True)
    assert waiting(book) == columns
    assert shown == Workbook.from_container(made.book.to_container()).window(
        "t", 0, FIRST + 1, (0, 40), inputs=True
    )
    # One row more is not among them; only its column is read.
    one = book.window("t", FIRST + 1, FIRST + 2, (3, 4))
    assert one.columns[0].values == made.book.window("t", FIRST + 1, FIRST + 2, (3, 4)).columns[0].values
    assert waiting(book) == columns - 1
    same(book, made.book)
    assert waiting(book) == 0


def test_odd_cells_and_formulas_are_shown_and_what_formulas_need_is_read() -> None:
    made = host()
    book = opened(made.book.to_container())
    before = waiting(book)
    assert 0 < before < len(made.book.tabs[0].columns)
    for top, bottom in ((0, 3), (1, FIRST + 1), (0, 2)):
        shown = made.book.window("t", top, bottom, (0, 40), inputs=True)
        assert book.window("t", top, bottom, (0, 40), inputs=True) == shown
    assert waiting(book) == before
    assert everything(book) == everything(made.book)


def test_it_is_read_on_column_by_column_and_then_no_more() -> None:
    made = host()
    book = opened(made.book.to_container())
    for left in reversed(range(waiting(book))):
        assert book.book.read_on()
        assert waiting(book) == left
    assert not book.book.read_on()
    same(book, made.book)


def test_small_tables_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "_MANY", 100)
    assert waiting(opened(host().book.to_container())) == 0


def test_what_is_weighed_before_it_is_read_weighs_about_the_same() -> None:
    numbers = {f"n{number}": np.random.default_rng(number).random(5000) for number in range(4)}
    made = Host()
    made.do(s.ReplaceTable(tab="t", data=table_bytes(numbers | {"i": np.arange(5000, dtype="int16")})))
    assert opened(made.book.to_container()).nbytes == made.book.nbytes


@settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(ops, st.sampled_from(["ann", "bob"]), st.integers(-1, 5)), max_size=6),
    st.integers(0, 4),
)
def test_whatever_is_done_to_it_nobody_sees_a_difference(steps: list[Any], read: int) -> None:
    data = begun()
    both = [Host(tabs=()), Host(tabs=())]
    both[0].book, both[1].book = opened(data), Workbook.from_container(data)
    for op, author, back in steps:
        arrived = sent(op)
        if arrived is None:
            continue
        done = [said(one, arrived, author, back) for one in both]
        assert done[0] == done[1]
        for _ in range(read):
            both[0].book.book.read_on()
    same(*(one.book for one in both))


def said(one: Host, op: Any, author: str, back: int) -> Any:
    try:
        change = one.undo(author) if back == 5 else one.do(op, author)
    except WorkspaceError as error:
        return type(error), str(error)
    return change


# when it cannot be read


@contextmanager
def short() -> Iterator[None]:
    """There is no memory for columns."""
    with pytest.MonkeyPatch.context() as patch:

        def read(*_: Any, **__: Any) -> Any:
            raise MemoryError

        patch.setattr(pq.ParquetFile, "read", read)
        yield


def record(op: s.MemberOp) -> bytes:
    raw = msgspec.Raw(msgspec.msgpack.encode(op))
    return msgspec.msgpack.encode(Record(client="c", n=1, base_seq=0, now=46_000.0, seed=1, op=raw))


def test_a_change_for_which_a_column_cannot_be_read_is_not_to_blame() -> None:
    data = host(formulas=False).book.to_container(undo=True)
    change = record(s.SetCells(tab="t", cells=[(7, 2, 5)]))
    bench = Bench()
    seq = bench.open("it", data, [])[1]
    with short():
        # As 413 it were void for ever, and as one that cannot be taken too.
        good, problem = answer(bench, "apply", ["it", seq + 1, "ann", OP, change])
        assert (good, problem["status"], problem["class"]) == (False, 503, "Unavailable")
        with pytest.raises(Unread):
            Bench().open("other", data, [(seq + 1, "ann", OP, change)])


def test_what_cannot_be_read_in_between_is_read_when_it_is_needed() -> None:
    made = host(formulas=False)
    bench = Bench()
    bench.open("it", made.book.to_container(undo=True), [])
    where = ("t", 0, FIRST + 1, 0, 40)
    with short():
        shown = bench.window("it", where, None, False, READER)
        assert not bench.read_on()
        assert not bench.begun
        with pytest.raises(Unread):
            bench.window("it", ("t", 0, FIRST + 2, 0, 40), None, False, READER)
    assert bench.window("it", where, None, False, READER) == shown
    same(bench.books["it"], made.book)


def test_a_process_reads_on_until_all_is_read_or_the_sheet_is_closed() -> None:
    data = host().book.to_container(undo=True)
    bench = Bench()
    for key in ("one", "two"):
        bench.open(key, data, [])
    assert bench.read_on()
    bench.close("one")
    while bench.read_on():
        pass
    assert waiting(bench.books["two"]) == 0
    assert not bench.begun


def test_what_is_no_snapshot_of_this_server_is_read_at_once() -> None:
    data = host().book.to_container()
    assert Bench().accepted(data) == data
    with short(), pytest.raises(MemoryError):
        Bench().accepted(data)
