"""The rule seen from the object: who holds grants on it or above it. For push, which asks for many actors at once."""

from collections.abc import Collection

from sqlalchemy import or_, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import EVERYONE, Subject

_BATCH = 10_000


class Held:
    """Holders of live grants by object; agrees with `rights.level` of a member being reader or more."""

    def __init__(self, by_ref: dict[Ref, set[Subject]]) -> None:
        self._by_ref = by_ref

    def reach(self, actor: Actor, ref: Ref) -> bool:
        """Whether the member sees the object; for actors of kind member with their groups filled."""
        subjects = self._by_ref.get(ref)
        if not subjects or actor.kind != "member":
            return False
        if EVERYONE in subjects or ("member", actor.id) in subjects:
            return True
        return any(("group", group) in subjects for group in actor.groups)


async def held(work: Work, refs: Collection[Ref]) -> Held:
    """Who holds a live grant on each object or above it, in one query for 10,000."""
    above = object_ancestors
    ids = sorted({ref.id for ref in refs})
    found: dict[Ref, set[Subject]] = {}
    for start in range(0, len(ids), _BATCH):
        query = (
            select(objects.c.kind, objects.c.id, grants.c.subject_kind, grants.c.subject_id)
            .join(above, above.c.object_id == objects.c.id)
            .join(grants, grants.c.object_id == above.c.ancestor_id)
            .where(objects.c.id.in_(ids[start : start + _BATCH]))
            .where(or_(grants.c.expires_at.is_(None), grants.c.expires_at > now()))
            .distinct()
        )
        for row in await work.all(query):
            subject = (
                EVERYONE if row.subject_kind == "everyone" else Subject(row.subject_kind, row.subject_id)
            )
            found.setdefault(Ref(row.kind, row.id), set()).add(subject)
    return Held(found)
