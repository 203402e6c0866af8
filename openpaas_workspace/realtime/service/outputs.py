"""Outputs that are stored apart from their document: kept before it refers to them, found by who may read it."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.apart import Fill, Stored, StoredKind
from openpaas_workspace.realtime.models import stored_outputs
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights

_s = stored_outputs.c
_FILE = "file"
_CHUNK = 500
_MOST_ORIGINS = 100


class Found(NamedTuple):
    """A stored output: its hash, what it is, its bytes."""

    blob: str
    kind: StoredKind
    size: int


async def keep(workspace: Workspace, object_id: str, outputs: Sequence[Stored]) -> None:
    """Store what a document is about to refer to; once it returns, its bytes and the reference are safe."""
    if not outputs:
        return
    async with workspace.db.read(SYSTEM) as work:
        known = {one.blob for one in await of(work, object_id)}
    await asyncio.to_thread(_put, workspace.get(Blobs), outputs, known)
    found = [Found(one.name, one.kind, len(one.data)) for one in outputs if one.name not in known]
    if found:
        async with workspace.db.unit(SYSTEM) as work:
            await refer(work, object_id, found)


async def refer(work: Work, object_id: str, found: Iterable[Found]) -> None:
    """The object refers to these blobs; again is as good as once."""
    rows = [{"object_id": object_id, "at": now(), **one._asdict()} for one in found]
    build = sqlite.insert if work.conn.dialect.name == "sqlite" else postgresql.insert
    for start in range(0, len(rows), _CHUNK):
        values = rows[start : start + _CHUNK]
        await work.execute(build(stored_outputs).values(values).on_conflict_do_nothing())


async def of(work: Work, object_id: str) -> list[Found]:
    """What an object refers to, in any of its versions."""
    rows = await work.all(select(_s.blob, _s.kind, _s.size).where(_s.object_id == object_id))
    return [Found(row.blob, row.kind, row.size) for row in rows]


async def copied(work: Work, source_id: str, object_id: str, names: Collection[str]) -> None:
    """A copy refers to what its content names, of what the original refers to."""
    await refer(work, object_id, [one for one in await of(work, source_id) if one.blob in names])


async def fill_of(workspace: Workspace, object_id: str, limit: int) -> Fill | None:
    """What makes the content of an object whole; None when it has no stored outputs."""
    async with workspace.db.read(SYSTEM) as work:
        sizes = {one.blob: one.size for one in await of(work, object_id)}
    return Fill(workspace.get(Blobs).reader(), sizes, limit) if sizes else None


async def find(work: Work, object_id: str, blob: str) -> tuple[Found, bool]:
    """A stored output of an object, for its readers, and whether it is the object's own. Raises NotFound.

    A cell that was copied here from another document brings its placeholder: an editor who may read the document
    that it came from finds it, and is to make it the object's own.
    """
    level = await rights.require(work, Ref(_FILE, object_id), Level.reader)
    rows = await work.all(
        select(_s.object_id, _s.blob, _s.kind, _s.size)
        .where(_s.blob == blob)
        .order_by(_s.object_id != object_id)
        .limit(_MOST_ORIGINS)
    )
    for row in rows:
        found = Found(row.blob, row.kind, row.size)
        if row.object_id == object_id:
            return found, True
        if level >= Level.editor and await rights.level(work, Ref(_FILE, row.object_id)) >= Level.reader:
            return found, False
    raise NotFound


def total(object_ids: Select[Any] | ScalarSelect[Any]) -> Select[Any]:
    """The bytes of the stored outputs of objects."""
    return select(func.coalesce(func.sum(_s.size), 0)).where(_s.object_id.in_(object_ids))


def _put(blobs: Blobs, outputs: Sequence[Stored], known: Collection[str]) -> None:
    for one in outputs:
        if one.name not in known or not blobs.has(one.name):
            blobs.put(one.data)
