"""Comparing two states: what it says leads from the one to the other, and names who wrote it."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text

from openpaas_workspace.realtime.engine import cells as cellwise
from openpaas_workspace.realtime.engine import lines as linewise
from openpaas_workspace.realtime.engine.comparison import Compared, Question, compare
from openpaas_workspace.realtime.engine.log import merge_all
from openpaas_workspace.realtime.engine.notebook import merge_notebook
from openpaas_workspace.realtime.engine.outputs import summary
from openpaas_workspace.realtime.engine.restore import with_cell
from tests.conftest import examples
from tests.realtime.engine.test_notebook import edited, notebooks
from tests.realtime.engine.test_text import TEXTS, changed

MANY = settings(deadline=None, max_examples=examples(300))


@MANY
@example(("a\nb", "a\nb\n"))
@example(("", "x"))
@given(changed() | st.tuples(TEXTS, TEXTS))
def test_lines_lead_from_one_text_to_the_other(pair: tuple[str, str]) -> None:
    old, new = pair
    found = linewise.compare_lines(old, new)
    assert linewise.old_text(found) == old
    assert linewise.new_text(found) == new
    assert linewise.apply(found, old) == new
    assert [line.old for line in found if line.old is not None] == list(range(old.count("\n") + 1))
    assert [line.new for line in found if line.new is not None] == list(range(new.count("\n") + 1))


def test_a_changed_line_says_which_words() -> None:
    found = linewise.compare_lines("Le budget 2026 est voté\nfin", "Le budget 2027 est enfin voté\nfin")
    assert [(part.op, part.text) for part in found[0].parts] == [
        ("same", "Le budget "),
        ("removed", "2026"),
        ("added", "2027"),
        ("same", " est"),
        ("added", " enfin"),
        ("same", " voté"),
    ]
    assert [line.op for line in found] == ["changed", "same"]


def test_lines_that_have_nothing_in_common_are_taken_and_put() -> None:
    found = linewise.compare_lines("import pandas", "# Résultats de juin")
    assert [line.op for line in found] == ["removed", "added"]


@st.composite
def two_notebooks(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    old = draw(notebooks())
    return old, draw(edited(old, "x"))[0]


@settings(deadline=None, max_examples=examples(150))
@given(two_notebooks())
def test_cells_lead_from_one_notebook_to_the_other(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    old, new = (copy.deepcopy(one["cells"]) for one in pair)
    found = cellwise.compare_cells(old, new)
    assert cellwise.apply(found, old) == new
    assert sorted(one.old for one in found if one.old is not None) == list(range(len(old)))
    assert [one.new for one in found if one.new is not None] == list(range(len(new)))
    by_id = {cell["id"]: cell for cell in old}
    for one in found:
        if one.op == "same":
            assert by_id[one.cell["id"]] == one.after
        if one.op == "added":
            assert one.cell["id"] not in by_id


def cell(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def test_a_moved_cell_is_moved_and_not_made_anew() -> None:
    old = [cell(name, f"{name} = 1") for name in "abcd"]
    found = cellwise.compare_cells(old, [old[3], *old[:3]])
    assert [(one.op, one.cell["id"], one.moved) for one in found] == [
        ("same", "d", True),
        ("same", "a", False),
        ("same", "b", False),
        ("same", "c", False),
    ]


def test_outputs_are_told_in_a_few_words() -> None:
    image = {"output_type": "display_data", "data": {"image/png": "A" * 4000, "text/plain": "<Figure>"}}
    table = {"output_type": "execute_result", "data": {"text/html": "<table>…", "text/plain": "a\nb"}}
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["secret"]}
    long = {"output_type": "stream", "name": "stdout", "text": "line\n" * 100}
    assert [(one.kind, one.text, one.cut) for one in summary([image, table, error, long])] == [
        ("image", "PNG", False),
        ("table", "a\nb", False),
        ("error", "KeyError: 'x'", False),
        ("text", "\n".join(["line"] * 8), True),
    ]


def typed(*turns: tuple[str, int, int, str], start: str = "") -> tuple[bytes, list[tuple[str, bytes]]]:
    """A first state, and what each author then took away and put."""
    first: Doc[Any] = Doc(client_id=1)
    first.get("source", type=Text).insert(0, start)
    state = first.get_update()
    docs = {name: Doc(client_id=number) for number, name in enumerate(sorted({t[0] for t in turns}), 2)}
    for doc in docs.values():
        doc.apply_update(state)
    log = []
    for author, at, gone, put in turns:
        made: list[bytes] = []
        doc = docs[author]
        heard = doc.observe(lambda event, made=made: made.append(event.update))
        text = doc.get("source", type=Text)
        with doc.transaction():
            if gone:
                del text[at : at + gone]
            text.insert(at, put)
        doc.unobserve(heard)
        for other in docs.values():
            if other is not doc:
                other.apply_update(merge_all(made))
        log += [(author, update) for update in made]
    return state, log


def said(found: Compared) -> list[tuple[str, str, str | None]]:
    return [(part.op, part.text, part.author) for line in found.lines or [] for part in line.parts]


def test_each_part_has_its_author() -> None:
    state, log = typed(
        ("alice", 0, 0, "Salut "), ("bob", 11, 0, " fort"), ("bob", 0, 6, ""), start="le é budget"
    )
    found = compare(Question("file", state, [], log, credits=True))
    assert said(found) == [("same", "le é ", None), ("added", "fort ", "bob"), ("same", "budget", None)]
    state, log = typed(("alice", 3, 3, "1 "), ("bob", 0, 0, "Ah "), start="le budget")
    told = said(compare(Question("file", state, [], log, credits=True)))
    assert ("added", "Ah ", "bob") in told
    assert ("removed", "bud", "alice") in told


def test_with_one_author_all_is_theirs_without_asking() -> None:
    state, log = typed(("bob", 0, 0, "Ah "), start="oui")
    found = compare(Question("file", state, [], log, author="bob"))
    assert said(found) == [("added", "Ah ", "bob"), ("same", "oui", None)]
    assert found.credited


@settings(deadline=None, max_examples=examples(80))
@given(two_notebooks())
def test_credits_never_change_what_is_said(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    doc: Doc[Any] = Doc(client_id=1)
    merge_notebook(doc, pair[0])
    state = doc.get_update()
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    merge_notebook(doc, pair[1])
    doc.unobserve(subscription)
    log = [("alice", update) for update in made]
    plain = compare(Question("notebook", state, [], log, whole=True))
    named = compare(Question("notebook", state, [], log, whole=True, credits=True))
    texts = [[_joined(line) for line in one.lines] for one in plain.cells or []]
    assert texts == [[_joined(line) for line in one.lines] for one in named.cells or []]
    changed_ = {
        p.author
        for c in named.cells or []
        if not c.moved
        for n in c.lines
        for p in n.parts
        if p.op == "added"
    }
    assert changed_ <= {"alice", None}


def _joined(line: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in line.parts:
        if found and found[-1][0] == part.op:
            found[-1] = (part.op, found[-1][1] + part.text)
        else:
            found.append((part.op, part.text))
    return found


def test_what_is_equal_is_skipped_unless_the_whole_is_asked_for() -> None:
    text = "\n".join(f"ligne {number}" for number in range(100))
    state, log = typed(("bob", 0, 0, "x"), start=text)
    found = compare(Question("file", state, [], log))
    assert [(line.op, line.count) for line in found.lines or []] == [
        ("changed", 0), ("same", 0), ("same", 0), ("same", 0), ("skipped", 96),
    ]  # fmt: skip
    assert len(compare(Question("file", state, [], log, whole=True)).lines or []) == 100


def test_what_is_too_much_is_cut_and_says_so() -> None:
    text = "\n".join(f"{random.Random(number).random()}" for number in range(9000))
    state, log = typed(("bob", 0, 0, text), start="")
    found = compare(Question("file", state, [], log))
    assert found.cut
    assert len(found.lines or []) == 6000
    assert found.counts.added == 9000


def test_one_cell_comes_back_where_it_was() -> None:
    then = {"cells": [cell("a", "1"), cell("b", "2"), cell("c", "3")], "metadata": {}}
    now = {"cells": [cell("x", "0"), cell("a", "1!"), cell("c", "3!")], "metadata": {"k": 1}}
    back = with_cell(now, then, "b")
    assert back is not None
    assert [one["id"] for one in back["cells"]] == ["x", "a", "b", "c"]
    assert back["metadata"] == {"k": 1}
    changed_ = with_cell(now, then, "c")
    assert changed_ is not None
    assert [one["source"] for one in changed_["cells"]] == ["0", "1!", "3"]
    assert with_cell(now, then, "nowhere") is None
