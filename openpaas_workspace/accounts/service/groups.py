"""Groups: names for several members at once, kept by administrators."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.accounts.events import GroupChanged, GroupCreated, GroupDeleted
from openpaas_workspace.accounts.models import group_members, groups, members
from openpaas_workspace.accounts.schemas import Group, GroupName, Member
from openpaas_workspace.accounts.service.actors import require_administrator, require_someone
from openpaas_workspace.accounts.service.members import member_row, view
from openpaas_workspace.accounts.service.speakers import forget_speakers
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, NotFound
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.text import checked_name, name_key

_TAKEN = "There is a group of this name already."


async def list_groups(work: Work) -> list[Group]:
    """All groups, by name."""
    require_someone(work)
    return [_view(row) for row in await work.all(_select().order_by(groups.c.name_key))]


async def create_group(work: Work, body: GroupName) -> Group:
    """A new empty group; administrators only. Raises Conflict if the name is taken."""
    require_administrator(work)
    group_id, name = new_id(), checked_name(body.name)
    try:
        await work.execute(
            insert(groups).values(id=group_id, name=name, name_key=name_key(name), created_at=now())
        )
    except IntegrityError as error:
        raise Conflict(_TAKEN) from error
    work.publish(GroupCreated(ref=f"group:{group_id}"))
    return Group(id=group_id, name=name, size=0)


async def rename_group(work: Work, group_id: str, body: GroupName) -> Group:
    """Give a group another name; administrators only."""
    require_administrator(work)
    old, name = await _group(work, group_id), checked_name(body.name)
    if old.name == name:
        return _view(old)
    try:
        await work.execute(
            update(groups).where(groups.c.id == group_id).values(name=name, name_key=name_key(name))
        )
    except IntegrityError as error:
        raise Conflict(_TAKEN) from error
    work.publish(GroupChanged(ref=f"group:{group_id}", fields=("name",)))
    return _view(await _group(work, group_id))


async def delete_group(work: Work, group_id: str) -> None:
    """Remove a group; what it gave its members ends. Administrators only."""
    require_administrator(work)
    await _group(work, group_id)
    left = delete(group_members).where(group_members.c.group_id == group_id)
    rows = await work.all(left.returning(group_members.c.member_id))
    await work.execute(delete(groups).where(groups.c.id == group_id))
    forget_speakers(work)
    work.publish(GroupDeleted(ref=f"group:{group_id}", members=tuple(row.member_id for row in rows)))


async def list_group_members(work: Work, group_id: str) -> list[Member]:
    """Who is in a group, by username."""
    require_someone(work)
    await _group(work, group_id)
    rows = await work.all(
        select(members)
        .join(group_members, group_members.c.member_id == members.c.id)
        .where(group_members.c.group_id == group_id)
        .order_by(members.c.username_key)
    )
    return [view(row, with_email=work.actor.administrator) for row in rows]


async def add_to_group(work: Work, group_id: str, member_id: str) -> None:
    """Put a member into a group, once; administrators only."""
    require_administrator(work)
    await _group(work, group_id)
    await member_row(work, member_id)
    there = select(group_members.c.member_id).where(_pair(group_id, member_id))
    if await work.scalar(there) is not None:
        return
    try:
        await work.execute(insert(group_members).values(group_id=group_id, member_id=member_id))
    except IntegrityError as error:
        raise Conflict("Somebody changed this group just now: look again.") from error
    _changed(work, group_id, member_id)


async def remove_from_group(work: Work, group_id: str, member_id: str) -> None:
    """Take a member out of a group; administrators only."""
    require_administrator(work)
    if not await work.execute(delete(group_members).where(_pair(group_id, member_id))):
        raise NotFound("This member is not in this group.")
    _changed(work, group_id, member_id)


def _changed(work: Work, group_id: str, member_id: str) -> None:
    forget_speakers(work)
    work.publish(GroupChanged(ref=f"group:{group_id}", members=(member_id,), fields=("members",)))


def _pair(group_id: str, member_id: str) -> ColumnElement[bool]:
    return (group_members.c.group_id == group_id) & (group_members.c.member_id == member_id)


def _select() -> Select[Any]:
    size = (
        select(func.count())
        .select_from(group_members)
        .where(group_members.c.group_id == groups.c.id)
        .scalar_subquery()
    )
    return select(groups.c.id, groups.c.name, size.label("size"))


async def _group(work: Work, group_id: str) -> Row[Any]:
    row = await work.first(_select().where(groups.c.id == group_id))
    if row is None:
        raise NotFound("There is no such group.")
    return row


def _view(row: Row[Any]) -> Group:
    return Group(id=row.id, name=row.name, size=row.size)
