"""Two notebooks side by side: which cells came, went, moved, and what changed inside those that stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from openpaas_workspace.realtime.engine.lines import Line, compare_lines
from openpaas_workspace.realtime.engine.lines import apply as apply_lines
from openpaas_workspace.realtime.engine.matching import match
from openpaas_workspace.realtime.engine.text import rising
from openpaas_workspace.realtime.engine.values import Cell, same

# What running a cell changes, besides its outputs.
_RUN: Final = frozenset(("outputs", "execution_count", "execution_state"))
_SHOWN: Final = frozenset(("source", "id", "cell_type")) | _RUN


@dataclass(frozen=True, slots=True)
class CellChange:
    """What became of one cell. `old` and `new` are its places, from 0, in the notebooks that have it."""

    op: Literal["same", "added", "removed", "changed"]
    old: int | None
    new: int | None
    before: Cell | None
    after: Cell | None
    lines: tuple[Line, ...] = ()
    moved: bool = False
    outputs: bool = False
    details: bool = False

    @property
    def cell(self) -> Cell:
        """The cell as it is, or was."""
        return self.after or self.before or {}


def compare_cells(old: Sequence[Cell], new: Sequence[Cell]) -> list[CellChange]:
    """What became of each cell of `old`, in the order of `new`; those that went stand where they were."""
    pairs = match(old, new)
    matched = [(index, pair) for index, pair in enumerate(pairs) if pair is not None]
    steady = {matched[at][0] for at in rising([pair for _, pair in matched])}
    kept = {pair for _, pair in matched}
    gone = [index for index in range(len(old)) if index not in kept]
    found: list[CellChange] = []
    for index, pair in enumerate(pairs):
        if pair is not None and index in steady:
            while gone and gone[0] < pair:
                found.append(_removed(old, gone.pop(0)))
        if pair is None:
            found.append(_added(new, index))
        else:
            found.append(_both(old[pair], new[index], pair, index, moved=index not in steady))
    found += [_removed(old, index) for index in gone]
    return found


def apply(changes: Sequence[CellChange], old: Sequence[Cell]) -> list[Cell]:
    """The new cells out of the old ones: what is the same, and the source's same lines, are taken from there."""
    cells: list[Cell] = []
    for change in changes:
        if change.op == "added" and change.after is not None:
            cells.append(change.after)
        elif change.old is not None and change.after is not None:
            before = old[change.old]
            if change.op == "same":
                cells.append(before)
            else:
                cells.append({**change.after, "source": apply_lines(change.lines, before["source"])})
    return cells


def _removed(old: Sequence[Cell], index: int) -> CellChange:
    lines = tuple(Line("removed", line.old, None, _only("removed", line)) for line in _all(old[index]))
    return CellChange("removed", index, None, old[index], None, lines, outputs=_has_outputs(old[index]))


def _added(new: Sequence[Cell], index: int) -> CellChange:
    lines = tuple(Line("added", None, line.new, _only("added", line)) for line in _all(new[index]))
    return CellChange("added", None, index, None, new[index], lines, outputs=_has_outputs(new[index]))


def _all(cell: Cell) -> list[Line]:
    return compare_lines(cell["source"], cell["source"])


def _only(op: Literal["added", "removed"], line: Line) -> tuple[Any, ...]:
    return tuple(type(part)(op, part.text) for part in line.parts)


def _has_outputs(cell: Cell) -> bool:
    return bool(cell.get("outputs"))


def _both(before: Cell, after: Cell, old: int, new: int, *, moved: bool) -> CellChange:
    outputs = not same(_ran(before), _ran(after))
    details = before["cell_type"] != after["cell_type"] or not same(_rest(before), _rest(after))
    lines = tuple(compare_lines(before["source"], after["source"]))
    touched = outputs or details or before["source"] != after["source"] or before.get("id") != after.get("id")
    return CellChange(
        "changed" if touched else "same",
        old,
        new,
        before,
        after,
        lines,
        moved=moved,
        outputs=outputs,
        details=details,
    )


def _ran(cell: Mapping[str, Any]) -> Any:
    return [cell.get("outputs") or [], cell.get("execution_count")]


def _rest(cell: Mapping[str, Any]) -> Any:
    return {key: value for key, value in cell.items() if key not in _SHOWN}
