"""Verbs on folders and files by path or id, as the API and Jupyter's contents call them."""

from collections.abc import Sequence
from typing import Literal, cast

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.engine.formats import digest
from openpaas_workspace.files.engine.names import is_id, numbered
from openpaas_workspace.files.schemas import (
    FileInfo,
    FileList,
    FilePatch,
    FileQuery,
    NewFile,
    NodeKind,
)
from openpaas_workspace.files.service import copying, nodes, places, trash
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Caller, Node, children, ref_of, relative_path
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.files.service.spaces import open_personal
from openpaas_workspace.kit.errors import Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level, LevelName
from openpaas_workspace.sharing.service import rights

EMPTY_NOTEBOOK = b'{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n'


async def open_place(caller: Caller, path: str, *, fresh: bool = False) -> Place:
    """What a path or id leads to; a folder is compared with the disk first when `fresh`. Raises NotFound, Invalid."""
    if path.strip("/").partition("/")[0] == "~":
        await open_personal(caller.workspace, caller.actor)
    async with caller.workspace.db.read(caller.actor) as work:
        place = await places.find(work, path)
        where = await relative_path(work, place.node)
    if fresh and place.is_folder:
        await caller.workspace.get(Scanner).glance(place.space.id, where)
    return place


async def show(caller: Caller, query: FileQuery) -> FileList:
    """A space, folder or file by path or id, with what it holds."""
    place = await open_place(caller, query.path, fresh=True)
    async with caller.workspace.db.read(caller.actor) as work:
        place = await places.named(work, await places.find(work, query.path))
        level = await rights.level(work, place.ref)
        own = None if place.node is None else await info(work, place.node, place.path)
        entries = []
        if place.is_folder:
            found = await places.listing(work, place)
            entries = await infos(work, [(f"{place.path}/{name}", name, node) for name, node in found])
    kind = "space" if place.node is None else place.node.kind
    return FileList(
        ref=str(place.ref),
        path=place.path,
        kind=cast('Literal["space", "folder", "file"]', kind),
        level=cast("LevelName", level.name),
        file=own,
        entries=entries,
    )


async def make(caller: Caller, body: NewFile) -> FileInfo:
    """Make a folder, an empty file or notebook, or a copy, at a path; for editors of the folder."""
    if body.copy_of:
        source = await _node(caller, body.copy_of)
        place, name = await _new_place(caller, body.path)
        if body.seq is None:
            node = await copying.copy(caller, source, place, name)
        else:
            node = await copying.copy_version(caller, source, place, name, body.seq)
        return await described(caller, node, body.path)
    place, name = await _new_place(caller, body.path)
    if body.kind == "folder":
        node = await nodes.make_folder(caller, place, name)
    else:
        data = EMPTY_NOTEBOOK if name.endswith(".ipynb") else b""
        node = await nodes.make_file(caller, place, name, data, digest=digest(data))
    return await described(caller, node, body.path)


async def patch(caller: Caller, id: str, body: FilePatch) -> FileInfo:  # noqa: A002  (the word of the path)
    """Rename or move a folder or file."""
    node = await _node(caller, id)
    target = await open_place(caller, body.parent) if isinstance(body.parent, str) else None
    name = body.name if isinstance(body.name, str) else None
    if target is None and name is None:
        raise Invalid("Give a new name, or the folder to move to.")
    return await described(caller, await nodes.move(caller, node, target, name))


async def remove(caller: Caller, id: str) -> None:  # noqa: A002
    """Put a folder or file into the trash."""
    await trash.throw_away(caller, await _node(caller, id))


async def restore(caller: Caller, id: str) -> FileInfo:  # noqa: A002
    """Bring a folder or file back from the trash."""
    return await described(caller, await trash.restore(caller, id))


async def purge(caller: Caller, id: str) -> None:  # noqa: A002
    """Delete a folder or file in the trash for ever."""
    await trash.purge(caller, id)


async def described(caller: Caller, node: Node, path: str = "") -> FileInfo:
    """One node for the actor, by its own path unless one is given."""
    async with caller.workspace.db.read(caller.actor) as work:
        return await info(work, node, path.strip("/") or await places.path_of(work, node))


async def info(work: Work, node: Node, path: str) -> FileInfo:
    """One node for the actor, at this path."""
    return (await infos(work, [(path, path.rpartition("/")[2] or node.name, node)]))[0]


async def infos(work: Work, found: Sequence[tuple[str, str, Node]]) -> list[FileInfo]:
    """Nodes for the actor, as (path, name shown, node), with their levels in one query."""
    levels = await rights.levels(work, [ref_of(node) for _, _, node in found])
    return [_info(path, name, node, levels[ref_of(node)]) for path, name, node in found]


def _info(path: str, name: str, node: Node, level: Level) -> FileInfo:
    return FileInfo(
        id=node.id,
        ref=str(Ref(node.kind, node.id)),
        kind=cast("NodeKind", node.kind),
        name=node.name if is_id(name) else name,
        path=path,
        space_id=node.space_id,
        size=node.size,
        created_by=node.created_by,
        created_at=node.created_at,
        modified_by=node.modified_by,
        modified_at=node.modified_at,
        level=cast("LevelName", level.name),
        trashed_at=node.trashed_at,
    )


async def free_name(caller: Caller, place: Place, name: str, insert: str) -> str:
    """A name like `name` that is free in a folder."""
    async with caller.workspace.db.read(caller.actor) as work:
        return numbered(name, {node.name_key for node in await children(work, place.id)}, insert)


async def _node(caller: Caller, path: str) -> Node:
    place = await open_place(caller, path)
    if place.node is None:
        raise NotFound("This is a space, not a folder or file of one.")
    return place.node


async def _new_place(caller: Caller, path: str) -> tuple[Place, str]:
    if path.strip("/").partition("/")[0] == "~":
        await open_personal(caller.workspace, caller.actor)
    async with caller.workspace.db.read(caller.actor) as work:
        return await places.parent_and_name(work, path)
