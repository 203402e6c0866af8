"""All that is stored of a member, for that member alone, as a zip that is sent while it is made."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import or_, select

from openpaas_workspace.accounts.models import members, photos, tokens
from openpaas_workspace.accounts.schemas import Me
from openpaas_workspace.accounts.service.actors import require_session
from openpaas_workspace.accounts.service.lookup import group_names
from openpaas_workspace.accounts.service.members import me
from openpaas_workspace.accounts.service.sessions import list_sessions
from openpaas_workspace.accounts.service.tokens import list_tokens
from openpaas_workspace.administration.engine.zipping import ZipStream
from openpaas_workspace.administration.events import DataTaken
from openpaas_workspace.core import beneath
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.i18n import translator
from openpaas_workspace.core.stream import events_table, recorded
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.service import content
from openpaas_workspace.files.service.places import personal_space
from openpaas_workspace.files.service.rows import Acting, Node, relative_paths
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import TooMany, WorkspaceError
from openpaas_workspace.sharing.models import grants, objects
from openpaas_workspace.sharing.schemas import Level

A_DAY = 5
_DAY = 86_400_000
_PAGE = 1000
_PIECE = 1024 * 1024
_e = events_table.c


async def begin(workspace: Workspace, actor: Actor) -> None:
    """Note that a member takes the own data along; only from the page. Raises Forbidden, TooMany."""
    async with workspace.db.unit(actor) as work:
        member_id = await require_session(work)
        ref, since = f"member:{member_id}", now() - _DAY
        lately = select(_e.id).where(_e.type == DataTaken.__name__, _e.ref == ref, _e.at > since).limit(A_DAY)
        if len(await work.all(lately)) >= A_DAY:
            raise TooMany(
                "You took your data along several times today. Try again tomorrow.", retry_after=3600
            )
        work.publish(DataTaken(ref=ref, members=(member_id,)))


async def takeout(workspace: Workspace, actor: Actor) -> AsyncIterator[bytes]:
    """The pieces of the zip; `begin` was asked before."""
    zipped, at = ZipStream(), now()
    async with workspace.db.read(actor) as work:
        mine = await me(work)
        about = await _about(work, mine)
        picture = await work.scalar(select(photos.c.data).where(photos.c.member_id == mine.id))
    for name, value in about.items():
        yield zipped.add(name, _json(value), at)
    if picture is not None:
        yield zipped.add("photo.jpg", bytes(picture), at)
    async for piece in _events(workspace, actor, zipped, at):
        yield piece
    found, paths = await _files(workspace, actor)
    yield zipped.add("files.json", _json([_listed(node, paths[node.id]) for node in found]), at)
    left: list[str] = []
    caller = Acting(workspace, actor)
    for node in found:
        if node.kind == "file":
            async for piece in _file(caller, zipped, node, paths[node.id], left):
                yield piece
    say = translator(mine.locale or workspace.settings.default_locale)
    lines = [say(line) for line in README]
    if left:
        lines += ["", say("These files could not be read:"), *left]
    yield zipped.add(say("README.txt"), "\r\n".join(lines).encode(), at)
    yield zipped.close()


README = (
    "This is what is stored of you in this workspace, as it was when you asked for it.",
    "",
    "profile.json: your name, address, unit, language and groups.",
    "sessions.json: where you are logged in.",
    "tokens.json: your personal tokens, without their secrets, which nobody has but you.",
    "grants.json: what you were given access to, and what you gave to others.",
    "events.jsonl: what the event log says of you, one event a line.",
    "files.json: the list of your own files; their content is in the folder “files”.",
)


async def _about(work: Work, mine: Me) -> dict[str, Any]:
    names = await group_names(work, mine.groups)
    row = await work.first(select(members.c.created_at, members.c.password_at).where(members.c.id == mine.id))
    profile = {
        **msgspec.structs.asdict(mine),
        "groups": [{"id": id_, "name": names.get(id_, "")} for id_ in mine.groups],
        "created_at": row.created_at if row else None,
        "password_changed_at": row.password_at if row else None,
    }
    held = await work.all(select(tokens.c.id).where(tokens.c.member_id == mine.id))
    return {
        "profile.json": profile,
        "sessions.json": await list_sessions(work),
        "tokens.json": await list_tokens(work) if held else [],
        "grants.json": await _grants(work, mine),
    }


async def _grants(work: Work, mine: Me) -> list[dict[str, Any]]:
    g = grants.c
    me_, groups = (g.subject_kind == "member") & (g.subject_id == mine.id), g.subject_kind == "group"
    rows = await work.all(
        select(grants, objects.c.kind)
        .join(objects, objects.c.id == g.object_id)
        .where(or_(me_, groups & g.subject_id.in_(mine.groups), g.granted_by == mine.id))
        .order_by(g.created_at, g.id)
    )
    return [
        {
            "object": f"{row.kind}:{row.object_id}",
            "subject": f"{row.subject_kind}:{row.subject_id}",
            "level": Level(row.level).name,
            "execute": row.execute,
            "granted_by": row.granted_by,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
        }
        for row in rows
    ]


async def _events(workspace: Workspace, actor: Actor, zipped: ZipStream, at: int) -> AsyncIterator[bytes]:
    """By me, in my name, about me."""
    zipped.begin("events.jsonl", at)
    member, last = actor.id, 0
    concerns = or_(
        _e.actor == member,
        _e.behalf == member,
        _e.ref == f"member:{member}",
        _e.members.contains(f'"{member}"', autoescape=True),
    )
    while True:
        query = (
            select(events_table).where(_e.seq > last, _e.type != "", concerns).order_by(_e.seq).limit(_PAGE)
        )
        async with workspace.db.read(actor) as work:
            rows = await work.all(query)
        for row in rows:
            zipped.write(msgspec.json.encode(_own(msgspec.structs.asdict(recorded(row)), member)) + b"\n")
        yield zipped.take()
        if len(rows) < _PAGE:
            break
        last = rows[-1].seq
    zipped.end()
    yield zipped.take()


def _own(event: dict[str, Any], member: str) -> dict[str, Any]:
    """Without the ids of the others whom it names: they are data of theirs."""
    event["members"] = [one for one in event["members"] if one == member]
    return event


async def _files(workspace: Workspace, actor: Actor) -> tuple[Sequence[Node], dict[str, str]]:
    async with workspace.db.read(actor) as work:
        space = await personal_space(work, actor.id)
        if space is None:
            return [], {}
        rows: Any = await work.all(
            select(nodes)
            .where(nodes.c.space_id == space.id, nodes.c.trashed_at.is_(None))
            .order_by(nodes.c.id)
        )
        paths = await relative_paths(work, rows) if rows else {}
    return sorted(rows, key=lambda node: paths[node.id]), paths


def _listed(node: Node, path: str) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "path": path,
        "bytes": node.size,
        "created_at": node.created_at,
        "modified_at": node.modified_at,
    }


async def _file(
    caller: Acting, zipped: ZipStream, node: Node, path: str, left: list[str]
) -> AsyncIterator[bytes]:
    try:
        fresh, root, where = await content.readable(caller, node)
        if content.is_live(caller.workspace, fresh):
            data, _ = await content.get(caller, fresh)
            yield await asyncio.to_thread(zipped.add, f"files/{path}", data, node.modified_at)
            return
        file = await asyncio.to_thread(lambda: os.fdopen(beneath.open_beneath(root, where), "rb"))
    except (WorkspaceError, OSError, beneath.UnsafePath):
        left.append(path)
        return
    with file:
        zipped.begin(f"files/{path}", node.modified_at)
        while piece := await asyncio.to_thread(file.read, _PIECE):
            await asyncio.to_thread(zipped.write, piece)
            yield zipped.take()
        zipped.end()
        yield zipped.take()


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)
