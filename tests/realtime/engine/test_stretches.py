"""Which changes stay: sessions of work keep their beginning and their end, everybody in them their last change."""

from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given

from openpaas_workspace.realtime.engine.stretches import Line, Stretch, stretches

PAUSE = 300


def line(seq: int, at: int, who: str = "ann", plain: bool = True) -> Line:
    return Line(seq, at, (who,), plain, 10)


def stays(found: list[Stretch]) -> list[int]:
    return sorted(seq for stretch in found for seq in stretch.kept())


def test_a_session_keeps_its_first_change_and_the_last_of_each_author() -> None:
    lines = [line(seq, seq * 10, "ann" if seq % 2 else "bob") for seq in range(1, 21)]
    found = stretches(lines, [], PAUSE, None)
    assert stays(found) == [1, 19, 20]
    assert found[-1].kept() == {19: 3, 20: 2}
    assert found[-1].freed == 170


def test_kept_states_imports_and_pauses_are_edges() -> None:
    lines = [line(seq, seq * 10, plain=seq != 9) for seq in range(1, 13)] + [line(13, 1000), line(14, 1010)]
    assert stays(stretches(lines, [4], PAUSE, 0)) == [1, 4, 5, 8, 9, 10, 12, 13, 14]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from("abc"), st.booleans() | st.just(True))),
    st.sets(st.integers(1, 30)),
)
def test_pauses_are_where_they_were(steps: list[tuple[int, str, bool]], edges: set[int]) -> None:
    at, lines = 0, []
    for seq, (wait, who, plain) in enumerate(steps, 1):
        at += wait
        lines.append(line(seq, at, who, plain))
    found = stretches(lines, sorted(edges), PAUSE, None)
    assert [one for stretch in found for one in stretch.lines] == lines
    kept = [one for one in lines if one.seq in set(stays(found))]
    assert edges & {one.seq for one in lines} <= {one.seq for one in kept}

    def sessions(listed: list[Line]) -> list[tuple[int, int]]:
        cuts = [
            0,
            *(at for at, (a, b) in enumerate(pairwise(listed), 1) if b.at - a.at >= PAUSE),
            len(listed),
        ]
        return [(listed[a].at, listed[b - 1].at) for a, b in pairwise(cuts) if a < b]

    assert sessions(kept) == sessions(lines)
