"""Which cell of one notebook is which cell of another: by id, else by content, else by place."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from openpaas_workspace.realtime.engine.text import diff
from openpaas_workspace.realtime.engine.values import Cell, keys_of

_ALIKE: Final = 0.5
_LOOKED_AT: Final = 2000

Pairs = list[int | None]


def match(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    """For each cell of `new` its index in `old`, or None; no index comes twice."""
    pairs = _by_id(old, new)
    _by_content(old, new, pairs)
    _by_place(old, new, pairs)
    return pairs


def _by_id(old: Sequence[Cell], new: Sequence[Cell]) -> Pairs:
    where = {key: index for index, key in enumerate(keys_of(old)) if key[0]}
    return [where.get(key) for key in keys_of(new)]


def _by_content(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    claimed = set(pairs)
    left_old = [index for index in range(len(old)) if index not in claimed]
    left_new = [index for index, pair in enumerate(pairs) if pair is None]
    contents_old = [_content(old[index]) for index in left_old]
    contents_new = [_content(new[index]) for index in left_new]
    at_old = at_new = 0
    for i, j, k, m in (*diff(contents_old, contents_new), (len(left_old), 0, len(left_new), 0)):
        for a, b in zip(left_old[at_old:i], left_new[at_new:k], strict=True):
            pairs[b] = a
        at_old, at_new = j, m


def _content(cell: Cell) -> tuple[str, str]:
    return cell["cell_type"], cell["source"]


def _by_place(old: Sequence[Cell], new: Sequence[Cell], pairs: Pairs) -> None:
    """A cell without an id of its own, between the same neighbours and alike, is the same cell edited."""
    claimed = set(pairs)
    own = {index for index, key in enumerate(keys_of(new)) if key[0] and not key[1]}
    after = 0
    for index, pair in enumerate(pairs):
        if pair is not None:
            after = pair + 1
            continue
        if index in own:
            continue
        while after < len(old) and after not in claimed:
            after += 1
            if _alike(old[after - 1], new[index]):
                pairs[index] = after - 1
                break


def _alike(a: Cell, b: Cell) -> bool:
    if a["cell_type"] != b["cell_type"]:
        return False
    matcher = SequenceMatcher(None, a["source"][:_LOOKED_AT], b["source"][:_LOOKED_AT], autojunk=False)
    return matcher.quick_ratio() >= _ALIKE
