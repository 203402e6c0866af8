"""One-time links: the first administrator, and a password that was forgotten or never set."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, or_, select, true, update

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.events import LinkCreated, LinkUsed
from openpaas_workspace.accounts.models import members, one_time_links
from openpaas_workspace.accounts.schemas import Link, MemberMade, NewMember
from openpaas_workspace.accounts.service import throttle
from openpaas_workspace.accounts.service.actors import HOUR, require_administrator
from openpaas_workspace.accounts.service.login import hash_new_password, set_password_hash
from openpaas_workspace.accounts.service.members import (
    create_member,
    has_administrator,
    insert_member,
    member_row,
)
from openpaas_workspace.accounts.service.sessions import Opened, Visitor, end_sessions, open_session
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import NOBODY, SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, NotFound
from openpaas_workspace.kit.ids import digest, new_id, new_secret

Kind = Literal["setup", "reset"]
DEAD = "This link has been used already or is too old. Ask for a new one."


@dataclass(frozen=True)
class Pending:
    """A link that works: what for, and whose password (empty for the first administrator)."""

    kind: str
    member_id: str
    username: str
    about: tuple[str, ...] = ()
    """What is known of the member, and cannot be the password."""


async def create_setup_link(work: Work) -> Link:
    """The link that makes the first administrator; earlier ones die. Only the server itself may ask.

    Raises Conflict once there is an administrator.
    """
    if work.actor.kind != "system":
        raise Forbidden("Only the command that starts the server makes this link.")
    if await has_administrator(work):
        raise Conflict("There is an administrator already: log in.")
    return await _create(work, "setup", None)


async def first_link(workspace: Workspace) -> str:
    """The path of a fresh link for the first administrator; empty once there is one. For the start command."""
    async with workspace.db.unit(SYSTEM) as work:
        return "" if await has_administrator(work) else (await create_setup_link(work)).path


async def create_reset_link(work: Work, member_id: str) -> Link:
    """A link to set a member's password; earlier ones die. Administrators and the server's command only."""
    require_administrator(work)
    row = await member_row(work, member_id)
    if row.disabled_at is not None:
        raise Conflict("This member is disabled: enable the account first.")
    if row.demo:
        raise Conflict("Demo members keep their demo password.")
    return await _create(work, "reset", member_id)


async def invite_member(work: Work, body: NewMember) -> MemberMade:
    """A new account and the link that sets its password; administrators only."""
    member = await create_member(work, body)
    return MemberMade(member=member, link=await create_reset_link(work, member.id))


async def find_link(workspace: Workspace, secret: str, kind: Kind | None, visitor: Visitor) -> Pending:
    """What a link (of that kind, or of any) is for, without using it; raises NotFound if dead, TooMany for somebody who guesses."""
    async with workspace.db.read(NOBODY) as work:
        row = await _living(work, secret, kind)
    if row is None:
        async with workspace.db.unit(NOBODY) as work:
            await throttle.attempt(work, throttle.of_network(visitor.address))
        raise NotFound(DEAD)
    known = (row.username, row.display_name, row.email) if row.member_id else ()
    return Pending(row.kind, row.member_id or "", row.username or "", known)


async def finish_setup(
    workspace: Workspace, secret: str, body: NewMember, password: str, visitor: Visitor
) -> Opened:
    """Create the first administrator and log them in. Raises NotFound for a dead link, Invalid, Conflict."""
    await find_link(workspace, secret, "setup", visitor)
    fresh = await hash_new_password(workspace, password, [body.username, body.display_name])
    async with workspace.db.unit(NOBODY) as work:
        await _use(work, secret, "setup", "unknown")
        if await has_administrator(work):
            raise NotFound(DEAD)
        row = await insert_member(work, body, password_hash=fresh)
        return await open_session(work, row.id, visitor)


async def finish_reset(workspace: Workspace, secret: str, password: str, visitor: Visitor) -> None:
    """Set the password; all sessions of the member end. Raises NotFound for a dead link, Invalid."""
    link = await find_link(workspace, secret, "reset", visitor)
    fresh = await hash_new_password(workspace, password, link.about)
    async with workspace.db.unit(NOBODY) as work:
        await _use(work, secret, "reset", link.member_id)
        await set_password_hash(work, link.member_id, fresh, by="link")
        await end_sessions(work, link.member_id, "password")
        await throttle.forgive(work, throttle.of_account(f"member {link.member_id}", visitor.address)[:2])


async def _create(work: Work, kind: Kind, member_id: str | None) -> Link:
    same = one_time_links.c.member_id == member_id if member_id else one_time_links.c.member_id.is_(None)
    await work.execute(delete(one_time_links).where(one_time_links.c.kind == kind, same))
    secret, expires_at = new_secret(), now() + work.workspace.get(AccountsSettings).link_hours * HOUR
    await work.execute(
        insert(one_time_links).values(
            id=new_id(),
            digest=digest(secret),
            kind=kind,
            member_id=member_id,
            created_at=now(),
            expires_at=expires_at,
        )
    )
    whom = (member_id,) if member_id else ()
    work.publish(LinkCreated(ref=f"member:{member_id or 'unknown'}", members=whom, kind=kind))
    return Link(path=f"/{kind}/{secret}", expires_at=expires_at)


async def _living(work: Work, secret: str, kind: Kind | None) -> Row[Any] | None:
    links = one_time_links
    return await work.first(
        select(links.c.kind, links.c.member_id, members.c.username, members.c.display_name, members.c.email)
        .join(members, members.c.id == links.c.member_id, isouter=True)
        .where(
            links.c.digest == digest(secret),
            links.c.kind == kind if kind else true(),
            links.c.used_at.is_(None),
            links.c.expires_at > now(),
            or_(links.c.member_id.is_(None), members.c.disabled_at.is_(None)),
        )
    )


async def _use(work: Work, secret: str, kind: Kind, member_id: str) -> None:
    links = one_time_links
    used = await work.execute(
        update(links)
        .where(
            links.c.digest == digest(secret),
            links.c.kind == kind,
            links.c.used_at.is_(None),
            links.c.expires_at > now(),
        )
        .values(used_at=now())
    )
    if not used:
        raise NotFound(DEAD)
    whom = () if member_id == "unknown" else (member_id,)
    work.publish(LinkUsed(ref=f"member:{member_id}", members=whom, kind=kind))
