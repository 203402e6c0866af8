"""Which changes of a log that the server puts in order stay when it is made short, and which are said by others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Line(NamedTuple):
    """A row of the log without its data. `key` says who and from where; only `plain` ones are merged."""

    seq: int
    at: int
    key: tuple[str, ...]
    plain: bool
    size: int


@dataclass(slots=True)
class Stretch:
    """Changes of a few minutes: the last of each author and session stays, with the first number that it stands for."""

    lines: list[Line] = field(default_factory=list)

    @property
    def last(self) -> Line:
        """It always stays."""
        return self.lines[-1]

    def kept(self) -> dict[int, int]:
        """Numbers that stay, and from which number on each stands for its author and session."""
        first: dict[tuple[str, ...], int] = {}
        last: dict[tuple[str, ...], int] = {}
        for line in self.lines:
            first.setdefault(line.key, line.seq)
            last[line.key] = line.seq
        return {last[key]: first[key] for key in last}

    @property
    def freed(self) -> int:
        """Bytes that are said by others."""
        kept = self.kept()
        return sum(line.size for line in self.lines if line.seq not in kept)


def stretches(lines: Iterable[Line], edges: Sequence[int], pause: int, anchor: int | None) -> list[Stretch]:
    """The lines in stretches, each less than `pause` milliseconds after the end of the one before (`anchor` at first).

    So what a timeline tells as one session stays one, with its beginning and its end. A stretch ends at each of the
    `edges` (sorted: states that are kept) and around lines that are not plain; the first change after them stays, too.
    """
    found: list[Stretch] = []
    now, part, begins = Stretch(), 0, True
    for line in lines:
        here = bisect_left(edges, line.seq)
        late = anchor is None or line.at - anchor >= pause
        if now.lines and (here != part or not line.plain or late):
            found.append(now)
            anchor, now = now.last.at, Stretch()
        begins = begins or here != part or anchor is None or line.at - anchor >= pause
        part = here
        now.lines.append(line)
        # With what begins here a timeline may tell of something new: its time is kept.
        if begins or not line.plain:
            found.append(now)
            anchor, now, begins = line.at, Stretch(), not line.plain
    return [*found, now] if now.lines else found
