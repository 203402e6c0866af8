"""What rooms ask of files: which object a path is, its first content, and to keep the file behind the log."""

from typing import Any

from sqlalchemy import update

from openpaas_workspace.accounts.service.lookup import is_member
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import places
from openpaas_workspace.files.service.disk import Disk, in_thread
from openpaas_workspace.files.service.ondisk import read
from openpaas_workspace.files.service.outsiders import outside_actor
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.files.service.rows import Node, node_row, relative_path
from openpaas_workspace.files.service.watching import Watched
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Invalid, NotFound, TooLarge, Unavailable
from openpaas_workspace.realtime.binding import Binding, Bound, First, Made, RoomHost
from openpaas_workspace.realtime.service.desk import Desk


class FileBinding(Binding):
    """Files as objects of rooms: `json:notebook:<id>` and `text:file:<id>`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.get(FilesSettings)
        self._disk = workspace.get(Disk)
        self._projector = workspace.get(Projector)
        self._watched = workspace.get(Watched)

    async def find(self, actor: Actor, path: str) -> Bound:
        async with self._workspace.db.read(actor) as work:
            place = await places.find(work, path)
            if place.node is None or place.node.kind != "file":
                raise NotFound
            node = place.node
            if formats.type_of(node.name) == formats.SHEET:
                raise Invalid("A sheet has no room of a document: open it as a sheet.")
            where = await relative_path(work, node)
        if not self._is_live(node):
            self._check_size(node)
            # A large one is read once, when its log begins.
            if node.size <= self._workspace.get(Desk).large:
                await self._parsed(node, where)
        return _bound(node)

    async def resolve(self, object_id: str) -> Bound:
        async with self._workspace.db.read(SYSTEM) as work:
            node = await node_row(work, object_id)
        if node.kind != "file":
            raise NotFound
        self._watched.add(object_id)
        return _bound(node)

    async def first_content(self, object_id: str) -> First:
        async with self._disk.file_lock(object_id):
            async with self._workspace.db.read(SYSTEM) as work:
                node = await node_row(work, object_id)
                path = await relative_path(work, node)
            value, digest, about = await self._parsed(node, path)
            # Before the log begins: killed right after, the file is known to be what was imported.
            async with self._workspace.db.unit(SYSTEM) as work:
                author = await _author(work, node, digest)
                if digest != node.hash is not None:
                    about = {**about, "modified_by": outside_actor(self._workspace, node.space_id).id}
                # An empty text begins an empty log; anything else is the log's first change.
                await self._imported(work, object_id, 0 if value == "" else 1, digest, about)
        self._watched.add(object_id)
        return First(value, author)

    def changed(self, object_id: str, seq: int) -> None:  # noqa: ARG002  (the projection asks for the newest)
        self._watched.add(object_id)
        self._projector.changed(object_id)

    async def save(self, object_id: str) -> None:
        await self._projector.flush(object_id, exact=True)

    async def _imported(
        self, work: Work, object_id: str, seq: int, digest: str, about: dict[str, Any]
    ) -> None:
        values = {"projected_seq": seq, "projected_hash": digest, "next_seq": None, "next_hash": None}
        await work.execute(
            update(nodes).where(nodes.c.id == object_id).values(hash=digest, **values, **about)
        )

    def _check_size(self, node: Node) -> int:
        """The most bytes that a file of this kind may have; raises TooLarge when it has more."""
        limit = self._settings.room_limit(node.name)
        if node.size > limit:
            raise TooLarge("This file is too large to be edited together; it is opened as a plain file.")
        return limit

    async def _parsed(self, node: Node, path: str) -> tuple[Any, str, dict[str, Any]]:
        kind, limit = formats.type_of(node.name), self._check_size(node)
        try:
            found = await in_thread(read, self._disk.space(node.space_id), path, limit)
        except BlockingIOError as error:
            raise Unavailable("Somebody is writing this file; open it again in a moment.") from error
        except OSError as error:
            raise NotFound("This file is gone from the disk; look again.") from error
        if len(found.data) > self._workspace.get(Desk).large:
            return Made(formats.parse, (kind, found.data)), found.digest, found.about
        return await in_thread(formats.parse, kind, found.data), found.digest, found.about

    def _is_live(self, node: Node) -> bool:
        host = self._workspace.find(RoomHost)
        return host is not None and host.live(node.id)


async def _author(work: Work, node: Node, digest: str) -> Actor:
    """The member who put this content there, if it is what a member wrote last."""
    if digest == node.hash and await is_member(work, node.modified_by):
        return Actor(kind="member", id=node.modified_by)
    return SYSTEM


def _bound(node: Node) -> Bound:
    if node.kind != "file":
        raise Invalid("This is a folder.")
    kind = formats.type_of(node.name)
    if kind == formats.NOTEBOOK:
        return Bound(node.id, "json", "notebook")
    if kind == formats.SHEET:
        return Bound(node.id, "sheet", "sheet")
    return Bound(node.id, "text", "file")
