"""What a cell put out, in a few words: enough to see what changed, never the thing itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from openpaas_workspace.realtime.engine.apart import PLACEHOLDER, is_placeholder

_MOST_LETTERS: Final = 600
_MOST_LINES: Final = 8
_MOST_OUTPUTS: Final = 12


@dataclass(frozen=True, slots=True)
class Output:
    """One output: its kind, the beginning of its text, how large it is in bytes."""

    kind: str
    text: str
    size: int
    cut: bool


def summary(outputs: Sequence[Any]) -> list[Output]:
    """Some words for each of the first outputs, whatever they hold."""
    return [_one(output) for output in outputs[:_MOST_OUTPUTS] if isinstance(output, Mapping)]


def _one(output: Mapping[str, Any]) -> Output:
    if output.get("output_type") == "stream":
        kind = "warning" if output.get("name") == "stderr" else "text"
        return _text(kind, _words(output.get("text", "")))
    if output.get("output_type") == "error":
        return _text("error", f"{output.get('ename', '')}: {output.get('evalue', '')}")
    if is_placeholder(output):
        return _apart(output["data"])
    data = output.get("data")
    return _data(data if isinstance(data, Mapping) else {})


def _apart(data: Mapping[str, Any]) -> Output:
    about = data[PLACEHOLDER]
    size, kinds = about.get("size"), about.get("kinds")
    size = size if isinstance(size, int) else 0
    for kind in kinds if isinstance(kinds, list) else ():
        if str(kind).startswith("image/"):
            return Output("image", str(kind).partition("/")[2].partition("+")[0].upper(), size, cut=False)
    return _text("text", _words(data.get("text/plain", "")), size)


def _data(data: Mapping[str, Any]) -> Output:
    plain = _words(data.get("text/plain", ""))
    for mime, value in data.items():
        if mime.startswith("image/"):
            size = len(_words(value)) if mime == "image/svg+xml" else len(_words(value)) * 3 // 4
            return Output("image", mime.partition("/")[2].partition("+")[0].upper(), size, cut=False)
    if any(mime.startswith("application/vnd.jupyter.widget") for mime in data):
        return _text("widget", plain)
    if any(mime.startswith("application/vnd.") for mime in data):
        return _text("chart", plain)
    page = _words(data.get("text/html", ""))
    if page:
        return _text("table" if "<table" in page else "page", plain, len(page.encode()))
    for mime in ("text/markdown", "text/latex", "application/json"):
        if mime in data:
            return _text("text", _words(data[mime]))
    return _text("text", plain)


def _words(value: Any) -> str:
    """A text, also as the list of lines that files may hold; anything else as JSON."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _text(kind: str, text: str, size: int | None = None) -> Output:
    text = text.rstrip("\n")
    lines = text.split("\n")
    short = "\n".join(lines[:_MOST_LINES])[:_MOST_LETTERS]
    return Output(kind, short, len(text.encode("utf-8", "replace")) if size is None else size, short != text)
