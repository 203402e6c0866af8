"""The log of a document: replaying it, and making it shorter without changing what it tells."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pycrdt import Doc, merge_updates

from openpaas_workspace.realtime.engine.update import EMPTY, is_empty, parse_update

_FAN_IN: Final = 32

Ranges = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the log: what `actor` brought in one connection (`session`)."""

    seq: int
    actor: str
    session: str
    time: datetime
    update: bytes


def merge_all(updates: Iterable[bytes]) -> bytes:
    """One update that says what all of them say, `EMPTY` for none."""
    layer = list(updates)
    # The cost grows with the square of how many are merged at once.
    while len(layer) > 1:
        layer = [merge_updates(*layer[at : at + _FAN_IN]) for at in range(0, len(layer), _FAN_IN)]
    return layer[0] if layer else EMPTY


def state_at(snapshot: bytes | None, updates: Iterable[bytes]) -> Doc[Any]:
    """A new document: the snapshot (an update from nothing), then the updates of the log.

    They are merged first: yrs loses text when an update comes before one that it refers to, and a
    compacted log has such.
    """
    doc: Doc[Any] = Doc()
    for update in (snapshot or EMPTY, merge_all(updates)):
        if not is_empty(update):
            doc.apply_update(update)
    return doc


def compact(changes: Iterable[Change], keep: Collection[int] = ()) -> list[Change]:
    """One change per actor and session between the kept sequence numbers.

    `keep` holds the seqs one may go back to (named versions, snapshots). At each of them and at the
    end the document is the same as before, and so is the author of each character. A merged change
    has the seq and time of its last one: who has read up to some seq misses nothing by reading on.
    """
    ordered = sorted(changes, key=lambda one: one.seq)
    edges = sorted(set(keep))
    parts: dict[tuple[int, str, str], list[Change]] = {}
    for change in ordered:
        segment = bisect_left(edges, change.seq)
        parts.setdefault((segment, change.actor, change.session), []).append(change)
    merged = [one for part in parts.values() for one in _merge(part)]
    return sorted(merged, key=lambda one: one.seq)


def _merge(part: Sequence[Change]) -> Sequence[Change]:
    if len(part) == 1:
        return part
    last = part[-1]
    update = merge_all(change.update for change in part)
    # Better a long log than a wrong one.
    if _content([update]) != _content([change.update for change in part]):
        return part
    return [Change(last.seq, last.actor, last.session, last.time, update)]


def _content(updates: Iterable[bytes]) -> tuple[Ranges, Ranges]:
    """All clocks written and all deleted, as joined ranges by client."""
    written: Ranges = {}
    deleted: Ranges = {}
    for update in updates:
        info = parse_update(update, max_bytes=2**31, max_structs=2**31)
        for client, found in info.clients.items():
            written.setdefault(client, []).extend(found.spans)
        for client, ranges in info.deletes.items():
            deleted.setdefault(client, []).extend(ranges)
    return _joined(written), _joined(deleted)


def _joined(ranges: Ranges) -> Ranges:
    found: Ranges = {}
    for client, listed in ranges.items():
        out: list[tuple[int, int]] = []
        for start, stop in sorted(listed):
            if out and start <= out[-1][1]:
                out[-1] = (out[-1][0], max(out[-1][1], stop))
            else:
                out.append((start, stop))
        if out:
            found[client] = out
    return found
