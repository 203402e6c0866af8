"""Two at once, and whatever anybody tries: sharing keeps its rules."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Invalid, NotFound, WorkspaceError
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import object_ancestors
from openpaas_workspace.sharing.schemas import EVERYONE, Level, Subject
from openpaas_workspace.sharing.service import grants, managers, rights, tree
from tests.conftest import examples
from tests.sharing.places import ALICE, BOB, CAROL, DAVE, HOUR, ROOT, Place, disable, do, level, to
from tests.sharing.world import add, as_, member, undone


async def blocked(workspace) -> None:
    """Wait until some connection to our schema waits for a lock."""
    waits = text(
        "SELECT 1 FROM pg_locks WHERE NOT granted"
        " AND pid IN (SELECT pid FROM pg_locks WHERE relation = 'objects'::regclass)"
    )
    async with asyncio.timeout(20):
        while True:
            async with workspace.db.read(SYSTEM) as work:
                if await work.scalar(waits):
                    return
            await asyncio.sleep(0.01)


async def overlapping(workspace, first, second) -> list[object]:
    """Run `second` while `first` has written but not committed; what each came to."""
    async with workspace.db.unit(first[0]) as work:
        await first[1](work, *first[2:])
        task = asyncio.create_task(do(workspace, *second))
        if workspace.db.is_sqlite:
            await asyncio.sleep(0)
        else:
            await blocked(workspace)
        assert not task.done()
    return (await asyncio.gather(task, return_exceptions=True))[0]


async def test_two_managers_withdraw_each_other_at_once(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.manager)
    end = await overlapping(
        workspace,
        (ALICE, grants.withdraw, place.space, to(BOB)),
        (BOB, grants.withdraw, place.space, to(ALICE)),
    )
    assert isinstance(end, NotFound)
    assert await level(workspace, ALICE, place.space) == Level.manager


async def test_two_managers_leave_at_once(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.manager)
    end = await overlapping(
        workspace,
        (ALICE, grants.withdraw, place.space, to(ALICE)),
        (BOB, grants.withdraw, place.space, to(BOB)),
    )
    assert isinstance(end, Invalid)
    assert await level(workspace, BOB, place.space) == Level.manager


async def test_the_last_active_manager_stays(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.manager)
    await do(workspace, ROOT, disable, BOB)
    with pytest.raises(Invalid):
        await do(workspace, ALICE, grants.withdraw, place.space, to(ALICE))
    assert await level(workspace, ALICE, place.space) == Level.manager


async def test_one_manager_leaves_while_the_other_is_disabled(workspace, place) -> None:
    """Nobody gets a right by it: the space waits for somebody to take it over, and only then."""
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.manager)
    async with workspace.db.unit(ALICE) as work:
        await grants.withdraw(work, place.space, to(ALICE))
        task = asyncio.create_task(do(workspace, ROOT, disable, BOB))
        await asyncio.sleep(0)
    await task
    assert await level(workspace, ROOT, place.space) == Level.none
    async with workspace.db.unit(ROOT) as work:
        assert await managers.kept(work, [place.space.id]) == set()
        assert await managers.take_over(work, place.space, ROOT.id)
    assert await level(workspace, ROOT, place.space) == Level.manager


async def test_two_folders_move_into_each_other_at_once(workspace, place) -> None:
    async with workspace.db.unit(ALICE) as work:
        other = await add(work, "folder", place.space)
    end = await overlapping(
        workspace, (ALICE, tree.move, place.folder, other), (ALICE, tree.move, other, place.folder)
    )
    assert isinstance(end, Invalid)
    async with workspace.db.read(SYSTEM) as work:
        above = select(object_ancestors.c.ancestor_id).where(object_ancestors.c.object_id == other.id)
        assert {row.ancestor_id for row in await work.all(above)} == {other.id, place.space.id}


async def test_a_file_is_made_in_a_folder_that_moves_away(workspace, place) -> None:
    file = Ref("file", new_id())
    await overlapping(
        workspace, (ALICE, tree.move, place.folder, place.mine), (ALICE, tree.register, file, place.folder)
    )
    async with workspace.db.read(ALICE) as work:
        assert await rights.place(work, file) == (place.mine.id, "alice")
        above = select(object_ancestors.c.ancestor_id).where(object_ancestors.c.object_id == file.id)
        assert {row.ancestor_id for row in await work.all(above)} == {file.id, place.folder.id, place.mine.id}


ACTORS = (ALICE, BOB, member("carol", "team"), DAVE, ROOT, NOBODY, Actor(kind="link", id="l0"))
ATTEMPTS = st.tuples(
    st.sampled_from(ACTORS),
    st.sampled_from(["space", "folder", "file", "mine", "note"]),
    st.sampled_from([to(ALICE), to(BOB), to(CAROL), to(DAVE), Subject("group", "team"), EVERYONE]),
    st.sampled_from([None, *Level]),
    st.sampled_from([None, None, HOUR]),
)
MEMBERS = (ALICE, BOB, member("carol", "team"), DAVE, ROOT)


async def picture(work, refs) -> dict:
    return {actor.id: await rights.levels(work, refs, actor) for actor in MEMBERS}


@given(attempts=st.lists(ATTEMPTS, min_size=3, max_size=15))
@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_nobody_gives_or_takes_above_his_own(workspace, attempts) -> None:
    async with undone(workspace) as work:
        place = await Place.make(work)
        refs = [place.space, place.folder, place.file, place.mine, place.note]
        before = await picture(work, refs)
        for actor, name, subject, given_level, end in attempts:
            ref, acting = getattr(place, name), as_(work, actor)
            own = await rights.level(acting, ref)
            try:
                async with work.conn.begin_nested():
                    if given_level is None:
                        await grants.withdraw(acting, ref, subject)
                    else:
                        ends = now() + end if end else None
                        await grants.grant(acting, ref, subject, given_level, expires_at=ends)
            except WorkspaceError:
                assert await picture(work, refs) == before
                continue
            after = await picture(work, refs)
            leaving = given_level is None and subject == to(actor)
            assert own == Level.manager or leaving
            changed = [(who, at) for who in after for at in refs if after[who][at] != before[who][at]]
            for who, at in changed:
                assert after[who][at] <= max(own, before[who][at])
                assert await work.first(
                    select(object_ancestors).where(
                        object_ancestors.c.object_id == at.id, object_ancestors.c.ancestor_id == ref.id
                    )
                )
            assert Level.manager in {after[actor.id][place.space] for actor in MEMBERS}
            assert {actor.id for actor in MEMBERS if after[actor.id][place.mine]} == {"alice"}
            before = after
