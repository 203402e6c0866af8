"""One file that was changed on disk: noticed, read when it is quiet, merged into its log or taken as it is."""

import asyncio
import logging
import time
from typing import Any

from sqlalchemy import update

from openpaas_workspace.core import beneath
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.events import FileRefused, FileReplaced
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service.disk import Disk, in_thread
from openpaas_workspace.files.service.edits import Edits
from openpaas_workspace.files.service.ondisk import OnDisk, hashed, read
from openpaas_workspace.files.service.outsiders import outside_actor
from openpaas_workspace.files.service.projection import Projector, torn
from openpaas_workspace.files.service.rows import Node, node_row, ref_of, relative_path
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden, NotFound, WorkspaceError
from openpaas_workspace.realtime.binding import RoomHost
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.realtime.service.versions import name_version

_log = logging.getLogger(__name__)
_QUIET = 0.5
_BEFORE = "Before it was replaced on disk"
_PATIENCE = 20


class Unsettled(Exception):
    """Somebody is still writing; look again later."""


class Ingest:
    """Takes what others did to a file. `workspace.get(Ingest)`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.get(FilesSettings)
        self._disk = workspace.get(Disk)
        self._refused: dict[str, str] = {}  # node id → hash that was left alone, said once
        workspace.get(Projector).on_outside = self.settled

    async def settled(self, node_id: str) -> None:
        """As `file`, waiting until the writer is done; gives up with a log line after some seconds."""
        for _ in range(_PATIENCE):
            try:
                await self.file(node_id)
            except Unsettled:
                await asyncio.sleep(_QUIET)
            else:
                return
        _log.warning("File %s is being written all the time; it is looked at again later", node_id)

    async def file(self, node_id: str) -> None:
        """Take the change of one file, if there is one; raises Unsettled while somebody writes to it."""
        async with self._disk.file_lock(node_id):
            try:
                await self._take(node_id)
            except (NotFound, FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return  # the scan of its space finds out where it is
            except BlockingIOError as error:
                raise Unsettled from error

    async def _take(self, node_id: str) -> None:
        async with self._workspace.db.read(SYSTEM) as work:
            node = await node_row(work, node_id)
            path = await relative_path(work, node)
        host = self._workspace.find(RoomHost)
        live = host is not None and host.live(node_id)
        root = self._disk.space(node.space_id)
        try:
            if live:
                found = await in_thread(read, root, path, self._settings.max_notebook_bytes)
                digest, about = found.digest, found.about
            else:
                digest_, about = await in_thread(hashed, root, path, self._settings.max_file_bytes)
                digest = digest_ or ""
        except beneath.UnsafePath:
            await self._refuse(node, "link", "special")
            return
        except beneath.TooLarge:
            await self._refuse(node, "large", "large")
            return
        if not live:
            await self._plain(node, digest or None, about)
        elif digest in {node.projected_hash, node.next_hash}:
            await self._ours(node, digest, about)
        elif await in_thread(torn, self._workspace, node):
            await self._workspace.get(Projector).write_anew(node, root, path, replace=True)
        else:
            await self._merge(node, found)

    async def _plain(self, node: Node, digest: str | None, about: dict[str, Any]) -> None:
        if digest == node.hash and about == _known(node):
            return
        edited = digest != node.hash if node.hash is not None else about["size"] != node.size
        actor = outside_actor(self._workspace, node.space_id)
        values: dict[str, Any] = {"hash": digest, **about}
        async with self._workspace.db.unit(actor) as work:
            if edited:
                values |= {"modified_at": now(), "modified_by": actor.id}
                self._workspace.get(Edits).publish(work, node.id)
            await work.execute(update(nodes).where(nodes.c.id == node.id).values(values))

    async def _ours(self, node: Node, digest: str, about: dict[str, Any]) -> None:
        """What the server wrote itself; it may have been killed before it said so."""
        if about == _known(node) and node.next_hash is None:
            return
        seq = node.next_seq if digest == node.next_hash else node.projected_seq
        await self._record(node, seq, digest, about)

    async def _merge(self, node: Node, found: OnDisk) -> None:
        if time.time_ns() - found.about["mtime_ns"] < _QUIET * 1e9:
            raise Unsettled
        kind = formats.type_of(node.name)
        try:
            value = await self._workspace.get(Desk).run(formats.parse, kind, found.data)
        except WorkspaceError:
            await self._refuse(node, "unreadable", found.digest)
            return
        host = self._workspace.get(RoomHost)
        actor = outside_actor(self._workspace, node.space_id)
        base = None if node.next_hash is not None else node.projected_seq
        if base is None:
            await name_version(self._workspace, SYSTEM, node.id, _BEFORE, None)
            async with self._workspace.db.unit(actor) as work:
                work.publish(FileReplaced(ref=str(ref_of(node))))
        try:
            seq = await host.write(node.id, value, actor, base_seq=base)
        except Forbidden:
            await self._refuse(node, "protected", found.digest)
            return
        self._refused.pop(node.id, None)
        content = await host.made(node.id, formats.equals, kind, value)
        whole = content.seq == seq and content.value
        # Not the whole truth when others typed meanwhile: one less, so that the projection writes it again.
        await self._record(node, seq if whole else seq - 1, found.digest, found.about, actor_id=actor.id)
        self._workspace.get(Projector).changed(node.id)

    async def _record(
        self, node: Node, seq: int | None, digest: str, about: dict[str, Any], *, actor_id: str = ""
    ) -> None:
        values = {"projected_seq": seq, "projected_hash": digest, "hash": digest, **about}
        if actor_id:
            values |= {"modified_at": now(), "modified_by": actor_id}
        async with self._workspace.db.unit(SYSTEM) as work:
            await work.execute(
                update(nodes).where(nodes.c.id == node.id).values(next_seq=None, next_hash=None, **values)
            )

    async def _refuse(self, node: Node, why: str, mark: str) -> None:
        if self._refused.get(node.id) == mark:
            return
        self._refused[node.id] = mark
        _log.warning("File %s is left alone as it is on disk: %s", node.id, why)
        async with self._workspace.db.unit(outside_actor(self._workspace, node.space_id)) as work:
            work.publish(FileRefused(ref=str(ref_of(node)), why=why))


def _known(node: Node) -> dict[str, Any]:
    return {"size": node.size, "mtime_ns": node.mtime_ns, "inode": node.inode}
