"""Verbs on folders and files: make, rename, move, copy. Names are unique in a folder after NFC and case folding.

Each works on disk between two units (see `disk` for the order); rights are asked in the first.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from openpaas_workspace.core import beneath
from openpaas_workspace.core.db import Work
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.formats import type_of
from openpaas_workspace.files.engine.names import file_name
from openpaas_workspace.files.events import FileCreated, FileMoved, FileRenamed, FolderCreated
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import quota
from openpaas_workspace.files.service.disk import TAKEN, Disk, in_thread, seen, spoken
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import (
    Caller,
    Node,
    below,
    child,
    node_row,
    parent_ref,
    ref_of,
    relative_path,
    space_row,
)
from openpaas_workspace.files.service.spaces import check_open
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.realtime.binding import RoomHost
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights, tree

_NOT_YOURS = "You may not rename, move or delete this; ask an editor of the folder that holds it."
Write = Callable[[Path, str], dict[str, Any]]


def join(folder: str, name: str) -> str:
    """A path below a space."""
    return f"{folder}/{name}" if folder else name


async def make_folder(caller: Caller, place: Place, name: str) -> Node:
    """Make an empty folder in a folder or space; for its editors. Raises Invalid, Conflict, Forbidden, NotFound."""

    def write(root: Path, path: str) -> dict[str, Any]:
        beneath.mkdir_beneath(root, path)
        return {"inode": beneath.stat_beneath(root, path).st_ino}

    return await _make(caller, place, "folder", name, write)


async def make_file(
    caller: Caller,
    place: Place,
    name: str,
    data: bytes | Path,
    *,
    digest: str,
    source: str = "",
    keep: bool = False,
) -> Node:
    """Make a file from bytes or of a received file, which is moved there unless `keep`; as `make_folder`. Raises TooLarge over the quota."""

    def write(root: Path, path: str) -> dict[str, Any]:
        if keep and isinstance(data, Path):
            with data.open("rb") as received:
                return seen(beneath.write_beneath(root, path, received, replace=False))
        return seen(beneath.write_beneath(root, path, data, replace=False))

    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    await check_size(caller, place.space.id, size)
    return await _make(caller, place, "file", name, write, size=size, digest=digest, source=source)


async def rename(caller: Caller, node: Node, name: str) -> Node:
    """Give a node another name; for editors of what holds it. Raises Invalid, Conflict, Forbidden, NotFound."""
    return await move(caller, node, None, name)


async def move(caller: Caller, node: Node, target: Place | None, name: str | None = None) -> Node:
    """Put a node into another folder or space, under its own or another name; for editors of both folders.

    Its own grants go with it, what it inherited stays behind. Raises Invalid for a folder moved into itself.
    """
    new_name = node.name if name is None else file_name(name)
    target_space = node.space_id if target is None else target.space.id
    disk = caller.workspace.get(Disk)
    async with disk.names(node.space_id, target_space):
        async with caller.workspace.db.read(caller.actor) as work:
            node = await node_row(work, node.id)
            parent_id, folder = await _target(work, node, target)
            if parent_id == node.parent_id and new_name == node.name:
                return node
            await _check_free(work, parent_id, new_name, node.id)
            if target_space != node.space_id:
                await quota.require(work, target_space, await quota.weight(work, node))
            _check_kind(caller, node, new_name)
            old_path = await relative_path(work, node)
            new_path = join(folder, new_name)
        if (
            f"{new_path}/".startswith(f"{old_path}/")
            and target_space == node.space_id
            and node.kind == "folder"
        ):
            raise Invalid("A folder cannot be moved into itself or a folder below it.")
        roots = disk.space(node.space_id), disk.space(target_space)
        await in_thread(_rename, roots[0], old_path, roots[1], new_path)
        try:
            async with caller.workspace.db.unit(caller.actor) as work:
                await moved(work, node, target_space, parent_id, new_name)
                return await node_row(work, node.id)
        except BaseException:
            with suppress(OSError):
                await in_thread(_rename, roots[1], new_path, roots[0], old_path)
            raise


async def moved(
    work: Work, node: Node, space_id: str, parent_id: str, name: str, *, key: str | None = None
) -> None:
    """Rows and facts of a move or rename that is done on disk."""
    values = {"space_id": space_id, "parent_id": parent_id, "name": name, "name_key": key or name_key(name)}
    await work.execute(update(nodes).where(nodes.c.id == node.id).values(values))
    if space_id != node.space_id:
        inside = [one.id for one in await below(work, node)]
        await work.execute(update(nodes).where(nodes.c.id.in_(inside)).values(space_id=space_id))
    ref = str(ref_of(node))
    if parent_id != node.parent_id:
        parent = Ref("space" if parent_id == space_id else "folder", parent_id)
        await tree.move(work, ref_of(node), parent)
        work.publish(FileMoved(ref=ref, old_parent=node.parent_id, new_parent=parent_id))
    if name != node.name:
        work.publish(FileRenamed(ref=ref, parent=parent_id))


async def created(work: Work, rows: Sequence[dict[str, Any]], *, source: str = "") -> None:
    """Rows, registrations and facts of nodes that are there on disk; parents come before their children."""
    by_parent: dict[str, list[dict[str, Any]]] = {}
    for values in rows:
        row = {
            "name_key": name_key(values["name"]),
            "created_by": work.actor.id,
            "created_at": now(),
            "modified_by": work.actor.id,
            "modified_at": now(),
            "size": 0,
            "mtime_ns": 0,
            "hash": None,
            **values,
        }
        by_parent.setdefault(row["parent_id"], []).append(row)
    for parent_id, rows_ in by_parent.items():
        await work.execute(insert(nodes), rows_)
        parent = Ref("space" if parent_id == rows_[0]["space_id"] else "folder", parent_id)
        await tree.register_many(work, [Ref(row["kind"], row["id"]) for row in rows_], parent)
        for row in rows_:
            ref = f"{row['kind']}:{row['id']}"
            if row["kind"] == "folder":
                work.publish(FolderCreated(ref=ref, parent=parent_id))
            else:
                work.publish(FileCreated(ref=ref, parent=parent_id, source=source))


async def require_parent(work: Work, node: Node) -> None:
    """Raises Forbidden unless the actor edits what holds a node, or manages the node itself; NotFound if unseen."""
    own = await rights.require(work, ref_of(node), Level.reader)
    if own < Level.manager and await rights.level(work, parent_ref(node)) < Level.editor:
        raise Forbidden(_NOT_YOURS)
    check_open(await space_row(work, node.space_id))


async def check_size(caller: Caller, space_id: str, size: int, instead_of: int = 0) -> None:
    """Raises TooLarge when a file, or its space with it, would be larger than the settings allow."""
    settings = caller.workspace.get(FilesSettings)
    if size > settings.max_file_bytes:
        raise TooLarge(f"This file is too large: {settings.max_file_bytes // 1024**2} MB at most.")
    async with caller.workspace.db.read(caller.actor) as work:
        await quota.require(work, space_id, size - instead_of)


async def _make(
    caller: Caller,
    place: Place,
    kind: str,
    name: str,
    write: Write,
    *,
    size: int = 0,
    digest: str | None = None,
    source: str = "",
) -> Node:
    name = file_name(name)
    disk = caller.workspace.get(Disk)
    root, node_id = disk.space(place.space.id), new_id()
    async with disk.names(place.space.id):
        async with caller.workspace.db.read(caller.actor) as work:
            folder = await writable_folder(work, place)
            await _check_free(work, place.id, name, "")
            await quota.require(work, place.space.id, size)  # alone now: two at once do not both fit
        path = join(folder, name)
        about = await in_thread(_written, write, root, path)
        values = {
            "id": node_id,
            "space_id": place.space.id,
            "parent_id": place.id,
            "kind": kind,
            "name": name,
            "hash": digest,
            **about,
        }
        try:
            async with caller.workspace.db.unit(caller.actor) as work:
                await created(work, [values], source=source)
                return await node_row(work, node_id)
        except BaseException:
            with suppress(OSError):
                await in_thread(_undo, root, path)
            raise


async def writable_folder(work: Work, place: Place) -> str:
    """The path on disk of a folder that the actor may change; raises NotFound, Forbidden, Invalid."""
    if not place.is_folder:
        raise Invalid("A file cannot hold other files; choose a folder.")
    await rights.require(work, place.ref, Level.editor)
    check_open(place.space)
    node = None if place.node is None else await node_row(work, place.node.id)
    if node is not None and node.space_id != place.space.id:
        raise NotFound
    return await relative_path(work, node)


async def _target(work: Work, node: Node, target: Place | None) -> tuple[str, str]:
    await require_parent(work, node)
    if target is not None:
        return target.id, await writable_folder(work, target)
    path = await relative_path(work, node)
    return node.parent_id, path.rpartition("/")[0]


def _check_kind(caller: Caller, node: Node, name: str) -> None:
    """A log of text cannot become one of a notebook."""
    host = caller.workspace.find(RoomHost)
    other = node.kind == "file" and type_of(name) != type_of(node.name)
    if other and host is not None and host.live(node.id):
        raise Invalid(
            "This was edited together and stays what it is; make a copy with the new ending instead."
        )


async def _check_free(work: Work, parent_id: str, name: str, own_id: str) -> None:
    found = await child(work, parent_id, name)
    if found is not None and found.id != own_id:
        raise Conflict(TAKEN)


def _written(write: Write, root: Path, path: str) -> dict[str, Any]:
    with spoken():
        return write(root, path)


def _rename(root: Path, path: str, target_root: Path, target: str) -> None:
    with spoken():
        beneath.rename_beneath(root, path, target, target_root=target_root)


def _undo(root: Path, path: str) -> None:
    try:
        beneath.unlink_beneath(root, path)
    except IsADirectoryError:
        beneath.rmtree_beneath(root, path)
