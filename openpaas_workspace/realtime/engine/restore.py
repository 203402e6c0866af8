"""Going back to a version is a new change, never a rewinding: what came between stays in the history."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc

from openpaas_workspace.realtime.engine.outside import merge_outside, read_content


def restore(live: Doc[Any], version: Doc[Any], content_type: str) -> bytes:
    """The update that makes the content of `live` that of `version`; `EMPTY` when they are equal.

    Neither document is changed. Cells keep their identity where both have them. Raises `ValueError`
    for a type that cannot be merged.
    """
    return merge_outside(live.get_update(), live, content_type, read_content(version, content_type))
