"""Making a log much shorter: what was written and deleted again within a stretch leaves only its clocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pycrdt import Doc, Snapshot

from openpaas_workspace.realtime.engine.log import Change, Ranges, compact, merge_all
from openpaas_workspace.realtime.engine.primitives import MAX_CLIENT
from openpaas_workspace.realtime.engine.update import _Reader, is_empty, parse_update
from openpaas_workspace.realtime.engine.wire import Reader, var_uint

__all__ = ["Ranges", "deleted", "squash"]

Key = tuple[str, str]


def squash(changes: Iterable[Change], keep: Collection[int] = ()) -> list[Change]:
    """As `compact`, but what was deleted within a stretch between two kept numbers is not kept.

    At each kept number and at the end the document shows the same, and each character has the same
    actor; the session is the last in which its page wrote. Whatever cannot be told apart in this way
    is left to `compact`.
    """
    ordered = sorted(changes, key=lambda one: one.seq)
    edges = sorted(set(keep))
    stretches: dict[int, list[Change]] = {}
    for change in ordered:
        stretches.setdefault(bisect_left(edges, change.seq), []).append(change)
    doc: Doc[Any] = Doc()
    found: list[Change] = []
    for _, stretch in sorted(stretches.items()):
        before, gone = doc.get_state(), deleted(doc)
        update = merge_all(change.update for change in stretch)
        if not is_empty(update):
            doc.apply_update(update)
        found += _stretch(doc, before, gone, stretch) or compact(stretch)
    return found if _same(doc, found) else compact(ordered, keep)


def sections(update: bytes) -> dict[int, bytes]:
    """The bytes of an update that hold the structs of each client."""
    reader = _Reader(update, None, 2**31)
    found: dict[int, bytes] = {}
    for _ in range(reader.count(3)):
        start = reader.pos
        number = reader.count(2)
        client = reader.uint(MAX_CLIENT)
        reader.client(client, number)
        found[client] = update[start : reader.pos]
    return found


def assemble(parts: dict[int, bytes], deletes: Ranges) -> bytes:
    """One update of the structs of some clients and of deletions."""
    out = [var_uint(len(parts)), *(parts[client] for client in sorted(parts, reverse=True))]
    out.append(var_uint(len(deletes)))
    for client in sorted(deletes, reverse=True):
        out += (var_uint(client), var_uint(len(deletes[client])))
        for start, stop in deletes[client]:
            out += (var_uint(start), var_uint(stop - start))
    return b"".join(out)


def deleted(doc: Doc[Any]) -> Ranges:
    """What a document knows as deleted: sorted ranges by client."""
    reader = Reader(Snapshot.from_doc(doc).encode())
    found: Ranges = {}
    for _ in range(reader.uint()):
        client = reader.uint()
        spans = [(start := reader.uint(), start + reader.uint()) for _ in range(reader.uint())]
        found[client] = sorted(spans)
    return found


def _stretch(doc: Doc[Any], before: bytes, gone: Ranges, stretch: Sequence[Change]) -> list[Change] | None:
    last: dict[Key, Change] = {}
    writers: dict[int, Key] = {}
    for change in stretch:
        key = (change.actor, change.session)
        last[key] = change
        for client in parse_update(change.update, max_bytes=2**31, max_structs=2**31).clients:
            if writers.setdefault(client, key)[0] != change.actor:
                return None
            writers[client] = key
    parts = sections(doc.get_update(before))
    if not parts.keys() <= writers.keys():
        return None
    by_key: dict[Key, dict[int, bytes]] = {key: {} for key in last}
    for client, part in parts.items():
        by_key[writers[client]][client] = part
    # Who deleted is not told by any row; the deletions go with the last of them.
    fresh = _without(deleted(doc), gone)
    end = max(last.values(), key=lambda one: one.seq)
    found = []
    for key, change in last.items():
        update = assemble(by_key[key], fresh if change is end else {})
        # Also when nothing of it is left: it was there, says the history.
        found.append(Change(change.seq, change.actor, change.session, change.time, update))
    return sorted(found, key=lambda one: one.seq)


def _without(ranges: Ranges, known: Ranges) -> Ranges:
    """The ranges that are not wholly within one that was known."""
    found: Ranges = {}
    for client, listed in ranges.items():
        old = set(known.get(client, ()))
        fresh = [span for span in listed if span not in old]
        if fresh:
            found[client] = fresh
    return found


def _same(doc: Doc[Any], changes: Sequence[Change]) -> bool:
    """Whether the changes lead to the same document: clocks, deletions and what is left."""
    again: Doc[Any] = Doc()
    update = merge_all(change.update for change in changes)
    if not is_empty(update):
        again.apply_update(update)
    return (
        sorted(_vector(again).items()) == sorted(_vector(doc).items())
        and deleted(again) == deleted(doc)
        and _visible(again) == _visible(doc)
    )


def _vector(doc: Doc[Any]) -> dict[int, int]:
    reader = Reader(doc.get_state())
    return {reader.uint(): reader.uint() for _ in range(reader.uint())}


def _visible(doc: Doc[Any]) -> dict[int, bytes]:
    return sections(doc.get_update())
