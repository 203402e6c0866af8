"""Copies: of a file or a folder with all below it, within a space or to another, and from a folder of the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from openpaas_workspace.core import beneath
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.engine.names import is_hidden, outside_name
from openpaas_workspace.files.service import apart, content, nodes, places
from openpaas_workspace.files.service.disk import Disk, in_thread
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Acting, Caller, Node, children, ref_of
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.files.service.spaces import check_open
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound, TooLarge
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.service.versions import value_at
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights


async def copy(caller: Caller, source: Node, place: Place, name: str) -> Node:
    """Copy a file, or a folder with all below it that the actor may read; for readers of the one and editors of
    the other. A copy that is cut short leaves whole files in a folder that is there, never half a file.
    """
    if source.kind == "file":
        return await _copy_file(caller, source, place, name)
    plan = await _plan(caller, source)
    if place.node is not None and any(one.id == place.node.id for one, _ in plan):
        raise Invalid("A folder cannot be copied into itself or a folder below it.")
    made: dict[str, Node] = {source.id: await nodes.make_folder(caller, place, name)}
    for one, parent_id in plan[1:]:
        target = Place(place.space, made[parent_id], "")
        if one.kind == "folder":
            made[one.id] = await nodes.make_folder(caller, target, one.name)
        else:
            await _copy_file(caller, one, target, one.name)
    return made[source.id]


async def copy_version(caller: Caller, source: Node, place: Place, name: str, seq: int) -> Node:
    """Make a file that holds what another held at a number of its history; rights as for `copy`."""
    if source.kind != "file":
        raise Invalid("Only a file has a history.")
    value = await value_at(caller.workspace, caller.actor, source.id, seq)
    kind = formats.type_of(source.name)
    data = await in_thread(formats.serialise, kind, value, formats.Style())
    made = await nodes.make_file(caller, place, name, data, digest=formats.digest(data), source=source.id)
    await apart.copied(caller, source, made, data)
    return made


async def import_folder(workspace: Workspace, actor: Actor, folder: Path, space: str) -> tuple[int, int]:
    """Copy a folder of this machine into a space (or folder) named by path, in the name of a member who edits it.

    Returns how many files and folders came in and how many were left out (links, special files, hidden or odd
    names). Raises Invalid, NotFound, Forbidden, Conflict when a name is taken; then nothing was copied.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder.name} on this machine.")
    caller = Acting(workspace, actor)
    async with workspace.db.read(actor) as work:
        place = await places.find(work, space)
        await rights.require(work, place.ref, Level.editor)
        check_open(place.space)
        taken = {node.name for node in await children(work, place.id)}
        where = await nodes.writable_folder(work, place)
    settings = workspace.get(FilesSettings)
    found, left_out = await in_thread(_survey, folder, settings.max_entries)
    twice = sorted(taken & {path for path, _ in found if "/" not in path})
    if twice:
        raise Conflict(f"“{twice[0]}” is there already; rename or move it first.")
    await nodes.check_size(caller, place.space.id, 0)
    total = sum(entry.stat.st_size for _, entry in found if entry.kind == "file")
    if settings.space_quota_bytes:
        await nodes.check_size(caller, place.space.id, min(total, settings.max_file_bytes))
    disk = workspace.get(Disk)
    await disk.make_space(place.space.id)
    async with disk.lock(place.space.id).content():
        await in_thread(_bring, folder, found, disk.space(place.space.id), where)
    await workspace.get(Scanner).scan(place.space.id, actor)
    return len(found), left_out


async def _copy_file(caller: Caller, source: Node, place: Place, name: str) -> Node:
    async with _received(caller.workspace) as received:
        digest = await content.spool(caller, place, source, received)
        made = await nodes.make_file(
            caller, place, name, received, digest=digest, source=source.id, keep=True
        )
        await apart.copied(caller, source, made, received)
        return made


@asynccontextmanager
async def _received(workspace: Workspace) -> AsyncIterator[Path]:
    path = workspace.get(Disk).incoming(new_id())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


async def _plan(caller: Caller, source: Node) -> list[tuple[Node, str]]:
    """A folder and all below it with the ids of their folders, parents first; what is readable is by the folder."""
    most = caller.workspace.get(FilesSettings).max_copy_entries
    plan = [(source, "")]
    async with caller.workspace.db.read(caller.actor) as work:
        await rights.require(work, ref_of(source), Level.reader)
        for one, _ in plan:
            if one.kind == "folder":
                plan.extend((child, one.id) for child in await children(work, one.id))
            if len(plan) > most:
                raise TooLarge(f"This folder holds too much to be copied: {most} files and folders at most.")
    return plan


def _survey(folder: Path, limit: int) -> tuple[list[tuple[str, beneath.Entry]], int]:
    found: list[tuple[str, beneath.Entry]] = []
    shut: set[str] = set()
    left_out = 0
    try:
        for path, entry in beneath.walk_beneath(folder, limit=limit):
            if path.rpartition("/")[0] in shut:
                shut.add(path)
            elif entry.kind == "other" or is_hidden(entry.name) or not outside_name(entry.name):
                shut.add(path)
                left_out += 1
            else:
                found.append((path, entry))
    except beneath.TooLarge as error:
        raise TooLarge(f"This folder holds too much: {limit} files and folders at most.") from error
    return found, left_out


def _bring(source: Path, found: list[tuple[str, beneath.Entry]], root: Path, where: str) -> None:
    for path, entry in found:
        target = nodes.join(where, path)
        if entry.kind == "folder":
            with suppress(FileExistsError):
                beneath.mkdir_beneath(root, target)
            continue
        with open(beneath.open_beneath(source, path), "rb") as file:
            beneath.write_beneath(root, target, file, replace=False, sync=False)
