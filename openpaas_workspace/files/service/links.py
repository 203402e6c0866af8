"""Links to spaces, folders and files, and asking for access by a path that leads nowhere for the actor."""

import hashlib
from urllib.parse import quote

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.engine.names import parse
from openpaas_workspace.files.schemas import PathWish
from openpaas_workspace.files.service import places
from openpaas_workspace.files.service.rows import space_row
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.sharing.schemas import AccessAsked, AccessWish, Level
from openpaas_workspace.sharing.service import requests, rights
from openpaas_workspace.sharing.service.links import Links, Resolver, in_page


def register(links: Links) -> None:
    """Say where spaces, folders and files are shown."""
    links.add("space", _space)
    for kind in ("folder", "file"):
        links.add(kind, _of_kind(kind))


async def ask(work: Work, body: PathWish) -> AccessAsked:
    """Ask for access by path, as `requests.ask` by reference; a path that leads nowhere is asked for just the same."""
    wish = AccessWish(level=body.level, message=body.message)
    return await requests.ask(work, await _behind(work, body.path), wish)


async def _behind(work: Work, path: str) -> Ref:
    """What the actor, else anybody, finds at a path; a reference to nothing when nobody finds anything."""
    if not parse(path).head:
        raise Invalid("Choose a space first.")
    for actor in (work.actor, SYSTEM):
        try:
            return (await places.find(Work(work.workspace, actor, work.conn), path)).ref
        except NotFound:
            continue
    return Ref("path", hashlib.sha256(name_key(path.strip("/")).encode()).hexdigest())


async def _space(work: Work, space_id: str) -> str:
    space = await space_row(work, space_id)
    if await rights.level(work, Ref("space", space_id)) >= Level.reader:
        return in_page(Ref("space", space_id))
    if not await places.shared_tops(work, space):
        raise NotFound
    return _tree(places.space_path(space, work.actor))


def _of_kind(kind: str) -> Resolver:
    async def resolve(work: Work, node_id: str) -> str:
        place = await places.by_id(work, node_id)
        if place.node is None or place.node.kind != kind:
            raise NotFound
        return _tree(await places.path_of(work, place.node))

    return resolve


def _tree(path: str) -> str:
    return "lab/tree/" + quote(path)
