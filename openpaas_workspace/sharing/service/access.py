"""Who has access: the list behind “Share”, and what to ask again after a right has changed."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Row, or_, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden, NotFound, Unauthenticated
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import (
    EVERYONE,
    AccessEntry,
    AccessReply,
    Level,
    MemberAccess,
    Subject,
)
from openpaas_workspace.sharing.service import principals, rights, titles

_BELOW_REF = frozenset({"GrantChanged", "GrantWithdrawn", "ObjectMoved", "SpaceChanged"})
_OF_GROUP = frozenset({"GroupChanged", "GroupDeleted"})
_OF_ALL = frozenset({"MemberDisabled", "MemberEnabled"})


class _Person(NamedTuple):
    """Who is behind a subject, as the list shows it."""

    name: str
    people: int
    active: bool


async def access(work: Work, ref: Ref) -> AccessReply:
    """Who has which role on the object, and from where.

    For readers who are members. Who is not a manager sees only what is given on objects that
    he may see himself: one shared file does not tell him who is in the space. Raises
    NotFound, or Forbidden to a public link.
    """
    mine = await rights.require(work, ref, Level.reader, held=True)
    if work.actor.kind == "link":
        raise Forbidden("Log in to see who has access.")
    rows = await _rows(work, ref)
    if mine < Level.manager:
        above = {Ref(row.kind, row.object_id) for row in rows}
        seen = await rights.levels(work, above)
        rows = [row for row in rows if seen[Ref(row.kind, row.object_id)] and row.subject_kind != "link"]
    space_id, owner = await rights.place(work, ref)
    return AccessReply(
        ref=str(ref),
        name=(await titles.names(work, {ref})).get(ref, ""),
        mine=mine.word,
        may_execute=await principals.may_execute(work, ref),
        may_share=mine >= Level.manager,
        personal=owner is not None,
        execute_counts=(ref.id == space_id) == (owner is None),
        entries=await _entries(work, ref, rows),
    )


async def of_member(work: Work, ref: Ref, member_id: str) -> MemberAccess:
    """What a member may do with the object, and by which grants; for managers, and for oneself."""
    me = work.actor.kind == "member" and work.actor.id == member_id
    await rights.require(work, ref, Level.reader if me else Level.manager)
    try:
        actor = await actor_of_member(work, member_id)
    except Unauthenticated:
        if member_id not in await lookup.states(work, (member_id,)):
            raise NotFound("There is no such member.") from None
        return MemberAccess(member_id=member_id, level="none", may_execute=False, entries=[])
    mine = {str(EVERYONE), f"member:{member_id}", *(f"group:{group}" for group in actor.groups)}
    rows = [row for row in await _rows(work, ref) if str(Subject(row.subject_kind, row.subject_id)) in mine]
    rows.sort(key=lambda row: -row.level)
    return MemberAccess(
        member_id=member_id,
        level=(await rights.level(work, ref, actor)).name,  # type: ignore[arg-type]
        may_execute=await principals.may_execute(work, ref, actor),
        entries=await _entries(work, ref, rows),
    )


async def affected(work: Work, event: Recorded, among: Collection[str]) -> set[str]:
    """Those of the object ids `among` on which somebody's right may have changed by this event.

    For rooms, push and kernels that hold things open: give what is open, ask the returned
    ones again. One query; none for an event that changes no right. A member who was disabled
    or enabled concerns all.
    """
    if not among or event.type not in _BELOW_REF | _OF_GROUP | _OF_ALL:
        return set()
    if event.type in _OF_ALL:
        return set(among)
    above, id_ = object_ancestors, Ref.parse(event.ref).id
    query = select(above.c.object_id).where(above.c.object_id.in_(list(among)))
    if event.type in _BELOW_REF:
        query = query.where(above.c.ancestor_id == id_)
    else:
        query = query.join(grants, grants.c.object_id == above.c.ancestor_id).where(
            grants.c.subject_kind == "group", grants.c.subject_id == id_
        )
    return {row.object_id for row in await work.all(query.distinct())}


async def _rows(work: Work, ref: Ref) -> list[Row[Any]]:
    above = object_ancestors
    query = (
        select(grants, objects.c.kind, above.c.depth)
        .join(above, above.c.ancestor_id == grants.c.object_id)
        .join(objects, objects.c.id == grants.c.object_id)
        .where(
            above.c.object_id == ref.id,
            or_(grants.c.expires_at.is_(None), grants.c.expires_at > now()),
        )
        .order_by(above.c.depth, grants.c.level.desc(), grants.c.created_at, grants.c.id)
    )
    return list(await work.all(query))


async def _entries(work: Work, ref: Ref, rows: list[Row[Any]]) -> list[AccessEntry]:
    people = await _people(work, rows)
    called = await titles.names(work, {Ref(row.kind, row.object_id) for row in rows})
    return [_entry(ref, row, people, called) for row in rows]


async def _people(work: Work, rows: list[Row[Any]]) -> dict[Subject, _Person]:
    ids: dict[str, set[str]] = {"member": set(), "group": set()}
    for row in rows:
        ids.setdefault(row.subject_kind, set()).add(row.subject_id)
    members = await lookup.states(work, ids["member"]) if ids["member"] else {}
    groups = await lookup.group_names(work, ids["group"]) if ids["group"] else {}
    sizes = await lookup.group_sizes(work, groups) if groups else {}
    found = {Subject("member", id_): _Person(name, 1, active) for id_, (name, active) in members.items()}
    return found | {
        Subject("group", id_): _Person(name, sizes.get(id_, 0), True) for id_, name in groups.items()
    }


def _entry(ref: Ref, row: Row[Any], people: dict[Subject, _Person], called: dict[Ref, str]) -> AccessEntry:
    subject = Subject(row.subject_kind, row.subject_id)
    held = Ref(row.kind, row.object_id)
    person = people.get(subject, _Person("", 0, True))
    return AccessEntry(
        subject=str(subject),
        name=person.name,
        people=person.people,
        active=person.active,
        level=Level(row.level).word,
        execute=row.execute,
        expires_at=row.expires_at,
        inherited_from=None if held == ref else str(held),
        inherited_name="" if held == ref else called.get(held, ""),
        granted_by=row.granted_by,
        created_at=row.created_at,
    )
