"""What messages of a kernel make of a cell in a notebook's document (nbformat 4, jupyter_ydoc's shape)."""

import re
from collections.abc import Mapping
from typing import Any

from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.realtime.engine.text import apply_text

MOST_TEXT = 256 * 1024
CUT = "\n… The output was cut here: it is longer than {limit} KB.\n"
_BACKSPACES = re.compile(r"[^\n]\x08")


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


def put_out(cell: Map[Any], message_type: str, content: Mapping[str, Any]) -> None:
    """Add what the kernel sent to the outputs of the cell."""
    outputs = cell.get("outputs")
    if not isinstance(outputs, Array):
        return
    if message_type == "stream":
        _stream(outputs, str(content.get("name", "stdout")), str(content.get("text", "")))
    elif message_type == "error":
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
        shown = (content.get("transient") or {}).get("display_id")
        if shown:
            output["transient"] = {"display_id": shown}
        outputs.append(Map(output))


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


def _stream(outputs: Array[Any], name: str, text: str) -> None:
    last = outputs[-1] if len(outputs) else None
    is_same = isinstance(last, Map) and last.get("output_type") == "stream" and last.get("name") == name
    written = last.get("text") if is_same and last is not None else None
    if not isinstance(written, Text):
        outputs.append(Map({"output_type": "stream", "name": name, "text": Text(_shown("", text))}))
        return
    old = str(written)
    if len(old) > MOST_TEXT:
        return
    new = _shown(old, text)
    if len(new) > MOST_TEXT:
        new = new[:MOST_TEXT] + CUT.format(limit=MOST_TEXT // 1024)
    apply_text(written, new)


def _shown(old: str, text: str) -> str:
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
