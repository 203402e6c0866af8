"""Who wrote what: the log of a document read as authorship."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pycrdt import Doc

from openpaas_workspace.realtime.engine.log import Change, state_at
from openpaas_workspace.realtime.engine.notebook import read_cells
from openpaas_workspace.realtime.engine.order import Order, Piece, cell_sources, text_pieces
from openpaas_workspace.realtime.engine.primitives import MAX_CLOCK
from openpaas_workspace.realtime.engine.update import Id, parse_update


@dataclass(frozen=True, slots=True)
class Run:
    """Text that one change brought; the runs of a text joined are the text. None: not in the log."""

    text: str
    actor: str | None
    session: str | None = None
    seq: int | None = None
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class CellBlame:
    """The runs of one cell's source."""

    id: str
    runs: tuple[Run, ...]


def blame_text(changes: Iterable[Change], state: bytes | None = None, field: str = "source") -> list[Run]:
    """Who wrote each run of a text document, after all `changes` or at `state` (which they must reach).

    `changes` is the log from its beginning, compacted or not: actor and session of each character
    are the same, seq and time are those of the row. Takes time: not for the event loop.
    """
    listed = list(changes)
    order = Order(state if state is not None else state_at(None, _updates(listed)).get_update())
    return Authors(listed).runs(order, field)


def blame_cells(changes: Iterable[Change], state: bytes | None = None) -> list[CellBlame]:
    """As `blame_text`, for the source of each cell of a notebook, in the order of the cells."""
    listed = list(changes)
    doc: Doc[Any] = state_at(None, [state] if state is not None else _updates(listed))
    order = Order(doc.get_update())
    authors = Authors(listed)
    found = []
    for cell, source in zip(read_cells(doc), cell_sources(order), strict=True):
        runs = authors.runs(order, source) if source is not None else []
        found.append(CellBlame(str(cell.get("id", "")), tuple(runs)))
    return found


def _updates(changes: Sequence[Change]) -> list[bytes]:
    return [change.update for change in changes]


class Authors:
    """Which change brought which clock; the first that holds a clock is its author."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._starts: dict[int, list[int]] = {}
        self._spans: dict[int, list[tuple[int, Change]]] = {}
        for change in sorted(changes, key=lambda one: one.seq):
            info = parse_update(change.update, max_bytes=2**31, max_structs=2**31)
            for client, found in info.clients.items():
                for start, stop in found.spans:
                    self._claim(client, start, stop, change)

    def _claim(self, client: int, start: int, stop: int, change: Change) -> None:
        starts = self._starts.setdefault(client, [])
        spans = self._spans.setdefault(client, [])
        at = bisect_right(starts, start)
        if at and spans[at - 1][0] > start:
            start = spans[at - 1][0]
        while start < stop:
            end = min(stop, starts[at]) if at < len(starts) else stop
            if start < end:
                starts.insert(at, start)
                spans.insert(at, (end, change))
                at += 1
            if at == len(starts):
                break
            start = spans[at][0]
            at += 1

    def of(self, client: int, clock: int) -> tuple[int, Change | None]:
        """The change that brought a clock, or None, and up to which clock that holds."""
        starts = self._starts.get(client, [])
        at = bisect_right(starts, clock)
        if at:
            stop, change = self._spans[client][at - 1]
            if clock < stop:
                return stop, change
        return (starts[at] if at < len(starts) else MAX_CLOCK), None

    def runs(self, order: Order, parent: str | Id) -> list[Run]:
        """The runs of one text."""
        found: list[tuple[list[str], Change | None]] = []
        for piece in text_pieces(order, parent):
            for text, change in self._parts(piece):
                if found and found[-1][1] is change:
                    found[-1][0].append(text)
                else:
                    found.append(([text], change))
        return [_run("".join(texts), change) for texts, change in found]

    def _parts(self, piece: Piece) -> Iterable[tuple[str, Change | None]]:
        text = piece.text or ""
        stop, change = self.of(piece.client, piece.clock)
        if stop >= piece.clock + piece.length:
            return [(text, change)]
        units = text.encode("utf-16-le")
        parts = []
        clock, end = piece.clock, piece.clock + piece.length
        while clock < end:
            stop, change = self.of(piece.client, clock)
            stop = min(stop, end)
            part = units[2 * (clock - piece.clock) : 2 * (stop - piece.clock)]
            parts.append((part.decode("utf-16-le", "replace"), change))
            clock = stop
        return parts


def _run(text: str, change: Change | None) -> Run:
    if change is None:
        return Run(text, None)
    return Run(text, change.actor, change.session, change.seq, change.time)
