"""Everybody's login sessions, for administrators: seen, and ended."""

from sqlalchemy import select

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.models import sessions
from openpaas_workspace.accounts.service.actors import HOUR, require_administrator
from openpaas_workspace.accounts.service.sessions import end_sessions
from openpaas_workspace.administration.schemas import SessionRecord
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import NotFound

_MOST = 2000


async def all_sessions(work: Work) -> list[SessionRecord]:
    """The live sessions of everybody, the last seen first; administrators only."""
    require_administrator(work)
    idle = work.workspace.get(AccountsSettings).session_idle_hours * HOUR
    rows = await work.all(
        select(sessions)
        .where(sessions.c.expires_at > now(), sessions.c.seen_at > now() - idle)
        .order_by(sessions.c.seen_at.desc(), sessions.c.id)
        .limit(_MOST)
    )
    return [
        SessionRecord(
            id=row.id,
            member_id=row.member_id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            address=row.address,
            agent=row.agent,
            current=row.id == work.actor.session,
        )
        for row in rows
    ]


async def end_session(work: Work, session_id: str) -> None:
    """End anybody's session; its sockets close. Administrators only. Raises NotFound."""
    require_administrator(work)
    member_id = await work.scalar(select(sessions.c.member_id).where(sessions.c.id == session_id))
    if member_id is None or not await end_sessions(work, member_id, "revoked", only=session_id):
        raise NotFound("This session is over already.")


async def end_all_of(work: Work, member_id: str) -> None:
    """End all sessions of a member but the one that asks; administrators only."""
    require_administrator(work)
    await end_sessions(work, member_id, "revoked", but=work.actor.session)
