"""Verbs on spaces: each member's own, the organisation's, and those of teams."""

from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.names import HOME, space_name
from openpaas_workspace.files.events import SpaceChanged, SpaceCreated
from openpaas_workspace.files.models import aliases, spaces
from openpaas_workspace.files.schemas import NewSpace, SpaceInfo, SpaceKind, SpacePatch
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.places import personal_space, space_path, visible_spaces
from openpaas_workspace.files.service.rows import Caller, Space, space_row
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.sharing.schemas import ARCHIVED, EVERYONE, Level, LevelName, Subject
from openpaas_workspace.sharing.service import grants, rights, tree
from openpaas_workspace.sharing.service.access import access

_DAY = 86_400_000
_MAX_DESCRIPTION = 10_000


async def ensure_personal(work: Work, member_id: str) -> str:
    """The id of a member's own space, made with its rows if there is none; raises NotFound without such a member.

    For the server itself. The folder on disk is made by `open_personal`, or at the next scan.
    """
    found = await personal_space(work, member_id)
    if found is not None:
        return found.id
    username = (await lookup.usernames(work, (member_id,))).get(member_id)
    if username is None:
        raise NotFound("There is no such member.")
    space_id = await _insert(work, "personal", username, HOME + name_key(username), owner_id=member_id)
    await tree.register(work, Ref("space", space_id), None, manager=member_id, personal=True)
    return space_id


async def open_personal(workspace: Workspace, actor: Actor) -> None:
    """Make sure that the member who acts has an own space, with its folder."""
    member_id = actor.id if actor.kind == "member" else actor.behalf
    if not member_id:
        return
    async with workspace.db.read(SYSTEM) as work:
        if await personal_space(work, member_id) is not None:
            return
    try:
        async with workspace.db.unit(SYSTEM) as work:
            space_id = await ensure_personal(work, member_id)
    except IntegrityError:  # somebody was faster
        return
    await workspace.get(Disk).make_space(space_id)


async def ensure_organisation(workspace: Workspace, name: str) -> str:
    """The id of the organisation's space, made if there is none: every active member edits it. For the server."""
    async with workspace.db.unit(SYSTEM) as work:
        found = await work.scalar(select(spaces.c.id).where(spaces.c.kind == "organisation"))
        if found is None:
            name = await _free_name(work, space_name(name))
            found = await _insert(work, "organisation", name, name_key(name))
            ref = Ref("space", found)
            await tree.register(work, ref, None)
            await grants.grant(work, ref, EVERYONE, Level.editor)
    await workspace.get(Disk).make_space(str(found))
    return str(found)


async def adopt_organisation(workspace: Workspace, member_id: str) -> str:
    """Make the first administrator the manager of the organisation's space, when nobody is yet. For the server.

    Returns the name of the space if this made its first manager, else an empty one.
    """
    async with workspace.db.unit(SYSTEM) as work:
        found = await work.first(select(spaces.c.id, spaces.c.name).where(spaces.c.kind == "organisation"))
        if found is None:
            return ""
        held = await access(work, Ref("space", str(found.id)))
        if any(entry.level == Level.manager.name for entry in held.entries):
            return ""
        await grants.grant(work, Ref("space", str(found.id)), Subject("member", member_id), Level.manager)
    return str(found.name)


async def create(caller: Caller, body: NewSpace) -> SpaceInfo:
    """Make a team space that the member who acts manages; raises Invalid, Conflict, Forbidden."""
    settings, actor = caller.workspace.get(FilesSettings), caller.actor
    if actor.kind == "kernel" and actor.id != f"member:{actor.behalf}":
        raise Forbidden("The kernel of a space makes no other space; do this from a notebook of your own.")
    if not (settings.members_create_spaces or actor.administrator or actor.kind == "system"):
        raise Forbidden("Only administrators create spaces here; ask one of them.")
    name = space_name(body.name)
    async with caller.workspace.db.unit(caller.actor) as work:
        await _check_free(work, name, "")
        space_id = await _insert(
            work, "team", name, name_key(name), description=_description(body.description)
        )
        await tree.register(work, Ref("space", space_id), None)
        info = await describe(work, await space_row(work, space_id))
    await caller.workspace.get(Disk).make_space(space_id)
    return info


async def change(work: Work, id: str, body: SpacePatch) -> SpaceInfo:  # noqa: A002  (the word of the path)
    """Rename, describe, archive or bring back a space; for its managers. The old name leads here for 90 days."""
    ref = Ref("space", id)
    await rights.require(work, ref, Level.manager, held=True)
    space = await space_row(work, id)
    values: dict[str, object] = {}
    if isinstance(body.name, str) and space_name(body.name) != space.name:
        values |= await _renamed(work, space, space_name(body.name))
    if isinstance(body.description, str):
        values["description"] = _description(body.description)
    if isinstance(body.archived, bool) and body.archived != (space.archived_at is not None):
        if space.kind != "team":
            raise Invalid("Only the space of a team can be archived.")
        values["archived_at"] = now() if body.archived else None
        await tree.archive(work, ref, archived=body.archived)
    if values:
        await work.execute(update(spaces).where(spaces.c.id == id).values(values))
        fields = tuple(sorted(set(values) - {"name_key"}))
        work.publish(SpaceChanged(ref=str(ref), fields=fields))
    return await describe(work, await space_row(work, id))


async def all_visible(caller: Caller) -> list[SpaceInfo]:
    """The spaces that the actor sees, its own first."""
    await open_personal(caller.workspace, caller.actor)
    async with caller.workspace.db.read(caller.actor) as work:
        return [_info(space, level, work.actor) for space, level in await visible_spaces(work)]


async def describe(work: Work, space: Space) -> SpaceInfo:
    """One space for the actor."""
    return _info(space, await rights.level(work, Ref("space", space.id), held=True), work.actor)


async def ids(workspace: Workspace) -> list[str]:
    """All spaces, for the server itself."""
    async with workspace.db.read(SYSTEM) as work:
        return [row.id for row in await work.all(select(spaces.c.id).order_by(spaces.c.id))]


def check_open(space: Space) -> None:
    """Raises Forbidden when a space is archived: then it is only read."""
    if space.archived_at is not None:
        raise Forbidden(ARCHIVED)


def _info(space: Space, level: Level, actor: Actor) -> SpaceInfo:
    return SpaceInfo(
        id=space.id,
        ref=str(Ref("space", space.id)),
        kind=cast("SpaceKind", space.kind),
        name=space.name,
        description=space.description if level >= Level.reader else "",
        path=space_path(space, actor),
        level=cast("LevelName", level.name),
        owner_id=space.owner_id or "",
        archived_at=space.archived_at,
    )


async def _insert(
    work: Work, kind: str, name: str, key: str, *, owner_id: str | None = None, description: str = ""
) -> str:
    space_id = new_id()
    await work.execute(
        insert(spaces).values(
            id=space_id,
            kind=kind,
            name=name,
            name_key=key,
            description=description,
            owner_id=owner_id,
            created_by=work.actor.id,
            created_at=now(),
        )
    )
    work.publish(SpaceCreated(ref=str(Ref("space", space_id)), kind=kind))
    return space_id


async def _renamed(work: Work, space: Space, name: str) -> dict[str, object]:
    if space.kind == "personal":
        raise Invalid("“My files” keeps its name.")
    await _check_free(work, name, space.id)
    key, old = name_key(name), name_key(space.name)
    if key != old:
        days = work.workspace.get(FilesSettings).alias_days
        await work.execute(delete(aliases).where(aliases.c.name_key.in_([key, old])))
        await work.execute(
            insert(aliases).values(name_key=old, space_id=space.id, expires_at=now() + days * _DAY)
        )
    return {"name": name, "name_key": key}


async def _check_free(work: Work, name: str, own_id: str) -> None:
    key = name_key(name)
    taken = select(spaces.c.id).where(spaces.c.name_key == key, spaces.c.id != own_id)
    alias = select(aliases.c.space_id).where(
        aliases.c.name_key == key, aliases.c.expires_at > now(), aliases.c.space_id != own_id
    )
    if await work.first(taken) is not None:
        raise Conflict("There is a space of this name already; choose another name.")
    if await work.first(alias) is not None:
        raise Conflict(
            "Another space had this name until lately and is still found by it; choose another name."
        )


async def _free_name(work: Work, name: str) -> str:
    taken = select(func.count()).select_from(spaces).where(spaces.c.name_key == name_key(name))
    return f"{name} (organisation)" if await work.scalar(taken) else name


def _description(text: str) -> str:
    if len(text) > _MAX_DESCRIPTION:
        raise Invalid("This description is too long: 10,000 characters at most.")
    return text.strip()
