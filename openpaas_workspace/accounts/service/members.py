"""Members: created, listed, changed, disabled."""

from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.accounts.engine.names import (
    checked_color,
    checked_display_name,
    checked_email,
    checked_locale,
    checked_time_zone,
    checked_unit,
    checked_username,
    color_of,
)
from openpaas_workspace.accounts.events import MemberCreated, MemberDisabled, MemberEnabled, MemberUpdated
from openpaas_workspace.accounts.models import members, one_time_links
from openpaas_workspace.accounts.schemas import Me, Member, MemberPatch, MemberQuery, MePatch, NewMember
from openpaas_workspace.accounts.service.actors import (
    require_administrator,
    require_member,
    require_someone,
)
from openpaas_workspace.accounts.service.sessions import end_sessions
from openpaas_workspace.accounts.service.speakers import forget_speakers
from openpaas_workspace.accounts.service.tokens import end_tokens
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.text import name_key

_TAKEN = "This username or e-mail address is taken already."


async def create_member(work: Work, body: NewMember) -> Member:
    """A new account without a password; administrators only. Raises Conflict if the name is taken."""
    require_administrator(work)
    return view(await insert_member(work, body), with_email=True)


async def insert_member(
    work: Work, body: NewMember, *, password_hash: str = "", demo: bool = False
) -> Row[Any]:
    """Write a member's row; no right is asked here (first administrator, demo members)."""
    await _check_single(work)
    username, email, member_id = checked_username(body.username), checked_email(body.email), new_id()
    values = {
        "id": member_id,
        "username": username,
        "username_key": name_key(username),
        "display_name": checked_display_name(body.display_name or username),
        "email": email,
        "email_key": name_key(email) or None,
        "locale": checked_locale(body.locale),
        "unit": checked_unit(body.unit),
        "color": color_of(name_key(username)),
        "administrator": body.administrator,
        "demo": demo,
        "password_hash": password_hash,
        "password_at": now() if password_hash else None,
        "created_at": now(),
    }
    try:
        await work.execute(insert(members).values(values))
    except IntegrityError as error:
        raise Conflict(_TAKEN) from error
    work.publish(MemberCreated(ref=f"member:{member_id}", members=(member_id,)))
    return await member_row(work, member_id)


async def me(work: Work) -> Me:
    """Who I am; of a kernel the member whose request it runs."""
    running = work.actor.behalf if work.actor.kind == "kernel" else ""
    row = await member_row(work, running or require_member(work))
    return Me(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        email=row.email,
        locale=row.locale,
        color=row.color,
        unit=row.unit,
        time_zone=row.time_zone,
        photo=row.photo,
        demo=row.demo,
        administrator=row.administrator,
        groups=sorted(work.actor.groups),
        scopes=sorted(work.actor.scopes),
    )


async def update_me(work: Work, body: MePatch) -> Me:
    """Change my shown name, unit, language, time zone or colour."""
    await _update(work, require_member(work), body)
    return await me(work)


async def list_members(work: Work, query: MemberQuery) -> list[Member]:
    """The directory, by username: active members, with the disabled ones if asked for by an administrator."""
    require_someone(work)
    return [
        view(row, with_email=work.actor.administrator or row.id == work.actor.id)
        for row in await find_members(work, query)
    ]


async def find_members(work: Work, query: MemberQuery) -> list[Row[Any]]:
    """Rows of the directory for `query`; also what `openpaas user list` prints."""
    wanted = select(members).order_by(members.c.username_key).limit(max(1, min(query.limit, 500)))
    everybody = query.disabled and (work.actor.administrator or work.actor.kind == "system")
    if not everybody:
        wanted = wanted.where(members.c.disabled_at.is_(None))
    if query.q:
        # escaped by autoescape, so that % and _ are themselves
        beginning = members.c.username_key.startswith(name_key(query.q), autoescape=True)
        within = members.c.display_name.icontains(query.q, autoescape=True)
        wanted = wanted.where(or_(beginning, within))
    if query.after:
        last = select(members.c.username_key).where(members.c.id == query.after).scalar_subquery()
        wanted = wanted.where(members.c.username_key > last)
    return list(await work.all(wanted))


async def get_member(work: Work, member_id: str) -> Member:
    """One member; disabled ones are seen too, so that old names can be shown."""
    require_someone(work)
    row = await member_row(work, member_id)
    return view(row, with_email=work.actor.administrator or row.id == work.actor.id)


async def update_member(work: Work, member_id: str, body: MemberPatch) -> Member:
    """Change a member; administrators only. Raises Conflict for the last administrator."""
    require_administrator(work)
    if body.administrator is False:
        await _keep_an_administrator(work, member_id)
    await _update(work, member_id, body)
    return view(await member_row(work, member_id), with_email=True)


async def disable_member(work: Work, member_id: str) -> Member:
    """End a member's access: sessions, tokens, links, sockets; administrators only."""
    require_administrator(work)
    await _keep_an_administrator(work, member_id)
    changed = await work.execute(
        update(members)
        .where(members.c.id == member_id, members.c.disabled_at.is_(None))
        .values(disabled_at=now())
    )
    row = await member_row(work, member_id)
    if changed:
        await end_sessions(work, member_id, "disabled")
        await end_tokens(work, member_id, "disabled")
        await work.execute(delete(one_time_links).where(one_time_links.c.member_id == member_id))
        work.publish(MemberDisabled(ref=f"member:{member_id}", members=(member_id,)))
    return view(row, with_email=True)


async def enable_member(work: Work, member_id: str) -> Member:
    """Let a disabled member log in again, with the old password; administrators only."""
    require_administrator(work)
    await _check_single(work)
    if (await member_row(work, member_id)).erased_at is not None:
        raise Conflict("This account was erased and cannot be brought back.")
    changed = await work.execute(
        update(members)
        .where(members.c.id == member_id, members.c.disabled_at.is_not(None))
        .values(disabled_at=None)
    )
    if changed:
        work.publish(MemberEnabled(ref=f"member:{member_id}", members=(member_id,)))
    return view(await member_row(work, member_id), with_email=True)


async def only_member(workspace: Workspace) -> None:
    """Refuse to run without a sandbox for more than one active account; raises Conflict."""
    async with workspace.db.read(SYSTEM) as work:
        if await _active(work) > 1:
            raise Conflict("--single-member is for exactly one account, and this workspace has more.")


async def _check_single(work: Work) -> None:
    if work.workspace.settings.single_member and await _active(work):
        raise Conflict(
            "This workspace runs without a sandbox, for one account only: it cannot have a second."
        )


async def _active(work: Work) -> int:
    return int(await work.scalar(select(func.count()).where(members.c.disabled_at.is_(None))) or 0)


async def member_row(work: Work, member_id: str) -> Row[Any]:
    """The row of a member; raises NotFound."""
    row = await work.first(select(members).where(members.c.id == member_id))
    if row is None:
        raise NotFound("There is no such member.")
    return row


async def by_name(work: Work, name: str) -> Row[Any] | None:
    """The member with this username or e-mail address, disabled or not; None for nobody."""
    key = name_key(name[:512])
    column = members.c.email_key if "@" in key else members.c.username_key
    return await work.first(select(members).where(column == key))


async def has_administrator(work: Work) -> bool:
    """Whether anybody administers this workspace; until then the first link is for whoever installs it."""
    someone = select(members.c.id).where(members.c.administrator, members.c.disabled_at.is_(None)).limit(1)
    return await work.scalar(someone) is not None


def view(row: Row[Any], *, with_email: bool) -> Member:
    """What others see of a member."""
    return Member(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        color=row.color,
        administrator=row.administrator,
        disabled=row.disabled_at is not None,
        unit=row.unit,
        photo=row.photo,
        erased=row.erased_at is not None,
        email=row.email if with_email else "",
    )


_CHECKS = {
    "display_name": checked_display_name,
    "email": checked_email,
    "locale": checked_locale,
    "color": checked_color,
    "unit": checked_unit,
    "time_zone": checked_time_zone,
}


async def _update(work: Work, member_id: str, body: MePatch | MemberPatch) -> None:
    old = await member_row(work, member_id)
    values: dict[str, Any] = {}
    for field, value in msgspec.structs.asdict(body).items():
        if value is not msgspec.UNSET:
            values[field] = _CHECKS[field](value) if field in _CHECKS else value
    fields = tuple(sorted(field for field, value in values.items() if getattr(old, field) != value))
    if not values:
        raise Invalid("Name at least one field to change.")
    if not fields:
        return
    if "email" in fields:
        values["email_key"] = name_key(values["email"]) or None
    try:
        await work.execute(update(members).where(members.c.id == member_id).values(values))
    except IntegrityError as error:
        raise Conflict(_TAKEN) from error
    forget_speakers(work)
    work.publish(MemberUpdated(ref=f"member:{member_id}", members=(member_id,), fields=fields))


async def _keep_an_administrator(work: Work, leaving: str) -> None:
    # the lock makes two administrators who demote each other wait for one another
    rows = await work.all(
        select(members.c.id)
        .where(members.c.administrator, members.c.disabled_at.is_(None))
        .order_by(members.c.id)
        .with_for_update()
    )
    if [row.id for row in rows] == [leaving]:
        raise Conflict("This is the last administrator: name another one first.")
