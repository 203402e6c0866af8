"""Between bytes on disk and what a room holds: notebooks and text, in the file's own style. Pure.

A file is written again only when it would mean something else: a page that merely opens a notebook adds a kernel's
name and ids to it, and that alone never touches the file.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, cast

import nbformat
from nbformat.v4.rwbase import split_lines

from openpaas_workspace.kit.errors import Invalid, WorkspaceError
from openpaas_workspace.realtime.engine.apart import Fill, store_apart
from openpaas_workspace.realtime.engine.values import normal_output

NOTEBOOK = "notebook"
TEXT = "file"
SHEET = "sheet"
_INDENT = re.compile(rb"^\s*\{\r?\n(?P<indent>[ \t]+)\"")
_BOM = b"\xef\xbb\xbf"
_NOISE = ("orig_nbformat", "signature")


class Style(NamedTuple):
    """How a file is written."""

    newline: str = "\n"
    bom: bool = False
    indent: str | int | None = 1
    ends: bool = True  # a notebook ends with a line break


def type_of(name: str) -> str:
    """`notebook`, `sheet` or `file`, by name."""
    if name.endswith(".ipynb"):
        return NOTEBOOK
    return SHEET if name.endswith(".sheet") else TEXT


def digest(data: bytes) -> str:
    """What tells two contents apart: SHA-256."""
    return hashlib.sha256(data).hexdigest()


def style_of(data: bytes) -> Style:
    """How these bytes are written; of an empty file the default."""
    if not data:
        return Style()
    crlf = data.count(b"\r\n")
    lf, cr = data.count(b"\n") - crlf, data.count(b"\r") - crlf
    newline = "\r\n" if crlf > max(lf, cr) else "\r" if cr > lf else "\n"
    match = _INDENT.match(data.removeprefix(_BOM))
    indent: str | int | None = None if lf + crlf < 2 else 1
    if match is not None:
        found = match["indent"].decode()
        indent = found if "\t" in found else len(found)
    return Style(newline, data.startswith(_BOM), indent, data.endswith((b"\n", b"\r")))


def parse(kind: str, data: bytes) -> Any:
    """What a room would hold of a file: an nbformat dict, a str with `\\n`, of a sheet its bytes; raises Invalid."""
    if kind == SHEET:
        return data
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("This file is not UTF-8 text.", code="NotText") from error
    if kind == TEXT:
        if "\0" in text:
            raise Invalid("This file is not text.", code="NotText")
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return parse_notebook(text)


def parse_notebook(text: str) -> dict[str, Any]:
    """A notebook of format 4 as a plain dict; raises Invalid on what is none."""
    try:
        found = json.loads(text, parse_constant=_no_constant)
        if not isinstance(found, dict) or not isinstance(found.get("nbformat"), int):
            raise TypeError("no nbformat")
        if found["nbformat"] != 4:
            found = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        return checked_notebook(found)
    except Invalid:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        nbformat.ValidationError,
    ) as error:
        raise Invalid("This notebook cannot be read: its file is damaged.", code="NotNotebook") from error


def checked_notebook(value: Any) -> dict[str, Any]:
    """The notebook as a plain dict with its sources joined; raises Invalid when its shape is not a notebook's."""
    if not isinstance(value, dict) or not isinstance(value.get("cells"), list):
        raise Invalid("A notebook needs a list of cells.", code="NotNotebook")
    notebook = cast("dict[str, Any]", json.loads(json.dumps(value)))
    notebook.setdefault("metadata", {})
    notebook["nbformat"] = 4
    notebook["nbformat_minor"] = int(notebook.get("nbformat_minor", 5))
    if not isinstance(notebook["metadata"], dict) or not all(_is_cell(cell) for cell in notebook["cells"]):
        raise Invalid("A cell of this notebook has no source, kind or metadata.", code="NotNotebook")
    for cell in notebook["cells"]:
        cell["source"] = _joined(cell["source"])
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = _joined(output["text"])
    return notebook


def serialise(kind: str, value: Any, style: Style) -> bytes:
    """The bytes of what a room holds, in a file's style."""
    if kind == SHEET:
        return bytes(value)
    if kind == TEXT:
        text = str(value)
    else:
        notebook = nbformat.from_dict(_tidy(value))  # type: ignore[no-untyped-call]
        text = json.dumps(
            split_lines(notebook),  # type: ignore[no-untyped-call]
            ensure_ascii=False,
            sort_keys=True,
            indent=style.indent,
            separators=(",", ": ") if style.indent is not None else (",", ":"),
        )
        text += "\n" if style.ends else ""
    if style.newline != "\n":
        text = text.replace("\n", style.newline)
    return (_BOM if style.bom else b"") + text.encode("utf-8", "surrogatepass")


def written(value: Any, kind: str, style: Style, fill: Fill | None = None) -> bytes:
    """As `serialise`, of what a room holds, made whole."""
    return serialise(kind, value if fill is None else fill(value), style)


def filled(kind: str, data: bytes, fill: Fill) -> bytes:
    """The bytes of a file made whole, in its style."""
    return serialise(kind, fill(parse(kind, data)), style_of(data))


def rewritten(value: Any, name: str, current: bytes, exact: bool) -> bytes | None:
    """What a file that holds `current` must hold, or None when that means the same."""
    kind = type_of(name)
    with suppress(WorkspaceError):
        if same(kind, value, _apart(kind, parse(kind, current)), exact=exact):
            return None
    return serialise(kind, value, style_of(current))


def same(kind: str, one: Any, other: Any, *, exact: bool = False) -> bool:
    """Whether two contents mean the same; unless `exact`, a page's own additions do not count."""
    if kind in {TEXT, SHEET}:
        return bool(one == other)
    return bool(_meaning(one, other, exact=exact) == _meaning(other, one, exact=exact))


def equals(value: Any, kind: str, other: Any) -> bool:
    """As `same` and exact, of what a room holds."""
    return same(kind, value, _apart(kind, other), exact=True)


def saved(check: Callable[..., Any], sent: tuple[Any, ...], style: Style) -> bytes:
    """The bytes of a notebook as a page sends it, checked so; raises Invalid when it is none."""
    return serialise(NOTEBOOK, check(*sent), style)


def checked_json(data: bytes) -> dict[str, Any]:
    """As `checked_notebook`, of its JSON."""
    try:
        return checked_notebook(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise Invalid("This is no JSON.", code="NotNotebook") from error


def as_json(value: Any, fill: Fill | None = None) -> bytes:
    """A content as JSON, made whole."""
    return json.dumps(value if fill is None else fill(value)).encode()


def encoded(kind: str, data: bytes) -> bytes:
    """As `parse`, of which the JSON."""
    return as_json(parse(kind, data))


def _apart(kind: str, value: Any) -> Any:
    """What a room holds of a content: a file may hold its large outputs itself."""
    return store_apart(value)[0] if kind == NOTEBOOK else value


def _meaning(value: dict[str, Any], beside: dict[str, Any], *, exact: bool) -> Any:
    notebook = _tidy(value)
    metadata = notebook["metadata"]
    if not exact:
        metadata.pop("language_info", None)
        spec, other = metadata.get("kernelspec"), beside.get("metadata", {}).get("kernelspec")
        names = [one.get("name") if isinstance(one, dict) else None for one in (spec, other)]
        if not names[0] or not names[1] or names[0] == names[1]:
            metadata.pop("kernelspec", None)
    if min(notebook["nbformat_minor"], beside.get("nbformat_minor", 5)) < 5:
        # ids are made up when an older notebook is opened
        notebook["nbformat_minor"] = 0
        for cell in notebook["cells"]:
            cell.pop("id", None)
    if len(notebook["cells"]) == 1 and not beside.get("cells") and _is_blank(notebook["cells"][0]):
        notebook["cells"] = []  # a page shows one empty cell where there is none
    return notebook


def _tidy(value: dict[str, Any]) -> dict[str, Any]:
    notebook = cast("dict[str, Any]", _numbers(value))
    metadata = notebook.setdefault("metadata", {})
    for name in _NOISE:
        metadata.pop(name, None)
    for name in ("kernelspec", "language_info"):
        if isinstance(metadata.get(name), dict) and not metadata[name].get("name"):
            del metadata[name]
    for cell in notebook["cells"]:
        cell.pop("execution_state", None)
        cell.get("metadata", {}).pop("trusted", None)
        if not cell.get("attachments", True):
            del cell["attachments"]
        cell["source"] = _joined(cell["source"])
        for output in cell.get("outputs", ()):
            normal_output(output)
    return notebook


def _numbers(value: Any) -> Any:
    """A copy in which whole floats are integers, as a browser writes them; NaN cannot be written."""
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def _is_cell(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and cell.get("cell_type") in {"code", "markdown", "raw"}
        and _is_text(cell.get("source"))
        and isinstance(cell.setdefault("metadata", {}), dict)
        and isinstance(cell.get("outputs", []), list)
        and all(isinstance(output, dict) for output in cell.get("outputs", ()))
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(line, str) for line in value)
    )


def _is_blank(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and not cell["source"] and not cell.get("outputs")


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) and _is_text(value) else value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
