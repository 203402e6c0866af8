"""Uploads in pieces: begun, continued after a cut from where they stopped, finished or given up.

The row says what is to become of it, the length of the file of pieces says how much has come. Nothing is seen in
the space before the upload is finished, then all of it at once. Finishing twice answers the same file.
"""

from pathlib import Path
from typing import cast

from sqlalchemy import delete, func, insert, select, update

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.names import file_name
from openpaas_workspace.files.events import UploadBegun, UploadCancelled
from openpaas_workspace.files.models import uploads
from openpaas_workspace.files.schemas import Conflicts, FileInfo, FinishUpload, NewUpload, UploadInfo
from openpaas_workspace.files.service import content, files, nodes, places
from openpaas_workspace.files.service.digests import Digests
from openpaas_workspace.files.service.disk import PIECES, Disk, in_thread
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Caller, Node, child, node_row, ref_of, space_row
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound, TooMany
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.sharing.service import rights

_HOUR = 3_600_000
_TRIES = 20
_NAME_TAKEN = "There is a file of this name here already."


async def begin_upload(caller: Caller, body: NewUpload) -> UploadInfo:
    """Say what will come, and where to; for editors of the folder.

    Raises NotFound, Forbidden, Invalid, TooLarge, Full, Conflict (code `taken`) before a byte is sent.
    """
    if body.size < 0:
        raise Invalid("Give the size of the file in bytes.")
    name = file_name(body.name)
    place = await files.open_place(caller, body.folder)
    settings = caller.workspace.get(FilesSettings)
    async with caller.workspace.db.read(caller.actor) as work:
        await nodes.writable_folder(work, place)
        mine = select(func.count()).where(uploads.c.actor_id == caller.actor.id, uploads.c.file_id.is_(None))
        if await work.scalar(mine) >= settings.max_uploads:
            raise TooMany("Too many uploads at once; wait until one has ended.")
        old = await child(work, place.id, name)
    _check_conflict(old, body.conflict)
    replaced = old.size if old is not None and body.conflict == "replace" else 0
    await nodes.check_size(caller, place.space.id, body.size, replaced)
    upload_id = new_id()
    row = {
        "id": upload_id,
        "actor_id": caller.actor.id,
        "space_id": place.space.id,
        "parent_id": place.id,
        "name": name,
        "size": body.size,
        "conflict": body.conflict,
        "created_at": now(),
        "expires_at": now() + settings.upload_hours * _HOUR,
    }
    await in_thread(caller.workspace.get(Disk).pieces(upload_id).touch, 0o600)
    async with caller.workspace.db.unit(caller.actor) as work:
        await work.execute(insert(uploads), row)
        who = (caller.actor.id,) if caller.actor.kind == "member" else ()
        work.publish(UploadBegun(ref=str(place.ref), members=who, upload=upload_id))
    return await show_upload(caller, upload_id)


async def show_upload(caller: Caller, id: str) -> UploadInfo:  # noqa: A002  (the word of the path)
    """One upload of the actor: where to take it up again. Raises NotFound."""
    row = await _row(caller, id)
    done = row.file_id is not None
    received = row.size if done else await in_thread(_length, caller.workspace.get(Disk).pieces(id))
    return UploadInfo(
        id=row.id,
        name=row.name,
        size=row.size,
        received=received,
        conflict=row.conflict,
        expires_at=row.expires_at,
        file_id=row.file_id or "",
    )


async def cancel_upload(caller: Caller, id: str) -> None:  # noqa: A002
    """Give an upload up; what has come of it is dropped."""
    row = await _row(caller, id)
    async with caller.workspace.db.unit(caller.actor) as work:
        await work.execute(delete(uploads).where(uploads.c.id == id))
        parent = "space" if row.parent_id == row.space_id else "folder"
        who = (caller.actor.id,) if caller.actor.kind == "member" else ()
        work.publish(UploadCancelled(ref=f"{parent}:{row.parent_id}", members=who, upload=id))
    caller.workspace.get(Digests).forget(id)
    await in_thread(caller.workspace.get(Disk).pieces(id).unlink, missing_ok=True)


async def finish_upload(caller: Caller, id: str, body: FinishUpload) -> FileInfo:  # noqa: A002
    """Make the file of what has come; for editors of the folder still.

    Raises Conflict: something is missing (code `missing`), or the name is taken (code `taken`): then it may be
    finished again with another `conflict`.
    """
    async with caller.workspace.get(Disk).file_lock(id):
        row = await _row(caller, id)
        if row.file_id is not None:
            return await _finished(caller, row.file_id)
        pieces = caller.workspace.get(Disk).pieces(id)
        place = await _place(caller, row.parent_id, row.space_id)
        digests = caller.workspace.get(Digests)
        if await in_thread(_length, pieces) == row.size:
            digest = await digests.whole(id, pieces)
            conflict = body.conflict or row.conflict
            node = await store(caller, place, row.name, pieces, conflict=conflict, digest=digest)
        else:
            node = await _arrived(caller, row, place)
        async with caller.workspace.db.unit(caller.actor) as work:
            await work.execute(update(uploads).where(uploads.c.id == id).values(file_id=node.id))
        digests.forget(id)
        await in_thread(pieces.unlink, missing_ok=True)
    return await files.described(caller, node)


async def _arrived(caller: Caller, row: "_Upload", place: Place) -> Node:
    """The file of an upload that a server has put at its place and was killed before it said so; else Conflict."""
    async with caller.workspace.db.read(caller.actor) as work:
        await nodes.writable_folder(work, place)
        found = await child(work, place.id, row.name)
    is_it = found is not None and found.kind == "file" and 0 < row.size == found.size
    if found is None or not is_it or found.mtime_ns < row.created_at * 1_000_000:
        raise Conflict("A part of this file is missing; go on with the upload.", code="missing")
    return found


async def store(
    caller: Caller, place: Place, name: str, received: Path, *, conflict: Conflicts, digest: str
) -> Node:
    """A received file of this SHA-256 at its place; what is there already is replaced, kept beside, or the reason to refuse.

    The same bytes under the same name are no conflict: that is an upload whose answer was lost.
    """
    name = file_name(name)
    for _ in range(_TRIES):
        async with caller.workspace.db.read(caller.actor) as work:
            await nodes.writable_folder(work, place)
            old = await child(work, place.id, name)
        if old is not None and old.kind == "file" and old.hash == digest:
            return old
        if old is not None and conflict == "replace" and old.kind == "file":
            return (await content.put(caller, old, received, digest=digest))[0]
        free = name
        if old is not None and conflict == "keep":
            free = await files.free_name(caller, place, name, " ")
        elif old is not None:
            _check_conflict(old, conflict)
        try:
            return await nodes.make_file(caller, place, free, received, digest=digest)
        except Conflict:  # somebody took the name this moment: look again
            continue
    raise Conflict(_NAME_TAKEN, code="taken")


async def forget_old(workspace: Workspace) -> None:
    """Drop what nobody took up again. For the server itself."""
    disk = workspace.get(Disk)
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(delete(uploads).where(uploads.c.expires_at < now()))
        known = {row.id for row in await work.all(select(uploads.c.id))}
    workspace.get(Digests).forget_others(known)
    await in_thread(_sweep, disk.incoming(""), known)


def _check_conflict(old: Node | None, conflict: Conflicts) -> None:
    if old is not None and old.kind == "folder" and conflict != "keep":
        raise Conflict("There is a folder of this name already; choose another name.")
    if old is not None and conflict == "refuse":
        raise Conflict(_NAME_TAKEN, code="taken")


async def _row(caller: Caller, upload_id: str) -> "_Upload":
    async with caller.workspace.db.read(caller.actor) as work:
        row = await work.first(select(uploads).where(uploads.c.id == upload_id, uploads.c.expires_at > now()))
    if row is None or row.actor_id != caller.actor.id:
        raise NotFound("This upload has ended or was given up; begin it again.")
    return cast("_Upload", row)


async def _place(caller: Caller, parent_id: str, space_id: str) -> Place:
    async with caller.workspace.db.read(caller.actor) as work:
        if parent_id == space_id:
            return Place(await space_row(work, space_id), None, parent_id)
        try:
            return await places.by_id(work, parent_id)
        except NotFound:
            raise NotFound("The folder of this upload is gone; choose another one.") from None


async def _finished(caller: Caller, file_id: str) -> FileInfo:
    async with caller.workspace.db.read(caller.actor) as work:
        node = await node_row(work, file_id)
        await _require_seen(work, node)
    return await files.described(caller, node)


async def _require_seen(work: Work, node: Node) -> None:
    if not await rights.level(work, ref_of(node)):
        raise NotFound


class _Upload:
    id: str
    created_at: int
    name: str
    size: int
    conflict: Conflicts
    space_id: str
    parent_id: str
    actor_id: str
    expires_at: int
    file_id: str | None


def _length(pieces: Path) -> int:
    try:
        return pieces.stat().st_size
    except FileNotFoundError:
        return 0


def _sweep(folder: Path, known: set[str]) -> None:
    for left in folder.glob(f"{PIECES}*"):
        if left.name.removeprefix(PIECES) not in known:
            left.unlink(missing_ok=True)
