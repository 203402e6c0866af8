"""Brings the rows of a space after its disk: what others made, renamed, moved, deleted, changed there.

It also ends what a killed server left half done, see `disk`. A name that is missing is believed to be deleted only
after some seconds, so that a rename that was half seen stays a rename.
"""

import asyncio
import contextlib
import logging
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from openpaas_workspace.core import beneath
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.names import is_hidden, outside_name, twin_key
from openpaas_workspace.files.engine.tree import Found, Known, Pairing, Seen
from openpaas_workspace.files.events import FileRefused
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import trash
from openpaas_workspace.files.service.disk import Disk, exists, in_thread
from openpaas_workspace.files.service.elsewhere import Arrivals
from openpaas_workspace.files.service.ingest import Ingest, Unsettled
from openpaas_workspace.files.service.nodes import created, moved
from openpaas_workspace.files.service.ondisk import hashed
from openpaas_workspace.files.service.outsiders import outside_actor
from openpaas_workspace.files.service.rows import free_key, node_row
from openpaas_workspace.files.service.watching import Watched
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Unavailable
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.realtime.binding import RoomHost

_log = logging.getLogger(__name__)
_GLANCE = 1.0
_TRIES = 3
_BATCH = 100
_LEFTOVER = (".part", ".gone")
_LEFTOVER_AGE = 3600


class Scanner:
    """Looks at spaces. `workspace.get(Scanner)`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.get(FilesSettings)
        self._disk = workspace.get(Disk)
        self._ingest = workspace.get(Ingest)
        self._folders: dict[str, tuple[dict[str, int], float]] = {}
        self._busy: dict[str, asyncio.Lock] = {}
        self._missing: dict[str, dict[str, float]] = {}
        self._refused: dict[str, set[tuple[str, str]]] = {}

    async def scan(self, space_id: str, actor: Actor | None = None) -> bool:
        """Compare one space with its disk and take what changed, in the name of `actor` (by default: outside).

        True if something waits for another look. Where two processes serve one database, the first that looks
        at a space goes on to; the other leaves it alone until that one has ended.
        """
        if not await self.alone(space_id):
            return False
        async with self._busy.setdefault(space_id, asyncio.Lock()):
            await self._disk.make_space(space_id)
            try:
                return await self._scan(space_id, actor or outside_actor(self._workspace, space_id))
            except beneath.TooLarge:
                await self._say_refused(space_id, {("", "many")})
                return False

    async def alone(self, space_id: str) -> bool:
        """Whether no other process looks at the space."""
        host = self._workspace.find(RoomHost)
        return host is None or await host.hold(f"scan:{space_id}")

    async def glance(self, space_id: str, path: str) -> None:
        """Scan if a folder that is about to be shown has another time stamp than at the last scan."""
        at = time.monotonic()
        folders, when = self._folders.get(space_id, ({}, 0.0))
        if at - when < _GLANCE:
            return
        try:
            about = await in_thread(beneath.stat_beneath, self._disk.space(space_id), path)
        except OSError:
            about = None
        if about is None or folders.get(path) != about.st_mtime_ns:
            await self.scan(space_id)

    async def _scan(self, space_id: str, actor: Actor) -> bool:
        waiting = False
        stamps = await in_thread(_stamp, self._disk.space(space_id))
        for attempt in range(_TRIES):
            lock = self._disk.lock(space_id)
            version = lock.version
            look = await self._look(space_id)
            async with lock.names():
                if lock.version != version + 1:
                    if attempt + 1 < _TRIES:
                        continue  # somebody renamed something meanwhile: look again
                    look = await self._look(space_id)
                if not await self.alone(space_id):
                    return False
                waiting = await self._apply(space_id, actor, *look)
                break
        self._folders[space_id] = {"": stamps, **look[0].folders}, time.monotonic()
        for file_id in look[0].changed:
            try:
                await self._ingest.file(file_id)
            except Unsettled:
                waiting = True
        return waiting

    async def settle(self, space_id: str) -> None:
        """Scan until nothing waits: what is missing is gone, what is written is quiet. For commands and tests."""
        if not await self.alone(space_id):
            raise Unavailable("Another server process looks after this space; ask there.", retry_after=5)
        while await self.scan(space_id):  # noqa: ASYNC110  (a disk tells nobody)
            await asyncio.sleep(0.1)

    async def _look(self, space_id: str) -> tuple[Found, dict[str, Known]]:
        root = self._disk.space(space_id)
        seen, refused = await in_thread(_walk, root, self._settings.max_entries)
        async with self._workspace.db.read(SYSTEM) as work:
            known = await self._known(work, space_id)
        await self._say_refused(space_id, refused)
        limit = self._settings.max_file_bytes

        def hash_of(path: str) -> str | None:
            with contextlib.suppress(OSError):
                return hashed(root, path, limit)[0]
            return None

        pairing = Pairing(space_id, seen, known.values(), hash_of)
        return await in_thread(pairing.run), known

    async def _known(self, work: Work, space_id: str) -> dict[str, Known]:
        """The nodes of a space, and what its trash holds (without a place: it may have come back)."""
        c = nodes.c
        query = select(
            c.id, c.parent_id, c.kind, c.name, c.inode, c.size, c.mtime_ns, c.hash, c.trashed_at, c.lost
        ).where(c.space_id == space_id)
        rows = await work.all(query.where((c.trashed_at.is_(None)) | (c.trash_id == c.id)))
        return {
            row.id: Known(
                row.id,
                "" if row.trashed_at is not None else row.parent_id,
                row.kind,
                row.name,
                row.inode,
                row.size,
                row.mtime_ns,
                row.hash,
            )
            for row in rows
            if row.trashed_at is None or not row.lost
        }

    async def _apply(self, space_id: str, actor: Actor, found: Found, known: dict[str, Known]) -> bool:
        new = await Arrivals(self._workspace, space_id, actor, found).take()
        # New folders first, for something known may have moved into one; new files last, for one may have the
        # name of something that moved away.
        await self._adopt_all(space_id, actor, [seen for seen in new if seen.kind == "folder"], found)
        async with self._workspace.db.unit(actor) as work:
            for path in found.moved:
                await self._move(work, space_id, path, found, known)
        await self._adopt_all(space_id, actor, [seen for seen in new if seen.kind == "file"], found)
        waiting = await self._delete(space_id, found.missing)
        return waiting or found.waiting

    async def _adopt_all(self, space_id: str, actor: Actor, new: list[Seen], found: Found) -> None:
        for start in range(0, len(new), _BATCH):
            async with self._workspace.db.unit(actor) as work:
                await self._adopt(work, space_id, new[start : start + _BATCH], found)

    async def _move(
        self, work: Work, space_id: str, path: str, found: Found, known: dict[str, Known]
    ) -> None:
        parent_id = _parent_id(space_id, path, found)
        if parent_id is None:
            found.waiting = True
            return
        node = await node_row(work, found.ids[path], trashed=True)
        name = path.rpartition("/")[2]
        key = await free_key(work, parent_id, name, node.id)
        if known[node.id].parent_id == "":
            await trash.restored(work, node, parent_id, name, key=key)
        else:
            await moved(work, node, space_id, parent_id, name, key=key)

    async def _adopt(self, work: Work, space_id: str, new: list[Seen], found: Found) -> None:
        rows: list[dict[str, Any]] = []
        keys: dict[str, set[str]] = {}
        for seen in new:
            parent_id = _parent_id(space_id, seen.path, found)
            if parent_id is None:
                found.waiting = True
                continue
            if parent_id not in keys:
                taken = select(nodes.c.name_key).where(
                    nodes.c.parent_id == parent_id, nodes.c.trashed_at.is_(None)
                )
                keys[parent_id] = {row.name_key for row in await work.all(taken)}
            key = name_key(seen.name)
            key = twin_key(seen.name) if key in keys[parent_id] else key
            keys[parent_id].add(key)
            node_id = found.ids[seen.path] = new_id()
            rows.append(
                {
                    "id": node_id,
                    "space_id": space_id,
                    "parent_id": parent_id,
                    "kind": seen.kind,
                    "name": seen.name,
                    "name_key": key,
                    "inode": seen.inode,
                    "size": seen.size,
                    "mtime_ns": seen.mtime_ns if seen.kind == "file" else 0,
                    "hash": found.hashes.get(seen.path),
                }
            )
            if seen.kind == "file" and found.hashes.get(seen.path) is None:
                found.changed.append(node_id)
        await created(work, rows)

    async def _delete(self, space_id: str, missing: list[Known]) -> bool:
        """Trash what has been missing for some seconds; True if something has not been for long enough."""
        moment = time.monotonic()
        before = self._missing.get(space_id, {})
        gone = {node.id: before.get(node.id, moment) for node in missing if node.parent_id}
        self._missing[space_id] = gone
        tops = [node for node in missing if node.parent_id and node.parent_id not in gone]
        due = [node for node in tops if moment - gone[node.id] >= self._settings.missing_seconds]
        trash_folder = self._disk.trash(space_id)
        for node in due:
            lost = not await in_thread(exists, trash_folder, node.id)
            async with self._workspace.db.unit(outside_actor(self._workspace, space_id)) as work:
                inside = await trash.trashed(work, await node_row(work, node.id), lost=lost)
            for one in inside:
                self._workspace.get(Watched).drop(one.id)
            await trash.close_rooms(self._workspace, inside)
        return len(due) < len(tops)

    async def _say_refused(self, space_id: str, refused: set[tuple[str, str]]) -> None:
        said = self._refused.setdefault(space_id, set())
        fresh = refused - said
        self._refused[space_id] = said & refused | fresh
        if not fresh:
            return
        _log.warning("In space %s %d names on disk are left alone", space_id, len(fresh))
        async with self._workspace.db.unit(outside_actor(self._workspace, space_id)) as work:
            for why in sorted({why for _path, why in fresh}):
                work.publish(FileRefused(ref=f"space:{space_id}", why=why))


def _walk(root: Path, limit: int) -> tuple[list[Seen], set[tuple[str, str]]]:
    """What is on disk below a space, and what is left alone with the reason. Blocks."""
    seen: list[Seen] = []
    refused: set[tuple[str, str]] = set()
    shut: set[str] = set()
    for path, entry in beneath.walk_beneath(root, limit=limit):
        parent, _, name = path.rpartition("/")
        if parent in shut or is_hidden(name):
            shut.add(path)
            _clean(root, path, entry)
        elif entry.kind == "other" or not outside_name(name):
            shut.add(path)
            refused.add((path, "link" if entry.kind == "other" else "name"))
        else:
            about = entry.stat
            size = about.st_size if entry.kind == "file" else 0
            seen.append(Seen(path, entry.kind, about.st_ino, size, about.st_mtime_ns))
    return seen, refused


def _stamp(root: Path) -> int:
    return root.stat().st_mtime_ns


def _clean(root: Path, path: str, entry: beneath.Entry) -> None:
    """Remove what a killed server was writing; it has the form of its temporary names and is old."""
    name = entry.name
    if len(name) != 22 or not name.endswith(_LEFTOVER) or time.time() - entry.stat.st_mtime < _LEFTOVER_AGE:
        return
    with contextlib.suppress(OSError):
        if entry.kind == "folder":
            beneath.rmtree_beneath(root, path)
        else:
            beneath.unlink_beneath(root, path)


def _parent_id(space_id: str, path: str, found: Found) -> str | None:
    parent = path.rpartition("/")[0]
    return found.ids.get(parent) if parent else space_id
