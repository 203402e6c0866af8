"""After a backup was put back: rows and files agree again, before anybody looks at the disk.

Files have other inodes now. Open notebooks and texts may be older or newer on disk than in their logs, for the
backup read both while members wrote: there the log is the truth, and the file is written anew from it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select, update

from openpaas_workspace.core import beneath
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import spaces
from openpaas_workspace.files.service.disk import Disk, exists, in_thread, seen
from openpaas_workspace.files.service.ondisk import hashed
from openpaas_workspace.files.service.projection import Projector, known_hashes
from openpaas_workspace.files.service.rows import Node
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.realtime.binding import RoomHost

_LARGEST = 1 << 40
_AT_ONCE = 500


async def settle(workspace: Workspace, progress: Callable[[int], None]) -> None:
    """Bring every space into agreement; safe to run again. For the restore command, with no server running."""
    done = 0
    for space_id in await spaces.ids(workspace):
        await workspace.get(Disk).make_space(space_id)
        async with workspace.db.read(SYSTEM) as work:
            found = [
                cast("Node", row) for row in await work.all(select(nodes).where(nodes.c.space_id == space_id))
            ]
        places = await in_thread(_places, workspace.get(Disk), space_id, found)
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            await _stamp(workspace, some, places)
            for node in some:
                if node.kind == "file" and node.trashed_at is None:
                    await _agree(workspace, node, *places[node.id])
            done += len(some)
            progress(done)


def _places(disk: Disk, space_id: str, found: list[Node]) -> dict[str, tuple[Path, str]]:
    """Where each node lies: below its space, or below what was thrown away with it."""
    by_id = {node.id: node for node in found}
    places: dict[str, tuple[Path, str]] = {}
    for node in found:
        names, at = [], node
        while at.trash_id != at.id and at.parent_id in by_id:
            names.append(at.name)
            at = by_id[at.parent_id]
        in_trash = at.trash_id == at.id
        names.append(at.id if in_trash else at.name)
        root = disk.trash(space_id) if in_trash else disk.space(space_id)
        places[node.id] = root, "/".join(reversed(names))
        if not in_trash:
            _put_back(disk, node, places[node.id])
    return places


def _put_back(disk: Disk, node: Node, place: tuple[Path, str]) -> None:
    """What was thrown away after its row was read lies in the trash and belongs at its place."""
    trash = disk.trash(node.space_id)
    if not exists(*place) and exists(trash, node.id):
        beneath.rename_beneath(trash, node.id, place[1], target_root=place[0])


async def _stamp(workspace: Workspace, some: list[Node], places: dict[str, tuple[Path, str]]) -> None:
    """The inode of now; size and time stay, so that another content is noticed."""
    inodes = await in_thread(_inodes, [(node.id, *places[node.id]) for node in some])
    async with workspace.db.unit(SYSTEM) as work:
        for node in some:
            await work.execute(
                update(nodes).where(nodes.c.id == node.id).values(inode=inodes.get(node.id, 0))
            )


def _inodes(wanted: list[tuple[str, Path, str]]) -> dict[str, int]:
    found = {}
    for node_id, root, path in wanted:
        if exists(root, path):
            found[node_id] = beneath.stat_beneath(root, path).st_ino
    return found


async def _agree(workspace: Workspace, node: Node, root: Path, path: str) -> None:
    """Write a file from its log, unless it is what was last written from it."""
    if not workspace.get(RoomHost).live(node.id) or node.projected_hash is None:
        return
    digest = await in_thread(_digest, node, root, path)
    if digest not in known_hashes(node):
        await workspace.get(Projector).write_anew(node, root, path, replace=True)


def _digest(node: Node, root: Path, path: str) -> str | None:
    about: dict[str, Any] = {"size": node.size, "mtime_ns": node.mtime_ns}
    try:
        now = seen(beneath.stat_beneath(root, path))
        if about == {name: now[name] for name in about}:
            return node.projected_hash
        return hashed(root, path, _LARGEST)[0]
    except OSError:
        return None
