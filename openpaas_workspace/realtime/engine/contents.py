"""What documents hold, read and written on copies. It all blocks, some of it for long: see `Desk`.

A document is given as `parts`: updates that make it from nothing when taken in their order.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

from jupyter_ydoc import YNotebook, YUnicode
from pycrdt import Doc

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.realtime.engine.apart import Fill, Stored, store_apart
from openpaas_workspace.realtime.engine.log import Change, state_at
from openpaas_workspace.realtime.engine.outside import NOTEBOOK, merge_outside
from openpaas_workspace.realtime.engine.update import EMPTY, is_empty

Parts = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Made:
    """A content that is made where it is needed: `function(*args)`, both of which can be sent to a helper."""

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()


class Edited(NamedTuple):
    """What an edit comes to: one update (None for no change), and the outputs to keep before it is taken."""

    update: bytes | None
    outputs: list[Stored]


def new_client() -> int:
    """A random client id, as pages choose theirs."""
    return secrets.randbelow(2**32 - 2) + 1


def is_large(value: Any, limit: int) -> bool:
    """Whether a value (what is in it, or what it is made of) has more than about `limit` bytes."""
    total, waiting = 0, [value]
    while waiting and total <= limit:
        one = waiting.pop()
        if isinstance(one, bytes | str):
            total += len(one)
        elif isinstance(one, Made):
            waiting.extend(one.args)
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
        elif isinstance(one, Fill):
            total += sum(one.sizes.values())
        elif isinstance(one, Change):
            total += len(one.update)
        elif isinstance(data := getattr(one, "data", None), bytes):
            total += len(data)
        elif is_dataclass(one):
            waiting.extend(getattr(one, item.name) for item in fields(one))
    return total > limit


def fork(parts: Parts, client: int | None = None) -> Doc[Any]:
    """A document of its own that holds all of them."""
    doc: Doc[Any] = Doc(client_id=client or new_client(), allow_multithreading=True)
    for part in parts:
        if not is_empty(part):
            doc.apply_update(part)
    return doc


def whole(parts: Parts) -> bytes:
    """One update that holds all of them."""
    return parts[0] if len(parts) == 1 else fork(parts).get_update()


def whole_log(snapshot: bytes | None, updates: Sequence[bytes]) -> bytes:
    """One update that holds a snapshot and the rows of the log after it."""
    return state_at(snapshot, updates).get_update()


def value_of(type_: str, parts: Parts) -> Any:
    """What a document holds: an nbformat dict (cell ids unique) or a text."""
    doc = fork(parts)
    if type_ != NOTEBOOK:
        return YUnicode(doc).get()
    value = YNotebook(doc).get(deduplicate=False)
    _distinguish(value["cells"])
    return value


def made_of(type_: str, parts: Parts, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """`function(what the document holds, *args)`."""
    return function(value_of(type_, parts), *args)


def edit(type_: str, base: Parts | None, live: Parts, value: Any) -> Edited:
    """The update that merges `value`, written from `base` (None: from `live`), into `live`; large outputs apart.

    What `live` holds already is no change, whatever it was written from: a write that is repeated does nothing.
    Raises Invalid on what cannot be content of this type.
    """
    value = value.function(*value.args) if isinstance(value, Made) else value
    outputs: list[Stored] = []
    if type_ == NOTEBOOK and isinstance(value, dict):
        value, outputs = store_apart(value)
    now = whole(live) if live else EMPTY
    try:
        update = merge_outside(now, now, type_, value)
        if base is not None and not is_empty(update):
            update = merge_outside(whole(base), now, type_, value)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return Edited(None if is_empty(update) else update, outputs)


def _distinguish(cells: list[dict[str, Any]]) -> None:
    # Always the same new ids, else the file would change with each reading.
    seen: set[str] = set()
    for cell in cells:
        own = cell.get("id")
        number = 2
        while own is not None and cell["id"] in seen:
            cell["id"] = f"{own[:58]}-{number}"
            number += 1
        if own is not None:
            seen.add(cell["id"])
