"""What looks at the disk again and again, and empties the trash."""

import asyncio
import logging
import time
from collections.abc import Iterable
from pathlib import Path

from openpaas_workspace.core import beneath
from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.service import spaces, trash, uploads
from openpaas_workspace.files.service.disk import Disk, in_thread, seen
from openpaas_workspace.files.service.ingest import Ingest, Unsettled
from openpaas_workspace.files.service.rows import Node, by_ids, relative_paths
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.files.service.watching import Watched
from openpaas_workspace.kit.actors import SYSTEM

_log = logging.getLogger(__name__)


class Watcher:
    """Remembers when each space was scanned last, and what open files looked like."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._scanned: dict[str, float] = {}
        self._again: set[str] = set()
        self._known: dict[str, tuple[Path, str, dict[str, int]]] = {}

    async def open_files(self) -> None:
        """Look at files with a room: a changed one is taken, a vanished one makes its space be scanned.

        A file that lies there as it did when it was known to be the row's needs no question to the database.
        """
        ids = self._workspace.get(Watched).ids()
        self._known = {file_id: self._known[file_id] for file_id in ids if file_id in self._known}
        known = [(root, path) for root, path, _ in self._known.values()]
        same = [
            file_id
            for (file_id, (_, _, about)), now_there in zip(
                self._known.items(), await in_thread(_look, known), strict=True
            )
            if about == now_there
        ]
        await self._compare([file_id for file_id in ids if file_id not in same])
        for space_id in list(self._again):
            await self._scan(space_id)

    async def _compare(self, ids: list[str]) -> None:
        """Compare files with their rows."""
        for file_id in ids:
            self._known.pop(file_id, None)
        found = await self._where(ids) if ids else []
        looks = await in_thread(_look, [(root, path) for _, root, path in found])
        for (node, root, path), about in zip(found, looks, strict=True):
            if about is None:
                self._again.add(node.space_id)
            elif about != {"size": node.size, "mtime_ns": node.mtime_ns, "inode": node.inode}:
                await self._take(node)
            else:
                self._known[node.id] = (root, path, about)

    async def spaces(self) -> None:
        """Scan every space whose last scan is long ago."""
        pause = self._workspace.get(FilesSettings).scan_seconds
        for space_id in await spaces.ids(self._workspace):
            if time.monotonic() - self._scanned.get(space_id, -pause) >= pause:
                await self._scan(space_id)

    async def _scan(self, space_id: str) -> None:
        self._again.discard(space_id)
        try:
            if await self._workspace.get(Scanner).scan(space_id):
                self._again.add(space_id)
        except Exception:
            _log.exception("Space %s could not be compared with its disk", space_id)
        self._scanned[space_id] = time.monotonic()

    async def _take(self, node: Node) -> None:
        try:
            await self._workspace.get(Ingest).file(node.id)
        except Unsettled:
            return  # looked at again in a second
        except Exception:
            _log.exception("The change of file %s on disk could not be taken", node.id)

    async def _where(self, ids: list[str]) -> list[tuple[Node, Path, str]]:
        disk = self._workspace.get(Disk)
        async with self._workspace.db.read(SYSTEM) as work:
            known = [node for node in (await by_ids(work, ids)).values() if node.trashed_at is None]
            paths = await relative_paths(work, known)
        return [(node, disk.space(node.space_id), paths[node.id]) for node in known]


def _look(files: Iterable[tuple[Path, str]]) -> list[dict[str, int] | None]:
    found: list[dict[str, int] | None] = []
    for root, path in files:
        try:
            found.append(seen(beneath.stat_beneath(root, path)))
        except OSError:
            found.append(None)
    return found


async def _open_files(workspace: Workspace) -> None:
    await workspace.get(Watcher).open_files()


async def _spaces(workspace: Workspace) -> None:
    await workspace.get(Watcher).spaces()


async def _trash(workspace: Workspace) -> None:
    await trash.purge_old(workspace)
    for space_id in await spaces.ids(workspace):
        await trash.sweep(workspace, space_id)
        await asyncio.sleep(0)


async def _uploads(workspace: Workspace) -> None:
    await uploads.forget_old(workspace)


JOBS = (
    Job("files: look at open files", 1.0, _open_files),
    Job("files: compare spaces with the disk", 5.0, _spaces),
    Job("files: empty the trash", 3600.0, _trash),
    Job("files: forget uploads that nobody took up again", 3600.0, _uploads),
)
