"""From a secret or an id to the actor behind it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, select

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.models import group_members, members, sessions, tokens
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden, Unauthenticated
from openpaas_workspace.kit.ids import digest

TOKEN_PREFIX = "opw_"  # noqa: S105  (what tokens begin with, so that scanners find leaked ones)
HOUR = 3_600_000


@dataclass(frozen=True)
class Speaker:
    """Somebody who proved to be a member: the actor, and the member's row."""

    actor: Actor
    member: Row[Any]


async def by_session(work: Work, secret: str) -> Speaker | None:
    """Whose live session this secret opens; None for nobody's."""
    idle = work.workspace.get(AccountsSettings).session_idle_hours * HOUR
    row = await work.first(
        select(members, sessions.c.id.label("session"))
        .join(sessions, sessions.c.member_id == members.c.id)
        .where(
            sessions.c.digest == digest(secret),
            sessions.c.expires_at > now(),
            sessions.c.seen_at > now() - idle,
            members.c.disabled_at.is_(None),
        )
    )
    return None if row is None else Speaker(await _actor(work, row, row.session, {"all"}), row)


async def by_token(work: Work, secret: str) -> Speaker | None:
    """Whose live token this secret is; None for nobody's."""
    row = await work.first(
        select(members, tokens.c.id.label("session"), tokens.c.scopes)
        .join(tokens, tokens.c.member_id == members.c.id)
        .where(
            tokens.c.digest == digest(secret),
            tokens.c.expires_at > now(),
            members.c.disabled_at.is_(None),
        )
    )
    if row is None:
        return None
    actor = await _actor(work, row, row.session, set(row.scopes.split()))
    return Speaker(msgspec.structs.replace(actor, token=True), row)


async def actor_of_member(work: Work, member_id: str) -> Actor:
    """The actor of a member without a session; raises Unauthenticated if unknown or disabled."""
    row = await work.first(select(members).where(members.c.id == member_id, members.c.disabled_at.is_(None)))
    if row is None:
        raise Unauthenticated("This member is unknown or may not log in any more.")
    return await _actor(work, row, "", {"all"})


async def _actor(work: Work, row: Row[Any], session: str, scopes: set[str]) -> Actor:
    found = await work.all(select(group_members.c.group_id).where(group_members.c.member_id == row.id))
    return Actor(
        kind="member",
        id=row.id,
        name=row.username,
        groups=frozenset(group.group_id for group in found),
        scopes=frozenset(scopes),
        administrator=row.administrator,
        session=session,
        locale=row.locale,
    )


def require_administrator(work: Work) -> None:
    """Raises Forbidden unless an administrator (or the server's own command) acts."""
    if not (work.actor.administrator or work.actor.kind == "system"):
        raise Forbidden("Only an administrator may do this.")


def require_member(work: Work) -> str:
    """The id of the member who acts; raises Forbidden for anybody else."""
    if work.actor.kind != "member":
        raise Forbidden("Only a member may do this.")
    return work.actor.id


def require_someone(work: Work) -> None:
    """Raises Forbidden unless a member acts, or a kernel that runs for one."""
    if work.actor.kind != "member" and not (work.actor.kind == "kernel" and work.actor.behalf):
        raise Forbidden("Only a member may do this.")


async def require_session(work: Work) -> str:
    """The id of the member who acts from the page; raises Forbidden for tokens, `all` or not."""
    member_id = require_member(work)
    mine = select(sessions.c.id).where(sessions.c.id == work.actor.session, sessions.c.member_id == member_id)
    if await work.scalar(mine) is None:
        raise Forbidden("Do this in the page: tokens may not.")
    return member_id
