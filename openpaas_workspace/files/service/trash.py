"""The trash: thrown away, brought back, emptied. A node keeps its id, its rights and its log there."""

from contextlib import suppress
from pathlib import Path
from typing import cast

from sqlalchemy import delete, select, update

from openpaas_workspace.core import beneath
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.names import numbered
from openpaas_workspace.files.events import FilePurged, FileRestored, FileTrashed
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service.disk import Disk, exists, in_thread, spoken
from openpaas_workspace.files.service.nodes import join, require_parent, writable_folder
from openpaas_workspace.files.service.places import Place, visible_spaces
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.files.service.rows import (
    Acting,
    Caller,
    Node,
    Space,
    below,
    children,
    node_row,
    parent_ref,
    ref_of,
    relative_path,
    space_row,
    subtree,
)
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.realtime.binding import RoomHost
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights, tree

_DAY = 86_400_000
_CHUNK = 500
_GONE = "Its content was deleted on disk, outside the workspace, and cannot be brought back."


async def throw_away(caller: Caller, node: Node) -> None:
    """Put a node with all below it into the trash; for editors of what holds it. Open rooms close."""
    disk = caller.workspace.get(Disk)
    async with disk.names(node.space_id):
        async with caller.workspace.db.read(caller.actor) as work:
            node = await node_row(work, node.id)
            await require_parent(work, node)
            path = await relative_path(work, node)
        root, trash = disk.space(node.space_id), disk.trash(node.space_id)
        try:
            await in_thread(beneath.rename_beneath, root, path, node.id, target_root=trash)
            lost = False
        except (FileNotFoundError, NotADirectoryError, beneath.UnsafePath):
            lost = not await in_thread(exists, trash, node.id)
        try:
            async with caller.workspace.db.unit(caller.actor) as work:
                inside = await trashed(work, node, lost=lost)
        except BaseException:
            if not lost:
                with suppress(OSError):
                    await in_thread(beneath.rename_beneath, trash, node.id, path, target_root=root)
            raise
    await close_rooms(caller.workspace, inside)


async def trashed(work: Work, node: Node, *, lost: bool) -> list[Node]:
    """Rows and fact of a node that is in the trash on disk, or gone from it; returns it with all below it."""
    inside = [one for one in await below(work, node) if one.trashed_at is None]
    await work.execute(
        update(nodes)
        .where(nodes.c.id.in_([one.id for one in inside]))
        .values(trashed_at=now(), trashed_by=work.actor.id, trash_id=node.id, lost=lost)
    )
    work.publish(FileTrashed(ref=str(ref_of(node)), parent=node.parent_id, lost=lost))
    return inside


async def close_rooms(workspace: Workspace, inside: list[Node]) -> None:
    """Close the rooms of files that are in the trash now."""
    host = workspace.find(RoomHost)
    for one in inside if host is not None else ():
        if one.kind == "file":
            await cast("RoomHost", host).forget(one.id, "trashed")


async def restore(caller: Caller, node_id: str) -> Node:
    """Bring a node back to where it was, or to the top of its space when its folder is gone; for editors there.

    It gets a number when its name is taken meanwhile. Raises Conflict when nothing is left of it.
    """
    disk = caller.workspace.get(Disk)
    async with caller.workspace.db.read(caller.actor) as work:
        space_id = (await node_row(work, node_id, trashed=True)).space_id
    async with disk.names(space_id):
        async with caller.workspace.db.read(caller.actor) as work:
            node = await node_row(work, node_id, trashed=True)
            if node.trashed_at is None:
                return node
            place = await _home(work, node)
            folder = await writable_folder(work, place)
            taken = {one.name_key for one in await children(work, place.id)}
            name = numbered(node.name, taken, " ")
        root, trash, path = disk.space(space_id), disk.trash(space_id), join(folder, name)
        if node.lost:
            await _restore_lost(caller, node, place, name)
            return await _node(caller, node_id)
        await in_thread(_bring_back, trash, node.id, root, path)
        try:
            async with caller.workspace.db.unit(caller.actor) as work:
                await restored(work, node, place.id, name)
                return await node_row(work, node.id)
        except BaseException:
            with suppress(OSError):
                await in_thread(beneath.rename_beneath, root, path, node.id, target_root=trash)
            raise


async def restored(work: Work, node: Node, parent_id: str, name: str, *, key: str = "") -> None:
    """Rows and fact of a node that is back on disk."""
    inside = select(nodes.c.id).where(nodes.c.id.in_(subtree(node.id)), nodes.c.trash_id == node.id)
    ids = [row.id for row in await work.all(inside)]
    parent = Ref("space" if parent_id == node.space_id else "folder", parent_id)
    if parent_id != node.parent_id:
        await tree.move(work, ref_of(node), parent)
    await work.execute(
        update(nodes)
        .where(nodes.c.id == node.id)
        .values(parent_id=parent_id, name=name, name_key=key or name_key(name))
    )
    await work.execute(
        update(nodes)
        .where(nodes.c.id.in_(ids))
        .values(trashed_at=None, trashed_by=None, trash_id=None, lost=False)
    )
    work.publish(FileRestored(ref=str(ref_of(node)), parent=parent_id))


async def listing(work: Work, space_id: str = "") -> list[Node]:
    """What was thrown away in a space and the actor may bring back, newest first; in all that he edits."""
    if space_id:
        await rights.require(work, Ref("space", space_id), Level.editor)
        where = nodes.c.space_id == space_id
    else:
        where = nodes.c.space_id.in_([space.id for space, _ in await edited(work)])
    query = (
        select(nodes)
        .where(where, nodes.c.trash_id == nodes.c.id)
        .order_by(nodes.c.trashed_at.desc(), nodes.c.id)
        .limit(1000)
    )
    return [cast("Node", row) for row in await work.all(query)]


async def edited(work: Work) -> list[tuple[Space, Level]]:
    """The spaces whose trash the actor sees."""
    return [(space, level) for space, level in await visible_spaces(work) if level >= Level.editor]


async def empty_trash(caller: Caller, id: str) -> None:  # noqa: A002  (the word of the path)
    """Delete for ever all that lies in the trash of a space; for its managers. It may go on for a while."""
    async with caller.workspace.db.read(caller.actor) as work:
        await rights.require(work, Ref("space", id), Level.manager)
        query = select(nodes).where(nodes.c.space_id == id, nodes.c.trash_id == nodes.c.id)
        thrown = [cast("Node", row) for row in await work.all(query)]
    for node in thrown:
        await _purge(caller, node)


async def purge(caller: Caller, node_id: str) -> None:
    """Take a node out of the trash for ever; for managers of its space."""
    async with caller.workspace.db.read(caller.actor) as work:
        node = await node_row(work, node_id, trashed=True)
        await rights.require(work, Ref("space", node.space_id), Level.manager)
        if node.trashed_at is None:
            raise Conflict("Only what is in the trash can be deleted for ever.")
    await _purge(caller, node)


async def purge_old(workspace: Workspace) -> None:
    """Empty the trash of what lies there longer than the setting says. For the server itself."""
    limit = now() - workspace.get(FilesSettings).trash_days * _DAY
    query = select(nodes).where(nodes.c.trash_id == nodes.c.id, nodes.c.trashed_at < limit).limit(500)
    async with workspace.db.read(SYSTEM) as work:
        old = [cast("Node", row) for row in await work.all(query)]
    for node in old:
        await _purge(Acting(workspace, SYSTEM), node)


async def _purge(caller: Caller, node: Node) -> None:
    host = caller.workspace.find(RoomHost)
    async with caller.workspace.db.unit(caller.actor) as work:
        inside = [one.id for one in await below(work, node)]
        for start in range(0, len(inside), _CHUNK):
            await work.execute(delete(nodes).where(nodes.c.id.in_(inside[start : start + _CHUNK])))
        if host is not None:
            await host.erase(work, inside)
        await tree.remove(work, ref_of(node))
        work.publish(FilePurged(ref=str(ref_of(node))))
    await in_thread(_erase, caller.workspace.get(Disk).trash(node.space_id), node.id)


async def sweep(workspace: Workspace, space_id: str) -> None:
    """Erase what lies in a space's trash folder without a row: left by a purge that was cut short."""
    trash = workspace.get(Disk).trash(space_id)
    names = [entry.name for entry in await in_thread(_entries, trash)]
    async with workspace.db.read(SYSTEM) as work:
        known = {row.id for row in await work.all(select(nodes.c.id).where(nodes.c.id.in_(names)))}
    for name in set(names) - known:
        await in_thread(_erase, trash, name)


async def _home(work: Work, node: Node) -> Place:
    """Where a node goes back to; raises NotFound, Forbidden."""
    await rights.require(work, ref_of(node), Level.reader)
    space = await space_row(work, node.space_id)
    if parent_ref(node).kind == "space":
        return Place(space, None, "")
    try:
        return Place(space, await node_row(work, node.parent_id), "")
    except NotFound:
        return Place(space, None, "")


async def _restore_lost(caller: Caller, node: Node, place: Place, name: str) -> None:
    """Bring back what was deleted on disk from its log: the row first, for a room needs it to be read.

    Killed before the file is written, the scan finds it missing and it is in the trash again.
    """
    host = caller.workspace.find(RoomHost)
    if node.kind == "folder" or host is None or not host.live(node.id):
        raise Conflict(_GONE)
    async with caller.workspace.db.unit(caller.actor) as work:
        await restored(work, node, place.id, name)
        path = await relative_path(work, await node_row(work, node.id))
    try:
        await caller.workspace.get(Projector).write_anew(
            node, caller.workspace.get(Disk).space(node.space_id), path
        )
    except BaseException:
        async with caller.workspace.db.unit(caller.actor) as work:
            await trashed(work, await node_row(work, node.id), lost=True)
        raise


async def _node(caller: Caller, node_id: str) -> Node:
    async with caller.workspace.db.read(caller.actor) as work:
        return await node_row(work, node_id)


def _bring_back(trash: Path, name: str, root: Path, path: str) -> None:
    if not exists(trash, name):
        raise Conflict(_GONE)
    with spoken():
        beneath.rename_beneath(trash, name, path, target_root=root)


def _entries(folder: Path) -> list[beneath.Entry]:
    try:
        return beneath.scandir_beneath(folder)
    except FileNotFoundError:
        return []


def _erase(trash: Path, name: str) -> None:
    with suppress(FileNotFoundError):
        try:
            beneath.rmtree_beneath(trash, name)
        except (NotADirectoryError, beneath.UnsafePath):
            beneath.unlink_beneath(trash, name)
