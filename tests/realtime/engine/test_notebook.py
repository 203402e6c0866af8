"""Notebooks from outside: nothing lost, nothing doubled, both edits there."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_ydoc import YNotebook
from pycrdt import Array, Doc, Map

from openpaas_workspace.realtime.engine.guard import guarded_apply
from openpaas_workspace.realtime.engine.notebook import merge_notebook, read_cells
from openpaas_workspace.realtime.engine.outside import merge_outside, read_content
from openpaas_workspace.realtime.engine.restore import restore
from openpaas_workspace.realtime.engine.update import EMPTY, parse_update
from tests.conftest import examples

MANY = settings(deadline=None, max_examples=examples(120))
OUTPUTS: list[dict[str, Any]] = [
    {"output_type": "stream", "name": "stdout", "text": "é\n"},
    {
        "output_type": "display_data",
        "data": {"text/plain": "1", "application/json": [1, True]},
        "metadata": {},
    },
    {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["a", "b"]},
]
SOURCES = st.lists(st.sampled_from(["x = 1\n", "é📊", "", "print('中')\n", "# title\n"]), max_size=4).map(
    "".join
)
METADATA = st.dictionaries(
    st.sampled_from(["a", "b"]), st.sampled_from([1, 1.5, True, "é", [1], {"n": None}])
)


@st.composite
def cells(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["code", "markdown"]))
    cell: dict[str, Any] = {
        "id": name,
        "cell_type": kind,
        # A mark of its own tells cells apart whatever happens to the rest.
        "source": f"[{name}]\n" + draw(SOURCES),
        "metadata": draw(METADATA),
    }
    if kind == "code":
        cell["outputs"] = copy.deepcopy(draw(st.lists(st.sampled_from(OUTPUTS), max_size=3)))
        cell["execution_count"] = draw(st.none() | st.integers(1, 9))
    return cell


@st.composite
def notebooks(draw: st.DrawFn, least: int = 1) -> dict[str, Any]:
    count = draw(st.integers(least, 6))
    listed = [draw(cells(f"c{index}")) for index in range(count)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": draw(METADATA), "cells": listed}


@st.composite
def edited(draw: st.DrawFn, notebook: dict[str, Any], who: str) -> tuple[dict[str, Any], set[str]]:
    """The notebook after a few changes by `who`, and the ids deleted."""
    new = copy.deepcopy(notebook)
    listed, gone = new["cells"], set()
    for number in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(listed)))
        what = draw(st.sampled_from(["type", "new", "delete", "move", "run", "note"]))
        if what == "new":
            listed.insert(at, draw(cells(f"{who}{number}")))
        elif at == len(listed):
            new["metadata"][who] = number
        elif what == "type":
            listed[at]["source"] += f"<{who}{number}>"
        elif what == "delete":
            gone.add(listed.pop(at)["id"])
        elif what == "move":
            listed.insert(draw(st.integers(0, len(listed) - 1)), listed.pop(at))
        elif what == "run" and listed[at]["cell_type"] == "code":
            listed[at]["outputs"] = copy.deepcopy(draw(st.lists(st.sampled_from(OUTPUTS), max_size=2)))
        else:
            listed[at]["metadata"][who] = number
    return new, gone


def live_doc(notebook: dict[str, Any]) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    merge_notebook(doc, notebook)
    return doc


def got(doc: Doc[Any]) -> dict[str, Any]:
    found: dict[str, Any] = YNotebook(doc).get(deduplicate=False)
    return found


@MANY
@given(st.data())
def test_the_notebook_becomes_the_new_one_and_yjs_reads_it(yjs: Any, data: st.DataObject) -> None:
    first = data.draw(notebooks())
    second, gone = data.draw(edited(first, "o"))
    doc = live_doc(first)
    assert got(doc) == first
    assert not merge_notebook(doc, first)
    state = doc.get_update()
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(event.update))
    touched = merge_notebook(doc, second)
    wanted = second if second["cells"] else {**second, "cells": got(doc)["cells"]}
    assert got(doc) == wanted
    assert len(updates) == int(touched)
    assert touched == (first != wanted)
    for update in updates:
        parse_update(update)
    seen = yjs.call("notebook", updates=[one.hex() for one in (state, *updates)])
    assert [cell["source"] for cell in seen["cells"]] == [cell["source"] for cell in wanted["cells"]]
    assert seen["meta"] == {key: one for key, one in wanted.items() if key != "cells"}
    assert not gone & {cell["id"] for cell in seen["cells"]}


@MANY
@given(st.data())
def test_live_and_outside_changes_meet(yjs: Any, data: st.DataObject) -> None:
    base = data.draw(notebooks())
    ours, ours_gone = data.draw(edited(base, "L"))
    theirs, theirs_gone = data.draw(edited(base, "O"))
    doc = live_doc(base)
    state = doc.get_update()
    merge_notebook(doc, ours)
    before = doc.get_update()
    update = merge_outside(state, doc, "notebook", theirs)
    assert doc.get_update() == before
    guarded_apply(doc, update)
    check_met(got(doc)["cells"], base, (ours, ours_gone), (theirs, theirs_gone))
    seen = yjs.call("notebook", updates=[before.hex(), update.hex()])
    assert [one["source"] for one in seen["cells"]] == [one["source"] for one in read_cells(doc)]


def check_met(
    found: list[dict[str, Any]],
    base: dict[str, Any],
    ours: tuple[dict[str, Any], set[str]],
    theirs: tuple[dict[str, Any], set[str]],
) -> None:
    gone = ours[1] | theirs[1]
    names = Counter(cell["source"].split("]")[0][1:] for cell in found if cell["source"].startswith("["))
    was = {cell["id"]: cell for cell in base["cells"]}
    for notebook, _ in (ours, theirs):
        for cell in notebook["cells"]:
            name = cell["id"]
            if name in gone:
                continue
            assert names[name] == 1, (name, names)
            merged = next(one for one in found if one["source"].startswith(f"[{name}]"))
            typed = cell["source"][len(was[name]["source"]) :] if name in was else ""
            assert typed in merged["source"]
            if name not in was:
                assert merged["source"] == cell["source"]
    assert not any(names[name] for name in gone)
    assert len({cell["id"] for cell in found}) == len(found)


@MANY
@given(notebooks(), st.data())
def test_restoring_is_a_new_change(notebook: dict[str, Any], data: st.DataObject) -> None:
    doc = live_doc(notebook)
    version: Doc[Any] = Doc()
    version.apply_update(doc.get_update())
    merge_notebook(doc, data.draw(edited(notebook, "L"))[0])
    clients = set(parse_update(doc.get_update()).clients)
    changed = got(doc) != notebook
    update = restore(doc, version, "notebook")
    assert (update == EMPTY) != changed
    guarded_apply(doc, update)
    assert got(doc) == notebook
    assert clients <= set(parse_update(doc.get_update()).clients)
    assert restore(doc, version, "notebook") == EMPTY


@MANY
@given(notebooks(least=2), st.data())
def test_cells_without_ids_are_known_by_content(notebook: dict[str, Any], data: st.DataObject) -> None:
    doc = live_doc(notebook)
    names = [cell["id"] for cell in read_cells(doc)]
    bare = copy.deepcopy(notebook)
    for cell in bare["cells"]:
        del cell["id"]
    assert not merge_notebook(doc, bare)
    at = data.draw(st.integers(0, len(names) - 1))
    bare["cells"][at]["source"] += "!"
    merge_notebook(doc, bare)
    assert [cell["id"] for cell in read_cells(doc)] == names
    assert read_cells(doc)[at]["source"].endswith("!")


def code(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        **more,
    }


def notebook_of(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(listed)}


def test_a_moved_cell_keeps_what_is_typed_into_it() -> None:
    base = notebook_of(code("a", "a\n"), code("b", "b\n"), code("c", "c\n"))
    doc = live_doc(base)
    state = doc.get_update()
    doc.get("cells", type=Array)[2]["source"].insert(0, "live ")
    theirs = notebook_of(code("c", "c\noutside\n"), code("a", "a\n"), code("b", "b\n"))
    guarded_apply(doc, merge_outside(state, doc, "notebook", theirs))
    assert [cell["source"] for cell in read_cells(doc)] == ["live c\noutside\n", "a\n", "b\n"]


def test_outputs_made_in_the_room_are_kept() -> None:
    base = notebook_of(code("a", "a"))
    doc = live_doc(base)
    state = doc.get_update()
    merge_notebook(doc, notebook_of(code("a", "a", outputs=[OUTPUTS[0]], execution_count=2)))
    theirs = notebook_of(code("a", "a!", outputs=[OUTPUTS[2]], execution_count=1))
    guarded_apply(doc, merge_outside(state, doc, "notebook", theirs))
    assert got(doc)["cells"] == [code("a", "a!", outputs=[OUTPUTS[0]], execution_count=2)]


def test_duplicated_ids_lose_no_cell() -> None:
    doc = live_doc(notebook_of(code("a", "one"), code("b", "two")))
    assert merge_notebook(doc, notebook_of(code("a", "one"), code("a", "other"), code("b", "two")))
    found = read_cells(doc)
    assert [cell["source"] for cell in found] == ["one", "other", "two"]
    assert len({cell["id"] for cell in found}) == 3
    cells_ = doc.get("cells", type=Array)
    cells_[1]["id"] = "a"
    assert merge_notebook(doc, notebook_of(code("a", "one"), code("b", "two")))
    assert [cell["source"] for cell in read_cells(doc)] == ["one", "two"]


def test_a_file_later_than_the_base_doubles_nothing() -> None:
    doc = live_doc(notebook_of(code("a", "a")))
    state = doc.get_update()
    merge_notebook(doc, notebook_of(code("a", "a"), code("new", "from the room")))
    theirs = notebook_of(code("a", "a"), code("new", "from the room"), code("b", "outside"))
    guarded_apply(doc, merge_outside(state, doc, "notebook", theirs))
    assert [cell["source"] for cell in read_cells(doc)] == ["a", "from the room", "outside"]


def test_a_new_type_keeps_what_is_typed() -> None:
    doc = live_doc(notebook_of(code("a", "text\n")))
    state = doc.get_update()
    doc.get("cells", type=Array)[0]["source"].insert(0, "live ")
    theirs = notebook_of({"id": "a", "cell_type": "markdown", "source": "text\n", "metadata": {}})
    guarded_apply(doc, merge_outside(state, doc, "notebook", theirs))
    assert got(doc)["cells"] == [
        {"id": "a", "cell_type": "markdown", "source": "live text\n", "metadata": {}}
    ]


def test_trust_never_comes_from_a_file() -> None:
    planted = code("a", "a")
    planted["metadata"] = {"trusted": True}
    doc = live_doc(notebook_of(planted))
    assert read_cells(doc)[0]["metadata"] == {}
    doc.get("cells", type=Array)[0]["metadata"]["trusted"] = True
    assert not merge_notebook(doc, notebook_of(code("a", "a")))


def test_lines_and_numbers_as_files_and_pages_write_them(yjs: Any) -> None:
    cell = code(
        "a",
        ["x\n", "y"],
        outputs=[
            {"output_type": "stream", "name": "stdout", "text": ["1\n", "2"]},
            {
                "output_type": "display_data",
                "metadata": {"n": 2**60},
                "data": {"text/html": ["<b>", "é"], "application/json": ["a"]},
            },
        ],
    )
    doc = live_doc(notebook_of(cell))
    assert not merge_notebook(doc, notebook_of(cell))
    seen = yjs.call("notebook", updates=[doc.get_update().hex()])["cells"][0]
    assert seen["source"] == "x\ny"
    assert seen["outputs"][0]["text"] == "1\n2"
    assert seen["outputs"][1]["data"] == {"text/html": "<b>é", "application/json": ["a"]}
    assert seen["outputs"][1]["metadata"] == {"n": pytest.approx(2**60)}


def test_an_empty_notebook_has_a_cell_to_type_in() -> None:
    doc = live_doc(notebook_of())
    assert [cell["cell_type"] for cell in read_cells(doc)] == ["code"]
    assert not merge_notebook(doc, notebook_of())


def test_what_pages_write_into_the_state_is_left_alone() -> None:
    doc = live_doc(notebook_of(code("a", "a")))
    doc.get("state", type=Map)["document_id"] = "x"
    merge_notebook(doc, notebook_of(code("a", "b")))
    assert doc.get("state", type=Map).to_py() == {"document_id": "x"}
    assert "state" not in read_content(doc, "notebook")


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"cells": 1},
        {"cells": [1]},
        {"cells": [{}]},
        {"cells": [], "nbformat": 3},
        {"cells": [{"cell_type": "code", "metadata": 1}]},
        {"cells": [{"cell_type": "code", "outputs": [1]}]},
        {"cells": [], "metadata": 3},
    ],
)
def test_what_is_no_notebook_changes_nothing(bad: dict[str, Any]) -> None:
    doc = live_doc(notebook_of(code("a", "a")))
    before = doc.get_update()
    with pytest.raises(ValueError, match="notebook"):
        merge_notebook(doc, bad)
    with pytest.raises(ValueError, match="notebook"):
        merge_outside(before, doc, "notebook", bad)
    assert doc.get_update() == before


def test_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be merged"):
        merge_outside(EMPTY, Doc(), "sheet", "")
    with pytest.raises(ValueError, match="holds text"):
        merge_outside(EMPTY, Doc(), "file", {})
