"""Going back to a version is a new change, never a rewinding: what came between stays in the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycrdt import Doc

from openpaas_workspace.realtime.engine.outside import merge_outside, read_content


def restore(live: Doc[Any], version: Doc[Any], content_type: str) -> bytes:
    """The update that makes the content of `live` that of `version`; `EMPTY` when they are equal.

    Neither document is changed. Cells keep their identity where both have them. Raises `ValueError`
    for a type that cannot be merged.
    """
    return merge_outside(live.get_update(), live, content_type, read_content(version, content_type))


def with_cell(now: Mapping[str, Any], then: Mapping[str, Any], cell: str) -> dict[str, Any] | None:
    """The notebook `now` with the one cell as `then` has it; None when `then` has no such cell.

    A cell that is gone is put back behind the nearest of its former neighbours that is still there.
    """
    before, cells = then["cells"], list(now["cells"])
    at = next((index for index, one in enumerate(before) if one.get("id") == cell), None)
    if at is None:
        return None
    places = {one.get("id"): index for index, one in enumerate(cells)}
    if cell in places:
        cells[places[cell]] = before[at]
    else:
        above = (places[one.get("id")] for one in reversed(before[:at]) if one.get("id") in places)
        cells.insert(next(above, -1) + 1, before[at])
    return {**now, "cells": cells}
