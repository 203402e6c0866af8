"""Reading the log: heads, changes, snapshots, owners of client ids; and keeping snapshots."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update

from openpaas_workspace.core.blobs import INLINE, Blobs
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.attribution import Written
from openpaas_workspace.realtime.models import changes, client_ids, live_objects, snapshots, stored_outputs
from openpaas_workspace.realtime.service.kinds import Description, Elsewhere, LiveKind, State
from openpaas_workspace.realtime.service.log import Change

VOID = "void"
# What merges by itself, so that its old changes are merged without keeping the states between them.
UNORDERED = ("notebook", "file")
COLUMNS = tuple(column.name for column in changes.columns if column.name not in {"data", "blob"})
KEPT_SNAPSHOTS = 3
_CHUNK = 500
# Older ones stay where about so many changes lie between them, so that any earlier state is built quickly;
# further apart for large files and for long logs.
CHECKPOINT_CHANGES = 2000
MOST_CHECKPOINTS = 32
CHECKPOINT_BYTES = 1024 * 1024
_o, _c, _s = live_objects.c, changes.c, snapshots.c


@dataclass(slots=True)
class Stored:
    """What the log holds of one object up to a number."""

    snapshot: bytes | None
    snapshot_seq: int
    changes: list[Change]
    owners: dict[int, str] = field(default_factory=dict)
    # The snapshot as an open file, unchecked, instead.
    file: BinaryIO | None = None


class Kept(NamedTuple):
    """A state as a row holds it: its bytes, or the name of its blob."""

    data: bytes | None
    blob: str | None


async def head(work: Work, object_id: str) -> Row[Any] | None:
    """The row of a live object."""
    return await work.first(select(live_objects).where(_o.id == object_id))


async def create(work: Work, ref: Ref, described: Description, fence: int) -> Row[Any]:
    """The row of an object that is opened for the first time; its epoch is like no other."""
    moment = now()
    values = {
        "id": ref.id,
        "kind": ref.kind,
        "type": described.type,
        "format": described.format,
        "epoch": moment,
        "head_seq": 0,
        "fence": fence,
        "compacted_seq": 0,
        "created_at": moment,
        "changed_at": moment,
    }
    await work.execute(insert(live_objects), values)
    row = await head(work, ref.id)
    if row is None:
        raise RuntimeError("a row is gone that was just written")
    return row


async def hold(work: Work, object_id: str, fence: int) -> None:
    """From now on only this fence may append."""
    await work.execute(update(live_objects).where(_o.id == object_id).values(fence=fence))


async def read(
    workspace: Workspace,
    object_id: str,
    epoch: int,
    upto: int,
    *,
    snapshot_upto: int | None = None,
    opened: bool = False,
) -> Stored:
    """What builds the state at `upto`: the last snapshot before it (or `snapshot_upto`) and the changes after that.

    `opened`: a snapshot that is in a blob comes as an open file, which is the caller's to close.
    """
    last = upto if snapshot_upto is None else snapshot_upto
    async with workspace.db.read(SYSTEM) as work:
        base = await work.first(
            select(snapshots)
            .where(_s.object_id == object_id, _s.epoch == epoch, _s.seq <= last)
            .order_by(_s.seq.desc())
            .limit(1)
        )
        first = base.seq if base is not None else 0
        rows = await work.all(
            select(changes)
            .where(_c.object_id == object_id, _c.epoch == epoch, _c.seq > first, _c.seq <= upto)
            .order_by(_c.seq)
        )
        owners = await work.all(
            select(client_ids.c.client_id, client_ids.c.member_id).where(
                client_ids.c.object_id == object_id, client_ids.c.epoch == epoch
            )
        )
    blobs = workspace.get(Blobs)
    found = await asyncio.to_thread(_changes, blobs, rows)
    stored = Stored(None, first, found, {row.client_id: row.member_id for row in owners})
    if base is not None and base.blob is not None and opened:
        stored.file = await asyncio.to_thread(blobs.open, base.blob)
    elif base is not None:
        stored.snapshot = await asyncio.to_thread(_bytes, blobs, base)
    return stored


async def exact(workspace: Workspace, object_id: str, epoch: int, seq: int) -> int:
    """The last number up to `seq` whose state is known: within merged history snapshots are, and ordered changes."""
    async with workspace.db.read(SYSTEM) as work:
        row = await head(work, object_id)
        if row is None or seq >= row.compacted_seq:
            return seq
        kept = select(func.max(_s.seq)).where(_s.object_id == object_id, _s.epoch == epoch, _s.seq <= seq)
        known = int(await work.scalar(kept) or 0)
        if row.type in UNORDERED:
            return known
        mine = (_c.object_id == object_id) & (_c.epoch == epoch) & (_c.seq <= seq) & (_c.kind != VOID)
        return max(known, int(await work.scalar(select(func.max(_c.seq)).where(mine)) or 0))


async def standing(work: Work, object_id: str, epoch: int, seq: int) -> bool:
    """Whether the state at `seq` may be kept: until the end of the transaction nobody merges the change there."""
    row = await work.first(select(live_objects).where(_o.id == object_id).with_for_update())
    if row is None or row.type in UNORDERED or seq > row.compacted_seq:
        return row is not None
    there = select(_c.seq).where(_c.object_id == object_id, _c.epoch == epoch, _c.seq == seq)
    return await work.first(there) is not None


async def all_changes(
    workspace: Workspace, object_id: str, epoch: int, upto: int, *, after: int = 0
) -> list[Change]:
    """Every change of the history up to a number, in order, void ones left out."""
    query = select(changes).where(
        _c.object_id == object_id, _c.epoch == epoch, _c.seq > after, _c.seq <= upto
    )
    async with workspace.db.read(SYSTEM) as work:
        rows = await work.all(query.order_by(_c.seq))
    found = await asyncio.to_thread(_changes, workspace.get(Blobs), rows)
    return [change for change in found if change.kind != VOID]


async def written(workspace: Workspace, object_id: str, epoch: int, upto: int) -> list[Written]:
    """As `all_changes`, only who wrote what, as plain tuples: thousands of them go to another process."""
    query = select(_c.seq, _c.author, _c.session, _c.at, _c.data, _c.blob).where(
        _c.object_id == object_id, _c.epoch == epoch, _c.seq <= upto, _c.kind != VOID
    )
    async with workspace.db.read(SYSTEM) as work:
        rows = await work.all(query.order_by(_c.seq))
    return await asyncio.to_thread(_written, workspace.get(Blobs), rows)


async def recent(
    workspace: Workspace,
    object_id: str,
    epoch: int,
    kinds: Collection[str],
    after: int,
    *,
    head: int,
    whole: Collection[str] = (),
) -> list[Change]:
    """Changes of some kinds above a number, in order.

    Of data that are large enough for a blob only the first `head` bytes, except those of the kinds `whole`.
    """
    query = select(changes).where(
        _c.object_id == object_id, _c.epoch == epoch, _c.kind.in_(kinds), _c.seq > after
    )
    async with workspace.db.read(SYSTEM) as work:
        rows = await work.all(query.order_by(_c.seq))

    def data(row: Row[Any]) -> bytes:
        blobs = workspace.get(Blobs)
        return _bytes(blobs, row) if row.kind in whole else _head(blobs, row, head)

    return await asyncio.to_thread(_changes, workspace.get(Blobs), rows, data)


async def build(kind: LiveKind, described: Description, stored: Stored) -> tuple[State, list[int]]:
    """The state, and the numbers of changes that it could not take."""
    state = kind.state(described)
    if isinstance(state, Elsewhere):
        # No thread may wait for it: to start a process takes one, too, and there are few.
        try:
            return state, sorted(await state.taken(stored.file or stored.snapshot, _standing(stored, set())))
        finally:
            if stored.file is not None:
                stored.file.close()
    return await asyncio.to_thread(_built, kind, described, stored)


def _built(kind: LiveKind, described: Description, stored: Stored) -> tuple[State, list[int]]:
    bad: set[int] = set()
    while True:
        state = kind.state(described)
        if stored.snapshot is not None:
            state.load(stored.snapshot)
        found, spoiled = state.replay(_standing(stored, bad))
        bad |= found
        if not spoiled:
            return state, sorted(bad)


def _standing(stored: Stored, bad: set[int]) -> list[Change]:
    return [change for change in stored.changes if change.kind != VOID and change.seq not in bad]


async def void(workspace: Workspace, object_id: str, seqs: Sequence[int]) -> None:
    """Mark changes that no state can take, so that nobody tries again; the row stays."""
    async with workspace.db.unit(SYSTEM) as work:
        marked = update(changes).where(_c.object_id == object_id, _c.seq.in_(seqs))
        await work.execute(marked.values(kind=VOID))


async def put_away(workspace: Workspace, state: bytes) -> Kept:
    """What a row will say of a state. A large one is on disk after this, so that no transaction waits for that."""
    if len(state) <= INLINE:
        return Kept(state, None)
    return Kept(None, await asyncio.to_thread(workspace.get(Blobs).put, state))


async def keep_snapshot(workspace: Workspace, object_id: str, epoch: int, seq: int, state: bytes) -> None:
    """Store the state at `seq` as one of the server's last few."""
    kept = await put_away(workspace, state)
    async with workspace.db.unit(SYSTEM) as work:
        if not await standing(work, object_id, epoch, seq):
            return
        await keep_version(work, object_id, epoch, seq, kept, name=None)
        await _thin(work, object_id, epoch, len(state))


async def keep_version(
    work: Work, object_id: str, epoch: int, seq: int, kept: Kept, *, name: str | None
) -> str:
    """Write the row of a state at `seq`, named by the actor or without a name; returns its id."""
    row = {
        "id": new_id(),
        "object_id": object_id,
        "seq": seq,
        "epoch": epoch,
        "name": name,
        "author": work.actor.id,
        "data": kept.data,
        "blob": kept.blob,
        "at": now(),
    }
    await work.execute(insert(snapshots), row)
    return str(row["id"])


async def erase(work: Work, object_ids: Collection[str]) -> None:
    """Delete everything that the log holds of objects; a process that still has one open is fenced out."""
    ids = sorted(object_ids)
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        for table in (changes, snapshots, client_ids, stored_outputs):
            await work.execute(delete(table).where(table.c.object_id.in_(some)))
        await work.execute(delete(live_objects).where(_o.id.in_(some)))


async def _thin(work: Work, object_id: str, epoch: int, size: int) -> None:
    """Drop the server's own snapshots but the last few and, of the older ones, one in each stretch of the log."""
    nameless = (_s.object_id == object_id) & (_s.epoch == epoch) & _s.name.is_(None)
    rows = await work.all(
        select(_s.id, _s.seq).where(nameless).order_by(_s.seq.desc()).offset(KEPT_SNAPSHOTS)
    )
    if not rows:
        return
    stretch = max(CHECKPOINT_CHANGES * (1 + size // CHECKPOINT_BYTES), rows[0].seq // MOST_CHECKPOINTS)
    kept = {row.seq // stretch: row.id for row in rows}
    gone = [row.id for row in rows if kept[row.seq // stretch] != row.id]
    if gone:
        await work.execute(delete(snapshots).where(_s.id.in_(gone)))


def _bytes(blobs: Blobs, row: Row[Any]) -> bytes:
    return bytes(row.data) if row.blob is None else blobs.get(row.blob)


def _head(blobs: Blobs, row: Row[Any], most: int) -> bytes:
    if row.blob is None:
        return bytes(row.data)
    with blobs.open(row.blob) as file:
        return file.read(most)


def _written(blobs: Blobs, rows: Sequence[Row[Any]]) -> list[Written]:
    return [(row.seq, row.author, row.session, row.at, _bytes(blobs, row)) for row in rows]


def _changes(
    blobs: Blobs, rows: Sequence[Row[Any]], data: Callable[[Row[Any]], bytes] | None = None
) -> list[Change]:
    return [
        Change(
            object_id=row.object_id,
            seq=row.seq,
            epoch=row.epoch,
            author=row.author,
            author_kind=row.author_kind,
            behalf=row.behalf,
            session=row.session,
            kind=row.kind,
            data=_bytes(blobs, row) if data is None else data(row),
            at=row.at,
            first_seq=row.first_seq,
        )
        for row in rows
    ]
