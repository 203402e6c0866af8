"""Several clients, each behind by as much as it happens to be: all come to the same, and each got what it meant."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.errors import Conflict, WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.formulas import Reference
from openpaas_workspace.sheets.engine.workbook import Change, Workbook
from tests.conftest import examples
from tests.sheets.engine.test_log import build, small
from tests.sheets.host import Host, f, play, same, table_bytes

CLIENTS = ("ann", "bob", "cyd")
STRUCTURE = [4, 5, 5, 6, 7, 8, 8, 9]
CELLS = [0, 1, 2, 3, 10, 12, 13]
ANY = list(range(25))


class Client:
    """Somebody's copy of the sheet, and of what it shows as a page keeps it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.book = Workbook()
        self.shown: dict[str, dict[tuple[int, int], Any]] = {}

    def hear(self, log: list[bytes], upto: int) -> None:
        """Take what is delivered."""
        for line in log[self.book.seq : upto]:
            self.look(play(self.book, line))

    def look(self, change: Change) -> None:
        """Fetch anew only what the change says."""
        for told in change.changed:
            if told.structure:
                self.shown.pop(told.tab, None)
        tabs = {tab.id for tab in self.book.tabs}
        self.shown = {tab: cells for tab, cells in self.shown.items() if tab in tabs}
        for tab in self.book.tabs:
            values = seen(self.book, tab.id)
            if tab.id not in self.shown:
                self.shown[tab.id] = values
                continue
            stale = {
                (row, place)
                for told in change.changed if told.tab == tab.id
                for column, low, high in told.cells
                for row in range(low, high)
                if (place := tab.axis.position(column)) is not None
            }  # fmt: skip
            kept = {where: value for where, value in self.shown[tab.id].items() if where not in stale}
            self.shown[tab.id] = kept | {where: values[where] for where in stale if where in values}


def seen(book: Workbook, tab: str) -> dict[tuple[int, int], Any]:
    """What a grid shows where anything is."""
    window = book.window(tab, 0, 80, (0, 40))
    return {
        (row, place): value
        for place, column in enumerate(window.columns)
        for row, value in enumerate(column.values)
        if value is not None
    }


moves = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 100), st.booleans(), small, small, small, small),
    min_size=1, max_size=24,
)  # fmt: skip


def interleaved(listed: list[Any], kinds: list[int]) -> tuple[Host, list[Client]]:
    host, clients = Host(tabs=("t", "u")), [Client(name) for name in CLIENTS]
    for who, kind, hears, a, b, c, d in listed:
        client = clients[who]
        if hears:
            client.hear(host.log, client.book.seq + 1 + d % 5)
        client.hear(host.log, 2)
        before = host.book.to_container()
        count = len(host.log)
        try:
            if kind >= 90:
                (host.undo if kind < 96 else host.redo)(client.name)
            else:
                op = build(client, kinds[kind % len(kinds)], a, b, c, d)  # type: ignore[arg-type]
                checked = host.book.check(op, client.book.seq, client.name)
                rows = {tab.id: tab.rows for tab in host.book.tabs}
                host.append(checked, client.name, client.book.seq)
                meant(host, client, op, rows)
        except WorkspaceError:
            assert len(host.log) == count
            assert host.book.to_container() == before
    for client in clients:
        client.hear(host.log, len(host.log))
    return host, clients


def meant(host: Host, client: Client, op: s.MemberOp, rows: dict[str, Any]) -> None:
    """What the author saw and wanted has come about."""
    if isinstance(op, s.SetCells):
        row, column, given = op.cells[-1]
        if not isinstance(given, s.Formula | s.Moment | s.Failure):
            assert host.book.input(op.tab, row, column) == given
    elif isinstance(op, s.DeleteRows):
        then = client.book.book.tab(op.tab).rows
        start, stop = sorted((then.position(op.first), then.position(op.last)))  # type: ignore[type-var]
        wanted = set(then.ids(start, stop + 1).tolist())
        now = host.book.book.tab(op.tab).rows
        was = set(rows[op.tab].ids(0, len(rows[op.tab])).tolist())
        left = set(now.ids(0, len(now)).tolist())
        assert not left & wanted
        assert was - wanted <= left
    elif isinstance(op, s.InsertRows):
        now, before = host.book.book.tab(op.tab).rows, rows[op.tab]
        at = now.position(op.before)
        assert at is not None
        fresh = now.ids(at - op.count, at).tolist()
        assert not set(fresh) & set(before.ids(0, len(before)).tolist())


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(moves, st.sampled_from([STRUCTURE + CELLS, ANY]))
def test_every_client_comes_to_the_same_and_shows_it(listed: list[Any], kinds: list[int]) -> None:
    host, clients = interleaved(listed, kinds)
    for client in clients:
        same(client.book, host.book)
        for tab in host.book.tabs:
            assert client.shown[tab.id] == seen(host.book, tab.id)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(STRUCTURE), small, small, small, small), max_size=8),
    st.integers(0, 11), st.integers(0, 5), st.integers(0, 11), st.integers(0, 5),
)  # fmt: skip
def test_a_formula_typed_by_who_is_behind_reads_the_cell_that_was_seen(
    listed: list[Any], row: int, column: int, at: int, place: int
) -> None:
    host = Host(tabs=("t",))
    host.do(s.SetCells(tab="t", cells=[(12, 6, 1)]))
    base = host.book.seq
    tab = host.book.book.tab("t")
    seen_row, seen_column = tab.rows.id_at(row), tab.axis.id_at(column)
    own_row, own_column = tab.rows.id_at(at), tab.axis.id_at(place)
    for kind, a, b, c, d in listed:
        try:
            host.do(build(host, kind, a, b, c, d), "bob")
        except WorkspaceError:
            continue
    try:
        text = f"={chr(65 + column)}{row + 1}"
        host.do(s.SetCells(tab="t", cells=[(own_row, own_column, f(text))]), "ann", base)
    except WorkspaceError:
        assert tab.rows.position(own_row) is None or tab.axis.position(own_column) is None
        return
    held = host.book.input("t", own_row, own_column)
    assert isinstance(held, s.Formula)
    now = tab.rows.position(seen_row), tab.axis.position(seen_column)
    if None in now:
        assert held.v == "=#REF!"
    else:
        node = host.book.book.read(held.v)
        assert isinstance(node, Reference)
        assert (node.row, node.column) == now


TYPED = [
    "=B{0}*2", "=A{1}+B{0}", "=SUM(A{0}:B{1})", "=$B$2+A{0}", "=B$3&A{0}", "=U!A{0}", "=SUM(A1:A{1})", "=SUM(A$1:$B{0})",
    "=SUM(A2:A4)+SUM(B:B)",
]  # fmt: skip
OTHERS = ["sort", "sort", "insert", "delete", "move", "undo", "undo", "redo"]
others = st.lists(
    st.tuples(st.sampled_from(OTHERS), st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=6,
)  # fmt: skip


def done_by_bob(host: Host, listed: list[Any]) -> None:
    for what, b, c in listed:
        tab = host.book.book.tab("t")
        row, to = tab.rows.id_at(b), tab.rows.id_at(c)
        ops: dict[str, s.MemberOp] = {
            "sort": s.SortRows(tab="t", keys=[s.SortKey(column=0, descending=bool(c % 2))]),
            "insert": s.InsertRows(tab="t", before=row, count=1 + c % 2),
            "delete": s.DeleteRows(tab="t", first=row, last=row),
            "move": s.MoveRows(tab="t", first=row, last=row, before=to),
        }
        try:
            if what in {"undo", "redo"}:
                (host.undo if what == "undo" else host.redo)("bob")
            else:
                host.do(ops[what], "bob")
        except WorkspaceError:
            continue


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    others,
    st.lists(st.integers(0, 99), min_size=8, max_size=8, unique=True),
    st.integers(0, 6),
    st.integers(0, len(TYPED) - 1),
)
def test_a_formula_that_comes_late_is_where_it_would_be_had_it_come_in_time(
    listed: list[Any], keys: list[int], row: int, text: int
) -> None:
    late, timely = Host(tabs=("t", "u")), Host(tabs=("t", "u"))
    for host in (late, timely):
        host.put(
            {f"{letter}{at}": key * 2 + (letter == "B") for at, key in enumerate(keys, 1) for letter in "AB"}
        )
        host.put({"D20": 1})
    tab = late.book.book.tab("t")
    own, base = tab.rows.id_at(row), late.book.seq
    op = s.SetCells(tab="t", cells=[(own, 2, f(TYPED[text].format(row + 1, row + 2)))])
    timely.do(op, "ann")
    done_by_bob(timely, listed)
    done_by_bob(late, listed)
    if tab.rows.position(own) is None:
        return
    late.do(op, "ann", base)
    assert late.book.input("t", own, 2) == timely.book.input("t", own, 2)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("move", "=SUM(A1:A3)"),
        ("delete", "=SUM(A1:A3)"),
        ("move move", "=SUM(A1:A2)"),
        ("insert", "=SUM(A1:A3)"),
    ],
)
def test_a_formula_that_comes_late_gets_back_what_an_undo_gives_back(what: str, says: str) -> None:
    host = Host()
    host.put({f"A{at}": at for at in range(1, 7)})
    rows, base = [host.row(at) for at in range(1, 8)], host.book.seq
    ops: dict[str, s.MemberOp] = {
        "move": s.MoveRows(tab="t", first=rows[2], last=rows[2], before=rows[5]),
        "delete": s.DeleteRows(tab="t", first=rows[2], last=rows[2]),
        "insert": s.InsertRows(tab="t", before=rows[1], count=2),
    }
    host.do(ops[what.partition(" ")[0]], "bob")
    if " " in what:
        # Moved back by hand: the range has been left, as in Excel.
        host.do(s.MoveRows(tab="t", first=rows[2], last=rows[2], before=rows[3]), "bob")
    else:
        host.undo("bob")
        host.redo("bob")
        host.undo("bob")
    host.do(s.SetCells(tab="t", cells=[(rows[6], 3, f("=SUM(A1:A3)"))]), "ann", base)
    held = host.book.input("t", rows[6], 3)
    assert isinstance(held, s.Formula)
    assert held.v == says


def test_what_is_cleared_or_filled_late_is_what_was_seen_or_nothing() -> None:
    host = Host()
    host.put({f"{letter}{at}": key for at, key in enumerate((5, 1, 4, 2, 3), 1) for letter in "AB"})
    tab = host.book.book.tab("t")
    first, last, base = tab.rows.id_at(0), tab.rows.id_at(1), host.book.seq
    late: list[s.MemberOp] = [
        s.Clear(tab="t", range=s.Range(top=first, left=0, bottom=last, right=1)),
        s.FillFormula(tab="t", column=1, first=first, last=last, text="=A1*2"),
        s.SetBlock(tab="t", row=first, column=1, data=table_bytes({"a": ["=A1*2", "=A2"]}), parse=True),
    ]
    # A row that is new among them is meant, too; one that is gone is not missed.
    host.do(s.InsertRows(tab="t", before=last, count=1), "bob")
    host.do(s.SetCells(tab="t", cells=[(first, 3, 1)]), "bob")
    for op in late[:2]:
        host.book.check(op, base, "ann")
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=0)]), "bob")
    for op in late:
        with pytest.raises(Conflict):
            host.book.check(op, base, "ann")
        host.book.check(op, host.book.seq, "ann")
    host.undo("bob")
    for op in late[:2]:
        host.book.check(op, base, "ann")
