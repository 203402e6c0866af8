"""Old history made short: one change for each author and session, the same text and authorship."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update

from openpaas_workspace.core.blobs import INLINE, Blobs
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Unavailable
from openpaas_workspace.realtime.engine import log as engine
from openpaas_workspace.realtime.engine.squash import squash
from openpaas_workspace.realtime.models import changes, live_objects, snapshots
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.heavy import heavy
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.realtime.service.shortening import shorten_old

_log = logging.getLogger(__name__)
_DAY = 86_400_000
_LEASE = "compaction"
_o, _c, _s = live_objects.c, changes.c, snapshots.c


async def compact_old(workspace: Workspace) -> None:
    """Job: merge what is older than the full history is kept; one process at a time."""
    host = workspace.get(Host)
    try:
        async with workspace.db.unit(SYSTEM) as work:
            await host.leases.acquire(work, _LEASE)
    except Unavailable:
        return
    limit = now() - host.config.full_history_days * _DAY
    candidates = select(_o.id, _o.epoch, _o.compacted_seq).where(
        _o.kind == FILE, _o.type.in_(store.UNORDERED), _o.head_seq > _o.compacted_seq, _o.created_at < limit
    )
    async with workspace.db.read(SYSTEM) as work:
        due = await work.all(candidates)
    for row in due:
        old = (_c.object_id == row.id) & (_c.epoch == row.epoch) & (_c.seq > row.compacted_seq)
        async with workspace.db.read(SYSTEM) as work:
            cut = await work.scalar(select(func.max(_c.seq)).where(old, _c.at < limit))
        try:
            if cut:
                await compact(workspace, row.id, row.epoch, cut)
        except Exception:
            _log.exception("The history of %s could not be merged", row.id)
    await shorten_old(workspace, limit)


async def compact(workspace: Workspace, object_id: str, epoch: int, cut: int) -> tuple[int, int]:
    """Merge the changes up to `cut`; answers how many rows there were and are. Nothing is lost on failure."""
    listed = await store.all_changes(workspace, object_id, epoch, cut)
    async with workspace.db.read(SYSTEM) as work:
        named = (_s.object_id == object_id) & (_s.epoch == epoch) & _s.name.is_not(None)
        kept = await work.all(select(_s.seq).where(named))
    by_seq = {change.seq: change for change in listed}
    merged = await heavy(workspace, _merged, listed, [row.seq for row in kept])
    fresh = [one for one in merged if one.update != by_seq[one.seq].data]
    blobs = workspace.get(Blobs)
    rows = []
    for one in fresh:
        last = by_seq[one.seq]
        group = [c.seq for c in listed if (c.author, c.session) == (last.author, last.session)]
        blob = await asyncio.to_thread(blobs.put, one.update) if len(one.update) > INLINE else None
        row = {name: getattr(last, name) for name in store.COLUMNS}
        row |= {"data": None if blob else one.update, "blob": blob, "first_seq": min(group)}
        rows.append(row)
    gone = sorted(set(by_seq) - {one.seq for one in merged} | {one.seq for one in fresh})
    async with workspace.db.unit(SYSTEM) as work:
        for at in range(0, len(gone), 500):
            part = (_c.object_id == object_id) & _c.seq.in_(gone[at : at + 500])
            await work.execute(delete(changes).where(part))
        if rows:
            await work.execute(insert(changes), rows)
        await work.execute(
            update(live_objects)
            .where(_o.id == object_id, _o.epoch == epoch, _o.compacted_seq < cut)
            .values(compacted_seq=cut)
        )
    return len(listed), len(merged)


def _merged(listed: Sequence[Change], keep: Sequence[int]) -> list[engine.Change]:
    return squash(as_engine(listed), keep)


def as_engine(listed: Sequence[Change]) -> list[engine.Change]:
    """Rows of the log as the engine reads them."""
    return [
        engine.Change(
            seq=change.seq,
            actor=change.author,
            session=change.session,
            time=datetime.fromtimestamp(change.at / 1000, UTC),
            update=change.data,
        )
        for change in listed
    ]
