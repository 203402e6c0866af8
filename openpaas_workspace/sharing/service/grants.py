"""Sharing: who gives what to whom, who takes it back, who has it. A space always keeps an active manager."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden, Invalid, NotFound
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.events import GrantChanged, GrantWithdrawn
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import people, rights, rule, tree

_LAST = "This is the last manager. Make somebody else a manager without an end date first."


async def grant(
    work: Work,
    ref: Ref,
    subject: Subject,
    level: Level,
    *,
    execute: bool = True,
    expires_at: int | None = None,
) -> None:
    """Give `subject` this level on the object and all below it, in place of what it was given there before.

    For managers; never more or longer than their own right. Raises NotFound, Forbidden, or
    Invalid with what to change. Giving the same again changes nothing and says nothing.
    """
    space_id, own = await _opened(work, ref)
    await _check_subject(work, subject, level)
    if level > own:
        raise Forbidden(f"You are {own.name} here and cannot give more than that.")
    if level is Level.none:
        raise Invalid("Choose a role, or withdraw the access.")
    await _check_end(work, ref, expires_at)
    await _check_personal(work, ref, space_id)
    row = await work.first(select(grants).where(_held(ref, subject)))
    values: dict[str, int | None] = {"level": int(level), "execute": execute, "expires_at": expires_at}
    if row is not None and values == {name: getattr(row, name) for name in values}:
        return
    if row is None:
        await _insert(work, ref, subject, values)
    else:
        _check_above(row.level, own)
        if level < Level.manager or expires_at is not None:
            await _keep_manager(work, ref, space_id, subject)
        stamp = {"granted_by": work.actor.id, "created_at": now()}
        await work.execute(update(grants).where(grants.c.id == row.id).values(**values, **stamp))
    _tell(work, ref, subject, level, execute=execute, expires_at=expires_at)


async def withdraw(work: Work, ref: Ref, subject: Subject) -> None:
    """Take back what `subject` was given on this very object; nothing to do if that is nothing.

    For managers, and for members who give up their own. Raises NotFound, Forbidden, or
    Invalid if the access is inherited from above, or is that of the last manager.
    """
    leaving = subject == Subject("member", tree.member_of(work) or "")
    space_id, own = await _opened(work, ref, Level.reader if leaving else Level.manager)
    row = await work.first(select(grants).where(_held(ref, subject)))
    if row is None:
        if above := await _inherited(work, ref, subject):
            raise Invalid(f"This access comes from the {above} above; change it there.")
        return
    _check_above(row.level, own)
    await _check_personal(work, ref, space_id)
    await _keep_manager(work, ref, space_id, subject)
    await work.execute(delete(grants).where(grants.c.id == row.id))
    await _tell_withdrawn(work, ref, subject, Level(row.level))


async def forget_groups(workspace: Workspace, batch: Sequence[Recorded]) -> None:
    """Follower of the event stream: what a deleted group was given goes.

    Nobody gets a right to content because somebody else lost it: a space left without active manager waits until
    an administrator gives it one, by a verb of its own (`managers.take_over`).
    """
    for event in batch:
        if event.type == "GroupDeleted":
            async with workspace.db.unit(SYSTEM) as work:
                held = grants.c.subject_id == Ref.parse(event.ref).id
                await work.execute(delete(grants).where(grants.c.subject_kind == "group", held))


async def some_expired(work: Work) -> bool:
    """Whether the end of a grant has passed."""
    return await work.first(select(grants.c.id).where(grants.c.expires_at <= now()).limit(1)) is not None


async def remove_expired(work: Work, limit: int = 100) -> int:
    """Remove up to `limit` grants whose end has passed and tell of each; returns how many. Two may run at once."""
    over = (
        select(grants, objects.c.kind)
        .join(objects, objects.c.id == grants.c.object_id)
        .where(grants.c.expires_at <= now())
        .order_by(grants.c.expires_at)
        .limit(limit)
        .with_for_update(of=grants, skip_locked=True)
    )
    rows = await work.all(over)
    await work.execute(delete(grants).where(grants.c.id.in_([row.id for row in rows])))
    for row in rows:
        ref, subject = Ref(row.kind, row.object_id), Subject(row.subject_kind, row.subject_id)
        await _tell_withdrawn(work, ref, subject, Level(row.level), expired=True)
    return len(rows)


async def _tell_withdrawn(
    work: Work, ref: Ref, subject: Subject, level: Level, *, expired: bool = False
) -> None:
    """Publish that a grant has gone, to those who lost it and to the managers."""
    lost = set(await people.behind(work, subject)) | await people.managers(work, ref)
    work.publish(
        GrantWithdrawn(
            ref=str(ref), members=tuple(sorted(lost)), subject=str(subject), level=level.name, expired=expired
        )
    )


async def _opened(work: Work, ref: Ref, at_least: Level = Level.manager) -> tuple[str, Level]:
    """Check the right, hold the space, check again: somebody may have withdrawn it meanwhile."""
    await rights.require(work, ref, at_least, held=True)
    space_id = (await tree.lock_spaces(work, (ref,)))[ref]
    return space_id, await rights.require(work, ref, at_least, held=True)


async def _check_subject(work: Work, subject: Subject, level: Level) -> None:
    if subject.kind == "member":
        if subject.id == tree.member_of(work):
            raise Invalid("You cannot change your own role; ask another manager.")
        state = (await lookup.states(work, (subject.id,))).get(subject.id)
        if state is None:
            raise NotFound("There is no such member.")
        if not state[1]:
            raise Invalid("This member’s account is disabled; enable it first.")
    elif subject.kind == "group":
        if not await lookup.group_names(work, (subject.id,)):
            raise NotFound("There is no such group.")
    elif level is Level.manager:
        raise Invalid("Only members and groups can be managers; choose editor at most.")


async def _check_end(work: Work, ref: Ref, expires_at: int | None) -> None:
    if expires_at is not None and expires_at <= now():
        raise Invalid("This end date is in the past; choose a later one.")
    own_end = await _own_end(work, ref)
    if own_end is not None and (expires_at is None or expires_at > own_end):
        raise Forbidden("Your own role here ends before that; choose an end date no later than yours.")


async def _own_end(work: Work, ref: Ref) -> int | None:
    """When the acting manager's right ends: its latest end, None if it lasts."""
    ends: list[int] = []
    for part in rule.parts(work.actor):
        if isinstance(part, rule.Placed):
            continue
        query = (
            select(grants.c.expires_at)
            .join(object_ancestors, object_ancestors.c.ancestor_id == grants.c.object_id)
            .where(
                object_ancestors.c.object_id == ref.id,
                grants.c.level == int(Level.manager),
                part.where(grants),
            )
        )
        found = [row.expires_at for row in await work.all(query)]
        if None not in found:
            ends.append(max(found, default=0))
    return min(ends, default=None)


async def _check_personal(work: Work, ref: Ref, space_id: str) -> None:
    if ref.id == space_id and (await rights.place(work, ref))[1] is not None:
        raise Invalid("“My files” as a whole stays yours alone; share a folder or a file in it.")


def _check_above(held: int, own: Level) -> None:
    if held > own:
        raise Forbidden(f"You are {own.name} here and cannot change the access of a {Level(held).name}.")


async def _keep_manager(work: Work, ref: Ref, space_id: str, subject: Subject) -> None:
    """Refuse to touch the grant of a space's last lasting active manager. The space is held."""
    if ref.id != space_id:
        return
    lasting = await work.all(
        select(grants.c.subject_kind, grants.c.subject_id).where(grants.c.object_id == ref.id, _lasting())
    )
    if {Subject(*row) for row in lasting} == {subject}:
        raise Invalid(_LAST)


def _lasting() -> ColumnElement[bool]:
    """Manager grants without end to an active member, or to a group that has one."""
    person = and_(grants.c.subject_kind == "member", lookup.is_active(grants.c.subject_id))
    group = and_(grants.c.subject_kind == "group", lookup.has_active(grants.c.subject_id))
    return and_(grants.c.level == int(Level.manager), grants.c.expires_at.is_(None), or_(person, group))


def _through(subject: Subject) -> ColumnElement[bool]:
    """Grants to the subject, and to the groups of a member."""
    direct = and_(grants.c.subject_kind == subject.kind, grants.c.subject_id == subject.id)
    if subject.kind != "member":
        return direct
    groups = and_(grants.c.subject_kind == "group", grants.c.subject_id.in_(lookup.groups_of(subject.id)))
    return or_(direct, groups)


def _held(ref: Ref, subject: Subject) -> ColumnElement[bool]:
    return and_(
        grants.c.object_id == ref.id,
        grants.c.subject_kind == subject.kind,
        grants.c.subject_id == subject.id,
    )


async def _inherited(work: Work, ref: Ref, subject: Subject) -> str | None:
    """The kind of the nearest object above that gives the subject something."""
    above = object_ancestors
    row = await work.first(
        select(objects.c.kind)
        .join(above, above.c.ancestor_id == objects.c.id)
        .join(grants, grants.c.object_id == objects.c.id)
        .where(
            above.c.object_id == ref.id,
            grants.c.subject_kind == subject.kind,
            grants.c.subject_id == subject.id,
        )
        .order_by(above.c.depth)
        .limit(1)
    )
    return None if row is None else str(row.kind)


async def _insert(work: Work, ref: Ref, subject: Subject, values: dict[str, int | None]) -> None:
    await work.execute(
        insert(grants).values(
            id=new_id(),
            object_id=ref.id,
            subject_kind=subject.kind,
            subject_id=subject.id,
            granted_by=work.actor.id,
            created_at=now(),
            **values,
        )
    )


def _tell(
    work: Work, ref: Ref, subject: Subject, level: Level, *, execute: bool, expires_at: int | None
) -> None:
    members = (subject.id,) if subject.kind == "member" else ()
    work.publish(
        GrantChanged(
            ref=str(ref),
            members=members,
            subject=str(subject),
            level=level.name,
            execute=execute,
            expires_at=expires_at,
        )
    )
