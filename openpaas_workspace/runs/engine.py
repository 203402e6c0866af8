"""What messages of a kernel make of a cell in a notebook's document (nbformat 4, jupyter_ydoc's shape)."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.realtime.engine.apart import MOST_TEXT, Stored, head_end, of_output, rest_of
from openpaas_workspace.realtime.engine.looks import in_words
from openpaas_workspace.realtime.engine.text import apply_text, clean
from openpaas_workspace.realtime.engine.values import storable

MOST_OUTPUTS = 2000
GOES_ON = "… The output goes on; what follows is shown here when the cell ends."
LEFT_OUT = (
    "\n… About {size} of the output were left out: {most} of one output and {cell} of a cell are kept.\n"
)
_MOST_ERROR = 64 * 1024
_PIECE = 1024 * 1024
_FAR = 20
_MOST_COUNT = 2**31
_BACKSPACES = re.compile(r"[^\n]\x08")


class Unreadable(ValueError):
    """A message that is none."""


def cell_of(doc: Doc[Any], cell_id: str) -> Map[Any] | None:
    """The cell with this id, wherever it is now."""
    for cell in doc.get("cells", type=Array):
        if isinstance(cell, Map) and cell.get("id") == cell_id:
            return cell
    return None


def source_of(cell: Map[Any]) -> str:
    """What the cell holds."""
    return str(cell.get("source") or "")


def queue(doc: Doc[Any], ids: set[str], held: set[str]) -> None:
    """These cells wait; what a server that was killed left as running, does not (`held` are those that do)."""
    for cell in doc.get("cells", type=Array):
        known = str(cell.get("id"))
        if known in ids:
            cell["execution_state"] = "running"
        elif known not in held and cell.get("execution_state") == "running":
            cell["execution_state"] = "idle"


def begin(cell: Map[Any]) -> None:
    """The cell runs: what it put out before is gone."""
    outputs = cell.get("outputs")
    if isinstance(outputs, Array):
        outputs.clear()
    else:
        cell["outputs"] = Array([])
    cell["execution_count"] = None
    cell["execution_state"] = "running"


def end(cell: Map[Any], count: int | None) -> None:
    """The cell does not run any more; it was the `count`th."""
    if count is not None:
        cell["execution_count"] = count
    if cell.get("execution_state") != "idle":
        cell["execution_state"] = "idle"


def readable(message_type: str, content: Any) -> dict[str, Any]:
    """The content of a message of the kernel as a document can hold it; raises Unreadable for what is none.

    What runs in a kernel may send whatever it likes.
    """
    if not isinstance(content, Mapping):
        raise Unreadable
    if message_type == "stream":
        # There are two: with a new name each time, outputs would be without end.
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return {"name": name, "text": str(content.get("text", ""))}
    if message_type == "clear_output":
        return {"wait": bool(content.get("wait"))}
    try:
        return _readable_error(content) if message_type == "error" else _readable_data(content)
    except RecursionError as error:
        raise Unreadable from error


def _readable_error(content: Mapping[str, Any]) -> dict[str, Any]:
    traceback = content.get("traceback")
    lines = traceback if isinstance(traceback, list) else []
    named = {name: clean(str(content.get(name, ""))) for name in ("ename", "evalue")}
    return {**named, "traceback": [clean(str(line)) for line in lines]}


def _readable_data(content: Mapping[str, Any]) -> dict[str, Any]:
    data, metadata, transient = (content.get(name) for name in ("data", "metadata", "transient"))
    if not isinstance(data, Mapping):
        raise Unreadable
    display = transient.get("display_id") if isinstance(transient, Mapping) else None
    return {
        "data": storable(data),
        "metadata": storable(metadata) if isinstance(metadata, Mapping) else {},
        "transient": {"display_id": clean(str(display))} if display else {},
        "execution_count": count_of(content),
    }


def count_of(content: Mapping[str, Any]) -> int | None:
    """The how-manieth execution a message says it is."""
    count = content.get("execution_count")
    return count if type(count) is int and 0 <= count < _MOST_COUNT else None


def put_out(
    cell: Map[Any], message_type: str, content: Mapping[str, Any], written: Counter[str] | None = None
) -> str:
    """Add what the kernel sent (`readable`) to the outputs of the cell; what a text has beyond the most is returned.

    `written` are the cell's `lengths`, for who keeps them: to count is slow.
    """
    outputs = cell.get("outputs")
    if not isinstance(outputs, Array):
        return ""
    if message_type == "stream":
        written = lengths(cell) if written is None else written
        return _stream(
            outputs, str(content.get("name", "stdout")), clean(str(content.get("text", ""))), written
        )
    if message_type == "error":
        kept = {name: content.get(name, "") for name in ("ename", "evalue")}
        outputs.append(Map({"output_type": "error", **kept, "traceback": list(content.get("traceback", ()))}))
    else:
        output: dict[str, Any] = {
            "output_type": message_type,
            "data": dict(content.get("data", {})),
            "metadata": dict(content.get("metadata", {})),
        }
        if message_type == "execute_result":
            output["execution_count"] = content.get("execution_count")
        display = (content.get("transient") or {}).get("display_id")
        if display:
            output["transient"] = {"display_id": display}
        outputs.append(Map(output))
    return ""


def shortened(message_type: str, source: bytes | Path) -> tuple[dict[str, Any], Stored | None]:
    """The content of a large message, or of the file that holds it: an output with a placeholder for its data and what that stands for, a text
    in pieces (`texts`), an error with its ends. Raises Unreadable for what no kernel sends.
    """
    content = json.loads(source if isinstance(source, bytes) else source.read_bytes())
    if not isinstance(content, dict):
        raise Unreadable
    if message_type == "error":
        return _short_error(content), None
    if message_type == "stream":
        content = readable(message_type, content)
        return {"name": content["name"], "texts": pieces(content["text"])}, None
    content = readable(message_type, content)
    (short, *_), stored = of_output(content)
    return dict(short), stored


def pieces(text: str) -> list[str]:
    """A long text in pieces, each of which is quickly worked on, none ending in a carriage return but the last."""
    found, at = [], 0
    while at < len(text):
        end = min(at + _PIECE, len(text))
        while end < len(text) and text[end - 1] == "\r":
            end += 1
        found.append(text[at:end])
        at = end
    return found


def collapsed(text: str) -> str:
    """A text that makes the same of any line before it, without what it overwrites itself."""
    if "\r" not in text or "\x08" in text:
        return text
    first, newline, others = text.replace("\r\n", "\n").partition("\n")
    before, carriage, over = first.partition("\r")
    return before + carriage + shown("", over) + newline + shown("", others)


def show_rest(cell: Map[Any], stream: str, stored: tuple[str, int] | None) -> None:
    """Where the output was said to go on stands its rest, by name and size, or nothing."""
    outputs = cell.get("outputs")
    if not isinstance(outputs, Array):
        return
    for at, output in enumerate(outputs):
        if isinstance(output, Map) and dict(output.get("metadata") or {}).get("openpaas") == {"rest": stream}:
            before = outputs[at - 1] if at else None
            follows = before is not None and before.get("name") == stream
            del outputs[at]
            if stored is not None:
                outputs.insert(at, Map(rest_of(*stored, stream, follows=follows)))
            return


def say(cell: Map[Any], sentence: str) -> None:
    """Add what the server has to say about the outputs."""
    outputs = cell.get("outputs")
    if sentence and isinstance(outputs, Array):
        outputs.append(Map({"output_type": "stream", "name": "stderr", "text": Text(sentence)}))


def clear(cell: Map[Any]) -> None:
    """The outputs of the cell go."""
    outputs = cell.get("outputs")
    if isinstance(outputs, Array):
        outputs.clear()


def redisplay(doc: Doc[Any], content: Mapping[str, Any]) -> None:
    """What was shown under a display id shows this instead, in whichever cell it is."""
    wanted = (content.get("transient") or {}).get("display_id")
    for cell in doc.get("cells", type=Array):
        for output in cell.get("outputs") or ():
            shown = output.get("transient") if isinstance(output, Map) else None
            if wanted and shown and dict(shown).get("display_id") == wanted:
                output["data"] = dict(content.get("data", {}))
                output["metadata"] = dict(content.get("metadata", {}))


def _stream(outputs: Array[Any], name: str, text: str, written: Counter[str]) -> str:
    target = _goes_on(outputs, name)
    ytext = target.get("text") if target is not None else None
    old = str(ytext) if isinstance(ytext, Text) else ""
    room = max(MOST_TEXT - written[name], 0) + len(old)
    new = shown(old, text)
    end = len(new) if len(new) <= room else head_end(new, room)
    written[name] += end - len(old)
    if isinstance(ytext, Text):
        apply_text(ytext, new[:end])
    elif end or not new:
        outputs.append(Map({"output_type": "stream", "name": name, "text": Text(new[:end])}))
    if end < len(new):
        mark = {"data": {"text/plain": GOES_ON}, "metadata": {"openpaas": {"rest": name}}}
        outputs.append(Map({"output_type": "display_data", **mark}))
    return new[end:]


def _goes_on(outputs: Array[Any], name: str) -> Map[Any] | None:
    """The output that more text of a stream belongs to, if there is one."""
    many = len(outputs)
    # Where two streams alternate without end, each goes on in its last output.
    for at in range(many - 1, many - (1 if many < MOST_OUTPUTS else _FAR) - 1, -1):
        output = outputs[at] if at >= 0 else None
        if isinstance(output, Map) and output.get("name") == name:
            return output
    return None


def lengths(cell: Map[Any]) -> Counter[str]:
    """How much text of each stream the outputs of a cell hold."""
    found: Counter[str] = Counter()
    for output in cell.get("outputs") or ():
        if isinstance(output, Map) and output.get("output_type") == "stream":
            found[str(output.get("name"))] += len(str(output.get("text") or ""))
    return found


def _short_error(content: dict[str, Any]) -> dict[str, Any]:
    def short(text: Any) -> str:
        text = clean(str(text))
        gone = len(text) - 2 * _MOST_ERROR
        return text if gone <= 0 else f"{text[:_MOST_ERROR]} … {in_words(gone)} … {text[-_MOST_ERROR:]}"

    traceback = short("\n".join(map(str, content.get("traceback") or ())))
    return {
        "ename": short(content.get("ename", "")),
        "evalue": short(content.get("evalue", "")),
        "traceback": traceback.split("\n"),
    }


def shown(old: str, text: str) -> str:
    """What a terminal would show: a carriage return overwrites the line, a backspace takes a sign back."""
    if "\r" not in text and "\x08" not in text:
        return old + text
    head, _, line = old.rpartition("\n")
    tail = line + text
    while (shorter := _BACKSPACES.sub("", tail)) != tail:
        tail = shorter
    lines = []
    for one in tail.replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in one.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown)
    return (head + "\n" if "\n" in old else "") + "\n".join(lines)
