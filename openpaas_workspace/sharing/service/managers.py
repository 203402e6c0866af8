"""Who manages spaces, for those who look after all of them; and a space that nobody manages gets somebody."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.events import GrantChanged, GrantWithdrawn
from openpaas_workspace.sharing.models import grants, objects
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import tree


async def of(work: Work, ids: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of an object and a subject that manages it by a grant on itself. No right is asked here."""
    rows = await work.all(
        select(grants.c.object_id, grants.c.subject_kind, grants.c.subject_id)
        .where(grants.c.object_id.in_(list(ids)), grants.c.level == int(Level.manager), _live())
        .order_by(grants.c.created_at, grants.c.id)
    )
    return [(row.object_id, str(Subject(row.subject_kind, row.subject_id))) for row in rows]


async def kept(work: Work, ids: Collection[str]) -> set[str]:
    """Those of the objects that an active member, or a group that has one, manages. No right is asked here."""
    rows = await work.all(
        select(grants.c.object_id)
        .where(grants.c.object_id.in_(list(ids)), grants.c.level == int(Level.manager), _live(), _active())
        .distinct()
    )
    return {row.object_id for row in rows}


async def take_over(work: Work, ref: Ref, member_id: str) -> bool:
    """Make a member the manager of an object without an active one; whether there was none.

    The right to do this is the caller's to ask. Raises Invalid for who cannot be one.
    """
    state = (await lookup.states(work, (member_id,))).get(member_id)
    if state is None or not state[1]:
        raise Invalid("Choose a member whose account is active.")
    await tree.lock_spaces(work, (ref,))
    if await kept(work, (ref.id,)):
        return False
    await give(work, ref, member_id)
    return True


async def give(work: Work, ref: Ref, member_id: str) -> None:
    """Write the grant of a manager, and tell. No right is asked here."""
    mine = and_(grants.c.subject_kind == "member", grants.c.subject_id == member_id)
    await work.execute(delete(grants).where(grants.c.object_id == ref.id, mine))
    await work.execute(
        insert(grants).values(
            id=new_id(),
            object_id=ref.id,
            subject_kind="member",
            subject_id=member_id,
            level=int(Level.manager),
            execute=True,
            granted_by=work.actor.id,
            created_at=now(),
            expires_at=None,
        )
    )
    level = Level.manager.name
    work.publish(
        GrantChanged(
            ref=str(ref), members=(member_id,), subject=f"member:{member_id}", level=level, execute=True
        )
    )


async def forget_member(work: Work, member_id: str) -> None:
    """Take back all that was given to a member who is erased. No right is asked here."""
    mine = and_(grants.c.subject_kind == "member", grants.c.subject_id == member_id)
    rows = await work.all(
        select(grants.c.object_id, grants.c.level, objects.c.kind)
        .join(objects, objects.c.id == grants.c.object_id)
        .where(mine)
    )
    await work.execute(delete(grants).where(mine))
    for row in rows:
        fact = GrantWithdrawn(
            ref=str(Ref(row.kind, row.object_id)),
            members=(member_id,),
            subject=f"member:{member_id}",
            level=Level(row.level).name,
        )
        work.publish(fact)


def _live() -> ColumnElement[bool]:
    return or_(grants.c.expires_at.is_(None), grants.c.expires_at > now())


def _active() -> ColumnElement[bool]:
    person = and_(grants.c.subject_kind == "member", lookup.is_active(grants.c.subject_id))
    group = and_(grants.c.subject_kind == "group", lookup.has_active(grants.c.subject_id))
    return or_(person, group)
