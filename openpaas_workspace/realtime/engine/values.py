"""JSON values as a shared document holds them, and a notebook in one form whatever wrote it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

from openpaas_workspace.realtime.engine.text import clean

Cell = dict[str, Any]
# A cell by its id and the how-manieth of that id it is: broken notebooks repeat ids.
Key = tuple[str, int]

# Trust is each member's own and never comes from a file.
TRUST: Final = "trusted"
_MAX_INT: Final = 2**53 - 1


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are equal; 1 and 1.0 are, 1 and true are not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def storable(value: Any) -> Any:
    """The value as every page can read it; whole numbers beyond 2**53 become floats, as in any browser.

    What JSON has no number for is null.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MAX_INT:
        try:
            return float(value)
        except OverflowError:
            return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def joined(value: Any) -> str:
    """Text that a notebook file may hold as a list of lines."""
    return "".join(value) if isinstance(value, list) else str(value)


def normal_cell(cell: Mapping[str, Any]) -> Cell:
    """A cell of a file in the form the live document holds; the id is left out when there is none."""
    found: Cell = storable(cell)
    found["source"] = joined(found.get("source", ""))
    found["metadata"] = {key: one for key, one in found.get("metadata", {}).items() if key != TRUST}
    found.pop("execution_state", None)
    if not isinstance(found.get("id"), str) or not found["id"]:
        found.pop("id", None)
    if found["cell_type"] == "code":
        found["outputs"] = [normal_output(one) for one in found.get("outputs", [])]
        found.setdefault("execution_count", None)
    elif not found.get("attachments", True):
        del found["attachments"]
    return found


def normal_output(output: dict[str, Any]) -> dict[str, Any]:
    """An output with its texts joined; changed in place."""
    if "text" in output:
        output["text"] = joined(output["text"])
    data = output.get("data")
    if isinstance(data, dict):
        for kind, value in data.items():
            if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
                data[kind] = value if kind.endswith("json") else "".join(value)
    return output


def keys_of(cells: Iterable[Mapping[str, Any]]) -> list[Key]:
    """The key of each cell, in order; cells without an id share the empty one."""
    seen: Counter[str] = Counter()
    found = []
    for cell in cells:
        name = str(cell.get("id") or "")
        found.append((name, seen[name]))
        seen[name] += 1
    return found


def new_id() -> str:
    """An id for a cell that has none."""
    return str(uuid4())
