"""Messages of a kernel become outputs as JupyterLab shows them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.realtime.engine import apart
from openpaas_workspace.runs import engine
from openpaas_workspace.runs.service.wire import beginning
from tests.conftest import examples


def notebook(*ids: str) -> Doc:
    doc: Doc = Doc()
    doc["cells"] = Array(
        [
            Map(
                {
                    "id": id_,
                    "cell_type": "code",
                    "source": Text("1"),
                    "outputs": Array([]),
                    "metadata": Map({}),
                }
            )
            for id_ in ids
        ]
    )
    return doc


def outputs(doc: Doc, cell: str = "a") -> list[dict]:
    found = engine.cell_of(doc, cell)
    assert found is not None
    return found.to_py()["outputs"]


def stream(doc: Doc, *texts: str, name: str = "stdout", cell: str = "a") -> None:
    for text in texts:
        engine.put_out(engine.cell_of(doc, cell), "stream", {"name": name, "text": text})


def test_streams_are_joined_and_told_apart() -> None:
    doc = notebook("a")
    stream(doc, "un\n", "deux\n")
    stream(doc, "erreur", name="stderr")
    stream(doc, "trois")
    assert [(one["name"], one["text"]) for one in outputs(doc)] == [
        ("stdout", "un\ndeux\n"),
        ("stderr", "erreur"),
        ("stdout", "trois"),
    ]


def test_a_progress_bar_overwrites_itself() -> None:
    doc = notebook("a")
    stream(doc, "début\n", "\r 10 %", "\r 20 %", "\r100 %\n", "fin")
    assert outputs(doc)[0]["text"] == "début\n100 %\nfin"


def test_what_is_too_long_goes_elsewhere() -> None:
    doc = notebook("a")
    content = {"name": "stdout", "text": "é" * 10_000}
    beyond = [engine.put_out(engine.cell_of(doc, "a"), "stream", content) for _ in range(27)]
    assert [one["output_type"] for one in outputs(doc)] == ["stream", "display_data"]
    assert outputs(doc)[0]["text"] == "é" * engine.MOST_TEXT
    assert outputs(doc)[1]["data"]["text/plain"] == engine.GOES_ON
    assert sum(map(len, beyond)) == 270_000 - engine.MOST_TEXT
    engine.show_rest(engine.cell_of(doc, "a"), "stdout", ("0" * 64, 15_712))
    engine.say(engine.cell_of(doc, "a"), "…")
    assert apart.name_of(outputs(doc)[1]) == "0" * 64
    assert outputs(doc)[2]["name"] == "stderr"


def test_lines_stay_whole() -> None:
    doc = notebook("a")
    cell = engine.cell_of(doc, "a")
    text = "".join(f"ligne {number}\n" for number in range(30_000))
    beyond = engine.put_out(cell, "stream", {"name": "stdout", "text": text})
    assert outputs(doc)[0]["text"].endswith("\n")
    assert outputs(doc)[0]["text"] + beyond == text


def test_streams_that_alternate_do_not_make_outputs_without_end() -> None:
    doc = notebook("a")
    cell, written = engine.cell_of(doc, "a"), engine.Counter()
    for number in range(2 * engine.MOST_OUTPUTS):
        content = {"name": ("stdout", "stderr")[number % 2], "text": f"{number}\n"}
        assert engine.put_out(cell, "stream", content, written) == ""
    assert written == engine.lengths(cell)
    assert len(outputs(doc)) == engine.MOST_OUTPUTS
    assert "".join(one["text"] for one in outputs(doc)).count("\n") == 2 * engine.MOST_OUTPUTS


def test_large_messages_are_shortened() -> None:
    page = {"data": {"text/html": "<b>" * 200_000}, "metadata": {}, "transient": {"display_id": "d"}}
    short, stored = engine.shortened("display_data", json.dumps(page).encode())
    assert stored is not None
    assert json.loads(stored.data) == {"data": page["data"], "metadata": {}}
    assert short["transient"] == {"display_id": "d"}
    assert apart.name_of(short) == stored.name
    error = {"ename": "E", "evalue": "x" * 1_000_000, "traceback": ["y" * 400_000, "fin"]}
    short, stored = engine.shortened("error", json.dumps(error).encode())
    assert stored is None
    assert len(json.dumps(short)) < 600_000
    assert short["traceback"][-1] == "fin"
    for rubbish in (b"", b"[]", b"{}", b"\xff", b'{"data": 3}'):
        with pytest.raises((engine.Unreadable, UnicodeDecodeError, json.JSONDecodeError)):
            engine.shortened("display_data", rubbish)


@settings(max_examples=examples(200), deadline=None)
@given(st.text("ab\n\r", max_size=20).map(lambda text: text.rstrip("\r")), st.text("ab\n\r", max_size=30))
def test_a_collapsed_text_makes_the_same_of_what_was_before(before: str, text: str) -> None:
    text = text.rstrip("\r")
    doc, other = notebook("a"), notebook("a")
    stream(doc, "." + before, text)
    stream(other, "." + before, engine.collapsed(text))
    assert outputs(doc)[0]["text"] == outputs(other)[0]["text"]


@pytest.mark.parametrize("end", ["a", "\n", "\\", '"', "é", "😀", "\r"])
def test_the_beginning_of_a_giant_can_be_read(end: str) -> None:
    for more in range(14):
        text = "x" * more + end * 600_000
        data = json.dumps({"name": "stdout", "text": text}, ensure_ascii=more % 2 == 0).encode()
        found = beginning(memoryview(data))
        assert found is not None
        assert text.startswith(json.loads(found)["text"])
        assert len(found) > 500_000
    assert beginning(memoryview(b'{"data": {}}')) is None


def test_results_errors_and_displays() -> None:
    doc = notebook("a", "b")
    cell = engine.cell_of(doc, "a")
    engine.begin(cell)
    assert cell["execution_state"] == "running"
    engine.put_out(
        cell, "execute_result", {"data": {"text/plain": "2"}, "metadata": {}, "execution_count": 3}
    )
    engine.put_out(cell, "error", {"ename": "E", "evalue": "v", "traceback": ["t"]})
    shown = {"data": {"text/plain": "0"}, "metadata": {}, "transient": {"display_id": "d"}}
    engine.put_out(cell, "display_data", shown)
    engine.redisplay(doc, {**shown, "data": {"text/plain": "1"}})
    engine.end(cell, 3)
    kinds = [one["output_type"] for one in outputs(doc)]
    assert kinds == ["execute_result", "error", "display_data"]
    assert outputs(doc)[0]["execution_count"] == 3
    assert outputs(doc)[2]["data"] == {"text/plain": "1"}
    assert (cell["execution_count"], cell["execution_state"]) == (3, "idle")
    engine.begin(cell)
    assert outputs(doc) == []


def terminal(text: str) -> str:
    """What a terminal that never wraps shows, sign by sign."""
    lines: list[list[str]] = [[]]
    at = 0
    for sign in text:
        if sign == "\n":
            lines.append([])
            at = 0
        elif sign == "\r":
            at = 0
        else:
            line = lines[-1]
            line[at : at + 1] = [sign]
            at += 1
    return "\n".join("".join(line) for line in lines)


@settings(max_examples=examples(200), deadline=None)
@given(st.text("ab\n\r", max_size=30))
def test_carriage_returns_are_those_of_a_terminal(text: str) -> None:
    text = text.rstrip("\r")  # the writer holds such an end back until it knows what comes
    doc = notebook("a")
    stream(doc, text)
    assert outputs(doc)[0]["text"] == terminal(text)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.text("abc", max_size=5), min_size=1, max_size=8))
def test_a_bar_in_pieces_is_a_bar(texts: list[str]) -> None:
    doc = notebook("a")
    for text in texts:
        stream(doc, f"\r{text}")
    assert outputs(doc)[0]["text"] == terminal("".join(f"\r{text}" for text in texts))


def test_a_kernel_has_two_streams_whatever_it_calls_them() -> None:
    names = [
        engine.readable("stream", {"name": name, "text": "x"})["name"] for name in ("stderr", "a", 5, None)
    ]
    assert names == ["stderr", "stdout", "stdout", "stdout"]
