"""Personal tokens: for scripts and other programs of one member."""

import re

from sqlalchemy import delete, func, insert, select

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.engine.names import checked_display_name
from openpaas_workspace.accounts.events import TokenCreated, TokenRevoked
from openpaas_workspace.accounts.models import tokens
from openpaas_workspace.accounts.schemas import NewToken, Token, TokenMade
from openpaas_workspace.accounts.service.actors import (
    TOKEN_PREFIX,
    actor_of_member,
    require_member,
    require_session,
)
from openpaas_workspace.accounts.service.speakers import forget_speakers
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound
from openpaas_workspace.kit.ids import digest, new_id, new_secret

_SCOPE = re.compile(r"all|[a-z]{1,32}(:(read|write))?")
_MOST = 100


async def create_token(work: Work, body: NewToken) -> TokenMade:
    """A token of mine, whose secret is in this answer and nowhere else; only from the page."""
    return await _make(work, await require_session(work), body)


async def create_token_for(work: Work, member_id: str, body: NewToken) -> TokenMade:
    """A token for a member, made by the command on the server's own machine."""
    if work.actor.kind != "system":
        raise Forbidden("Members make their own tokens.")
    await actor_of_member(work, member_id)
    return await _make(work, member_id, body)


async def list_tokens(work: Work) -> list[Token]:
    """My tokens that work, newest first, without their secrets."""
    rows = await work.all(
        select(tokens)
        .where(tokens.c.member_id == require_member(work), tokens.c.expires_at > now())
        .order_by(tokens.c.created_at.desc(), tokens.c.id.desc())
    )
    return [
        Token(
            id=row.id,
            name=row.name,
            scopes=row.scopes.split(),
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )
        for row in rows
    ]


async def revoke_token(work: Work, token_id: str) -> None:
    """End one of my tokens; its sockets close. Raises NotFound for others'."""
    if not await end_tokens(work, require_member(work), "revoked", only=token_id):
        raise NotFound


async def end_tokens(work: Work, member_id: str, reason: str, *, only: str = "") -> int:
    """End tokens of a member, all by default; returns how many. No right is asked here."""
    doomed = delete(tokens).where(tokens.c.member_id == member_id)
    if only:
        doomed = doomed.where(tokens.c.id == only)
    rows = await work.all(doomed.returning(tokens.c.id))
    forget_speakers(work)
    for row in rows:
        fact = TokenRevoked(
            ref=f"member:{member_id}",
            members=(member_id,),
            token=row.id,
            reason=reason,  # type: ignore[arg-type]
        )
        work.publish(fact)
    return len(rows)


async def _make(work: Work, member_id: str, body: NewToken) -> TokenMade:
    longest = work.workspace.get(AccountsSettings).token_days
    scopes = sorted(set(body.scopes))
    if not scopes or len(scopes) > 50 or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise Invalid("A scope is “all” or a word such as files:read; give at least one.")
    if not 60 <= body.expires_in <= longest * 86_400:
        raise Invalid(f"A token works for a minute to {longest} days.")
    count = select(func.count()).select_from(tokens).where(tokens.c.member_id == member_id)
    if await work.scalar(count) >= _MOST:
        raise Conflict(f"There are {_MOST} tokens already: revoke one first.")
    secret = new_secret(TOKEN_PREFIX)
    token = Token(
        id=new_id(),
        name=checked_display_name(body.name),
        scopes=scopes,
        created_at=now(),
        expires_at=now() + body.expires_in * 1000,
        used_at=None,
    )
    await work.execute(
        insert(tokens).values(
            id=token.id,
            digest=digest(secret),
            member_id=member_id,
            name=token.name,
            scopes=" ".join(scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )
    work.publish(
        TokenCreated(ref=f"member:{member_id}", members=(member_id,), token=token.id, scopes=tuple(scopes))
    )
    return TokenMade(token=token, secret=secret)
