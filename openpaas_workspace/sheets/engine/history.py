"""What was done lately, by whom, and how to take it back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from .axis import Axis
from .edit import Axes, Inverse
from .errors import Stale
from .idset import NONE, IdSet, intersect, union
from .moves import Shift

Cells = dict[tuple[str, int], IdSet]  # tab id and column id: row ids


@dataclass(slots=True, eq=False)
class Entry:
    """One op. `of` is the op that an undo or redo is about.

    `wrote` are all cells it wrote; `holds` those of them that nobody has taken back. `done`: it is what its author
    would undo (or redo) next; `stands`: its settings are in force. `axes`: where everything stood before it, if it
    moved anything.
    """

    seq: int
    author: str
    kind: str
    of: int
    wrote: Cells
    holds: Cells
    settings: set[str]
    inverse: list[Inverse]
    nbytes: int
    undoable: bool
    done: bool = True
    stands: bool = True
    structure: list[tuple[str, Axis, Axis]] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    axes: Axes = field(default_factory=dict)


class History:
    """The last ops, and how to take them back.

    `most` ops are known. What takes one back is dropped, oldest first, when all of it takes more than `most_bytes`,
    when that of its author does more than `most_each`, and beyond `most_steps` of its author; the newest stays.
    Ops before `start` cannot be made out, those of which only the undo is known included.
    """

    def __init__(
        self,
        *,
        most: int = 5000,
        most_bytes: int = 128 * 2**20,
        most_each: int = 64 * 2**20,
        most_steps: int = 200,
    ) -> None:
        self.entries: deque[Entry] = deque()
        self.most = most
        self.most_bytes = most_bytes
        self.most_each = most_each
        self.most_steps = most_steps
        self.start = 0
        self.nbytes = 0
        self._steps: dict[str, deque[Entry]] = {}

    def add(self, entry: Entry) -> None:
        """One more."""
        self._count(entry)
        while len(self.entries) > self.most:
            gone = self.entries.popleft()
            self.start = max(self.start, gone.seq)
            self._drop(gone)
        steps = self._steps.get(entry.author, deque())
        while len(steps) > self.most_steps or (
            len(steps) > 1 and sum(step.nbytes for step in steps) > self.most_each
        ):
            # Undo ends here, as it does before the first change.
            steps[0].done = False
            self._drop(steps[0])
        for old in self.entries:
            if self.nbytes <= self.most_bytes or old is entry:
                break
            self._drop(old)

    def resume(self, entries: Sequence[Entry]) -> None:
        """Ops of before, as they were kept; only what can be undone is known of them."""
        for entry in entries:
            self._count(entry)

    def _count(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.nbytes += entry.nbytes
        if entry.inverse:
            self._steps.setdefault(entry.author, deque()).append(entry)

    def _drop(self, entry: Entry) -> None:
        """How to take it back is forgotten."""
        self.nbytes -= entry.nbytes
        if entry.inverse:
            self._steps[entry.author].remove(entry)
        entry.nbytes, entry.undoable = 0, False
        entry.inverse.clear()

    def since(self, seq: int) -> list[Entry]:
        """Ops after `seq`; raises Stale if they are not all known."""
        if seq < self.start:
            raise Stale
        return self._after(seq)

    def _after(self, seq: int) -> list[Entry]:
        found: list[Entry] = []
        for entry in reversed(self.entries):
            if entry.seq <= seq:
                break
            found.append(entry)
        return found[::-1]

    def get(self, seq: int) -> Entry | None:
        """One op."""
        for entry in reversed(self.entries):
            if entry.seq == seq:
                return entry
        return None

    def axes_at(self, seq: int, tab: str) -> tuple[Axis, Axis] | None:
        """Rows and columns of a tab as they stood after op `seq`; None if they stand so still."""
        for entry in self.since(seq):
            for id_, rows, columns in entry.structure:
                if id_ == tab:
                    return rows, columns
        return None

    def to_undo(self, author: str) -> Entry | None:
        """The author's last op that stands."""
        for entry in reversed(self.entries):
            if entry.author == author and entry.kind != "undo" and entry.done:
                return entry
        return None

    def to_redo(self, author: str) -> Entry | None:
        """The author's last undo that stands, unless something else was done since."""
        for entry in reversed(self.entries):
            if entry.author == author:
                if entry.kind == "undo" and entry.done:
                    return entry
                if entry.kind == "op":
                    return None
        return None

    def held_by_others(self, target: Entry) -> tuple[Cells, set[str]]:
        """Cells and settings that ops after `target` changed, those taken back left out."""
        cells: Cells = {}
        settings: set[str] = set()
        for entry in self._after(target.seq):
            if entry.of > target.seq:
                continue
            for key, rows in entry.holds.items():
                cells[key] = union(cells.get(key, NONE), rows)
            if entry.stands:
                settings |= entry.settings
        return cells, settings

    def settle(self, entry: Entry) -> None:
        """An undo or redo was applied: what it is about holds its cells no more."""
        target = self.get(entry.of)
        if target is None:
            return
        target.done = False
        _take_back(target)
        first = self.get(target.of)
        if first is None:
            return
        if entry.kind == "redo":
            first.holds, first.stands = dict(first.wrote), True
        elif target.kind == "redo" and (root := self.get(first.of)) is not None:
            _take_back(root)


def _take_back(entry: Entry) -> None:
    """What was skipped is held by who wrote it since, so nothing is left."""
    entry.stands = False
    entry.holds = {}


def common(one: Cells, other: Cells) -> Cells:
    """Cells that are in both."""
    found: Cells = {}
    for key, rows in one.items():
        both = intersect(rows, other.get(key, NONE))
        if len(both):
            found[key] = both
    return found
