"""The members behind grants: those of a subject, those who manage an object."""

from sqlalchemy import or_, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import EVERYONE, Level, Subject


async def behind(work: Work, subject: Subject) -> list[str]:
    """The members behind a subject who are there to hear."""
    if subject.kind == "member":
        return [subject.id]
    if subject.kind == "group":
        return await lookup.active(work, group_id=subject.id)
    return await lookup.active(work) if subject == EVERYONE else []


async def managers(work: Work, ref: Ref) -> set[str]:
    """The members who manage an object, by themselves or through a group; none if there is no such object."""
    above = object_ancestors
    holders = (
        select(grants.c.subject_kind, grants.c.subject_id)
        .join(above, above.c.ancestor_id == grants.c.object_id)
        .join(objects, objects.c.id == above.c.object_id)
        .where(
            objects.c.id == ref.id,
            objects.c.kind == ref.kind,
            grants.c.level == int(Level.manager),
            or_(grants.c.expires_at.is_(None), grants.c.expires_at > now()),
        )
    )
    found: set[str] = set()
    for row in await work.all(holders):
        found |= set(await behind(work, Subject(row.subject_kind, row.subject_id)))
    return found
