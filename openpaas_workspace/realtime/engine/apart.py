"""Large outputs apart from their document: what is stored, what stands in its place, and the way back.

What is stored depends on the output alone: an output that is brought back and written again is stored under the
same name, so that the document does not change.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from openpaas_workspace.realtime.engine.looks import height_of, in_words
from openpaas_workspace.realtime.engine.text import clean
from openpaas_workspace.realtime.engine.values import joined, normal_output, storable

PLACEHOLDER: Final = "application/vnd.openpaas.output+json"
LARGE: Final = 256 * 1024
MOST_TEXT: Final = 256 * 1024
HEAD = "Large output ({size}) of the kind {kinds}: it is kept beside the notebook and shown in the workspace."
REST = "The rest of the text ({size}) is kept beside the notebook and shown in the workspace."
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_MOST_KINDS: Final = 20
Output = dict[str, Any]
StoredKind = Literal["output", "text"]


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes to keep under their hash: the JSON of an output's data and metadata, or the rest of a text."""

    name: str
    data: bytes
    kind: StoredKind


@dataclass(frozen=True, slots=True)
class Fill:
    """Makes a notebook whole: a function that can be sent to a helper. `get` reads what is stored."""

    get: Callable[[str], bytes]
    sizes: Mapping[str, int]
    limit: int

    def __call__(self, notebook: Mapping[str, Any]) -> dict[str, Any]:
        return bring_back(notebook, self.get, self.sizes, self.limit)


def store_apart(notebook: Mapping[str, Any]) -> tuple[dict[str, Any], list[Stored]]:
    """The notebook with placeholders for its large outputs, and what they stand for; other things are as given."""
    stored: dict[str, Stored] = {}
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        return dict(notebook), []
    made = []
    for cell in cells:
        outputs = cell.get("outputs") if isinstance(cell, Mapping) else None
        if not isinstance(outputs, list) or not all(isinstance(one, Mapping) for one in outputs):
            made.append(cell)
            continue
        kept, apart = of_outputs(outputs)
        stored |= {one.name: one for one in apart}
        made.append({**cell, "outputs": kept} if apart else cell)
    return {**notebook, "cells": made}, list(stored.values())


def of_outputs(outputs: Iterable[Mapping[str, Any]]) -> tuple[list[Any], list[Stored]]:
    """The outputs of one cell, the large ones replaced; and what was."""
    kept: list[Any] = []
    apart: list[Stored] = []
    shown: Counter[str] = Counter()
    for output in outputs:
        if output.get("output_type") == "stream":
            parts, stored = _of_stream(output, shown)
        elif isinstance(output.get("data"), Mapping) and not is_placeholder(output):
            parts, stored = of_output(output)
        else:
            parts, stored = [output], None
            if (stream := _stream_of(output)) is not None:
                shown[stream] = MOST_TEXT + 1
        kept += parts
        apart += [stored] if stored is not None else []
    return kept, apart


def of_output(output: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], Stored | None]:
    """One output with data, or its placeholder and what that stands for."""
    if not _may_be_large(output, LARGE // 8):
        return [output], None
    normal = normal_output(storable({"data": output["data"], "metadata": output.get("metadata") or {}}))
    encoded = canonical(normal)
    if len(encoded) <= LARGE:
        return [output], None
    stored = Stored(hashlib.sha256(encoded).hexdigest(), encoded, "output")
    about: dict[str, Any] = {"kinds": sorted(normal["data"])[:_MOST_KINDS]}
    if height := height_of(normal["data"], normal["metadata"]):
        about["height"] = height
    return [{**output, "data": place_of(stored.name, len(encoded), about), "metadata": {}}], stored


def place_of(name: str, size: int, about: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a placeholder: for our page, and a sentence for other tools."""
    kinds = ", ".join(about["kinds"])
    text = (REST if "stream" in about else HEAD).format(size=in_words(size), kinds=kinds)
    return {PLACEHOLDER: {"id": name, "size": size, **about}, "text/plain": text}


def rest_of(name: str, size: int, stream: str, *, follows: bool) -> Output:
    """The placeholder of the rest of a text, whose beginning may stand before it."""
    about = {"kinds": ["text/plain"], "stream": stream, "follows": follows}
    return {"output_type": "display_data", "data": place_of(name, size, about), "metadata": {}}


def head_end(text: str, room: int) -> int:
    """Where the part of a long text that stays in the document ends: after a line, unless lines are very long."""
    return text.rfind("\n", room // 2, room) + 1 or room


def is_placeholder(output: Mapping[str, Any]) -> bool:
    """Whether an output stands for one that is stored."""
    return name_of(output) is not None


def name_of(output: Mapping[str, Any]) -> str | None:
    """What an output stands for, if it does."""
    data = output.get("data")
    about = data.get(PLACEHOLDER) if isinstance(data, Mapping) else None
    name = about.get("id") if isinstance(about, Mapping) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def names_in(notebook: Mapping[str, Any]) -> set[str]:
    """What the placeholders of a notebook stand for."""
    found = {name_of(output) for output in _outputs(notebook)}
    return {name for name in found if name is not None}


def bring_back(
    notebook: Mapping[str, Any], get: Callable[[str], bytes], sizes: Mapping[str, int], limit: int
) -> dict[str, Any]:
    """The notebook with what its placeholders stand for, the first ones up to `limit` bytes; the others stay.

    Only what is in `sizes` is brought back, and only if `get` finds it (it raises LookupError if not).
    """
    left = limit
    cells = []
    for cell in notebook["cells"]:
        outputs: list[Any] = []
        for output in cell.get("outputs") or ():
            name = name_of(output)
            size = sizes.get(name, left + 1) if name is not None else left + 1
            if name is None or size > left:
                outputs.append(output)
                continue
            left -= size
            _bring(outputs, output, name, get)
        cells.append({**cell, "outputs": outputs} if cell.get("outputs") else cell)
    return {**notebook, "cells": cells}


def canonical(value: Any) -> bytes:
    """JSON that is the same for equal values, as a file or a browser would give them back."""
    text = json.dumps(
        _numbers(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def _of_stream(output: Mapping[str, Any], shown: Counter[str]) -> tuple[list[Any], Stored | None]:
    stream, text = str(output.get("name", "stdout")), clean(joined(output.get("text", "")))
    # Once a stream of the cell was cut, what comes later of it counts for itself.
    room = MOST_TEXT - shown[stream] if shown[stream] <= MOST_TEXT else MOST_TEXT
    shown[stream] += len(text)
    if len(text) <= room:
        return [output], None
    end = head_end(text, room)
    rest = text[end:].encode()
    stored = Stored(hashlib.sha256(rest).hexdigest(), rest, "text")
    place = rest_of(stored.name, len(rest), stream, follows=end > 0)
    return ([{**output, "text": text[:end]}] if end else []) + [place], stored


def _stream_of(output: Mapping[str, Any]) -> str | None:
    """The stream of whose text a placeholder is the rest."""
    stream = output["data"][PLACEHOLDER].get("stream") if is_placeholder(output) else None
    return stream if isinstance(stream, str) else None


def _bring(outputs: list[Any], output: Mapping[str, Any], name: str, get: Callable[[str], bytes]) -> None:
    about, stream = output["data"][PLACEHOLDER], _stream_of(output)
    try:
        data = get(name)
        whole = json.loads(data) if stream is None else None
    except (LookupError, ValueError, RecursionError):
        outputs.append(output)
        return
    if stream is None:
        outputs.append({**output, **whole} if whole is not None and _is_output(whole) else output)
        return
    text = data.decode("utf-8", "replace")
    last = outputs[-1] if outputs else None
    if about.get("follows") and last and last.get("output_type") == "stream" and last.get("name") == stream:
        outputs[-1] = {**last, "text": joined(last.get("text", "")) + text}
    else:
        outputs.append({"output_type": "stream", "name": stream, "text": text})


def _is_output(whole: Any) -> bool:
    """Whether what is stored is an output: whoever edits a notebook may write a placeholder for the rest of a text."""
    return (
        isinstance(whole, dict)
        and whole.keys() == {"data", "metadata"}
        and all(isinstance(one, dict) for one in whole.values())
    )


def _outputs(notebook: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for cell in notebook.get("cells") or ():
        if isinstance(cell, Mapping):
            yield from (one for one in cell.get("outputs") or () if isinstance(one, Mapping))


def _may_be_large(value: Any, limit: int) -> bool:
    """False for what is certainly small: most outputs are, and need not be written out to know it."""
    total, waiting = 0, [value]
    while waiting and total <= limit:
        one = waiting.pop()
        total += len(one) if isinstance(one, str) else 4
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
    return total > limit


def _numbers(value: Any) -> Any:
    """Whole floats as integers, as browsers write them; what JSON has no number for is null."""
    if isinstance(value, Mapping):
        return {str(key): _numbers(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(one) for one in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value
