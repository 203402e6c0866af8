"""Bytes of a file, for whoever is not in its room: from the log where there is one, else from the disk."""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import update

from openpaas_workspace.core import beneath
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import apart
from openpaas_workspace.files.service.disk import Disk, in_thread, seen, spoken
from openpaas_workspace.files.service.edits import Edits
from openpaas_workspace.files.service.nodes import check_size
from openpaas_workspace.files.service.ondisk import read
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.files.service.rows import Caller, Node, node_row, ref_of, relative_path, space_row
from openpaas_workspace.files.service.spaces import check_open
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound, TooLarge
from openpaas_workspace.realtime.binding import Made, RoomHost
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights

_OLD = "Somebody changed this file meanwhile; read it again, then write."


class Live(NamedTuple):
    """What a room holds, as a value; `version` is what to send back with a write."""

    value: Any
    version: str


def is_live(workspace: Workspace, node: Node) -> bool:
    """Whether the log is the truth of this file."""
    host = workspace.find(RoomHost)
    return node.kind == "file" and host is not None and host.live(node.id)


async def is_made(caller: Caller, node: Node) -> bool:
    """Whether what is given of a file is made of more than its bytes on disk: its log, its stored outputs."""
    return is_live(caller.workspace, node) or await apart.fill(caller, node) is not None


def may_be_live(workspace: Workspace, node: Node) -> bool:
    """Whether the file has a room, or gets one as soon as a page opens it."""
    settings = workspace.get(FilesSettings)
    limit = settings.room_limit(node.name)
    return is_live(workspace, node) or node.size <= limit


async def readable(caller: Caller, node: Node) -> tuple[Node, Path, str]:
    """The file, and where it is on disk; raises NotFound unless the actor may read it, Forbidden unless they may
    read all of it, Invalid for a folder."""
    async with caller.workspace.db.read(caller.actor) as work:
        node = await node_row(work, node.id)
        level = await rights.require(work, ref_of(node), Level.reader)
        if node.kind != "file":
            raise Invalid("This is a folder; it has no content of its own.")
        path = await relative_path(work, node)
    if formats.type_of(node.name) == formats.SHEET and is_live(caller.workspace, node):
        await caller.workspace.get(RoomHost).given(node.id, caller.actor, level)
    return node, caller.workspace.get(Disk).space(node.space_id), path


async def live_value(caller: Caller, node: Node, *, encoded: bool = False, whole: bool = True) -> Live:
    """What the room of a file holds, or its JSON; the caller has asked `readable`."""
    host = caller.workspace.get(RoomHost)
    fill = await apart.fill(caller, node) if whole else None
    if encoded:
        content = await host.made(node.id, formats.as_json, fill)
    else:
        content = await (host.made(node.id, fill) if fill is not None else host.content(node.id))
    return Live(content.value, f"{content.epoch}.{content.seq}")


async def get(
    caller: Caller, node: Node, limit: int | None = None, *, whole: bool = True
) -> tuple[bytes, str]:
    """The bytes of a file and its version; raises TooLarge over `limit` (the settings' by default), NotFound."""
    node, root, path = await readable(caller, node)
    fill = await apart.fill(caller, node) if whole else None
    if is_live(caller.workspace, node):
        style = await _style(caller.workspace, root, path)
        host = caller.workspace.get(RoomHost)
        made = await host.made(node.id, formats.written, formats.type_of(node.name), style, fill)
        return made.value, f"{made.epoch}.{made.seq}"
    limit = limit or caller.workspace.get(FilesSettings).max_open_bytes
    try:
        found = await in_thread(_read_quiet, root, path, limit)
    except beneath.TooLarge as error:
        raise TooLarge("This file is too large to be opened; download it instead.") from error
    except (OSError, beneath.UnsafePath) as error:
        raise NotFound("This file is gone from the disk; look again.") from error
    if fill is None:
        return found.data, found.digest
    desk = caller.workspace.get(Desk)
    return await desk.run(formats.filled, formats.type_of(node.name), found.data, fill), found.digest


async def put(
    caller: Caller, node: Node, data: bytes | Path, *, digest: str, version: str = ""
) -> tuple[Node, str]:
    """Write the bytes of a file; for its editors. Of a file with a log this is one attributed change, merged
    against the version it was read at. Returns the row and the version now.

    Raises Conflict when `version` is named and the (plain) file is another by now, Invalid, TooLarge, Forbidden.
    """
    if is_live(caller.workspace, node):
        return await _put_live(caller, node, data, version)
    async with caller.workspace.get(Disk).file_lock(node.id):
        if not is_live(caller.workspace, node):
            return await _put_plain(caller, node, data, digest, version)
    return await _put_live(caller, node, data, version)  # a page has opened it this moment


async def put_value(caller: Caller, node: Node, value: Any, *, version: str = "") -> tuple[Node, str]:
    """As `put`, of a file with a log, with what its room holds: an nbformat dict or a str, which may be `Made`."""
    node = await _writable(caller, node)
    host = caller.workspace.get(RoomHost)
    base = await _base(host, node, version)
    seq = await host.write(node.id, value, caller.actor, base_seq=base)
    async with caller.workspace.db.unit(caller.actor) as work:
        await work.execute(
            update(nodes).where(nodes.c.id == node.id).values(modified_at=now(), modified_by=caller.actor.id)
        )
        node = await node_row(work, node.id)
    _, epoch = await host.head(node.id)
    return node, f"{epoch}.{seq}"


async def _put_live(caller: Caller, node: Node, data: bytes | Path, version: str) -> tuple[Node, str]:
    raw = data if isinstance(data, bytes) else await in_thread(data.read_bytes)
    value = Made(formats.parse, (formats.type_of(node.name), raw))
    return await put_value(caller, node, value, version=version)


async def _put_plain(
    caller: Caller, node: Node, data: bytes | Path, digest: str, version: str
) -> tuple[Node, str]:
    node = await _writable(caller, node)
    if version and version != node.hash:
        raise Conflict(_OLD)
    if digest == node.hash:
        return node, digest
    size = len(data) if isinstance(data, bytes) else data.stat().st_size
    await check_size(caller, node.space_id, size, node.size)
    disk = caller.workspace.get(Disk)
    async with disk.lock(node.space_id).content():
        async with caller.workspace.db.read(caller.actor) as work:
            path = await relative_path(work, await node_row(work, node.id))
        about = await in_thread(_write, disk.space(node.space_id), path, data)
        values = {"hash": digest, "modified_at": now(), "modified_by": caller.actor.id, **about}
        async with caller.workspace.db.unit(caller.actor) as work:
            await work.execute(update(nodes).where(nodes.c.id == node.id).values(values))
            caller.workspace.get(Edits).publish(work, node.id)
            return await node_row(work, node.id), digest


async def flush(workspace: Workspace, node: Node) -> None:
    """Make the file on disk hold what its log holds."""
    if is_live(workspace, node):
        await workspace.get(Projector).flush(node.id)


async def spool(caller: Caller, place: Place, source: Node, target: Path) -> str:
    """Copy a file's bytes to a place of the server's own; returns their hash. Asks to read the file."""
    node, root, path = await readable(caller, source)
    await check_size(caller, place.space.id, node.size)
    await flush(caller.workspace, node)
    return await in_thread(_copy, root, path, target)


async def _writable(caller: Caller, node: Node) -> Node:
    async with caller.workspace.db.read(caller.actor) as work:
        node = await node_row(work, node.id)
        await rights.require(work, ref_of(node), Level.editor)
        check_open(await space_row(work, node.space_id))
    if node.kind != "file":
        raise Invalid("This is a folder; it has no content of its own.")
    return node


async def _base(host: RoomHost, node: Node, version: str) -> int | None:
    """The seq that a version names; None for the live one, and for what was read before there was a log."""
    if not version:
        return None
    epoch, dot, seq = version.partition(".")
    if not dot:
        return node.projected_seq if version == node.projected_hash else None
    last, own = await host.head(node.id)
    if epoch != str(own) or not seq.isdecimal() or int(seq) > last:
        raise Conflict("The history of this file was replaced; read it again, then write.")
    return int(seq)


async def _style(workspace: Workspace, root: Path, path: str) -> formats.Style:
    try:
        limit = workspace.get(FilesSettings).max_notebook_bytes
        return formats.style_of((await in_thread(read, root, path, limit)).data)
    except OSError:
        return formats.Style()


def _read_quiet(root: Path, path: str, limit: int) -> Any:
    for _ in range(5):
        try:
            return read(root, path, limit)
        except BlockingIOError:
            continue
    return read(root, path, limit)


def _write(root: Path, path: str, data: bytes | Path) -> dict[str, Any]:
    with spoken():
        beneath.stat_beneath(root, path)  # never makes a file where a folder was taken away
        return seen(beneath.write_beneath(root, path, data))


def _copy(root: Path, path: str, target: Path) -> str:
    sha = hashlib.sha256()
    with spoken(), open(beneath.open_beneath(root, path), "rb") as source, target.open("wb") as copy:
        while piece := source.read(1024 * 1024):
            sha.update(piece)
            copy.write(piece)
    return sha.hexdigest()
