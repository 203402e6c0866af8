"""Whose kernel: a kernel never has more than every author of its notebook."""

from sqlalchemy import and_, bindparam, exists, not_, or_, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import grants, object_ancestors
from openpaas_workspace.sharing.schemas import ARCHIVED, Level
from openpaas_workspace.sharing.service import rights

_ASK = "Ask a manager of the space to let you run code in it, or copy this to your files to run it there."
_OWN = "Ask its owner to share it with you for editing, or copy it to your files to run it there."


async def principal(work: Work, ref: Ref, actor: Actor | None = None) -> str:
    """As whom code of this file runs when the actor starts it: `member:<id>`, `space:<id>` or `file:<id>`.

    In a space: the space, for editors of the whole of it. In a member's own files: the member,
    for the member alone, while nobody else may edit the file; otherwise the file itself, for
    its editors. A folder or a personal space runs for its owner only. Raises NotFound, or
    Forbidden with what to do.
    """
    actor = actor or work.actor
    await rights.require(work, ref, Level.reader, actor)
    space_id, owner = await rights.place(work, ref)
    if actor.kind == "link":
        raise Forbidden("Log in to run code.")
    if owner is None:
        root = Ref("space", space_id)
        if await rights.executes(work, root, actor) < Level.editor:
            raise Forbidden(ARCHIVED if await rights.archived(work, root) else _ASK)
        return f"space:{space_id}"
    if ref.kind == "file" and await _edited_by_others(work, ref, owner):
        if await rights.executes(work, ref, actor) < Level.editor:
            raise Forbidden(_OWN)
        return f"file:{ref.id}"
    if not _is(actor, owner):
        raise Forbidden(_OWN)
    return f"member:{owner}"


async def may_execute(work: Work, ref: Ref, actor: Actor | None = None) -> bool:
    """Whether the actor may run code of this object at all; see `principal` for as whom."""
    try:
        await principal(work, ref, actor)
    except (Forbidden, NotFound):
        return False
    return True


def _is(actor: Actor, owner: str) -> bool:
    if actor.kind == "member":
        return actor.id == owner
    return actor.kind == "system" or (actor.kind == "kernel" and actor.id == f"member:{owner}")


_above = object_ancestors
_OTHERS = select(
    exists(
        select(1)
        .select_from(_above.join(grants, grants.c.object_id == _above.c.ancestor_id))
        .where(
            _above.c.object_id == bindparam("object"),
            grants.c.level >= int(Level.editor),
            not_(and_(grants.c.subject_kind == "member", grants.c.subject_id == bindparam("owner"))),
            or_(grants.c.expires_at.is_(None), grants.c.expires_at > bindparam("moment")),
        )
    )
)


async def _edited_by_others(work: Work, ref: Ref, owner: str) -> bool:
    return bool(await work.scalar(_OTHERS, {"object": ref.id, "owner": owner, "moment": now()}))
