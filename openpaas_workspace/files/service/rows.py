"""Reading rows of spaces and nodes."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import Row, Select, bindparam, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.engine.names import twin_key
from openpaas_workspace.files.models import nodes, spaces
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key


class Caller(Protocol):
    """Who asks for a verb that works on disk between two units: `core.web.Outside` or `Acting`."""

    @property
    def workspace(self) -> Workspace:
        """The workspace."""

    @property
    def actor(self) -> Actor:
        """Who acts."""


class Acting:
    """A caller without an HTTP request."""

    def __init__(self, workspace: Workspace, actor: Actor) -> None:
        self.workspace = workspace
        self.actor = actor


class Space(Protocol):
    """A row of `spaces`."""

    id: str
    kind: str
    name: str
    description: str
    owner_id: str | None
    created_by: str
    created_at: int
    archived_at: int | None


class Node(Protocol):
    """A row of `nodes`."""

    id: str
    space_id: str
    parent_id: str
    kind: str
    name: str
    name_key: str
    size: int
    mtime_ns: int
    inode: int
    hash: str | None
    projected_seq: int | None
    projected_hash: str | None
    next_seq: int | None
    next_hash: str | None
    created_by: str
    created_at: int
    modified_by: str
    modified_at: int
    trashed_at: int | None
    trashed_by: str | None
    trash_id: str | None
    lost: bool


def ref_of(node: Node) -> Ref:
    """The Ref of a folder or file."""
    return Ref(node.kind, node.id)


def parent_ref(node: Node) -> Ref:
    """The Ref of what holds a node: its folder, or its space."""
    return Ref("space" if node.parent_id == node.space_id else "folder", node.parent_id)


async def space_row(work: Work, space_id: str) -> Space:
    """One space; raises NotFound. Asks no right."""
    row = await work.first(select(spaces).where(spaces.c.id == space_id))
    if row is None:
        raise NotFound
    return cast("Space", row)


async def node_row(work: Work, node_id: str, *, trashed: bool = False) -> Node:
    """One node that is not in the trash, unless `trashed`; raises NotFound. Asks no right."""
    row = await work.first(select(nodes).where(nodes.c.id == node_id))
    if row is None or (row.trashed_at is not None and not trashed):
        raise NotFound
    return cast("Node", row)


async def child(work: Work, parent_id: str, name: str) -> Node | None:
    """The node of that name in a folder: the exact name first, else what differs in case or accents only."""
    key = name_key(name)
    found = await work.all(
        select(nodes).where(
            nodes.c.parent_id == parent_id,
            nodes.c.name_key.in_([key, twin_key(name)]),
            nodes.c.trashed_at.is_(None),
        )
    )
    exact: Sequence[Row[Any]] = [row for row in found if row.name == name] or found
    return cast("Node", exact[0]) if exact else None


async def free_key(work: Work, parent_id: str, name: str, own_id: str) -> str:
    """The key of a name; another one when a name that differs in case or accents only has it."""
    key = name_key(name)
    query = select(nodes.c.id).where(
        nodes.c.parent_id == parent_id,
        nodes.c.name_key == key,
        nodes.c.trashed_at.is_(None),
        nodes.c.id != own_id,
    )
    return key if await work.first(query) is None else twin_key(name)


async def children(work: Work, parent_id: str) -> list[Node]:
    """What a folder or space holds, by name, without the trash."""
    query = (
        select(nodes)
        .where(nodes.c.parent_id == parent_id, nodes.c.trashed_at.is_(None))
        .order_by(nodes.c.name_key)
    )
    return [cast("Node", row) for row in await work.all(query)]


def _ancestry() -> Select[Any]:
    up = select(nodes).where(nodes.c.id == bindparam("id")).cte("up", recursive=True)
    above = nodes.alias("above")
    return select(up.union(select(above).join(up, above.c.id == up.c.parent_id)))


# Built once, as `_UPWARDS` below: whatever opens a place asks it.
_ANCESTRY = _ancestry()


async def ancestry(work: Work, node: Node) -> list[Node]:
    """The folders above a node and the node itself, the topmost first: one query."""
    rows = (await work.conn.execute(_ANCESTRY, {"id": node.id})).all()
    by_id = {row.id: cast("Node", row) for row in rows}
    chain = [node]
    while chain[0].parent_id in by_id:
        chain.insert(0, by_id[chain[0].parent_id])
    return chain


async def relative_path(work: Work, node: Node | None) -> str:
    """The path of a node below its space's folder on disk; '' for the space itself."""
    if node is None:
        return ""
    return "/".join(one.name for one in await ancestry(work, node))


def _upwards() -> Select[tuple[str, str, str]]:
    wanted = nodes.c.id.in_(bindparam("ids", expanding=True))
    up = select(nodes.c.id, nodes.c.parent_id, nodes.c.name).where(wanted)
    here = up.cte("up", recursive=True)
    above = nodes.alias("above")
    here = here.union(
        select(above.c.id, above.c.parent_id, above.c.name).join(here, above.c.id == here.c.parent_id)
    )
    return select(here.c.id, here.c.parent_id, here.c.name)


# Built once: it is asked every second, and building it costs more than running it.
_UPWARDS = _upwards()


async def relative_paths(work: Work, wanted: Collection[Node]) -> dict[str, str]:
    """As `relative_path`, of many: id → path, in one query."""
    rows = (await work.conn.execute(_UPWARDS, {"ids": [one.id for one in wanted]})).all()
    found = {row.id: row for row in rows}

    def path(id_: str) -> str:
        names: list[str] = []
        while id_ in found:
            names.append(found[id_].name)
            id_ = found[id_].parent_id
        return "/".join(reversed(names))

    return {one.id: path(one.id) for one in wanted}


def subtree(node_id: str) -> Select[tuple[str]]:
    """Ids of a node and all below it, as a query."""
    down = select(nodes.c.id).where(nodes.c.id == node_id).cte("down", recursive=True)
    below = nodes.alias("below")
    down = down.union(select(below.c.id).join(down, below.c.parent_id == down.c.id))
    return select(down.c.id)


async def below(work: Work, node: Node) -> list[Node]:
    """A node and all below it, parents before their children."""
    found = {
        row.id: cast("Node", row)
        for row in await work.all(select(nodes).where(nodes.c.id.in_(subtree(node.id))))
    }
    by_parent: dict[str, list[Node]] = {}
    for one in found.values():
        by_parent.setdefault(one.parent_id, []).append(one)
    ordered = [node]
    for one in ordered:
        ordered.extend(by_parent.get(one.id, ()))
    return ordered


async def by_ids(work: Work, ids: Collection[str]) -> dict[str, Node]:
    """Nodes by id, those of the trash too."""
    rows = await work.all(select(nodes).where(nodes.c.id.in_(list(ids))))
    return {row.id: cast("Node", row) for row in rows}
