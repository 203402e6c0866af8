"""The files of co-edited objects, written behind their logs.

One writer a file. What a file holds is always known by the pair (seq, hash) in its row: written before the file as
`next_…`, moved to `projected_…` after. A file that has another hash was changed from outside and is merged first.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import update

from openpaas_workspace.core import beneath
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service.disk import Disk, in_thread, seen
from openpaas_workspace.files.service.ondisk import read, replace
from openpaas_workspace.files.service.outsiders import is_held, outside_actor
from openpaas_workspace.files.service.rows import Node, node_row, relative_path
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Invalid, NotFound, WorkspaceError
from openpaas_workspace.realtime.binding import Made, RoomHost

_log = logging.getLogger(__name__)
_RETRY = 2.0
_RETRIES = 30.0


class OutsideChange(Exception):
    """The file is not what was written last."""


@dataclass(slots=True)
class _Waiting:
    """A file that is behind its log."""

    since: float
    timer: asyncio.TimerHandle | None = None
    failures: int = 0


class Projector:
    """Writes what logs hold to their files. `workspace.get(Projector)`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.get(FilesSettings)
        self._disk = workspace.get(Disk)
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed = False
        self.on_outside: Callable[[str], Awaitable[None]] = _nothing
        self.writes = 0

    def changed(self, object_id: str) -> None:
        """The log moved on: write after a quiet moment, or at most some seconds after the first change."""
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        waiting = self._waiting.get(object_id)
        if waiting is None:
            waiting = self._waiting[object_id] = _Waiting(loop.time())
        latest = waiting.since + self._settings.write_at_most_seconds
        self._arm(object_id, waiting, min(loop.time() + self._settings.write_after_seconds, latest))

    async def flush(self, object_id: str, *, exact: bool = False) -> None:
        """Write now; returns when the file holds what the log held at the call. Raises what kept it from that."""
        waiting = self._waiting.pop(object_id, None)
        if waiting is not None and waiting.timer is not None:
            waiting.timer.cancel()
        await self._project(object_id, exact=exact)

    async def flush_all(self) -> None:
        """Write everything that is behind; failures are logged."""
        await asyncio.gather(*list(self._tasks.values()), return_exceptions=True)
        for object_id in list(self._waiting):
            try:
                await self.flush(object_id)
            except Exception:
                _log.exception("File %s could not be written; its log has everything", object_id)

    async def close(self) -> None:
        """Write everything, then nothing more."""
        await self.flush_all()
        self._closed = True
        for waiting in self._waiting.values():
            if waiting.timer is not None:
                waiting.timer.cancel()

    def dirty(self) -> set[str]:
        """Files that are behind their logs."""
        return set(self._waiting) | set(self._tasks)

    async def write_anew(self, node: Node, root: Path, path: str, *, replace: bool = False) -> None:
        """Make the file of a log whose file is gone, or is not what the log says.

        The caller holds the names of the space.
        """
        host = self._workspace.get(RoomHost)
        content = await host.made(node.id, formats.written, formats.type_of(node.name), formats.Style())
        data = content.value
        about = await in_thread(beneath.write_beneath, root, path, data, replace=replace)
        digest = await in_thread(formats.digest, data)
        await self._settle(node.id, content.seq, digest, seen(about))

    def _arm(self, object_id: str, waiting: _Waiting, when: float) -> None:
        if waiting.timer is not None:
            waiting.timer.cancel()
        loop = asyncio.get_running_loop()
        waiting.timer = loop.call_at(when, self._start, object_id)

    def _start(self, object_id: str) -> None:
        if object_id in self._tasks:  # it will look again when it ends
            self._arm(object_id, self._waiting[object_id], asyncio.get_running_loop().time() + 0.1)
            return
        waiting = self._waiting.pop(object_id)
        task = asyncio.create_task(self._run(object_id, waiting), name=f"project {object_id}")
        self._tasks[object_id] = task

    async def _run(self, object_id: str, waiting: _Waiting) -> None:
        try:
            await self._project(object_id)
        except Exception as error:
            waiting.failures += 1
            expected = isinstance(error, WorkspaceError | FileNotFoundError)
            _log.warning("File %s is behind its log: %s", object_id, error, exc_info=not expected)
            if not self._closed and object_id not in self._waiting:
                self._waiting[object_id] = waiting
                pause = min(_RETRY * waiting.failures, _RETRIES)
                self._arm(object_id, waiting, asyncio.get_running_loop().time() + pause)
        finally:
            self._tasks.pop(object_id, None)

    async def _project(self, object_id: str, *, exact: bool = False) -> None:
        for _ in range(3):
            try:
                async with self._disk.file_lock(object_id):
                    await self._write(object_id, exact=exact)
                    return
            except NotFound:
                return  # gone or in the trash: the log has it
            except OutsideChange:
                await self.on_outside(object_id)
        raise OSError(f"File {object_id} changes on disk all the time")

    async def _write(self, object_id: str, *, exact: bool) -> None:
        host = self._workspace.get(RoomHost)
        seq, _ = await host.head(object_id)
        async with self._workspace.db.read(SYSTEM) as work:
            node = await node_row(work, object_id)
        done = node.projected_seq is not None and seq <= node.projected_seq
        if done and node.next_hash is None and not exact:
            return
        async with self._disk.lock(node.space_id).content():
            async with self._workspace.db.read(SYSTEM) as work:
                node = await node_row(work, object_id)
                path = await relative_path(work, node)
            root = self._disk.space(node.space_id)
            now_there = await in_thread(read, root, path, self._settings.max_notebook_bytes)
            if now_there.digest not in known_hashes(node):
                raise OutsideChange
            content = await host.made(object_id, formats.rewritten, node.name, now_there.data, exact)
            data = content.value
            if data is None or data == now_there.data:
                await self._settle(object_id, content.seq, now_there.digest, now_there.about)
                return
            before = await self._replace(node, (root, path), content.seq, data, now_there.about)
        if before is not None and formats.digest(before) not in known_hashes(node):
            # written by somebody else while ours was on its way: what it said is merged, not lost
            await self._merge(node, before)

    async def _replace(
        self, node: Node, where: tuple[Path, str], seq: int, data: bytes, expected: dict[str, Any]
    ) -> bytes | None:
        digest = await in_thread(formats.digest, data)
        async with self._workspace.db.unit(SYSTEM) as work:
            await work.execute(
                update(nodes).where(nodes.c.id == node.id).values(next_seq=seq, next_hash=digest)
            )
        held = is_held(self._workspace, node.id)
        if held:
            # Killed in the middle of it, the file is torn: what it was to be is known by this, see `torn`.
            await in_thread(self._workspace.get(Blobs).put, data)
        about, before = await in_thread(replace, *where, data, expected, in_place=held)
        self.writes += 1
        await self._settle(node.id, seq, digest, {**about, "modified_at": now()})
        return before

    async def _merge(self, node: Node, data: bytes) -> None:
        """Merge a content that was on disk for a moment, against what the file was known to hold."""
        value = Made(formats.parse, (formats.type_of(node.name), data))
        actor = outside_actor(self._workspace, node.space_id)
        try:
            await self._workspace.get(RoomHost).write(node.id, value, actor, base_seq=node.projected_seq)
        except Invalid:
            _log.warning("File %s was replaced while somebody wrote to it, unreadably", node.id)

    async def _settle(self, object_id: str, seq: int, digest: str, about: dict[str, Any]) -> None:
        values = {"projected_seq": seq, "projected_hash": digest, "hash": digest, **about}
        async with self._workspace.db.unit(SYSTEM) as work:
            await work.execute(
                update(nodes).where(nodes.c.id == object_id).values(next_seq=None, next_hash=None, **values)
            )


async def _nothing(_object_id: str) -> None:
    """Nobody watches the disk."""


def torn(workspace: Workspace, node: Node) -> bool:
    """Whether a file with an unknown content may be one that was being written in place when the server ended."""
    return node.next_hash is not None and workspace.get(Blobs).has(node.next_hash)


def known_hashes(node: Node) -> set[str | None]:
    """Hashes of the contents that are ours."""
    return {node.projected_hash, node.next_hash} - {None}
