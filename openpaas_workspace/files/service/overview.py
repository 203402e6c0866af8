"""Files, folders and spaces for views that show many of them at once, wherever they lie: a constant number of queries."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, exists, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.models import nodes, spaces
from openpaas_workspace.files.service.rows import Node, Space
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights


class Seen(NamedTuple):
    """A space, or a file or folder with the space it lies in, and what the actor may do with it."""

    space: Space
    node: Node | None
    level: Level

    @property
    def ref(self) -> Ref:
        """What it is."""
        return Ref("space", self.space.id) if self.node is None else Ref(self.node.kind, self.node.id)

    @property
    def name(self) -> str:
        """Its own name."""
        return self.space.name if self.node is None else self.node.name


async def seen(
    work: Work, refs: Collection[Ref], *, levels: Mapping[Ref, Level] | None = None, trashed: bool = False
) -> dict[Ref, Seen]:
    """Those of these files, folders and spaces that the actor may read; of the trash only if `trashed`.

    `levels` saves asking for what the actor's rights are known already.
    """
    if levels is None:
        levels = await rights.levels(work, refs)
    mine = {ref: levels[ref] for ref in refs if levels[ref] >= Level.reader}
    query = select(nodes).where(nodes.c.id.in_(sorted(ref.id for ref in mine)))
    found = await work.all(query if trashed else query.where(nodes.c.trashed_at.is_(None)))
    rows = [cast("Node", row) for row in found]
    wanted = {*(row.space_id for row in rows), *(ref.id for ref in mine if ref.kind == "space")}
    lie = await work.all(select(spaces).where(spaces.c.id.in_(sorted(wanted))))
    by_id = {row.id: cast("Space", row) for row in lie}
    shown = {ref: Seen(by_id[ref.id], None, level) for ref, level in mine.items() if ref.id in by_id}
    for row in rows:
        ref = Ref(row.kind, row.id)
        if ref in mine:
            shown[ref] = Seen(by_id[row.space_id], row, mine[ref])
    return shown


class Listed(NamedTuple):
    """A space in a long list."""

    id: str
    kind: str
    name: str
    owner_id: str | None
    archived_at: int | None


async def my_spaces(work: Work) -> list[Listed]:
    """The spaces that the actor may read as a whole, by name."""
    columns = (spaces.c.id, spaces.c.kind, spaces.c.name, spaces.c.owner_id, spaces.c.archived_at)
    query = select(*columns).where(rights.allowed(work.actor, spaces.c.id)).order_by(spaces.c.name_key)
    return [Listed._make(row) for row in await work.all(query)]


async def where_they_lie(work: Work, ids: Collection[str]) -> dict[str, str]:
    """The space of those of these files and folders that the actor may read, by id."""
    query = select(nodes.c.id, nodes.c.space_id).where(
        nodes.c.id.in_(sorted(set(ids))),
        nodes.c.trashed_at.is_(None),
        rights.allowed(work.actor, nodes.c.id),
    )
    return {row.id: row.space_id for row in await work.all(query)}


async def names(work: Work, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Kind and name of files and folders, by id, of the trash too. For the server itself."""
    query = select(nodes.c.id, nodes.c.kind, nodes.c.name).where(nodes.c.id.in_(sorted(ids)))
    return {row.id: (row.kind, row.name) for row in await work.all(query)}


async def space_names(work: Work, ids: Collection[str]) -> dict[str, str]:
    """Names of spaces but for the members' own, by id. For the server itself."""
    query = select(spaces.c.id, spaces.c.name).where(
        spaces.c.id.in_(sorted(ids)), spaces.c.owner_id.is_(None)
    )
    return {row.id: row.name for row in await work.all(query)}


async def all_refs(work: Work) -> list[str]:
    """Every file, folder and shared space. For the server itself."""
    found = [f"{row.kind}:{row.id}" for row in await work.all(select(nodes.c.kind, nodes.c.id))]
    shared = await work.all(select(spaces.c.id).where(spaces.c.owner_id.is_(None)))
    return found + [f"space:{row.id}" for row in shared]


def in_use(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the file or folder whose id is in a column is there, and not in the trash."""
    rows = nodes.alias()
    return exists(select(1).select_from(rows).where(rows.c.id == column, rows.c.trashed_at.is_(None)))
