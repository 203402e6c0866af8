"""The history of a file: list, name, restore, who wrote what, who is there."""

import asyncio
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Row, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.blame import Run, blame_cells, blame_text
from openpaas_workspace.realtime.events import VersionNamed, VersionRestored
from openpaas_workspace.realtime.models import changes, snapshots
from openpaas_workspace.realtime.schemas import (
    Blame,
    BlamePart,
    BlameRun,
    History,
    HistoryEntry,
    HistoryQuery,
    Presence,
    Present,
    Version,
)
from openpaas_workspace.realtime.service import crdt, store
from openpaas_workspace.realtime.service.compaction import as_engine
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import require

PAUSE = 5 * 60_000
_ROWS = 2000
_c, _s = changes.c, snapshots.c


async def history(work: Work, object_id: str, query: HistoryQuery) -> History:
    """Changes of the file, those of one author in a row together; for readers."""
    await require(work, Ref(FILE, object_id), Level.reader)
    row = await store.head(work, object_id)
    if row is None:
        return History(head=0, epoch=0, entries=[])
    upto = query.before - 1 if query.before else row.head_seq
    mine = (_c.object_id == object_id) & (_c.epoch == row.epoch)
    columns = (_c.seq, _c.first_seq, _c.author, _c.author_kind, _c.behalf, _c.session, _c.kind, _c.at)
    rows = await work.all(
        select(*columns)
        .where(mine, _c.seq <= upto, _c.kind != store.VOID)
        .order_by(_c.seq.desc())
        .limit(_ROWS)
    )
    named = await work.all(
        select(_s.id, _s.seq, _s.name).where(
            _s.object_id == object_id, _s.epoch == row.epoch, _s.name.is_not(None)
        )
    )
    names = {version.seq: version for version in named}
    entries: list[HistoryEntry] = []
    for change in rows:
        version = names.get(change.seq)
        last = entries[-1] if entries else None
        if last is not None and version is None and _continues(change, last):
            entries[-1] = _joined(last, change)
            continue
        if len(entries) == query.limit:
            return History(head=row.head_seq, epoch=row.epoch, entries=entries, before=entries[-1].first_seq)
        entries.append(_entry(change, version))
    before = entries[-1].first_seq if len(rows) == _ROWS and entries[-1].first_seq > 1 else None
    return History(head=row.head_seq, epoch=row.epoch, entries=entries, before=before)


async def name_version(
    workspace: Workspace, actor: Actor, object_id: str, name: str, seq: int | None
) -> Version:
    """Keep the state at `seq` (now) under a name; for editors. Raises Invalid for a number that is not there."""
    live = await _open(workspace, actor, object_id, Level.editor)
    wanted, state = await _state(workspace, live, seq)
    async with workspace.db.unit(actor) as work:
        await require(work, live.ref, Level.editor)
        version = await store.keep_snapshot(
            workspace, object_id, live.epoch, wanted, state, name=name, actor=actor, work=work
        )
        row = await work.first(select(_s.at).where(_s.id == version))
        work.publish(VersionNamed(ref=str(live.ref), version=version, seq=wanted))
    return Version(id=version, name=name, seq=wanted, author=actor.id, at=row.at if row else 0)


async def restore(workspace: Workspace, actor: Actor, object_id: str, seq: int) -> int:
    """Write the state at `seq` again, as a change of the actor; returns its number. For editors."""
    live = await _open(workspace, actor, object_id, Level.editor)
    wanted, state = await _state(workspace, live, seq)
    value = await asyncio.to_thread(crdt.value_of, live.described.type, state)
    number = await workspace.get(Host).write(object_id, value, actor, base_seq=None)
    async with workspace.db.unit(actor) as work:
        work.publish(VersionRestored(ref=str(live.ref), restored_seq=wanted, seq=number))
    return number


async def blame(workspace: Workspace, actor: Actor, object_id: str) -> Blame:
    """Who wrote each part of the file as it is now; for readers."""
    live = await _open(workspace, actor, object_id, Level.reader)
    seq, state = live.seq, live.state.dump()
    listed = as_engine(await store.all_changes(workspace, object_id, live.epoch, seq))
    if live.described.type == "notebook":
        cells = await asyncio.to_thread(blame_cells, listed, state)
        parts = [BlamePart(cell=cell.id, runs=_runs(cell.runs)) for cell in cells]
    else:
        runs = await asyncio.to_thread(blame_text, listed, state)
        parts = [BlamePart(cell=None, runs=_runs(runs))]
    return Blame(seq=seq, parts=parts)


async def presence(work: Work, object_id: str) -> Presence:
    """Who has the file open now; for readers."""
    ref = Ref(FILE, object_id)
    await require(work, ref, Level.reader)
    host = work.workspace.get(Host)
    live = host.objects.get(ref)
    roles: dict[str, Level] = {}
    for connection in live.connections.values() if live is not None else ():
        roles[connection.actor.id] = max(connection.level, roles.get(connection.actor.id, Level.reader))
    states = host.presences.present(str(ref))
    return Presence(
        present=[
            Present(member=member, role=roles[member].word, state=state)
            for member, state in states.items()
            if member in roles
        ]
    )


async def _open(workspace: Workspace, actor: Actor, object_id: str, at_least: Level) -> LiveObject:
    ref = Ref(FILE, object_id)
    async with workspace.db.read(actor) as work:
        await require(work, ref, at_least)
    return await workspace.get(Host).open(ref)


async def _state(workspace: Workspace, live: LiveObject, seq: int | None) -> tuple[int, bytes]:
    if seq is None or seq == live.seq:
        return live.seq, live.state.dump()
    if not 0 < seq < live.seq:
        raise Invalid("There is no such version; take a number from the history.")
    exact = await store.exact(workspace, live.ref.id, live.epoch, seq)
    if exact != seq:
        raise Invalid("This version is too old to be told apart; take a named one.")
    return seq, await workspace.get(Host).state_at(live, seq)


def _continues(change: Row[Any], last: HistoryEntry) -> bool:
    """Whether an older change belongs to the entry that comes after it."""
    same = (change.author, change.behalf, change.kind) == (last.author, last.behalf, last.kind)
    return same and last.since - change.at < PAUSE


def _entry(change: Row[Any], version: Row[Any] | None) -> HistoryEntry:
    return HistoryEntry(
        seq=change.seq,
        first_seq=change.first_seq,
        author=change.author,
        author_kind=change.author_kind,
        behalf=change.behalf,
        since=change.at,
        until=change.at,
        count=1,
        kind=change.kind,
        version=version.id if version is not None else None,
        name=version.name if version is not None else None,
    )


def _joined(last: HistoryEntry, older: Row[Any]) -> HistoryEntry:
    return replace(last, first_seq=min(last.first_seq, older.first_seq), since=older.at, count=last.count + 1)


def _runs(runs: Iterable[Run]) -> list[BlameRun]:
    return [
        BlameRun(
            text=run.text,
            author=run.actor,
            seq=run.seq,
            at=int(run.time.timestamp() * 1000) if run.time is not None else None,
        )
        for run in runs
    ]
