"""What was moved into a space from another one on disk: it keeps its id, its grants and its log.

The other space may have been looked at first and have counted it as deleted; then it comes back from that.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import cast

from sqlalchemy import and_, or_, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.engine.tree import Found, Seen, is_kind
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import trash
from openpaas_workspace.files.service.disk import Disk, exists, in_thread
from openpaas_workspace.files.service.nodes import moved
from openpaas_workspace.files.service.rows import Node, free_key, node_row, relative_path
from openpaas_workspace.kit.actors import SYSTEM, Actor

_CHUNK = 500


class Arrivals:
    """The new names of one space, compared with what other spaces miss."""

    def __init__(self, workspace: Workspace, space_id: str, actor: Actor, found: Found) -> None:
        self._workspace = workspace
        self._disk = workspace.get(Disk)
        self._space_id = space_id
        self._actor = actor
        self._found = found
        self._inside: defaultdict[str, set[str]] = defaultdict(set)
        for seen in found.new:
            self._inside[seen.parent].add(seen.name)

    async def take(self) -> list[Seen]:
        """Give what came from elsewhere its old node; returns what is really new."""
        candidates = await self._candidates()
        left: list[Seen] = []
        passed: set[str] = set()
        for seen in self._found.new:
            node = candidates.get((seen.kind, seen.inode))
            if seen.parent in passed:
                passed.add(seen.path)  # came with its folder: the next look pairs it
            elif node is None or not await self._is_same(seen, node):
                left.append(seen)
            else:
                await self._arrive(seen, node)
                passed.add(seen.path)
        self._found.waiting = self._found.waiting or bool(passed)
        return left

    async def _arrive(self, seen: Seen, node: Node) -> None:
        parent_id = self._found.ids.get(seen.parent) if seen.parent else self._space_id
        if parent_id is None:
            return  # its folder is new itself: at the next look it is there
        async with self._workspace.db.unit(self._actor) as work:
            if node.trashed_at is not None:
                await trash.restored(work, node, node.parent_id, node.name, key=f"/{node.id}")
                node = await node_row(work, node.id)
            key = await free_key(work, parent_id, seen.name, node.id)
            await moved(work, node, self._space_id, parent_id, seen.name, key=key)
        self._found.ids[seen.path] = node.id

    async def _candidates(self) -> dict[tuple[str, int], Node]:
        """Nodes of other spaces with an inode of a new name, that are not where they were."""
        found: dict[tuple[str, int], Node] = {}
        lost = and_(nodes.c.lost, nodes.c.trash_id == nodes.c.id)
        async with self._workspace.db.read(SYSTEM) as work:
            for chunk in _chunks(sorted({seen.inode for seen in self._found.new})):
                query = select(nodes).where(
                    nodes.c.inode.in_(chunk),
                    nodes.c.space_id != self._space_id,
                    or_(nodes.c.trashed_at.is_(None), lost),
                )
                for row in await work.all(query.order_by(nodes.c.id)):
                    node = cast("Node", row)
                    if node.trashed_at is not None or await self._is_gone(work, node):
                        found[node.kind, node.inode] = node
        return found

    async def _is_gone(self, work: Work, node: Node) -> bool:
        path = await relative_path(work, node)
        return not await in_thread(exists, self._disk.space(node.space_id), path)

    async def _is_same(self, seen: Seen, node: Node) -> bool:
        """An inode is used again after a deletion: it alone proves nothing."""
        if seen.kind == "file":
            same = (seen.size, seen.mtime_ns) == (node.size, node.mtime_ns)
            return same and is_kind(seen.name, node.name)
        query = select(nodes.c.name).where(
            nodes.c.parent_id == node.id, or_(nodes.c.trashed_at.is_(None), nodes.c.trash_id == node.id)
        )
        async with self._workspace.db.read(SYSTEM) as work:
            names = {row.name for row in await work.all(query)}
        return bool(names & self._inside[seen.path]) or names == self._inside[seen.path]


def _chunks(values: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
