"""What floors above ask about people, as conditions for their own queries. No right is asked here."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from openpaas_workspace.accounts.models import group_members, groups, members
from openpaas_workspace.core.db import Work

# Made once: an alias costs more than most questions.
_in_groups, _active, _of_group, _of_group_people = (
    group_members.alias(),
    members.alias(),
    group_members.alias(),
    members.alias(),
)


def groups_of(member_id: str) -> Select[tuple[str]]:
    """Ids of the groups a member is in."""
    rows = _in_groups
    return select(rows.c.group_id).where(rows.c.member_id == member_id)


def is_active(member_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the member whose id is in a column exists and is not disabled."""
    rows = _active
    return exists(select(1).select_from(rows).where(rows.c.id == member_id, rows.c.disabled_at.is_(None)))


def has_active(group_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the group whose id is in a column has an active member."""
    rows, people = _of_group, _of_group_people
    return exists(
        select(1)
        .select_from(rows.join(people, people.c.id == rows.c.member_id))
        .where(rows.c.group_id == group_id, people.c.disabled_at.is_(None))
    )


async def active(work: Work, *, group_id: str | None = None) -> list[str]:
    """Ids of the active members: all, or those of one group."""
    query = select(members.c.id).where(members.c.disabled_at.is_(None))
    if group_id is not None:
        query = query.join(group_members, group_members.c.member_id == members.c.id).where(
            group_members.c.group_id == group_id
        )
    return [row.id for row in await work.all(query.order_by(members.c.id))]


async def is_member(work: Work, some_id: str) -> bool:
    """Whether it is the id of a member, a disabled one too."""
    return await work.first(select(members.c.id).where(members.c.id == some_id)) is not None


async def all_ids(work: Work) -> list[str]:
    """Ids of all members, the disabled ones too."""
    return [row.id for row in await work.all(select(members.c.id))]


async def administrators(work: Work) -> list[str]:
    """Ids of the active administrators, the oldest account first."""
    query = select(members.c.id).where(members.c.disabled_at.is_(None), members.c.administrator.is_(True))
    return [row.id for row in await work.all(query.order_by(members.c.created_at, members.c.id))]


async def states(work: Work, ids: Collection[str]) -> dict[str, tuple[str, bool]]:
    """Shown name, and whether active, of those of `ids` that are members."""
    query = select(members.c.id, members.c.display_name, members.c.disabled_at).where(
        members.c.id.in_(list(ids))
    )
    return {row.id: (row.display_name, row.disabled_at is None) for row in await work.all(query)}


async def group_names(work: Work, ids: Collection[str]) -> dict[str, str]:
    """Names of those of `ids` that are groups."""
    query = select(groups.c.id, groups.c.name).where(groups.c.id.in_(list(ids)))
    return {row.id: row.name for row in await work.all(query)}


async def group_sizes(work: Work, ids: Collection[str]) -> dict[str, int]:
    """How many active members the groups of `ids` have; none is left out."""
    query = (
        select(group_members.c.group_id, func.count().label("people"))
        .join(members, members.c.id == group_members.c.member_id)
        .where(group_members.c.group_id.in_(list(ids)), members.c.disabled_at.is_(None))
        .group_by(group_members.c.group_id)
    )
    return {row.group_id: row.people for row in await work.all(query)}


async def usernames(work: Work, ids: Collection[str]) -> dict[str, str]:
    """Login names of those of `ids` that are members."""
    query = select(members.c.id, members.c.username).where(members.c.id.in_(list(ids)))
    return {row.id: row.username for row in await work.all(query)}
