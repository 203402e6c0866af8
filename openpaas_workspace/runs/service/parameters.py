"""Values for a notebook, as papermill gives them: a cell after the one that is tagged `parameters`."""

import json
import keyword
from collections.abc import Mapping
from typing import Any

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.ids import new_id

TAG = "parameters"
INJECTED = "injected-parameters"
MOST_BYTES = 100_000


def injected(notebook: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook without outputs, with a cell that sets these names; raises Invalid for what is no notebook."""
    cells = []
    for cell in _cells(notebook):
        if INJECTED in _tags(cell):
            continue
        kept = dict(cell)
        if kept.get("cell_type") == "code":
            kept |= {"outputs": [], "execution_count": None}
        cells.append(kept)
    if parameters:
        at = next((place for place, cell in enumerate(cells, 1) if TAG in _tags(cell)), 0)
        cells.insert(at, _cell(parameters))
    return {**notebook, "cells": cells}


def check(parameters: Mapping[str, Any]) -> None:
    """Raises Invalid unless all can be set in Python."""
    for name in parameters:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise Invalid(f"“{name}” is no name for a parameter.")
    if len(json.dumps(parameters)) > MOST_BYTES:
        raise Invalid("These parameters are too large: write them to a file and name that.")


def _cells(notebook: Any) -> list[dict[str, Any]]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(_is_cell(cell) for cell in cells):
        raise Invalid("This is no notebook that can be run.")
    return cells


def _is_cell(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and isinstance(cell.get("cell_type"), str)
        and isinstance(cell.get("metadata", {}), dict)
    )


def _cell(parameters: Mapping[str, Any]) -> dict[str, Any]:
    lines = [f"{name} = {value!r}" for name, value in parameters.items()]
    return {
        "cell_type": "code",
        "id": new_id(),
        "metadata": {"tags": [INJECTED]},
        "source": "\n".join(["# Parameters", *lines]),
        "outputs": [],
        "execution_count": None,
    }


def _tags(cell: Mapping[str, Any]) -> list[str]:
    tags = cell.get("metadata", {}).get("tags")
    return tags if isinstance(tags, list) else []
