"""From a path or an id to a place, and back, for one actor: nothing that the actor may not see has a name here.

Who may read a whole space walks it as it lies on disk. Who may read only some folders or files of it finds those
side by side directly below the space (`~alice/…`, `Finance/…`), and below them everything as it lies.
"""

from typing import NamedTuple, cast

from sqlalchemy import exists, or_, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.engine.names import HOME, Address, is_id, parse, shown_names
from openpaas_workspace.files.models import aliases, nodes, spaces
from openpaas_workspace.files.service.rows import (
    Node,
    Space,
    ancestry,
    child,
    children,
    node_row,
    ref_of,
    space_row,
)
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights
from openpaas_workspace.sharing.service.tree import member_of


class Place(NamedTuple):
    """A space (no node), a folder or a file; `path` is how the actor asked for it."""

    space: Space
    node: Node | None
    path: str

    @property
    def ref(self) -> Ref:
        """What rights are asked on."""
        return Ref("space", self.space.id) if self.node is None else ref_of(self.node)

    @property
    def is_folder(self) -> bool:
        """Whether it holds other things."""
        return self.node is None or self.node.kind == "folder"

    @property
    def id(self) -> str:
        """The id of the node or space."""
        return self.ref.id


async def find(work: Work, path: str) -> Place:
    """What a path or id leads to; raises NotFound for what the actor may not see, Invalid for the list of all."""
    address = parse(path)
    if not address.head:
        raise Invalid("Choose a space first.")
    path = "/".join((address.head, *address.rest))
    if is_id(address.head):
        place = await _by_id(work, address.head, path)
        if place is not None:
            return await _descend(work, place, address.rest)
    space = await _space(work, address)
    root = Place(space, None, path)
    if await rights.level(work, root.ref) >= Level.reader:
        return await _descend(work, root, address.rest)
    shared = await shared_tops(work, space)
    if not shared:
        raise NotFound
    if not address.rest:
        return root
    key = name_key(address.rest[0])
    for name, node in shared:
        if name_key(name) == key:
            return await _descend(work, Place(space, node, path), address.rest[1:])
    raise NotFound


async def named(work: Work, place: Place) -> Place:
    """A place that was asked for by an id, with the path by which the actor finds it."""
    if not is_id(parse(place.path).head):
        return place
    path = space_path(place.space, work.actor) if place.node is None else await path_of(work, place.node)
    return place._replace(path=path)


async def by_id(work: Work, node_id: str, *, trashed: bool = False) -> Place:
    """A folder or file by id; raises NotFound unless the actor may see it."""
    node = await node_row(work, node_id, trashed=trashed)
    await rights.require(work, ref_of(node), Level.reader)
    return Place(await space_row(work, node.space_id), node, node.id)


async def listing(work: Work, place: Place) -> list[tuple[str, Node]]:
    """What a space or folder holds for the actor, with the names it has there."""
    if place.node is None and await rights.level(work, place.ref) < Level.reader:
        return await shared_tops(work, place.space)
    return [(node.name, node) for node in await children(work, place.id)]


async def shared_tops(work: Work, space: Space) -> list[tuple[str, Node]]:
    """What the actor may read of a space without reading what holds it, under unique names, oldest first."""
    above = nodes.alias()
    held = exists(
        select(1)
        .select_from(above)
        .where(above.c.id == nodes.c.parent_id, rights.allowed(work.actor, above.c.id))
    )
    query = (
        select(nodes)
        .where(
            nodes.c.space_id == space.id,
            nodes.c.trashed_at.is_(None),
            rights.allowed(work.actor, nodes.c.id),
            ~held,
        )
        .order_by(nodes.c.id)
    )
    found = {row.id: cast("Node", row) for row in await work.all(query)}
    names = shown_names([(id_, node.name) for id_, node in found.items()])
    return [(names[id_], node) for id_, node in found.items()]


async def visible_spaces(work: Work) -> list[tuple[Space, Level]]:
    """Spaces that the actor may read, or may read something of: mine first, then shared ones, then others' own."""
    within = exists(
        select(1)
        .select_from(nodes)
        .where(
            nodes.c.space_id == spaces.c.id,
            nodes.c.trashed_at.is_(None),
            rights.allowed(work.actor, nodes.c.id),
        )
    )
    query = select(spaces).where(or_(rights.allowed(work.actor, spaces.c.id), within))
    found = [cast("Space", row) for row in await work.all(query)]
    levels = await rights.levels(work, [Ref("space", space.id) for space in found], held=True)
    mine = member_of(work)
    found.sort(key=lambda s: (s.owner_id != mine, s.kind == "personal", name_key(s.name), s.id))
    return [(space, levels[Ref("space", space.id)]) for space in found]


def space_path(space: Space, actor: Actor) -> str:
    """How the actor writes a space."""
    if space.owner_id is None:
        return space.name
    mine = actor.id if actor.kind == "member" else actor.behalf
    return HOME if space.owner_id == mine else HOME + space.name


async def path_of(work: Work, node: Node) -> str:
    """The path by which the actor finds a node that it may see."""
    space = await space_row(work, node.space_id)
    head = space_path(space, work.actor)
    chain = await ancestry(work, node)
    levels = await rights.levels(work, [Ref("space", space.id), *(ref_of(one) for one in chain)])
    if levels[Ref("space", space.id)] >= Level.reader:
        return "/".join((head, *(one.name for one in chain)))
    top = next((i for i, one in enumerate(chain) if levels[ref_of(one)] >= Level.reader), None)
    if top is None:
        raise NotFound
    shown = {one.id: name for name, one in await shared_tops(work, space)}
    return "/".join((head, shown[chain[top].id], *(one.name for one in chain[top + 1 :])))


async def personal_space(work: Work, member_id: str) -> Space | None:
    """The row of a member's own space, if it is made."""
    return cast("Space | None", await work.first(select(spaces).where(spaces.c.owner_id == member_id)))


async def _by_id(work: Work, id_: str, path: str) -> Place | None:
    row = await work.first(select(nodes).where(nodes.c.id == id_, nodes.c.trashed_at.is_(None)))
    if row is None:
        return None
    node = cast("Node", row)
    await rights.require(work, ref_of(node), Level.reader)
    return Place(await space_row(work, node.space_id), node, path)


async def _space(work: Work, address: Address) -> Space:
    if address.head == HOME:
        mine = await personal_space(work, member_of(work) or "")
        if mine is None:
            raise NotFound
        return mine
    key = name_key(address.head)
    by_alias = select(aliases.c.space_id).where(aliases.c.name_key == key, aliases.c.expires_at > now())
    found = await work.all(
        select(spaces).where(
            or_(spaces.c.name_key == key, spaces.c.id == address.head, spaces.c.id.in_(by_alias))
        )
    )
    ranked = sorted(found, key=lambda row: (row.name_key != key, row.id != address.head))
    if not ranked:
        raise NotFound
    return cast("Space", ranked[0])


async def _descend(work: Work, place: Place, names: tuple[str, ...]) -> Place:
    for name in names:
        if not place.is_folder:
            raise NotFound
        found = await child(work, place.id, name)
        if found is None:
            raise NotFound
        place = place._replace(node=found)
    return place


async def parent_and_name(work: Work, path: str) -> tuple[Place, str]:
    """The folder of a path that need not exist yet, and the last name; raises NotFound, Invalid."""
    address = parse(path)
    if not address.rest:
        raise Invalid("Choose a space first: a file lies in a space or in a folder of it.")
    place = await find(work, "/".join((address.head, *address.rest[:-1])))
    if not place.is_folder:
        raise Invalid("A file cannot hold other files; choose a folder.")
    return place, address.rest[-1]
