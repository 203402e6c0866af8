"""Whatever arrives, it is done or refused with a sentence: nothing else is ever raised."""

from typing import Any

import hypothesis.strategies as st
import msgspec
import pyarrow as pa
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.kit.schema import decode, encode
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.arrow import write_stream
from tests.sheets.host import Host, f, replay, same, table_bytes

ids = st.one_of(
    st.integers(-1, 8), st.sampled_from([1_048_575, 1_048_576, 2**20, 2**20 + 1, 2**40, 2**40 + 3, 2**41])
)
columns = st.one_of(st.integers(0, 6), st.sampled_from([16_383, 16_384, 2**20, 2**20 + 2, 2**39]))
texts = st.one_of(
    st.text(max_size=6),
    st.sampled_from([
        "", " ", "=", "=A1", "=A1:B2*C1#", "=SUM(XFD1048576)", "=SEQUENCE(9^9)", "='no tab'!A1", "=t", "=-", "=A0",
        "=REPT(\"x\",1E9)", "=INDIRECT(\"A\"&ROW())", "=OFFSET(A1,-1,0)", "=[@a]", "=T[#All]", "=LET(x,x,x)", "\ud800",
        "=SUM(1:1048576)", "=A:XFD", "=#REF!+1", "=LAMBDA(x,x(x))(LAMBDA(x,x(x)))", "a" * 40_000, "=" + "-" * 900 + "1",
        "$t", "'", "a'b", "2026-13-01", "1e999", "#N/A", "\x01t", "=\x01t!A1", "='$t'!A1", "=x\0y",
    ]),
)  # fmt: skip
inputs = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), texts,
    texts.map(lambda text: s.Formula(v=text)), texts.map(lambda text: s.Moment(v=text)),
    texts.map(lambda text: s.Failure(v=text)),
)  # fmt: skip
tabs = st.sampled_from(["t", "u", "x", "T", ""])
counts = st.one_of(st.integers(1, 3), st.sampled_from([1_048_576, 20_000]))
ranges = st.builds(s.Range, top=ids, left=columns, bottom=ids, right=columns)
tables = st.sampled_from([
    b"", b"rubbish", table_bytes({"a": [1.5, 2.5]}), table_bytes({"a": ["=A1", "'", "x"], "b": [None, "1", "TRUE"]}),
    write_stream(pa.table({})), write_stream(pa.table({"a": pa.array([], pa.int64())})),
    write_stream(pa.table({"a": [[1]]})), write_stream(pa.table({"a": pa.array([float("inf"), float("nan")])})),
    write_stream(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])),
    write_stream(pa.table({"a": pa.array([b"x"])})), table_bytes({"a": ["x" * 40_000]}),
    write_stream(pa.table({"a": pa.array(["x", None, "x"]).dictionary_encode(), "b": pa.array([None] * 3)})),
    write_stream(pa.table({"a": pa.StructArray.from_arrays(
        [pa.array([9, 4, 2], pa.uint8()), pa.array([1.0, 77.0, float("nan")]), pa.array(["a", None, None])],
        names=["t", "n", "s"])})),
])  # fmt: skip
keys = st.builds(s.SortKey, column=columns, descending=st.booleans())
tests = st.sampled_from(
    ["=", "<>", "<", "<=", ">", ">=", "contains", "begins", "in", "between", "empty", "filled"]
)
values = st.lists(
    st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text(max_size=2)), max_size=2
)
views = st.builds(
    s.View,
    sort=st.lists(keys, max_size=2),
    filter=st.lists(st.builds(s.Condition, column=columns, test=tests, values=values), max_size=2),
)
styles = st.builds(
    s.Style, number=st.none() | texts.filter(lambda text: len(text) < 99), bold=st.none() | st.booleans()
)
ops = st.one_of(
    st.builds(s.AddTab, id=texts, name=texts, position=st.none() | st.integers(-2, 4)),
    st.builds(s.RemoveTab, tab=tabs),
    st.builds(s.RenameTab, tab=tabs, name=texts),
    st.builds(s.MoveTab, tab=tabs, position=st.integers(-2, 4)),
    st.builds(s.SetCells, tab=tabs, cells=st.lists(st.tuples(ids, columns, inputs), max_size=4)),
    st.builds(s.SetBlock, tab=tabs, row=ids, column=columns, data=tables, parse=st.booleans()),
    st.builds(s.Clear, tab=tabs, range=ranges),
    st.builds(s.InsertRows, tab=tabs, before=ids, count=counts),
    st.builds(s.DeleteRows, tab=tabs, first=ids, last=ids),
    st.builds(s.MoveRows, tab=tabs, first=ids, last=ids, before=ids),
    st.builds(s.InsertColumns, tab=tabs, before=columns, count=st.integers(1, 3)),
    st.builds(s.DeleteColumns, tab=tabs, first=columns, last=columns),
    st.builds(s.MoveColumns, tab=tabs, first=columns, last=columns, before=columns),
    st.builds(s.RenameColumn, tab=tabs, column=columns, name=texts),
    st.builds(
        s.SetColumnType,
        tab=tabs,
        column=columns,
        dtype=st.sampled_from(["", "int64", "category", "date", "x"]),
    ),
    st.builds(
        s.FillFormula,
        tab=tabs,
        column=columns,
        first=st.integers(-1, 8),
        last=st.integers(-1, 30),
        text=texts,
    ),
    st.builds(s.ReplaceTable, tab=tabs, data=tables),
    st.builds(s.UpsertRows, tab=tabs, key=st.sampled_from(["a", "b", ""]), data=tables),
    st.builds(
        s.Format, tab=tabs, style=styles, range=st.none() | ranges, columns=st.lists(columns, max_size=2)
    ),
    st.builds(s.ColumnWidth, tab=tabs, column=columns, width=st.integers(0, 2000)),
    st.builds(s.Freeze, tab=tabs, rows=st.integers(0, 3), columns=st.integers(0, 3)),
    st.builds(
        s.SortRows, tab=tabs, keys=st.lists(keys, max_size=2), first=st.none() | ids, last=st.none() | ids
    ),
    st.builds(s.SetView, tab=tabs, mine=st.booleans(), view=st.none() | views),
    st.builds(s.DefineName, name=texts, text=texts),
    st.builds(
        s.Protect,
        id=texts,
        tab=tabs,
        members=st.none() | st.lists(texts, max_size=1),
        range=st.none() | ranges,
    ),
)


def sent(op: Any) -> Any:
    """An op as it arrives from a page; None if it is not even one."""
    try:
        return decode(encode(s.Submitted(client="c", n=0, base_seq=0, op=op)), s.Submitted).op
    except (WorkspaceError, UnicodeEncodeError, msgspec.MsgspecError):
        return None


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(ops, st.sampled_from(["ann", "bob"]), st.integers(-1, 5)), max_size=10))
def test_rubbish_is_done_or_refused(steps: list[Any]) -> None:
    host = Host(tabs=("t", "u"))
    host.put({"A1": 1, "A2": "x", "B1": "=A1*2", "B2": f("=SUM(A:A)")})
    for op, author, back in steps:
        arrived = sent(op)
        if arrived is None:
            continue
        try:
            host.do(arrived, author, host.book.seq - back)
            if back == 4:
                host.undo(author)
            if back == 5:
                host.redo(author)
        except WorkspaceError:
            continue
    for tab in host.book.tabs:
        if len(tab.axis) > 100:
            continue
        host.book.to_arrow(tab.id)
        host.book.to_arrow(tab.id, mixed=True)
        host.book.window(tab.id, 0, 30, (0, 10), view="ann", inputs=True)
        host.book.find(tab.id, "x", view="")
    same(replay(host.log), host.book)
