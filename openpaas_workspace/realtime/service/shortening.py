"""Old changes of what the server puts in order made fewer: the states at the numbers that stay do not change.

CRDTs are merged by `compaction`. Here a kind says what leads from one number to the next that stays.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update

from openpaas_workspace.core.blobs import INLINE, Blobs
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.realtime.engine.stretches import Line, Stretch, stretches
from openpaas_workspace.realtime.models import changes, live_objects, snapshots
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.kinds import LiveKind, Shortener
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.realtime.service.timeline import PAUSE

_log = logging.getLogger(__name__)
# Less is not worth opening the object for.
WORTH_CHANGES = 500
WORTH_BYTES = 4 * 1024 * 1024
# One transaction, and what is in memory at once.
_CHANGES = 2_000
_BYTES = 32 * 1024 * 1024
_AT_ONCE = 20_000
_o, _c, _s = live_objects.c, changes.c, snapshots.c


class _Plan(NamedTuple):
    """Stretches that are written together, and the kept states that they were made for."""

    stretches: list[Stretch]
    edges: frozenset[int]
    start: int

    @property
    def end(self) -> int:
        return self.stretches[-1].last.seq

    def kept(self) -> dict[int, int]:
        return {seq: first for stretch in self.stretches for seq, first in stretch.kept().items()}


class _Fresh(NamedTuple):
    """Rows that are made, numbers of rows that go, and first numbers of rows that stay."""

    rows: list[dict[str, Any]]
    gone: list[int]
    first: dict[int, int]


async def shorten_old(workspace: Workspace, limit: int) -> None:
    """Make what is older than `limit` (milliseconds) fewer, of every kind that says how; for one process at a time."""
    host = workspace.get(Host)
    for name, kind in host.kinds.items():
        if kind.merges is None:
            continue
        due = select(_o.id).where(
            _o.kind == FILE,
            _o.type == name.partition("/")[2],
            _o.head_seq > _o.compacted_seq,
            _o.created_at < limit,
        )
        async with workspace.db.read(SYSTEM) as work:
            rows = await work.all(due)
        for row in rows:
            try:
                await shorten(workspace, kind, row.id, limit)
            except Exception:
                _log.exception("The history of %s could not be made shorter", row.id)


async def shorten(
    workspace: Workspace, kind: LiveKind, object_id: str, limit: int, *, always: bool = False
) -> tuple[int, int]:
    """Make the changes of one object before `limit` fewer; how many there were and are.

    Without `always` only what is worth it. Each part is one transaction: an error leaves the log as it is there.
    """
    before = after = 0
    shortener = kind.shortener()
    try:
        async for plan, head in _plans(workspace, kind, object_id, limit, always=always):
            count, left = await _carry_out(workspace, kind, shortener, head, plan)
            before, after = before + count, after + left
    finally:
        shortener.end()
    return before, after


async def _plans(
    workspace: Workspace, kind: LiveKind, object_id: str, limit: int, *, always: bool
) -> AsyncIterator[tuple[_Plan, Row[Any]]]:
    """What is to be written together, one after the other."""
    more = True
    while more:
        async with workspace.db.read(SYSTEM) as work:
            head = await store.head(work, object_id)
            if head is None:
                return
            mine = (_c.object_id == object_id) & (_c.epoch == head.epoch) & (_c.kind != store.VOID)
            new = mine & (_c.seq > head.compacted_seq)
            cut = await work.scalar(select(func.max(_c.seq)).where(new, _c.at < limit))
            if not cut:
                return
            query = select(
                _c.seq, _c.at, _c.author, _c.author_kind, _c.behalf, _c.session, _c.kind,
                func.coalesce(func.length(_c.data), INLINE).label("size"),
            )  # fmt: skip
            rows = await work.all(query.where(new, _c.seq <= cut).order_by(_c.seq).limit(_AT_ONCE))
            anchor = await work.scalar(
                select(_c.at).where(mine, _c.seq <= head.compacted_seq).order_by(_c.seq.desc()).limit(1)
            )
            kept = (_s.object_id == object_id) & (_s.epoch == head.epoch)
            states = await work.all(select(_s.seq).where(kept, _s.seq > head.compacted_seq).distinct())
        edges = sorted(row.seq for row in states)
        found = stretches([_line(row, kind) for row in rows], edges, PAUSE, anchor)
        more = len(rows) == _AT_ONCE
        if not always and not _worth(found, len(rows)):
            return
        start = head.compacted_seq
        for part in _parts(found):
            plan = _Plan(part, frozenset(edges), start)
            start = plan.end
            yield plan, head


def _line(row: Row[Any], kind: LiveKind) -> Line:
    plain = kind.merges is not None and row.kind == kind.merges[0]
    return Line(row.seq, row.at, (row.author, row.author_kind, row.behalf, row.session), plain, row.size)


def _worth(found: Sequence[Stretch], count: int) -> bool:
    """Whether enough goes; or so many changes stay by themselves that they need not be looked at again."""
    fewer = sum(len(stretch.lines) - len(stretch.kept()) for stretch in found)
    return (
        fewer >= WORTH_CHANGES
        or sum(stretch.freed for stretch in found) >= WORTH_BYTES
        or count >= 10 * WORTH_CHANGES
    )


def _parts(found: Sequence[Stretch]) -> list[list[Stretch]]:
    parts: list[list[Stretch]] = []
    count = size = 0
    for stretch in found:
        more = sum(line.size for line in stretch.lines)
        if not parts or count + len(stretch.lines) > _CHANGES or size + more > _BYTES:
            parts.append([])
            count = size = 0
        parts[-1].append(stretch)
        count, size = count + len(stretch.lines), size + more
    return parts


async def _carry_out(
    workspace: Workspace, kind: LiveKind, shortener: Shortener, head: Row[Any], plan: _Plan
) -> tuple[int, int]:
    kept = plan.kept()
    count = sum(len(stretch.lines) for stretch in plan.stretches)
    listed: list[Change] = []
    made: dict[int, bytes] | None = {}
    if len(kept) < count:
        if shortener.seq != plan.start:
            stored = await store.read(workspace, head.id, head.epoch, plan.start)
            standing = [change for change in stored.changes if change.kind != store.VOID]
            await shortener.begin(stored.snapshot, standing, plan.start)
        listed = await store.all_changes(workspace, head.id, head.epoch, plan.end, after=plan.start)
        made = await shortener.shorten(listed, sorted(kept), head.head_seq)
        if made is None:
            _log.warning("%s: the changes up to %s stay as they are", head.id, plan.end)
    fresh = (
        await _fresh(workspace, kind, plan, listed, made or {}) if made is not None else _Fresh([], [], {})
    )
    await _write(workspace, head, plan, fresh)
    return count, count if made is None else len(kept)


async def _fresh(
    workspace: Workspace, kind: LiveKind, plan: _Plan, listed: Sequence[Change], made: dict[int, bytes]
) -> _Fresh:
    kept, blobs = plan.kept(), workspace.get(Blobs)
    fresh = _Fresh([], [], {})
    for change in listed:
        data = made.get(change.seq)
        if change.seq not in kept or data is not None:
            fresh.gone.append(change.seq)
        elif kept[change.seq] != change.first_seq:
            fresh.first[change.seq] = kept[change.seq]
        if data is not None and kind.merges is not None:
            blob = await asyncio.to_thread(blobs.put, data) if len(data) > INLINE else None
            row = {name: getattr(change, name) for name in store.COLUMNS}
            row |= {"data": None if blob else data, "blob": blob}
            fresh.rows.append(row | {"kind": kind.merges[1], "first_seq": kept[change.seq]})
    return fresh


async def _write(workspace: Workspace, head: Row[Any], plan: _Plan, fresh: _Fresh) -> None:
    """Put the made rows in the place of the others, all at once."""
    mine = (_c.object_id == head.id) & (_c.epoch == head.epoch)
    async with workspace.db.unit(SYSTEM) as work:
        # Whoever names a version of these numbers comes before this, or after it: see `store.standing`.
        moved = await work.execute(
            update(live_objects)
            .where(_o.id == head.id, _o.epoch == head.epoch, _o.compacted_seq == plan.start)
            .values(compacted_seq=plan.end)
        )
        between = (_s.object_id == head.id) & (_s.epoch == head.epoch) & (_s.seq > plan.start)
        states = await work.all(select(_s.seq).where(between, _s.seq <= plan.end))
        if moved != 1 or any(row.seq not in plan.edges for row in states):
            raise RuntimeError("the history was changed meanwhile")
        for at in range(0, len(fresh.gone), 500):
            await work.execute(delete(changes).where(mine, _c.seq.in_(fresh.gone[at : at + 500])))
        if fresh.rows:
            await work.execute(insert(changes), fresh.rows)
        for seq, first in fresh.first.items():
            await work.execute(update(changes).where(mine, _c.seq == seq).values(first_seq=first))
