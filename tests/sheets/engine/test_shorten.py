"""A log made short: at every number that stays the state is what it was, values included."""

from typing import Any

import hypothesis.strategies as st
import msgspec
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.schema import decode
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.shorten import Shortener, fused
from openpaas_workspace.sheets.engine.workbook import Workbook
from openpaas_workspace.sheets.schemas.calls import Record
from openpaas_workspace.sheets.service import records
from openpaas_workspace.sheets.service.records import MERGED, OP, Row
from tests.conftest import examples
from tests.sheets.engine.test_log import run, small, step
from tests.sheets.host import Host, everything, f

_pack = msgspec.msgpack.Encoder().encode
cells = st.tuples(
    st.sampled_from([0, 1, 2, 10, 16, 17, 25, 27]),
    st.sampled_from(["ann", "bob"]),
    small,
    small,
    small,
    small,
)


def rows_of(host: Host) -> list[Row]:
    """The log as the server keeps it."""
    found = []
    for line in host.log:
        one = decode(line, s.Applied)
        clock = 46_000.0 + one.seq / 7
        record = Record(
            client="c", n=one.n, base_seq=0, now=clock, seed=one.seed, op=msgspec.Raw(_pack(one.op))
        )
        found.append((one.seq, one.author, OP, _pack(record)))
    return found


def states(rows: list[Row]) -> dict[int, Any]:
    """What everybody sees after each row."""
    book, found = Workbook(), {}
    for seq, who, kind, data in rows:
        if kind == MERGED:
            book = records.take_merged(book, seq, data, Workbook.from_container)
        else:
            one = records.record(data)
            book.apply(seq, who, records.op(one.op), one.now, one.seed)
        found[seq] = everything(book)
    return found


def shortened(rows: list[Row], kept: set[int]) -> list[Row]:
    made = records.shortened(Shortener(Workbook()), rows, sorted(kept), 0, Workbook.from_container)
    assert made is not None
    by_seq = dict(made)
    return [
        (seq, who, MERGED, by_seq[seq]) if seq in by_seq else (seq, who, kind, data)
        for seq, who, kind, data in rows
        if seq in kept
    ]


def check(host: Host, kept: set[int]) -> list[Row]:
    rows = rows_of(host)
    kept = {seq for seq in kept if seq <= len(rows)} | {len(rows)}
    was, short = states(rows), shortened(rows, kept)
    now = states(short)
    assert sorted(now) == sorted(kept)
    for seq, found in now.items():
        assert found == was[seq], seq
    return short


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=25), st.sets(st.integers(1, 25)))
def test_whatever_was_done_the_states_that_stay_are_the_same(steps: list[Any], kept: set[int]) -> None:
    host = Host(tabs=("t", "u"))
    run(host, steps)
    check(host, kept)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(cells, max_size=30), st.sets(st.integers(1, 32), max_size=4))
def test_edits_of_cells_are_made_few_and_the_states_stay(steps: list[Any], kept: set[int]) -> None:
    host = Host(tabs=("t", "u"))
    run(host, steps)
    check(host, kept)


def test_a_cell_written_again_and_again_is_kept_once_in_the_name_of_its_last_author() -> None:
    ops: list[Any] = [
        (who, who, s.SetCells(tab="t", cells=[(row, 0, value)]))
        for who, row, value in (("ann", 0, 1), ("bob", 0, 2), ("ann", 1, 3), ("ann", 0, 4), ("bob", 2, 5))
    ]
    assert fused(ops) == [
        ("ann", "ann", s.SetCells(tab="t", cells=[(1, 0, 3), (0, 0, 4)])),
        ("bob", "bob", s.SetCells(tab="t", cells=[(2, 0, 5)])),
    ]


def test_a_date_leaves_its_format_and_an_array_its_rows() -> None:
    host = Host()
    host.put({"A1": s.Moment(v="2026-05-01")})
    host.put({"A1": 7})
    host.put({"C1": 40})
    host.put({"B1": "=SEQUENCE(C1)"})
    host.put({"C1": 2})
    host.put({"A2": "=RAND()"})
    host.put({"A2": 1})
    check(host, set())


def test_a_typed_amount_leaves_its_format() -> None:
    host = Host()
    host.do(s.SetCells(tab="t", cells=[(0, 0, 12.5)], numbers=[("0.00 €", [0])]))
    host.put({"A1": 7})
    rows = check(host, set())
    assert rows[-1][2] == MERGED
    ops: list[Any] = [("ann", "a", s.SetCells(tab="t", cells=[(0, 0, 1)], numbers=[("0 %", [0])]))]
    assert fused([*ops, ("ann", "a", s.SetCells(tab="t", cells=[(0, 0, 2)]))])[0] == ops[0]


def test_a_protection_goes_where_its_cells_go() -> None:
    host = Host()
    host.put({"A1": 1, "A2": 2, "A3": 3})
    ward = s.Range(top=host.row(2), left=0, bottom=host.row(3), right=0)
    host.do(s.Protect(id="p", tab="t", members=["ann"], range=ward))
    host.do(s.DeleteRows(tab="t", first=host.row(3), last=host.row(3)))
    host.do(s.InsertRows(tab="t", before=host.row(2), count=2))
    assert check(host, set())[-1][2] == MERGED


def test_volatile_values_before_a_sort_are_those_of_the_change_before_it() -> None:
    host = Host()
    for row in range(1, 9):
        host.put({f"A{row}": row, f"B{row}": "=RAND()"})
    host.put({"D1": 1})
    host.put({"D1": 2})
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=1)]))
    host.put({"D1": 3})
    host.undo()
    host.undo()
    check(host, set())


def test_what_is_short_can_be_undone_from_there_on() -> None:
    host = Host()
    for number in range(5):
        host.put({"A1": number})
    rows = shortened(rows_of(host), {len(host.log)})
    book = Workbook()
    for seq, _, _, data in rows:
        book = records.take_merged(book, seq, data, Workbook.from_container)
    assert book.history.start == book.seq == len(host.log)
    op = book.check(s.SetCells(tab="t", cells=[(0, 0, f("=1+1"))]), book.seq, "ann")
    book.apply(book.seq + 1, "ann", op, 1.0, 1, base_seq=book.seq)
    back = book.undo("ann")
    book.apply(book.seq + 1, "ann", back, 1.0, 1)
    assert book.input("t", 0, 0) == 4
