"""Small edits: the right text, small, quick, and readable by Yjs."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text

from openpaas_workspace.realtime.engine.outside import merge_outside
from openpaas_workspace.realtime.engine.text import (
    Edit,
    apply_text,
    diff,
    merge_texts,
    patch,
    rising,
    text_edits,
)
from tests.conftest import examples

PIECES = st.sampled_from(
    ["a", "b", " ", "\n", "\r\n", "\r", "📊", "👩‍👩‍👧", "é", "e\u0301", "中文", "\u2028", "\0", "word "]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)
MANY = settings(deadline=None, max_examples=examples(400))


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and the same after a few changes."""
    old = draw(st.lists(PIECES, max_size=40))
    new = list(old)
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = draw(st.lists(PIECES, max_size=3))
    return "".join(old), "".join(new)


@MANY
@example(("a\na\ra", "\na\r\nb"), 3)
@given(changed() | st.tuples(TEXTS, TEXTS), st.integers(1, 5) | st.just(1000))
def test_edits_make_the_new_text(pair: tuple[str, str], most: int) -> None:
    old, new = pair
    edits = text_edits(old, new, max_edits=most)
    assert patch(old, edits) == new
    assert len(edits) <= most
    assert all(a.pos + a.delete < b.pos or a.pos < b.pos for a, b in pairwise(edits))
    assert all(edit.delete or edit.insert for edit in edits)


@settings(deadline=None, max_examples=examples(150))
@given(st.lists(changed(), min_size=1, max_size=3))
def test_yjs_reads_what_is_applied(yjs: Any, pairs: list[tuple[str, str]]) -> None:
    doc: Doc[Any] = Doc()
    updates: list[str] = []
    doc.observe(lambda event: updates.append(event.update.hex()))
    text = doc.get("source", type=Text)
    for pair in pairs:
        for wanted in pair:
            before = str(text)
            assert apply_text(text, wanted) == (before != wanted)
            assert str(text) == wanted
    assert yjs.call("text", updates=updates, field="source") == pairs[-1][1]


def test_equal_texts_make_no_update() -> None:
    doc: Doc[Any] = Doc()
    text = doc.get("source", type=Text)
    apply_text(text, "é📊")
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    assert not apply_text(text, "é📊")
    assert updates == []


def test_edits_are_small() -> None:
    assert text_edits("a📊b\nsame\nthe cat sat\n", "a📊b\nsame\nthe dog sat\n") == [Edit(13, 3, "dog")]
    assert text_edits("x = 1\ny = 2\n", "x = 10\ny = 2\nz = 3\n") == [Edit(5, 0, "0"), Edit(12, 0, "z = 3\n")]


def test_half_a_character_becomes_a_whole_one() -> None:
    doc: Doc[Any] = Doc()
    text = doc.get("source", type=Text)
    apply_text(text, "a\ud800b")
    assert str(text) == "a\ufffdb"


@MANY
@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
def test_diff_covers_what_differs(a: list[int], b: list[int]) -> None:
    at, out = 0, []
    for i, j, k, m in diff(a, b):
        out += a[at:i] + b[k:m]
        at = j
    assert out + a[at:] == b


@given(st.lists(st.integers(), unique=True, max_size=9))
def test_rising_is_longest(numbers: list[int]) -> None:
    found = [numbers[index] for index in rising(numbers)]
    assert found == sorted(found)
    best = [1] * len(numbers)
    for i in range(len(numbers)):
        best[i] = 1 + max((best[j] for j in range(i) if numbers[j] < numbers[i]), default=0)
    assert len(found) == max(best, default=0)


LINES = [f"line {index} of some text {index * 7919 % 1000}\n" for index in range(160_000)]
BIG = "".join(LINES)


@pytest.mark.parametrize(
    "new",
    [
        BIG[:3_000_000] + "X" + BIG[3_000_000:],
        "".join(line.replace("some", "SOME") if index % 2 else line for index, line in enumerate(LINES)),
        "".join(LINES[::-1]),
        "x\n" * 1_000_000,
    ],
    ids=["one", "every second line", "backwards", "another"],
)
def test_five_megabytes(new: str) -> None:
    assert len(BIG) > 4_000_000
    started = perf_counter()
    edits = text_edits(BIG, new)
    assert perf_counter() - started < 20
    assert patch(BIG, edits) == new


@settings(deadline=None, max_examples=examples(150))
@given(
    st.lists(st.sampled_from(["one\n", "two 📊\n", "three\n", "é\n"]), min_size=4, max_size=12),
    st.data(),
)
def test_an_outside_change_and_a_live_one_in_other_lines_are_both_there(
    yjs: Any, lines: list[str], data: st.DataObject
) -> None:
    lines = [f"{index} {line}" for index, line in enumerate(lines)]
    half = len(lines) // 2
    ours = data.draw(st.lists(st.integers(0, half - 1), min_size=1, max_size=3, unique=True))
    theirs = data.draw(st.lists(st.integers(half, len(lines) - 1), min_size=1, max_size=3, unique=True))

    def edited(*wheres: list[int]) -> str:
        chosen = {one for where in wheres for one in where}
        return "".join(line[:-1] + " 中!\n" if at in chosen else line for at, line in enumerate(lines))

    base, both = "".join(lines), edited(ours, theirs)
    assert merge_texts(base, edited(ours), edited(theirs)) == both
    live: Doc[Any] = Doc()
    apply_text(live.get("source", type=Text), base)
    state = live.get_update()
    apply_text(live.get("source", type=Text), edited(ours))
    update = merge_outside(state, live, "file", edited(theirs))
    before = live.get_update()
    live.apply_update(update)
    assert str(live.get("source", type=Text)) == both
    assert yjs.call("text", updates=[before.hex(), update.hex()], field="source") == both
