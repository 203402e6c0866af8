"""The own files of a member who is erased: they become the space of another one, or go to the trash. For the server."""

from sqlalchemy import func, select, update

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.events import SpaceChanged
from openpaas_workspace.files.models import aliases, spaces
from openpaas_workspace.files.service import trash
from openpaas_workspace.files.service.places import personal_space
from openpaas_workspace.files.service.rows import Acting, children
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.sharing.service import managers, tree


async def throw_all_away(workspace: Workspace, member_id: str) -> None:
    """Put all of a member's own files into the trash; rooms close. Done twice it does nothing more."""
    async with workspace.db.read(SYSTEM) as work:
        space = await personal_space(work, member_id)
        top = await children(work, space.id) if space is not None else []
    for node in top:
        await trash.throw_away(Acting(workspace, SYSTEM), node)


async def hand_over(work: Work, member_id: str, name: str, heir: str, *, archived: bool) -> str:
    """Make a member's own files the space of a team called `name`, with `heir` (or nobody) as manager; its id, if any.

    Ids, history and what was shared from there stay; the space lies where it lay.
    """
    space = await personal_space(work, member_id)
    if space is None:
        return ""
    ref = Ref("space", space.id)
    free = await _free(work, name)
    await work.execute(
        update(spaces)
        .where(spaces.c.id == space.id)
        .values(
            kind="team",
            name=free,
            name_key=name_key(free),
            owner_id=None,
            archived_at=now() if archived else None,
        )
    )
    await tree.disown(work, ref)
    if heir:
        await managers.give(work, ref, heir)
    work.publish(SpaceChanged(ref=str(ref), fields=("archived_at", "kind", "name", "owner_id")))
    return space.id


async def _free(work: Work, name: str) -> str:
    for number in range(1, 1000):
        wanted = name if number == 1 else f"{name} ({number})"
        key = name_key(wanted)
        taken = select(func.count()).select_from(spaces).where(spaces.c.name_key == key)
        alias = select(func.count()).select_from(aliases).where(aliases.c.name_key == key)
        if not (await work.scalar(taken) or await work.scalar(alias)):
            return wanted
    return f"{name} ({now()})"
