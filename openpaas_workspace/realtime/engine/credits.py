"""Whose words a comparison shows: who put what is new, who took what is gone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from openpaas_workspace.realtime.engine.blame import Authors
from openpaas_workspace.realtime.engine.lines import Line, Part
from openpaas_workspace.realtime.engine.log import Change, merge_all
from openpaas_workspace.realtime.engine.order import Order, Piece, cell_sources, text_pieces
from openpaas_workspace.realtime.engine.update import Id, parse_update

# Lengths in characters, each with its author; None: nobody of those who are asked about.
Runs = list[tuple[int, str | None]]
_NOW = datetime.fromtimestamp(0, UTC)


def together(changes: Iterable[Change], span: timedelta) -> list[Change]:
    """What one connection of an author brought within a span of time as one change, with the number of its last.

    A log of ten thousand keys is read many times as fast, and says of each letter the same author and session.
    """
    parts: dict[tuple[str, str, int], list[Change]] = {}
    for change in changes:
        turn = int(change.time.timestamp() // span.total_seconds())
        parts.setdefault((change.actor, change.session, turn), []).append(change)
    return [_merged(part) for part in parts.values()]


def _merged(part: Sequence[Change]) -> Change:
    last = part[-1]
    if len(part) == 1:
        return last
    return replace(last, update=merge_all(change.update for change in part))


@dataclass(slots=True)
class Writings:
    """Some changes of one author, merged."""

    author: str
    updates: list[bytes] = field(default_factory=list)


class Credits:
    """Who wrote and who took away, between two states of a document. Takes time: not for the event loop."""

    def __init__(self, before: bytes, after: bytes, updates: Iterable[tuple[str, bytes]]) -> None:
        by_author: dict[str, Writings] = {}
        for author, update in updates:
            by_author.setdefault(author, Writings(author)).updates.append(update)
        merged = [
            Change(seq, one.author, "", _NOW, merge_all(one.updates))
            for seq, one in enumerate(by_author.values(), 1)
        ]
        self._before, self._after = Order(before), Order(after)
        self._authors = Authors(merged)
        self._takers = _Takers(merged)

    def text(self, field_: str = "source") -> tuple[Runs, Runs]:
        """Of a text: who took what the old one has, who put what the new one has."""
        return self._taken(field_), self._put(field_)

    def cells(self) -> tuple[list[Runs], list[Runs]]:
        """The same for the source of each cell, in the order of the cells before and after."""
        taken = [self._taken(source) if source is not None else [] for source in cell_sources(self._before)]
        put = [self._put(source) if source is not None else [] for source in cell_sources(self._after)]
        return taken, put

    def _put(self, parent: str | Id) -> Runs:
        return [(len(run.text), run.actor) for run in self._authors.runs(self._after, parent)]

    def _taken(self, parent: str | Id) -> Runs:
        return [run for piece in text_pieces(self._before, parent) for run in self._takers.runs(piece)]


class _Takers:
    """Which author took away which clock; of several the last that is listed."""

    def __init__(self, changes: Sequence[Change]) -> None:
        found: dict[int, list[tuple[int, int, str]]] = {}
        for change in changes:
            info = parse_update(change.update, max_bytes=2**31, max_structs=2**31)
            for client, ranges in info.deletes.items():
                found.setdefault(client, []).extend((start, stop, change.actor) for start, stop in ranges)
        self._ranges = {client: sorted(ranges) for client, ranges in found.items()}
        self._starts = {client: [start for start, _, _ in ranges] for client, ranges in self._ranges.items()}

    def runs(self, piece: Piece) -> Iterator[tuple[int, str | None]]:
        units = (piece.text or "").encode("utf-16-le")
        ranges, starts = self._ranges.get(piece.client, []), self._starts.get(piece.client, [])
        clock, end = piece.clock, piece.clock + piece.length
        while clock < end:
            at = bisect_right(starts, clock)
            author = None
            stop = starts[at] if at < len(starts) else end
            if at and clock < ranges[at - 1][1]:
                stop, author = ranges[at - 1][1], ranges[at - 1][2]
            stop = min(stop, end)
            part = units[2 * (clock - piece.clock) : 2 * (stop - piece.clock)]
            yield len(part.decode("utf-16-le", "replace")), author
            clock = stop


@dataclass(frozen=True, slots=True)
class Credited:
    """A part of a line and who put or took it."""

    op: str
    text: str
    author: str | None


def credit(lines: Sequence[Line], taken: Runs, put: Runs) -> list[list[Credited]]:
    """For each line its parts, cut where the author changes."""
    old, new = _Walk(taken), _Walk(put)
    found = []
    for line in lines:
        parts: list[Credited] = []
        for part in line.parts:
            parts += _part(part, old, new)
        found.append(parts)
        if line.old is not None:
            old.skip(1)
        if line.new is not None:
            new.skip(1)
    return found


def _part(part: Part, old: _Walk, new: _Walk) -> Iterable[Credited]:
    size = len(part.text)
    if part.op == "same":
        old.skip(size)
        new.skip(size)
        return [Credited("same", part.text, None)]
    at = 0
    found: list[Credited] = []
    for length, author in (old if part.op == "removed" else new).take(size):
        text = part.text[at : at + length]
        at += length
        if found and (author == found[-1].author or (author is None and text.isspace())):
            # Which of two spaces is the new one, a comparison of texts cannot tell.
            found[-1] = Credited(part.op, found[-1].text + text, found[-1].author)
        else:
            found.append(Credited(part.op, text, author))
    return found or [Credited(part.op, "", None)]


class _Walk:
    """Goes along runs by a number of characters at a time."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._at = 0
        self._used = 0

    def skip(self, size: int) -> None:
        for _ in self.take(size):
            pass

    def take(self, size: int) -> Iterator[tuple[int, str | None]]:
        while size:
            if self._at == len(self._runs):
                yield size, None
                return
            length, author = self._runs[self._at]
            step = min(size, length - self._used)
            if step:
                yield step, author
            size -= step
            self._used += step
            if self._used == length:
                self._at, self._used = self._at + 1, 0
