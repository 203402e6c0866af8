"""Large outputs apart: what is stored comes back as it was, and is stored again under the same name."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from openpaas_workspace.files.engine import formats
from openpaas_workspace.realtime.engine import apart, contents
from openpaas_workspace.realtime.engine.looks import height_of, in_words
from openpaas_workspace.realtime.engine.outputs import summary
from openpaas_workspace.realtime.engine.values import storable
from tests.conftest import examples

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.one_of(st.integers(-(2**60), 2**60), st.floats(), st.booleans(), st.none())
JSON = st.recursive(
    NUMBERS | TEXTS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)
BIG = st.sampled_from([1, 1000, apart.LARGE - 200, apart.LARGE, 2 * apart.LARGE])
STREAMS = st.builds(
    lambda name, line, times: {
        "output_type": "stream",
        "name": name,
        "text": line * (times // len(line) + 1),
    },
    st.sampled_from(["stdout", "stderr"]),
    st.sampled_from(["ab\n", "é", "x" * 999 + "\n", "😀\n"]),
    st.sampled_from([1, 1000, apart.MOST_TEXT // 2, apart.MOST_TEXT, 2 * apart.MOST_TEXT]),
)
DISPLAYS = st.builds(
    lambda value, size, metadata, lines: {
        "output_type": "display_data",
        "data": {
            "application/json": value,
            "text/html": ["<b>\n", "é" * size] if lines else "<b>\n" + "é" * size,
        },
        "metadata": metadata,
    },
    JSON,
    BIG,
    st.dictionaries(TEXTS, JSON, max_size=2),
    st.booleans(),
)
ERRORS = st.just({"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]})


def cell(outputs: list[dict[str, Any]], number: int = 0) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"c{number}",
        "metadata": {},
        "source": "1",
        "outputs": outputs,
        "execution_count": 1,
    }


def notebook(*cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cells": [cell(outputs, number) for number, outputs in enumerate(cells)],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


NOTEBOOKS = st.lists(st.lists(STREAMS | DISPLAYS | ERRORS, max_size=5), min_size=1, max_size=2).map(
    lambda cells: notebook(*cells)
)


def whole(short: dict[str, Any], stored: list[apart.Stored], limit: int = 2**40) -> dict[str, Any]:
    kept = {one.name: one.data for one in stored}
    return apart.bring_back(short, kept.__getitem__, {name: len(data) for name, data in kept.items()}, limit)


def on_paper(value: dict[str, Any]) -> dict[str, Any]:
    """What a file gives back of a notebook."""
    return formats.parse(formats.NOTEBOOK, formats.serialise(formats.NOTEBOOK, value, formats.Style()))


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)  # fmt: skip
@given(NOTEBOOKS)
@pytest.mark.long
def test_what_is_stored_comes_back_and_is_stored_again_under_the_same_name(book: dict[str, Any]) -> None:
    # Numbers beyond what a page can hold are what a page makes of them.
    book = on_paper(storable(book))
    short, stored = apart.store_apart(book)
    back = whole(short, stored)
    assert formats.same(formats.NOTEBOOK, on_paper(back), book, exact=True)
    again, same = apart.store_apart(on_paper(back))
    assert on_paper(again) == on_paper(short)
    assert sorted(one.name for one in same) == sorted(one.name for one in stored)
    assert apart.store_apart(short) == (short, []), "what was apart stays so"
    assert len(json.dumps(short, ensure_ascii=False)) < 2 * apart.LARGE * (
        1 + sum(len(one["outputs"]) for one in book["cells"])
    )


@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(NOTEBOOKS)
@example(
    notebook([{"output_type": "display_data", "data": {"application/json": 1e308}, "metadata": {}}]),
)
def test_a_write_of_what_was_read_is_no_change(book: dict[str, Any]) -> None:
    book = on_paper(book)
    first = contents.edit("notebook", None, [], book)
    assert first.update is not None
    held = contents.value_of("notebook", [first.update])
    back = on_paper(whole(held, first.outputs))
    again = contents.edit("notebook", None, [first.update], back)
    assert again.update is None
    assert apart.names_in(held) == {one.name for one in first.outputs}


def test_a_large_output_leaves_its_kinds_its_size_and_its_height() -> None:
    picture = base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + bytes(8) + (640).to_bytes(4) + (480).to_bytes(4) + bytes(300_000)
    )
    book = notebook(
        [
            {
                "output_type": "execute_result",
                "execution_count": 3,
                "data": {"image/png": picture.decode(), "text/plain": "<Figure>"},
                "metadata": {},
            }
        ]
    )
    short, (stored,) = apart.store_apart(book)
    output = short["cells"][0]["outputs"][0]
    assert output["output_type"] == "execute_result"
    assert output["execution_count"] == 3
    about = output["data"][apart.PLACEHOLDER]
    assert about == {
        "id": stored.name,
        "size": len(stored.data),
        "kinds": ["image/png", "text/plain"],
        "height": 480,
    }
    assert "391 KB" in output["data"]["text/plain"]
    assert summary([output])[0].kind == "image"


def test_what_is_missing_or_not_ours_or_too_much_stays_apart() -> None:
    outputs = [
        {"output_type": "display_data", "data": {"text/html": letter * 300_000}, "metadata": {}}
        for letter in "abc"
    ]
    short, stored = apart.store_apart(notebook(outputs))
    assert [apart.is_placeholder(one) for one in whole(short, stored, 650_000)["cells"][0]["outputs"]] == [
        False,
        False,
        True,
    ]
    back = whole(short, stored[1:])
    assert [apart.is_placeholder(one) for one in back["cells"][0]["outputs"]] == [True, False, False]
    sizes = {one.name: 3 for one in stored}
    assert apart.bring_back(short, {}.__getitem__, sizes, 10) == short


@pytest.mark.parametrize("about", [None, 3, {}, {"id": "../../etc"}, {"id": "A" * 64}, {"id": 3}, ["id"]])
def test_rubbish_is_no_placeholder(about: Any) -> None:
    output = {"output_type": "display_data", "data": {apart.PLACEHOLDER: about}, "metadata": {}}
    assert not apart.is_placeholder(output)
    book = notebook([output, {"output_type": "display_data", "data": "x"}, {"output_type": "stream"}])
    assert whole(*apart.store_apart(book)) == book


def test_odd_notebooks_are_left_to_who_checks_them() -> None:
    for odd in ({}, {"cells": 3}, {"cells": [3, None, {"outputs": 3}, {"outputs": [3]}]}):
        assert apart.store_apart(odd) == (odd, [])


def test_heights_and_words() -> None:
    assert height_of({"application/vnd.plotly.v1+json": {"layout": {"height": 700}}}, {}) == 700
    assert height_of({"image/png": "no picture"}, {"image/png": {"height": 120}}) == 120
    assert height_of({"text/html": "x", "image/png": "é"}, {"text/html": {"height": "tall"}}) == 0
    assert [in_words(size) for size in (1, 1024, 3_355_443, 2 * 1024**3)] == ["1 KB", "1 KB", "3.2 MB", "2.0 GB"]  # fmt: skip


@pytest.mark.parametrize(
    "stored", [b'{"a":1}', b"5", b"[]", b'"x"', b'{"data":5}', b'{"data":5,"metadata":{}}', b"\xff"]
)
def test_a_placeholder_that_says_it_is_something_else_stays_one(stored: bytes) -> None:
    name = "a" * 64
    book = {
        "cells": [cell([{"output_type": "display_data", "data": apart.place_of(name, 9, {"kinds": []})}])]
    }
    assert apart.bring_back(book, lambda _: stored, {name: 9}, 1000) == book


@pytest.mark.parametrize(
    "about", [{"stream": ["x"]}, {"stream": {}}, {"stream": None}, {"stream": 5}, {"follows": []}]
)
def test_odd_placeholders_are_neither_an_error_nor_lost(about: dict[str, Any]) -> None:
    data = {apart.PLACEHOLDER: {"id": "a" * 64, "size": 3, **about}}
    text = {"output_type": "stream", "name": "stdout", "text": "x"}
    book = {"cells": [cell([text, {"output_type": "display_data", "data": data, "metadata": {}}])]}
    assert apart.store_apart(book) == (book, [])
    back = apart.bring_back(book, lambda _: b"rest", {"a" * 64: 4}, 1000)
    assert len(back["cells"][0]["outputs"]) == 2
