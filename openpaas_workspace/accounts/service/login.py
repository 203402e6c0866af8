"""Logging in and changing passwords: slow hashing outside, short units around it."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Row, update

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.engine.passwords import Strength, strength
from openpaas_workspace.accounts.events import LoginFailed, PasswordChanged
from openpaas_workspace.accounts.models import members
from openpaas_workspace.accounts.schemas import PasswordChange
from openpaas_workspace.accounts.service import throttle
from openpaas_workspace.accounts.service.actors import actor_of_member, require_session
from openpaas_workspace.accounts.service.hashing import Passwords
from openpaas_workspace.accounts.service.members import by_name, member_row
from openpaas_workspace.accounts.service.sessions import (
    Opened,
    Visitor,
    end_replaced,
    end_sessions,
    open_session,
)
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import NOBODY, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, Unauthenticated
from openpaas_workspace.kit.text import name_key

REFUSED = "This name and this password do not fit together."


async def login(
    workspace: Workspace, name: str, password: str, visitor: Visitor, *, replaced: str = ""
) -> Opened:
    """Open a session for whoever knows the password; anybody may try.

    The same answer and one hash for an unknown name, a wrong password, a disabled member:
    Unauthenticated. Raises TooMany while it is too early. `replaced` is the secret of the
    session that this browser had.
    """
    async with workspace.db.unit(NOBODY) as work:
        row = await by_name(work, name)
        account = f"member {row.id}" if row else f"name {name_key(name[:512])}"
        counters = throttle.of_account(account, visitor.address)
        await throttle.attempt(work, counters)
    fits = await workspace.get(Passwords).verify(row.password_hash if row else "", password)
    reason = _refusal(row, fits, visitor)
    if row is None or reason:
        async with workspace.db.unit(NOBODY) as work:
            ref = f"member:{row.id if row else 'unknown'}"
            work.publish(LoginFailed(ref=ref, reason=reason))  # type: ignore[arg-type]
        raise Unauthenticated(REFUSED)
    again = await _rehashed(workspace, row, password)
    async with workspace.db.unit(await _actor(workspace, row.id)) as work:
        current = await member_row(work, row.id)
        if current.disabled_at is not None or current.password_hash != row.password_hash:
            raise Unauthenticated(REFUSED)
        if again:
            await work.execute(update(members).where(members.c.id == row.id).values(password_hash=again))
        await throttle.forgive(work, counters)
        if replaced:
            await end_replaced(work, replaced)
        return await open_session(work, row.id, visitor)


async def change_password(workspace: Workspace, actor: Actor, body: PasswordChange, address: str) -> None:
    """Change my password, knowing the old one; my other sessions end. Only from the page."""
    async with workspace.db.unit(actor) as work:
        row = await member_row(work, await require_session(work))
        counters = throttle.of_account(f"member {row.id}", address)
        await throttle.attempt(work, counters)
    if not await workspace.get(Passwords).verify(row.password_hash, body.old):
        async with workspace.db.unit(actor) as work:
            work.publish(LoginFailed(ref=f"member:{row.id}", reason="password"))
        raise Forbidden("The old password is not right.")
    fresh = await hash_new_password(workspace, body.new, about(row))
    async with workspace.db.unit(actor) as work:
        await throttle.forgive(work, counters)
        await set_password_hash(work, row.id, fresh, by="member", known=row.password_hash)
        await end_sessions(work, row.id, "password", but=actor.session)


async def hash_new_password(workspace: Workspace, password: str, known: Sequence[str]) -> str:
    """The hash of a good enough new password, `known` being texts about its member; raises Invalid for a weak one."""
    found = await measure(workspace, password, known)
    if not found.enough:
        raise Invalid(found.advice)
    return await workspace.get(Passwords).hash(password)


async def measure(workspace: Workspace, password: str, known: Sequence[str]) -> Strength:
    """What a new password is worth by the rule of this server; nothing is kept of it."""
    settings = workspace.get(AccountsSettings)
    rule = partial(strength, shortest=settings.password_length, wanted=settings.password_bits)
    return await asyncio.to_thread(rule, password, about=[*known, workspace.settings.organisation])


def about(row: Row[Any]) -> list[str]:
    """What everybody knows of a member, and guesses first."""
    return [row.username, row.display_name, row.email]


async def set_password_hash(
    work: Work, member_id: str, password_hash: str, *, by: str, known: str | None = None
) -> None:
    """Write a member's password hash. No right is asked here. Raises Conflict if it is not `known` any more."""
    change = update(members).where(members.c.id == member_id)
    if known is not None:
        change = change.where(members.c.password_hash == known)
    if not await work.execute(change.values(password_hash=password_hash, password_at=now())):
        raise Conflict("The password was changed elsewhere just now.")
    fact = PasswordChanged(ref=f"member:{member_id}", members=(member_id,), by=by)  # type: ignore[arg-type]
    work.publish(fact)


def _refusal(row: Row[Any] | None, fits: bool, visitor: Visitor) -> str:
    if row is None:
        return "unknown"
    if not fits:
        return "password"
    if row.disabled_at is not None:
        return "disabled"
    return "demo" if row.demo and not visitor.demo_allowed else ""


async def _rehashed(workspace: Workspace, row: Row[Any], password: str) -> str:
    passwords = workspace.get(Passwords)
    return await passwords.hash(password) if passwords.outdated(row.password_hash) else ""


async def _actor(workspace: Workspace, member_id: str) -> Actor:
    async with workspace.db.read(NOBODY) as work:
        return await actor_of_member(work, member_id)
