"""One state of a file beside a later one, as the page is told of it: what changed, little of what did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from openpaas_workspace.realtime.engine.cells import CellChange, compare_cells
from openpaas_workspace.realtime.engine.credits import Credited, Credits, Runs, credit
from openpaas_workspace.realtime.engine.lines import Line, compare_lines
from openpaas_workspace.realtime.engine.log import merge_all, state_at
from openpaas_workspace.realtime.engine.outputs import summary
from openpaas_workspace.realtime.engine.outside import NOTEBOOK, read_content
from openpaas_workspace.realtime.engine.values import Cell, same
from openpaas_workspace.realtime.schemas import DiffCell, DiffCounts, DiffLine, DiffOutput, DiffPart

# More than this is not shown: no page could, and nobody would read it.
MOST_LINES: Final = 6000
MOST_LETTERS: Final = 4_000_000
_AROUND: Final = 3


class Compared(msgspec.Struct, frozen=True):
    """What a comparison found; plain values that may go from one process to another."""

    counts: DiffCounts
    lines: list[DiffLine] | None = None
    cells: list[DiffCell] | None = None
    details: bool = False
    cut: bool = False
    credited: bool = False


@dataclass(slots=True)
class Question:
    """`base` and `between` are the log up to the later state; `after` is that state if it is at hand.

    `snapshot` comes before `base`. `between` holds author and update; `author` is set when one wrote all of it.
    """

    type: str
    snapshot: bytes | None
    base: Sequence[bytes]
    between: Sequence[tuple[str, bytes]]
    after: bytes | None = None
    author: str | None = None
    whole: bool = False
    credits: bool = False


def compare(question: Question) -> Compared:
    """Build both states and compare them. Takes time: not for the event loop."""
    before = state_at(question.snapshot, question.base)
    old_state = before.get_update()
    new_state = question.after
    if new_state is None:
        new_state = state_at(old_state, [merge_all(update for _, update in question.between)]).get_update()
    after = state_at(new_state, [])
    credits_ = Credits(old_state, new_state, question.between) if question.credits else None
    old, new = read_content(before, question.type), read_content(after, question.type)
    if question.type == NOTEBOOK:
        return _notebook(question, old, new, credits_)
    return _text(question, old, new, credits_)


def _text(question: Question, old: str, new: str, credits_: Credits | None) -> Compared:
    if len(old) + len(new) > MOST_LETTERS:
        return Compared(DiffCounts(), lines=[], cut=True)
    # An empty file is no empty line.
    found = [line for line in compare_lines(old, new) if not _nothing(line, old, new)]
    taken, put = credits_.text() if credits_ is not None else ([], [])
    lines, cut = _told(found, question, taken, put, most=MOST_LINES)
    return Compared(_counts(found), lines=lines, cut=cut, credited=_credited(question))


def _nothing(line: Line, old: str, new: str) -> bool:
    return (line.op == "removed" and not old) or (line.op == "added" and not new)


def _credited(question: Question) -> bool:
    return question.credits or question.author is not None


def _notebook(
    question: Question, old: dict[str, Any], new: dict[str, Any], credits_: Credits | None
) -> Compared:
    before, after = ([_sound(cell) for cell in one["cells"]] for one in (old, new))
    if sum(len(cell["source"]) for cell in (*before, *after)) > MOST_LETTERS:
        return Compared(DiffCounts(), cells=[], cut=True)
    found = compare_cells(before, after)
    taken, put = credits_.cells() if credits_ is not None else ([], [])
    told: list[DiffCell] = []
    left, cut = MOST_LINES, False
    for change, shown in zip(found, _near(found, 0, whole=question.whole), strict=True):
        if not shown:
            _skip_cell(told)
            continue
        seen = question if not change.moved else replace(question, whole=True)
        lines, short = _told(change.lines, seen, _at(taken, change.old), _at(put, change.new), most=left)
        left -= len(lines)
        cut |= short
        told.append(_cell(change, lines))
    rest_old, rest_new = ({k: v for k, v in one.items() if k != "cells"} for one in (old, new))
    return Compared(
        _counts(found),
        cells=told,
        details=not same(rest_old, rest_new),
        cut=cut,
        credited=_credited(question),
    )


def _sound(cell: Cell) -> Cell:
    """A cell whose source is a text and whose outputs are a list, whatever a page wrote there."""
    outputs = cell.get("outputs")
    return {
        **cell,
        "cell_type": str(cell["cell_type"]),
        "source": cell["source"] if isinstance(cell["source"], str) else str(cell["source"]),
        "outputs": outputs if isinstance(outputs, list) else [],
    }


def _at(runs: Sequence[Runs], place: int | None) -> Runs:
    return runs[place] if place is not None and place < len(runs) else []


def _counts(found: Iterable[Line | CellChange]) -> DiffCounts:
    counts = dict.fromkeys(("same", "added", "removed", "changed", "moved"), 0)
    for one in found:
        counts[one.op] += 1
        counts["moved"] += isinstance(one, CellChange) and one.moved
    return DiffCounts(**{key: count for key, count in counts.items() if key != "same"})


def _near(found: Sequence[Line | CellChange], around: int, *, whole: bool) -> list[bool]:
    """Which of them are shown: what changed, and a little around it."""
    shown = [whole] * len(found)
    for index, one in enumerate(found):
        if one.op != "same" or (isinstance(one, CellChange) and one.moved):
            low, high = max(0, index - around), min(len(found), index + around + 1)
            shown[low:high] = [True] * (high - low)
    return shown


def _told(
    found: Sequence[Line], question: Question, taken: Runs, put: Runs, *, most: int
) -> tuple[list[DiffLine], bool]:
    parts: Sequence[Sequence[Credited]]
    if question.credits:
        parts = credit(found, taken, put)
    else:
        parts = [[Credited(part.op, part.text, None) for part in line.parts] for line in found]
    told: list[DiffLine] = []
    for line, said, shown in zip(found, parts, _near(found, _AROUND, whole=question.whole), strict=True):
        if not shown:
            _skip_line(told)
        elif len(told) >= most:
            return told, True
        else:
            told.append(_line(line, said, question.author))
    return told, False


def _line(line: Line, parts: Sequence[Credited], author: str | None) -> DiffLine:
    return DiffLine(
        op=line.op,
        old=None if line.old is None else line.old + 1,
        new=None if line.new is None else line.new + 1,
        parts=[
            DiffPart(op=one.op, text=one.text, author=None if one.op == "same" else one.author or author)
            for one in parts
        ],
    )


def _skip_line(told: list[DiffLine]) -> None:
    if told and told[-1].op == "skipped":
        told[-1] = DiffLine(op="skipped", count=told[-1].count + 1)
    else:
        told.append(DiffLine(op="skipped", count=1))


def _skip_cell(told: list[DiffCell]) -> None:
    if told and told[-1].op == "skipped":
        told[-1] = DiffCell(op="skipped", count=told[-1].count + 1)
    else:
        told.append(DiffCell(op="skipped", count=1))


def _cell(change: CellChange, lines: list[DiffLine]) -> DiffCell:
    return DiffCell(
        op=change.op,
        id=str(change.cell.get("id", "")),
        cell_type=change.cell["cell_type"],
        old=None if change.old is None else change.old + 1,
        new=None if change.new is None else change.new + 1,
        moved=change.moved,
        details=change.details,
        outputs=change.outputs,
        lines=lines,
        outputs_before=_outputs(change.before) if change.outputs else [],
        outputs_after=_outputs(change.after) if change.outputs else [],
    )


def _outputs(cell: dict[str, Any] | None) -> list[DiffOutput]:
    found = summary((cell or {}).get("outputs") or [])
    return [DiffOutput(kind=one.kind, text=one.text, size=one.size, cut=one.cut) for one in found]
