"""Verbs on pins: what a member keeps at hand."""

from sqlalchemy import delete, func, insert, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.home.events import Pinned, Unpinned
from openpaas_workspace.home.models import pins
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights
from openpaas_workspace.sharing.service.tree import member_of

MOST = 50
_KINDS = frozenset({"file", "folder", "space"})
_p = pins.c


async def pin(work: Work, ref: str) -> None:
    """Keep a file, folder or space at hand; doing it twice is as good as once."""
    member_id, parsed = _mine(work), Ref.parse(ref)
    if parsed.kind not in _KINDS:
        raise Invalid("Pin a file, a folder or a space.")
    await rights.require(work, parsed, Level.reader)
    if (
        await work.first(select(_p.at).where(_p.member_id == member_id, _p.object_id == parsed.id))
        is not None
    ):
        return
    if (await work.scalar(select(func.count()).where(_p.member_id == member_id)) or 0) >= MOST:
        raise Conflict("You have pinned 50 things already; unpin one first.")
    await work.execute(
        insert(pins).values(member_id=member_id, object_id=parsed.id, kind=parsed.kind, at=now())
    )
    work.publish(Pinned(ref=str(parsed), members=(member_id,)))


async def unpin(work: Work, ref: str) -> None:
    """Take a pin away; raises NotFound without one."""
    member_id, parsed = _mine(work), Ref.parse(ref)
    gone = await work.execute(delete(pins).where(_p.member_id == member_id, _p.object_id == parsed.id))
    if not gone:
        raise NotFound
    work.publish(Unpinned(ref=str(parsed), members=(member_id,)))


async def pinned(work: Work, member_id: str) -> list[Ref]:
    """What the member pinned, the oldest pin first."""
    query = select(_p.kind, _p.object_id).where(_p.member_id == member_id).order_by(_p.at, _p.object_id)
    return [Ref(row.kind, row.object_id) for row in await work.all(query)]


def _mine(work: Work) -> str:
    member_id = member_of(work)
    if not member_id:
        raise Forbidden("Only members have a Home.")
    return member_id
