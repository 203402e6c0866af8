"""Login sessions: opened, listed, ended, cleaned up."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, update

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.engine.addresses import network
from openpaas_workspace.accounts.events import EVENTS, SessionEnded, SessionOpened, TokenRevoked
from openpaas_workspace.accounts.models import login_attempts, members, one_time_links, sessions, tokens
from openpaas_workspace.accounts.schemas import Session
from openpaas_workspace.accounts.service.actors import HOUR, require_member
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.accounts.service.speakers import Speakers, forget_speakers
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.follower import Listener
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.ids import digest, new_id, new_secret

DAY = 24 * HOUR
_CHUNK = 500
_TYPES = {kind.__name__ for kind in EVENTS}


@dataclass(frozen=True)
class Visitor:
    """Who knocks: the address the server sees, the browser's name, whether demo members may enter."""

    address: str
    agent: str = ""
    demo_allowed: bool = False


@dataclass(frozen=True)
class Opened:
    """A fresh session; `secret` goes into the cookie and is kept nowhere."""

    id: str
    secret: str
    member_id: str


async def open_session(work: Work, member_id: str, visitor: Visitor) -> Opened:
    """Begin a session for a member who has just proved to be one."""
    settings = work.workspace.get(AccountsSettings)
    opened = Opened(new_id(), new_secret(), member_id)
    await work.execute(
        insert(sessions).values(
            id=opened.id,
            digest=digest(opened.secret),
            member_id=member_id,
            created_at=now(),
            seen_at=now(),
            expires_at=now() + settings.session_days * DAY,
            address=network(visitor.address),
            agent=visitor.agent[:256],
        )
    )
    await work.execute(update(members).where(members.c.id == member_id).values(seen_at=now()))
    work.publish(SessionOpened(ref=f"member:{member_id}", members=(member_id,), session=opened.id))
    return opened


async def list_sessions(work: Work) -> list[Session]:
    """My live sessions, newest first."""
    idle = work.workspace.get(AccountsSettings).session_idle_hours * HOUR
    rows = await work.all(
        select(sessions)
        .where(
            sessions.c.member_id == require_member(work),
            sessions.c.expires_at > now(),
            sessions.c.seen_at > now() - idle,
        )
        .order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
    )
    return [
        Session(
            id=row.id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            address=row.address,
            agent=row.agent,
            current=row.id == work.actor.session,
        )
        for row in rows
    ]


async def revoke_session(work: Work, session_id: str) -> None:
    """End one of my sessions; its sockets close. Raises NotFound for others'."""
    if not await end_sessions(work, require_member(work), "revoked", only=session_id):
        raise NotFound


async def revoke_others(work: Work) -> None:
    """End all my sessions but the one that asks."""
    await end_sessions(work, require_member(work), "revoked", but=work.actor.session)


async def logout(work: Work) -> None:
    """End the session that asks."""
    await end_sessions(work, require_member(work), "logout", only=work.actor.session)


async def end_sessions(work: Work, member_id: str, reason: str, *, only: str = "", but: str = "") -> int:
    """End sessions of a member, all by default; returns how many. No right is asked here."""
    doomed = delete(sessions).where(sessions.c.member_id == member_id, sessions.c.id != but)
    if only:
        doomed = doomed.where(sessions.c.id == only)
    rows = await work.all(doomed.returning(sessions.c.id))
    forget_speakers(work)
    for row in rows:
        fact = SessionEnded(
            ref=f"member:{member_id}",
            members=(member_id,),
            session=row.id,
            reason=reason,  # type: ignore[arg-type]
        )
        work.publish(fact)
    return len(rows)


async def end_replaced(work: Work, secret: str) -> None:
    """End the session whose cookie a new login overwrites."""
    row = await work.first(
        select(sessions.c.id, sessions.c.member_id).where(sessions.c.digest == digest(secret))
    )
    if row is not None:
        await end_sessions(work, row.member_id, "replaced", only=row.id)


def hear(live: Sessions, speakers: Speakers) -> Listener:
    """What closes connections as soon as the stream tells that a session, token or member ended."""

    async def listener(batch: Sequence[Recorded]) -> None:
        if any(fact.type in _TYPES for fact in batch):
            speakers.clear()
        for fact in batch:
            member_id = fact.ref.partition(":")[2]
            if fact.type == "SessionEnded":
                live.ended(fact.data["session"], member_id)
            elif fact.type == "TokenRevoked":
                live.ended(fact.data["token"], member_id)
            elif fact.type == "MemberDisabled":
                live.ended(None, member_id)

    return listener


async def close_ended(workspace: Workspace) -> None:
    """Close what hangs on sessions and tokens that have ended, in this process or another."""
    live = workspace.get(Sessions)
    attached = live.attached()
    for start in range(0, len(attached), _CHUNK):
        some = attached[start : start + _CHUNK]
        owners = await _living(workspace, some)
        for session_id in some:
            if session_id in owners:
                live.own(session_id, owners[session_id])
            else:
                live.ended(session_id, "")


async def _living(workspace: Workspace, some: list[str]) -> dict[str, str]:
    idle = workspace.get(AccountsSettings).session_idle_hours * HOUR
    by_session = select(sessions.c.id, sessions.c.member_id).where(
        sessions.c.id.in_(some), sessions.c.expires_at > now(), sessions.c.seen_at > now() - idle
    )
    by_token = select(tokens.c.id, tokens.c.member_id).where(
        tokens.c.id.in_(some), tokens.c.expires_at > now()
    )
    async with workspace.db.read(SYSTEM) as work:
        return {row.id: row.member_id for query in (by_session, by_token) for row in await work.all(query)}


async def write_used(workspace: Workspace) -> None:
    """Write down when sessions and tokens spoke last."""
    live = workspace.get(Sessions)
    used = live.take_used()
    if not used:
        return
    async with workspace.db.unit(SYSTEM) as work:
        for spoke, at in used.items():
            if not await work.execute(
                update(sessions).where(sessions.c.id == spoke, sessions.c.seen_at < at).values(seen_at=at)
            ):
                await work.execute(update(tokens).where(tokens.c.id == spoke).values(used_at=at))
            whose = [select(table.c.member_id).where(table.c.id == spoke) for table in (sessions, tokens)]
            seen = or_(*(members.c.id.in_(query) for query in whose))
            await work.execute(update(members).where(seen).values(seen_at=at))


async def purge(workspace: Workspace) -> None:
    """Forget what has expired: sessions, tokens, links, failed attempts of yesterday."""
    idle = workspace.get(AccountsSettings).session_idle_hours * HOUR
    over = (sessions.c.expires_at <= now()) | (sessions.c.seen_at <= now() - idle)
    async with workspace.db.unit(SYSTEM) as work:
        ended = await work.all(delete(sessions).where(over).returning(sessions.c.id, sessions.c.member_id))
        for row in ended:
            ref, whom = f"member:{row.member_id}", (row.member_id,)
            work.publish(SessionEnded(ref=ref, members=whom, session=row.id, reason="expired"))
        dead = delete(tokens).where(tokens.c.expires_at <= now())
        for row in await work.all(dead.returning(tokens.c.id, tokens.c.member_id)):
            ref, whom = f"member:{row.member_id}", (row.member_id,)
            work.publish(TokenRevoked(ref=ref, members=whom, token=row.id, reason="expired"))
        await work.execute(delete(one_time_links).where(one_time_links.c.expires_at <= now()))
        await work.execute(delete(login_attempts).where(login_attempts.c.last_at <= now() - DAY))
