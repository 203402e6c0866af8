"""A space that alice manages, and what tests of sharing do in it."""

from sqlalchemy import update

from openpaas_workspace.accounts.models import members
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import rights
from tests.sharing.world import add, add_group, add_member, as_, member

ALICE, BOB, CAROL, DAVE = (member(name) for name in ("alice", "bob", "carol", "dave"))
ROOT = member("root", administrator=True)
HOUR = 3_600_000


def to(actor: Actor) -> Subject:
    return Subject("member", actor.id)


class Place:
    """Alice's space with a folder and a file in it, and her own files with a note."""

    @classmethod
    async def make(cls, work) -> "Place":
        for name in ("alice", "bob", "carol", "dave"):
            await add_member(work, name)
        await add_member(work, "root", administrator=True)
        await add_member(work, "zoe", disabled=True)
        await add_group(work, "team", "carol", "zoe")
        await add_group(work, "empty", "zoe")
        place = cls()
        place.space = await add(as_(work, ALICE), "space")
        place.folder = await add(as_(work, ALICE), "folder", place.space)
        place.file = await add(as_(work, ALICE), "file", place.folder)
        place.mine = await add(as_(work, ALICE), "space", personal=True)
        place.note = await add(as_(work, ALICE), "file", place.mine)
        return place


async def do(workspace, actor, verb, *arguments, **more):
    """One verb in a unit of its own; returns the facts it published."""
    async with workspace.db.unit(actor) as work:
        await verb(work, *arguments, **more)
        return work.events


async def level(workspace, actor, ref) -> Level:
    async with workspace.db.read(actor) as work:
        return await rights.level(work, ref)


async def disable(work, actor) -> None:
    await work.execute(update(members).where(members.c.id == actor.id).values(disabled_at=now()))
