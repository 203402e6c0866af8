"""Orders of ids and sets of ids, against plain lists and sets."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings

from openpaas_workspace.sheets.engine import idset
from openpaas_workspace.sheets.engine.axis import ROWS_INSERTED, Axis
from openpaas_workspace.sheets.engine.moves import Moves

runs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=8)
steps = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(1, 6), st.integers(0, 30)), max_size=12
)


@settings(max_examples=100, deadline=None)
@given(runs, runs)
def test_sets_of_ids_are_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    a, b = idset.from_runs(one), idset.from_runs(other)
    first = {id_ for start, count in one for id_ in range(start, start + count)}
    second = {id_ for start, count in other for id_ in range(start, start + count)}
    for made, wanted in (
        (a, first),
        (idset.union(a, b), first | second),
        (idset.intersect(a, b), first & second),
        (idset.subtract(a, b), first - second),
        (idset.from_ids(np.array(list(first), dtype=np.int64)), first),
    ):
        assert idset.to_ids(made).tolist() == sorted(wanted)
        assert idset.size(made) == len(wanted)
        assert all(
            stop < start for (_, stop), (start, _) in zip(made.tolist(), made.tolist()[1:], strict=False)
        )
    everyone = np.arange(60)
    assert idset.contains(a, everyone).tolist() == [id_ in first for id_ in everyone.tolist()]


@settings(max_examples=100, deadline=None)
@given(steps)
def test_an_axis_is_a_list_of_ids(todo: list[tuple[int, int, int, int]]) -> None:
    axis, ids = Axis.plain(10, ROWS_INSERTED), list(range(10))
    tail, fresh = 10, ROWS_INSERTED
    for kind, at, count, to in todo:
        need = max(at + count, to + 1)
        while len(ids) < need:
            ids.append(tail)
            tail += 1
        before, axis = axis, axis.grown(need)
        if kind == 0:
            axis, moves = axis.inserted(at, count), Moves.insert(at, count)
            ids[at:at] = range(fresh, fresh + count)
            fresh += count
        elif kind == 1:
            axis, moves = axis.removed([(at, at + count)]), Moves.delete([(at, at + count)])
            del ids[at : at + count]
        elif kind == 2 and not at <= to <= at + count:
            axis, moves = axis.moved(at, at + count, to), Moves.move(at, at + count, to)
            block = ids[at : at + count]
            del ids[at : at + count]
            place = to if to < at else to - count
            ids[place:place] = block
        else:
            order = np.random.default_rng(at).permutation(len(ids))
            axis, moves = axis.ordered(order), None
            ids = [ids[position] for position in order.tolist()]
        grown = before.grown(need)
        found = Moves.between(grown, axis, 0)
        for position, id_ in enumerate(grown.ids(0, len(grown)).tolist()):
            wanted = ids.index(id_) if id_ in ids else None
            assert axis.position(id_) == wanted
            assert found is not None
            assert found.one(position) == wanted
            if moves is not None:
                assert moves.one(position) == wanted
    assert axis.ids(0, len(axis) + 3).tolist() == [*ids, tail, tail + 1, tail + 2]
    chosen = np.array(ids[::2], dtype=np.int64)
    places = [place for start, stop in axis.intervals(idset.from_ids(chosen)) for place in range(start, stop)]
    assert places == sorted(ids.index(id_) for id_ in chosen.tolist())
