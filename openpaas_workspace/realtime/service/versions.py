"""Named versions, and bringing an earlier state back: always a new change, never a rewinding."""

from typing import Any

from sqlalchemy import Row, delete, select, update

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.contents import value_of
from openpaas_workspace.realtime.engine.outside import NOTEBOOK
from openpaas_workspace.realtime.engine.restore import with_cell
from openpaas_workspace.realtime.engine.values import Cell, joined
from openpaas_workspace.realtime.events import VersionNamed, VersionRenamed, VersionRestored, VersionUnnamed
from openpaas_workspace.realtime.models import snapshots
from openpaas_workspace.realtime.schemas import Version, VersionCell, VersionContent
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.heavy import heavy
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.kinds import Elsewhere
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.realtime.service.states import opened, state
from openpaas_workspace.realtime.service.timeline import RESTORE, restored_session
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import require

_s = snapshots.c
_GONE = "This version has no name any more; look at the history again."
_MERGED = "Old changes were merged at this moment; look at the history again."


async def name_version(
    workspace: Workspace, actor: Actor, object_id: str, name: str, seq: int | None
) -> Version:
    """Keep the state at `seq` (now) under a name; for editors. A state has one name: a second one renames it.

    Raises Invalid for a number that is not there.
    """
    name = _clean(name)
    live = await opened(workspace, actor, object_id, Level.editor)
    wanted, data = await state(workspace, live, seq)
    kept = await store.put_away(workspace, data)
    async with workspace.db.unit(actor) as work:
        await require(work, live.ref, Level.editor)
        if not await store.standing(work, object_id, live.epoch, wanted):
            raise Conflict(_MERGED)
        known = await work.first(_named(object_id).where(_s.epoch == live.epoch, _s.seq == wanted))
        if known is not None:
            await _rename(work, known, name)
            return _version(known, name)
        version = await store.keep_version(work, object_id, live.epoch, wanted, kept, name=name)
        row = await work.first(select(snapshots).where(_s.id == version))
        work.publish(VersionNamed(ref=str(live.ref), version=version, seq=wanted))
    if row is None:
        raise RuntimeError("a row is gone that was just written")
    return _version(row, name)


async def rename_version(work: Work, object_id: str, version: str, name: str) -> Version:
    """Give a named version another name; for editors."""
    await require(work, Ref(FILE, object_id), Level.editor)
    name = _clean(name)
    row = await work.first(_named(object_id).where(_s.id == version))
    if row is None:
        raise NotFound(_GONE)
    await _rename(work, row, name)
    return _version(row, name)


async def unname_version(work: Work, object_id: str, version: str) -> None:
    """Take the name of a version away; its content stays in the history. For editors."""
    ref = Ref(FILE, object_id)
    await require(work, ref, Level.editor)
    row = await work.first(_named(object_id).where(_s.id == version))
    if row is None:
        raise NotFound(_GONE)
    await work.execute(delete(snapshots).where(_s.id == version))
    work.publish(VersionUnnamed(ref=str(ref), version=version, seq=row.seq))


async def restore(
    workspace: Workspace, actor: Actor, object_id: str, seq: int, cell: str | None = None
) -> int:
    """Write the state at `seq`, or one cell of it, again as a change of the actor; returns its number.

    For editors. What came between stays in the history, so that it can be brought back in turn.
    """
    live = await opened(workspace, actor, object_id, Level.editor)
    if cell is not None and isinstance(live.state, Elsewhere):
        raise Invalid("Only a notebook has cells; restore the whole version.")
    wanted, data = await state(workspace, live, seq)
    value = await _value(workspace, live, data)
    base: int | None = None
    if cell is not None and not isinstance(live.state, Elsewhere):
        base, parts = live.seq, live.state.parts()
        value = _with_cell(live, await heavy(workspace, value_of, live.described.type, parts), value, cell)
    number = await workspace.get(Host).write(
        object_id, value, actor, base_seq=base, kind=RESTORE, session=restored_session(wanted)
    )
    async with workspace.db.unit(actor) as work:
        work.publish(VersionRestored(ref=str(live.ref), restored_seq=wanted, seq=number))
    return number


async def value_at(workspace: Workspace, actor: Actor, object_id: str, seq: int) -> Any:
    """What a file held at `seq`, whole: an nbformat dict or a text; for readers."""
    live = await opened(workspace, actor, object_id, Level.reader)
    async with workspace.db.read(actor) as work:
        level = await require(work, live.ref, Level.reader)
    await live.kind.given(live.state, actor, level)
    _, data = await state(workspace, live, seq)
    return await _value(workspace, live, data)


async def content(
    workspace: Workspace, actor: Actor, object_id: str, seq: int, cell: str | None = None
) -> VersionContent:
    """What a file held at `seq`, without outputs; for readers."""
    live = await opened(workspace, actor, object_id, Level.reader)
    wanted, data = await state(workspace, live, seq)
    kind = live.described.type
    value = await _value(workspace, live, data)
    if isinstance(value, bytes):
        raise Invalid("This version is not shown here: copy it into a new file, or restore it.")
    if kind != NOTEBOOK:
        return VersionContent(seq=wanted, type=kind, text=value)
    cells = [_cell(one) for one in value["cells"] if cell in (None, one.get("id"))]
    if cell is not None and not cells:
        raise NotFound("This version has no such cell.")
    return VersionContent(seq=wanted, type=kind, cells=cells)


async def _value(workspace: Workspace, live: LiveObject, data: bytes) -> Any:
    """What a state holds; of what is held elsewhere the state is the content."""
    if isinstance(live.state, Elsewhere):
        return data
    return await heavy(workspace, value_of, live.described.type, [data])


def _with_cell(live: LiveObject, now: Any, then: Any, cell: str) -> Any:
    if live.described.type != NOTEBOOK:
        raise Invalid("Only a notebook has cells; restore the whole version.")
    found = with_cell(now, then, cell)
    if found is None:
        raise NotFound("This version has no such cell.")
    return found


def _cell(cell: Cell) -> VersionCell:
    return VersionCell(
        id=str(cell.get("id", "")), cell_type=cell["cell_type"], source=joined(cell.get("source", ""))
    )


def _named(object_id: str) -> Any:
    return select(snapshots).where(_s.object_id == object_id, _s.name.is_not(None)).order_by(_s.id)


async def _rename(work: Work, row: Row[Any], name: str) -> None:
    await work.execute(update(snapshots).where(_s.id == row.id).values(name=name))
    work.publish(VersionRenamed(ref=str(Ref(FILE, row.object_id)), version=row.id, seq=row.seq))


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("Give the version a name.")
    return name


def _version(row: Row[Any], name: str) -> Version:
    return Version(id=row.id, name=name, seq=row.seq, author=row.author, at=row.at)
