"""Messages of a kernel become outputs as JupyterLab shows them."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.runs import engine
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


def test_what_is_too_long_is_cut_with_a_sentence() -> None:
    doc = notebook("a")
    for _ in range(40):
        stream(doc, "é" * 10_000)
    text = outputs(doc)[0]["text"]
    assert text.startswith("é" * engine.MOST_TEXT)
    assert "cut here" in text
    assert len(text) < engine.MOST_TEXT + 200


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
