"""Whatever is done, in whatever order: log, snapshot and live state agree, and so do part and whole of a calculation."""

import zlib
from functools import partial
from typing import Any

import hypothesis.strategies as st
import msgspec
import numpy as np
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine import container, undos
from openpaas_workspace.sheets.engine.axis import Axis
from openpaas_workspace.sheets.engine.edit import Content, Grown
from openpaas_workspace.sheets.engine.history import Entry, History
from openpaas_workspace.sheets.engine.tabs import Tab
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.conftest import examples
from tests.sheets.host import Host, everything, f, replay, same, table_bytes

ROWS, COLUMNS = 12, 6
small = st.integers(0, 10**6)
FORMULAS = [
    "=A1+1", "=B2*2", "=SUM(A:A)", "=SUM(A1:B4)", "=SUM($A$1:A3)", "=U!A1+C2", "=SUM(U!A1:B3)", "=IF(A2>1,B1,C3)",
    "=A1&\"x\"", "=1/0", "=COUNT(B:C)", "=SEQUENCE(2,2)", "=D1", "=E1+D2", "=Total*2", "=SUM(1:2)", "=RAND()",
    "=C3:C4*2", "=SUM(A$2:$B5)", "=ROW()", "=D1#", "=MAX(A1:F1)",
]  # fmt: skip
VALUES: list[Any] = [
    1,
    2.5,
    -3,
    "x",
    "Ab",
    True,
    None,
    0,
    s.Moment(v="2026-05-01"),
    s.Failure(v="#N/A"),
    10**12,
]
FRAMES = [
    {"k": [1, 2, 3], "v": [1.5, None, 2]},
    {"k": [5, 1], "w": ["a", "b"], "v": [0.5, 4]},
    {"name": ["p", "q", "p", "r"]},
]
step = st.tuples(st.integers(0, 28), st.sampled_from(["ann", "bob"]), small, small, small, small)


def build(host: Host, kind: int, a: int, b: int, c: int, d: int) -> s.MemberOp:
    """An op out of numbers, about rows and columns that mostly exist."""
    if not host.book.tabs:
        return s.AddTab(id="x0", name="U")
    tab = host.book.tabs[a % len(host.book.tabs)]
    makers = [*cells_and_order(tab, b, c, d), *tables_and_settings(tab, b, c, d)]
    made: s.MemberOp = makers[kind % len(makers)]()
    return made


def row_of(tab: Tab, n: int) -> int:
    return tab.rows.id_at(n % ROWS) if n % 17 else n % 5


def column_of(tab: Tab, n: int) -> int:
    return tab.axis.id_at(n % COLUMNS)


def range_of(tab: Tab, b: int, c: int) -> s.Range:
    return s.Range(
        top=row_of(tab, b), left=column_of(tab, c), bottom=row_of(tab, b // 7), right=column_of(tab, c // 7)
    )


def cells_and_order(tab: Tab, b: int, c: int, d: int) -> list[Any]:
    row, column, area = partial(row_of, tab), partial(column_of, tab), range_of(tab, b, c)
    return [
        lambda: s.SetCells(tab=tab.id, cells=[(row(b), column(c), VALUES[d % len(VALUES)])]),
        lambda: s.SetCells(tab=tab.id, cells=[(row(b), column(c), f(FORMULAS[d % len(FORMULAS)]))]),
        lambda: s.SetCells(
            tab=tab.id,
            cells=[(row(b + i), column(c + i % 2), VALUES[(d + i) % len(VALUES)]) for i in range(6)],
        ),
        lambda: s.SetCells(
            tab=tab.id,
            cells=[(row(b + i), column(c), 0.5 + i) for i in range(3)],
            numbers=[(["0%", "#,##0", "hh:mm"][d % 3], [0, 2])],
        ),
        lambda: s.FillFormula(
            tab=tab.id, column=column(c), first=row(b), last=row(d), text=FORMULAS[(b + d) % len(FORMULAS)]
        ),
        lambda: s.InsertRows(tab=tab.id, before=row(b), count=1 + c % 3),
        lambda: s.DeleteRows(tab=tab.id, first=row(b), last=row(b + c % 3)),
        lambda: s.MoveRows(tab=tab.id, first=row(b), last=row(b + d % 3), before=row(c)),
        lambda: s.InsertColumns(tab=tab.id, before=column(b), count=1 + c % 2),
        lambda: s.DeleteColumns(tab=tab.id, first=column(b), last=column(b + c % 2)),
        lambda: s.MoveColumns(tab=tab.id, first=column(b), last=column(b), before=column(c)),
        lambda: s.Clear(tab=tab.id, range=area),
        lambda: s.SortRows(tab=tab.id, keys=[s.SortKey(column=column(c), descending=bool(d % 2))]),
    ]


def tables_and_settings(tab: Tab, b: int, c: int, d: int) -> list[Any]:
    row, column, area = partial(row_of, tab), partial(column_of, tab), range_of(tab, b, c)
    return [
        lambda: s.SetBlock(tab=tab.id, row=row(b), column=column(c), data=table_bytes(FRAMES[d % 3])),
        lambda: s.SetBlock(
            tab=tab.id,
            row=row(b),
            column=column(c),
            data=table_bytes({"a": ["=A1*2", "3", "x"], "b": ["TRUE", "2026-01-02", "'7"]}),
            parse=True,
        ),
        lambda: s.ReplaceTable(tab=tab.id, data=table_bytes(FRAMES[d % 3])),
        lambda: s.UpsertRows(tab=tab.id, key="k", data=table_bytes(FRAMES[d % 2])),
        lambda: s.Format(
            tab=tab.id, style=s.Style(bold=bool(d % 2), number="0.0" if d % 3 else ""), range=area
        ),
        lambda: s.Format(tab=tab.id, style=s.Style(italic=True), columns=[column(c)]),
        lambda: s.SetView(tab=tab.id, view=s.View(sort=[s.SortKey(column=column(c))]) if d % 3 else None),
        lambda: s.AddTab(id=f"x{b % 3}", name=["U", "V", "W"][c % 3]),
        lambda: s.RemoveTab(tab=tab.id),
        lambda: s.RenameTab(tab=tab.id, name=["T", "U", "V"][c % 3]),
        lambda: s.SetColumnType(
            tab=tab.id,
            column=column(c),
            dtype=["", "int64", "string", "float64", "datetime64[us]", "bool"][d % 6],
        ),
        lambda: s.RenameColumn(tab=tab.id, column=column(c), name="knv"[d % 3]),
        lambda: s.DefineName(name="Total", text=["=T!$A$1", "=SUM(U!$A:$A)", ""][d % 3]),
    ]


def run(host: Host, steps: list[Any]) -> None:
    """Does what can be done; what cannot is refused with a sentence and changes nothing."""
    sentences: list[str] = []
    for kind, author, a, b, c, d in steps:
        try:
            if kind in {26, 27}:
                host.undo(author)
            elif kind == 28:
                host.redo(author)
            else:
                base = max(host.book.seq - d % 4, 0) if b % 3 == 0 else None
                host.do(build(host, kind, a, b, c, d), author, base)
        except WorkspaceError as error:
            sentences.append(error.sentence)
    assert all(sentences)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=25), st.integers(0, 25))
def test_the_log_replayed_a_snapshot_with_the_rest_and_the_live_state_are_the_same(
    steps: list[Any], cut: int
) -> None:
    host = Host(tabs=("t", "u"))
    run(host, steps)
    same(replay(host.log), host.book)
    cut = min(cut + 2, len(host.log))
    snapshot = replay(host.log[:cut]).to_container()
    same(replay(host.log[cut:], Workbook.from_container(snapshot)), host.book)
    assert Workbook.from_container(host.book.to_container()).to_container() == host.book.to_container()


@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=25))
def test_what_is_calculated_by_parts_is_what_is_calculated_as_a_whole(steps: list[Any]) -> None:
    host = Host(tabs=("t", "u"))
    run(host, steps)
    before = everything(host.book)
    host.book.recalculate()
    assert everything(host.book)[1] == before[1]


@settings(max_examples=examples(80), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=12), st.lists(step, min_size=1, max_size=6))
def test_undoing_all_of_mine_alone_brings_back_what_was_there(before: list[Any], mine: list[Any]) -> None:
    host = Host(tabs=("t", "u"))
    run(host, before)
    was = visible(host)
    count = 0
    for kind, _, a, b, c, d in mine:
        try:
            host.do(build(host, kind % 26, a, b, c, d), "zoe")
            count += 1
        except WorkspaceError:
            continue
    after = visible(host)
    for _ in range(count):
        assert host.undo("zoe").skipped == 0
    assert visible(host) == was
    for _ in range(count):
        assert host.redo("zoe").skipped == 0
    assert visible(host) == after


def visible(host: Host) -> list[Any]:
    """Inputs and looks of what holds anything, whatever rows were made on the way."""
    found: list[Any] = []
    for tab in host.book.tabs:
        window = host.book.window(tab.id, 0, 60, (0, 40), inputs=True)
        rows = [
            [column.inputs[index] for column in window.columns if column.inputs]
            for index in range(len(window.rows))
        ]
        while rows and all(value is None for value in rows[-1]):
            rows.pop()
        names = [column.name for column in window.columns]
        width = max([0, *(index + 1 for row in rows for index, value in enumerate(row) if value is not None)])
        found.append(
            (tab.id, tab.name, tab.header, [row[:width] for row in rows], [name for name in names if name])
        )
    return found


edits = st.tuples(
    st.sampled_from(["ann", "bob"]),
    st.integers(0, 4),
    st.integers(0, 5),
    st.integers(0, 2),
    st.integers(1, 99),
)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(edits, max_size=16), st.lists(st.sampled_from(["ann", "bob", "redo ann"]), max_size=10))
def test_what_somebody_else_wrote_last_is_never_taken_by_an_undo(steps: list[Any], undos: list[str]) -> None:
    host = Host()
    tab = host.book.book.tab("t")
    last: dict[tuple[int, int], tuple[str, float]] = {}
    for author, kind, row, column, value in steps:
        if kind == 3:
            host.do(s.InsertRows(tab="t", before=tab.rows.id_at(row), count=1), author)
        elif kind == 4:
            host.do(s.DeleteRows(tab="t", first=tab.rows.id_at(row), last=tab.rows.id_at(row)), author)
        else:
            ids = [tab.rows.id_at(row + step) for step in range(kind + 1)]
            host.do(s.SetCells(tab="t", cells=[(id_, column, float(value)) for id_ in ids]), author)
            last |= {(id_, column): (author, float(value)) for id_ in ids}
    only = {author for author in undos if " " not in author}
    for author in undos:
        try:
            if author == "redo ann":
                host.redo("ann")
            else:
                host.undo(author)
        except WorkspaceError:
            continue
    if len(only) == 1 and "redo ann" not in undos:
        (mine,) = only
        for (row, column), (author, value) in last.items():
            if author != mine and tab.rows.position(row) is not None:
                assert host.book.input("t", row, column) == value
    same(replay(host.log), host.book)


def kept(book: Workbook) -> Workbook:
    """As a server that starts again has it of its snapshot."""
    return Workbook.from_container(book.to_container(undo=True), undo=True)


def stack(book: Workbook) -> list[Any]:
    """All that undo knows; columns of one change in any order, numbers however they are stored."""
    return [
        (
            *(one.seq, one.author, one.kind, one.of, one.undoable, one.done, one.stands, one.settings),
            *(
                sorted((key, rows.tolist()) for key, rows in cells.items())
                for cells in (one.wrote, one.holds)
            ),
            sorted(repr(told(item)) for item in one.inverse),
        )
        for one in book.history.entries
    ]


def told(item: Any) -> list[Any]:
    """What takes something back, in words."""
    if isinstance(item, Content):
        cells = None if item.cells is None else [item.cells.at(place) for place in range(len(item.cells))]
        formulas = [(template, rows.tolist()) for template, rows in item.formulas]
        return [item.tab, item.column, item.ids.tolist(), cells, item.native, formulas]
    values = [getattr(item, name) for name in type(item).__dataclass_fields__ if name != "axes"]
    return [
        one.state() if isinstance(one, Axis) else one.tolist() if isinstance(one, np.ndarray) else one
        for one in values
    ]


def step_of(host: Host, author: str, *, back: bool) -> str:
    """An undo or redo done, or the sentence that refuses it."""
    try:
        host.undo(author) if back else host.redo(author)
    except WorkspaceError as error:
        return error.sentence
    return ""


backs = st.lists(st.tuples(st.sampled_from(["ann", "bob"]), st.booleans()), max_size=12)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=25), st.integers(0, 25), backs)
def test_what_can_be_undone_is_the_same_in_the_log_a_snapshot_and_the_live_state(
    steps: list[Any], cut: int, wanted: list[tuple[str, bool]]
) -> None:
    host = Host(tabs=("t", "u"))
    run(host, steps)
    cut = min(cut + 2, len(host.log))
    opened = replay(host.log[cut:], kept(replay(host.log[:cut])))
    for book in (host.book, opened):
        assert stack(kept(book)) == stack(book)
    assert stack(replay(host.log)) == stack(host.book)
    other = Host(tabs=())
    other.book = kept(opened)
    for author, back in wanted:
        assert step_of(other, author, back=back) == step_of(host, author, back=back)
        same(other.book, host.book)


def test_what_was_typed_is_undone_after_the_sheet_was_opened_again_and_no_file_of_it_says_what_it_was() -> (
    None
):
    host = Host()
    host.put({"A1": "a secret of before", "B1": 2})
    host.put({"B1": "=A1&1"}, "bob")
    host.put({"A1": None, "A2": "=B1"})
    for data in (host.book.to_container(), host.book.to_container(undo=True)):
        assert (b"undo.bin" in data) == (container.undo_in(data) != b"")
    assert b"undo.bin" not in host.book.to_container()
    assert Workbook.from_container(host.book.to_container(undo=True)).history.to_undo("ann") is None
    host.book = kept(host.book)
    host.undo()
    assert (host.value("A1"), host.value("B1"), host.value("A2")) == (
        "a secret of before",
        "a secret of before1",
        None,
    )
    host.book = kept(kept(host.book))
    host.redo()
    assert (host.value("A1"), host.formula("A2")) == (None, "=B1")
    host.undo("bob")
    assert host.formula("B1") == 2


def test_undo_reaches_back_so_many_changes_of_a_member_whatever_others_do() -> None:
    history = History(most_steps=3)
    for seq in range(1, 11):
        history.add(entry(seq, "ann" if seq % 2 else "bob"))
    assert [one.seq for one in history.entries if one.undoable] == [5, 6, 7, 8, 9, 10]
    for seq in (9, 7, 5):
        found = history.to_undo("ann")
        assert found is not None
        assert found.seq == seq
        found.done = False
    assert history.to_undo("ann") is None


def test_what_undo_may_take_is_bounded_for_each_member_and_the_last_change_always_can_be_undone() -> None:
    history = History(most_each=100, most_bytes=250)
    for seq in range(1, 5):
        history.add(entry(seq, "ann", 60))
    history.add(entry(5, "bob", 240))
    assert [one.seq for one in history.entries if one.undoable] == [5]
    history.add(entry(6, "cy", 10))
    assert [one.seq for one in history.entries if one.undoable] == [5, 6]
    few = Workbook()
    undos.load(few.history, undos.to_bytes(history, most=len(undos.to_bytes(history)) + 40))
    assert [one.seq for one in few.history.entries] == sorted({one.seq for one in few.history.entries})
    assert few.history.entries[-1].seq == 6


def test_a_snapshot_whose_undo_is_damaged_opens() -> None:
    host = Host()
    host.put({"A1": 1})
    for bad in (b"x", zlib.compress(b"\xc1"), zlib.compress(msgspec.msgpack.encode({"version": 1}))):
        book = Workbook.from_container(container.to_bytes(host.book.book, bad), undo=True)
        same(book, host.book)
        assert book.history.to_undo("ann") is None


def entry(seq: int, author: str, nbytes: int = 1) -> Entry:
    """A change with something to take back."""
    inverse: list[Any] = [Grown("t", rows=1)]
    return Entry(seq, author, "op", 0, {}, {}, set(), inverse, nbytes, undoable=True)
