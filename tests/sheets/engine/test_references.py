"""Rows and columns come, go and move: every formula means what it meant, as a model that knows cells one by one says."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.windows import letters
from tests.conftest import examples
from tests.sheets.host import Host

SIZE = 14


@dataclass
class Ref:
    """What a formula adds up: a rectangle between rows and columns, each an object of its own; None when gone."""

    top: Any
    bottom: Any
    left: Any
    right: Any


class Model:
    """Cells one by one, with references to row and column objects."""

    def __init__(self) -> None:
        self.rows: list[object] = [object() for _ in range(60)]
        self.columns: list[object] = [object() for _ in range(30)]
        self.values: dict[tuple[object, object], float] = {}
        self.formulas: dict[tuple[object, object], list[Ref | None]] = {}

    def put(self, row: int, column: int, value: float) -> None:
        key = (self.rows[row], self.columns[column])
        self.formulas.pop(key, None)
        self.values[key] = value

    def formula(self, row: int, column: int, areas: list[tuple[int, int, int, int]]) -> None:
        key = (self.rows[row], self.columns[column])
        self.values.pop(key, None)
        self.formulas[key] = [
            Ref(self.rows[top], self.rows[bottom], self.columns[left], self.columns[right])
            if min(top, left) >= 0
            else None
            for top, left, bottom, right in areas
        ]

    def insert(self, axis: str, at: int, count: int) -> None:
        getattr(self, axis)[at:at] = [object() for _ in range(count)]

    def delete(self, axis: str, start: int, stop: int) -> None:
        line = getattr(self, axis)
        self._leave(axis, line[start:stop])
        gone = set(line[start:stop])
        del line[start:stop]
        which = 0 if axis == "rows" else 1
        for cells in (self.values, self.formulas):
            for key in [key for key in cells if key[which] in gone]:
                del cells[key]  # type: ignore[arg-type]

    def move(self, axis: str, start: int, stop: int, to: int) -> None:
        line = getattr(self, axis)
        block = line[start:stop]
        self._leave(axis, block, moved=True)
        before = line[to]
        del line[start:stop]
        at = line.index(before)
        line[at:at] = block

    def _leave(self, axis: str, leaving: list[object], *, moved: bool = False) -> None:
        line = getattr(self, axis)
        first, last = ("top", "bottom") if axis == "rows" else ("left", "right")
        for refs in self.formulas.values():
            for which, ref in enumerate(refs):
                if ref is None:
                    continue
                inside = line[line.index(getattr(ref, first)) : line.index(getattr(ref, last)) + 1]
                staying = [item for item in inside if item not in leaving]
                if not staying and not moved:
                    refs[which] = None
                elif staying:
                    setattr(ref, first, staying[0])
                    setattr(ref, last, staying[-1])

    def text(self, key: tuple[object, object]) -> str:
        parts = []
        for ref in self.formulas[key]:
            if ref is None:
                parts.append("#REF!")
                continue
            top, bottom = self.rows.index(ref.top) + 1, self.rows.index(ref.bottom) + 1
            left, right = letters(self.columns.index(ref.left)), letters(self.columns.index(ref.right))
            parts.append(f"{left}{top}:{right}{bottom}")
        return f"=SUM({','.join(parts)})"


step = st.tuples(
    st.integers(0, 8), st.integers(0, SIZE - 1), st.integers(0, 6), st.integers(1, 3), st.integers(0, SIZE - 1),
    st.integers(0, 6),
)  # fmt: skip


def content(tab: Any, model: Model, step: tuple[int, ...]) -> s.MemberOp:
    """A number, a formula, or a formula filled down, in both."""
    kind, row, column, _, other, wide = step
    low, high, left, right = min(row, other), max(row, other), min(column, wide), max(column, wide)
    at, area = tab.rows.id_at(row), f"{letters(left)}{low + 1}:{letters(right)}{high + 1}"
    if kind == 0:
        model.put(row, column, float(row * 7 + wide))
        return s.SetCells(tab="t", cells=[(at, tab.axis.id_at(column), float(row * 7 + wide))])
    if kind == 1:
        model.formula(row, 9, [(low, left, high, right), (2, 1, 2, 1)])
        return s.SetCells(tab="t", cells=[(at, tab.axis.id_at(9), s.Formula(v=f"=SUM({area},B3:B3)"))])
    for lane in range(low, high + 1):
        model.formula(lane, 8, [(lane, left, lane + 2, right), (lane + 3, 2, lane + 3, 2)])
    text = f"=SUM({letters(left)}{low + 1}:{letters(right)}{low + 3},C{low + 4}:C{low + 4})"
    first, last = tab.rows.id_at(low), tab.rows.id_at(high)
    return s.FillFormula(tab="t", column=tab.axis.id_at(8), first=first, last=last, text=text)


def structure(tab: Any, model: Model, step: tuple[int, ...]) -> s.MemberOp | None:
    """Rows or columns come, go and move, in both."""
    kind, row, column, count, other, wide = step
    at, to, beside = tab.rows.id_at(row), tab.rows.id_at(row + count - 1), tab.rows.id_at(other)
    left, right = tab.axis.id_at(column), tab.axis.id_at(wide)
    if kind == 4:
        model.insert("rows", row, count)
        return s.InsertRows(tab="t", before=at, count=count)
    if kind == 5:
        model.delete("rows", row, row + count)
        return s.DeleteRows(tab="t", first=at, last=to)
    if kind == 6 and not row <= other <= row + count:
        model.move("rows", row, row + count, other)
        return s.MoveRows(tab="t", first=at, last=to, before=beside)
    if kind == 7:
        model.insert("columns", column, count)
        return s.InsertColumns(tab="t", before=left, count=count)
    if kind == 8 and not column <= wide <= column + 1:
        model.move("columns", column, column + 1, wide)
        return s.MoveColumns(tab="t", first=left, last=left, before=right)
    return None


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, max_size=14))
def test_references_follow_their_cells(steps: list[tuple[int, ...]]) -> None:
    host, model = Host(), Model()
    tab = host.book.book.tab("t")
    for one in steps:
        op = content(tab, model, one) if one[0] < 4 else structure(tab, model, one)
        if op is not None:
            host.do(op)
    inputs, formulas = {}, {}
    for row in range(min(len(tab.rows), len(model.rows))):
        for column in range(min(len(tab.axis), len(model.columns))):
            held = host.book.input("t", tab.rows.id_at(row), tab.axis.id_at(column))
            key = (model.rows[row], model.columns[column])
            if isinstance(held, s.Formula):
                formulas[key] = held.v
            elif held is not None:
                inputs[key] = held
    assert formulas == {key: model.text(key) for key in model.formulas}
    assert inputs == model.values


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(step, min_size=1, max_size=6), st.integers(0, 12), st.integers(0, 5))
def test_a_formula_of_a_page_that_is_behind_means_the_cells_it_showed(
    steps: list[tuple[int, ...]], row: int, column: int
) -> None:
    host = Host()
    tab = host.book.book.tab("t")
    host.do(s.SetCells(tab="t", cells=[(r, c, float(100 * r + c)) for r in range(SIZE) for c in range(6)]))
    base = host.book.seq
    seen = tab.rows.id_at(row), tab.axis.id_at(column)
    for kind, at, _, count, other, _ in steps:
        first, last = tab.rows.id_at(at), tab.rows.id_at(at + count - 1)
        op: s.MemberOp = s.InsertRows(tab="t", before=first, count=count)
        if kind % 3 == 1:
            op = s.DeleteRows(tab="t", first=first, last=last)
        elif kind % 3 == 2:
            op = s.MoveRows(tab="t", first=first, last=last, before=tab.rows.id_at(other))
        try:
            host.do(op, "bob")
        except WorkspaceError:
            continue
    host.do(s.SetCells(tab="t", cells=[(40, 10, s.Formula(v=f"={letters(column)}{row + 1}*1"))]), "ann", base)
    held = host.book.input("t", 40, 10)
    assert isinstance(held, s.Formula)
    position = tab.rows.position(seen[0])
    expected = "#REF!" if position is None else f"{letters(column)}{position + 1}"
    assert held.v == f"={expected}*1"


def test_undo_of_a_delete_gives_a_range_with_one_fixed_end_its_rows_back() -> None:
    host = Host()
    host.put({"A1": 1, "A2": 2, "B2": "=SUM(A$1:A2)", "E1": "=SUM($A1:E1)", "A3": 5})
    host.do(s.DeleteRows(tab="t", first=host.row(1), last=host.row(1)))
    assert host.formula("B1") == "=SUM(A$1:A1)"
    host.undo()
    assert host.formula("B2") == "=SUM(A$1:A2)"
    host.do(s.DeleteColumns(tab="t", first=host.column("A"), last=host.column("A")))
    host.undo()
    assert host.formula("E1") == "=SUM($A1:E1)"
    assert host.formula("B2") == "=SUM(A$1:A2)"


def test_undo_of_a_delete_beyond_the_end_leaves_the_tab_as_long_as_it_was() -> None:
    host = Host()
    host.put({"A1": 1, "B2": 2})
    tab = host.book.book.tab("t")
    for first, last in ((2, 40), (30, 40), (1, 9)):
        host.do(s.DeleteRows(tab="t", first=host.row(first), last=host.row(last)))
        host.undo()
        assert (len(tab.rows), len(tab.axis)) == (2, 2)
        host.redo()
        host.undo()
        assert (len(tab.rows), len(tab.axis)) == (2, 2)
    host.do(s.DeleteColumns(tab="t", first=host.column("B"), last=host.column("H")))
    host.undo()
    assert (len(tab.rows), len(tab.axis)) == (2, 2)
    assert host.value("B2") == 2


def test_undo_of_a_move_or_insert_beyond_the_end_leaves_the_tab_as_long_as_it_was() -> None:
    host = Host()
    host.put({"A1": 1, "B2": 2})
    tab = host.book.book.tab("t")
    ops: list[s.MemberOp] = [
        s.MoveRows(tab="t", first=host.row(1), last=host.row(1), before=host.row(30)),
        s.MoveColumns(tab="t", first=host.column("A"), last=host.column("A"), before=host.column("J")),
        s.InsertRows(tab="t", before=host.row(20), count=2),
        s.InsertColumns(tab="t", before=host.column("J"), count=2),
    ]
    for op in ops:
        host.do(op)
        host.undo()
        assert (len(tab.rows), len(tab.axis)) == (2, 2)
        host.redo()
        host.undo()
        assert (len(tab.rows), len(tab.axis)) == (2, 2)
