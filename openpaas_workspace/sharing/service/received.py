"""What an actor was given by itself: the rows behind “Shared with me”."""

from typing import NamedTuple

from sqlalchemy import or_, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.sharing.models import grants, objects
from openpaas_workspace.sharing.service import rights, rule


class Received(NamedTuple):
    """The newest grant that reaches the actor on this very object."""

    object_id: str
    granted_by: str
    at: int


async def received(work: Work, *, limit: int = 1000) -> list[Received]:
    """Folders and files given to the actor, directly or by a group, that the actor does not read from above."""
    mine = [part for part in rule.parts(work.actor) if isinstance(part, rule.Granted)]
    if not mine:
        return []
    query = (
        select(grants.c.object_id, grants.c.granted_by, grants.c.created_at)
        .join(objects, objects.c.id == grants.c.object_id)
        .where(
            objects.c.parent_id.is_not(None),
            or_(*(part.where(grants) for part in mine)),
            ~rights.allowed(work.actor, objects.c.parent_id),
            rights.allowed(work.actor, objects.c.id),
        )
        .order_by(grants.c.created_at.desc(), grants.c.object_id)
        .limit(limit)
    )
    newest: dict[str, Received] = {}
    for row in await work.all(query):
        newest.setdefault(row.object_id, Received(row.object_id, row.granted_by, row.created_at))
    return list(newest.values())
