"""Asking for access, and answering: once, told to who must hear, and no word on what there is."""

import asyncio

import pytest

from openpaas_workspace.accounts.models import group_members
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.events import AccessAnswered, AccessRequested, GrantChanged
from openpaas_workspace.sharing.models import access_requests
from openpaas_workspace.sharing.schemas import EVERYONE, AccessAnswer, AccessWish, Level
from openpaas_workspace.sharing.service import grants, requests
from tests.sharing.places import ALICE, BOB, CAROL, DAVE, ROOT, disable, do, level, to

YES, NO = AccessAnswer(grant=True), AccessAnswer(grant=False)
READ, EDIT = AccessWish(), AccessWish(level="editor")
DAY = 86_400_000


async def waiting(workspace, actor) -> list:
    async with workspace.db.read(actor) as work:
        return await requests.waiting(work)


async def only(workspace, actor=ALICE) -> str:
    (found,) = await waiting(workspace, actor)
    return found.id


async def test_the_managers_hear_of_it_and_one_answers(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(CAROL), Level.manager)
    facts = await do(
        workspace, BOB, requests.ask, place.file, AccessWish(level="editor", message=" Please. ")
    )
    assert facts == [
        AccessRequested(ref=str(place.file), members=("alice", "carol"), member="bob", level="editor")
    ]
    (found,) = await waiting(workspace, CAROL)
    assert (found.ref, found.member_id, found.level, found.message) == (
        str(place.file), "bob", "editor", "Please.",
    )  # fmt: skip
    facts = await do(workspace, CAROL, requests.answer, found.id, AccessAnswer(grant=True, level="commenter"))
    assert [type(fact) for fact in facts] == [GrantChanged, AccessAnswered]
    assert (facts[1].members, facts[1].granted, facts[1].level) == (
        ("alice", "bob", "carol"),
        True,
        "commenter",
    )
    assert await level(workspace, BOB, place.file) == Level.commenter
    assert await level(workspace, BOB, place.folder) == Level.none
    assert await waiting(workspace, ALICE) == []


async def test_the_managers_of_a_group_hear_too(workspace, place) -> None:
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(group_members.insert().values(group_id="team", member_id="dave"))
    await do(workspace, ALICE, grants.grant, place.folder, grants.Subject("group", "team"), Level.manager)
    (fact,) = await do(workspace, BOB, requests.ask, place.file, READ)
    assert fact.members == ("alice", "carol", "dave")


async def test_asking_again_says_nothing(workspace, place) -> None:
    async with workspace.db.unit(BOB) as work:
        first = await requests.ask(work, place.file, READ)
    async with workspace.db.unit(BOB) as work:
        assert await requests.ask(work, place.file, EDIT) == first
        assert work.events == []
    assert len(await waiting(workspace, ALICE)) == 1


async def test_asking_twice_at_once_is_asking_once(workspace, place) -> None:
    ends = await asyncio.gather(*(do(workspace, BOB, requests.ask, place.file, READ) for _ in range(8)))
    assert sorted(len(facts) for facts in ends) == [0] * 7 + [1]
    assert len(await waiting(workspace, ALICE)) == 1


async def test_two_managers_answer_at_once(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(CAROL), Level.manager)
    await do(workspace, BOB, requests.ask, place.file, READ)
    id_ = await only(workspace)
    ends = await asyncio.gather(
        do(workspace, ALICE, requests.answer, id_, YES),
        do(workspace, CAROL, requests.answer, id_, NO),
        return_exceptions=True,
    )
    assert [type(end) for end in ends if isinstance(end, BaseException)] == [Conflict]
    given = await level(workspace, BOB, place.file) == Level.reader
    assert given == isinstance(ends[1], Conflict)


@pytest.mark.parametrize("what", ["nothing", "rubbish kind", "hers"])
async def test_nobody_learns_what_there_is(workspace, place, what) -> None:
    ref = {
        "nothing": Ref("file", new_id()),
        "rubbish kind": Ref("folder", place.note.id),
        "hers": place.note,
    }[what]
    async with workspace.db.unit(BOB) as work:
        first = await requests.ask(work, ref, READ)
        (fact,) = work.events
    async with workspace.db.unit(BOB) as work:
        assert await requests.ask(work, ref, READ) == first
    assert fact.members == (("alice",) if what == "hers" else ())
    assert len(await waiting(workspace, ALICE)) == (what == "hers")


async def test_who_is_no_manager_cannot_answer(workspace, place) -> None:
    for somebody, given in ((CAROL, Level.editor), (DAVE, Level.reader)):
        await do(workspace, ALICE, grants.grant, place.space, to(somebody), given)
    await do(workspace, BOB, requests.ask, place.file, READ)
    id_ = await only(workspace)
    for somebody in (CAROL, DAVE, BOB, ROOT):
        assert await waiting(workspace, somebody) == []
        with pytest.raises(NotFound):
            await do(workspace, somebody, requests.answer, id_, YES)
    with pytest.raises(NotFound):
        await do(workspace, ALICE, requests.answer, new_id(), YES)
    with pytest.raises(Forbidden):
        await do(workspace, Actor(kind="link", id="l"), requests.ask, place.file, READ)


async def test_who_has_it_need_not_ask(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.reader)
    with pytest.raises(Invalid):
        await do(workspace, BOB, requests.ask, place.file, READ)
    await do(workspace, BOB, requests.ask, place.file, EDIT)
    assert len(await waiting(workspace, ALICE)) == 1
    await do(workspace, ALICE, grants.grant, place.folder, EVERYONE, Level.editor)
    assert await waiting(workspace, ALICE) == []


async def test_yes_never_takes_anything_away(workspace, place) -> None:
    await do(workspace, BOB, requests.ask, place.file, READ)
    id_ = await only(workspace)
    await do(workspace, ALICE, grants.grant, place.file, to(BOB), Level.editor)
    await do(workspace, ALICE, requests.answer, id_, YES)
    assert await level(workspace, BOB, place.file) == Level.editor


async def test_no_holds_for_a_day(workspace, place) -> None:
    await do(workspace, BOB, requests.ask, place.file, READ)
    await do(workspace, ALICE, requests.answer, await only(workspace), NO)
    with pytest.raises(TooMany):
        await do(workspace, BOB, requests.ask, place.file, READ)
    async with workspace.db.unit(SYSTEM) as work:
        earlier = {"answered_at": access_requests.c.answered_at - DAY - 1}
        await work.execute(access_requests.update().values(**earlier))
    assert len(await do(workspace, BOB, requests.ask, place.file, READ)) == 1
    assert len(await waiting(workspace, ALICE)) == 1


async def test_what_was_given_and_taken_back_may_be_asked_for_again(workspace, place) -> None:
    await do(workspace, BOB, requests.ask, place.file, READ)
    await do(workspace, ALICE, requests.answer, await only(workspace), YES)
    await do(workspace, ALICE, grants.withdraw, place.file, to(BOB))
    assert len(await do(workspace, BOB, requests.ask, place.file, READ)) == 1


async def test_twenty_a_day(workspace, place) -> None:
    for _ in range(20):
        await do(workspace, BOB, requests.ask, Ref("file", new_id()), READ)
    with pytest.raises(TooMany):
        await do(workspace, BOB, requests.ask, place.file, READ)
    await do(workspace, DAVE, requests.ask, place.file, READ)


async def test_rubbish(workspace, place) -> None:
    with pytest.raises(Invalid):
        await do(workspace, BOB, requests.ask, place.file, AccessWish(message="x" * 501))


async def test_who_is_disabled_asks_no_more(workspace, place) -> None:
    await do(workspace, BOB, requests.ask, place.file, READ)
    id_ = await only(workspace)
    await do(workspace, ROOT, disable, BOB)
    assert await waiting(workspace, ALICE) == []
    with pytest.raises(Invalid):
        await do(workspace, ALICE, requests.answer, id_, YES)
    async with workspace.db.read(SYSTEM) as work:
        assert (
            await work.scalar(access_requests.select().with_only_columns(access_requests.c.answered_at))
            is None
        )


async def test_old_requests_are_forgotten(workspace, place) -> None:
    await do(workspace, BOB, requests.ask, place.file, READ)
    async with workspace.db.unit(SYSTEM) as work:
        assert await requests.forget(work) == 0
        await work.execute(access_requests.update().values(created_at=1))
        assert await requests.forget(work) == 1
