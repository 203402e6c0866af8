"""Sharing as people do it: who may give what to whom, what is refused and with which sentence."""

import asyncio

import pytest
from sqlalchemy import delete, func, select

from openpaas_workspace.accounts.events import GroupDeleted
from openpaas_workspace.accounts.models import group_members, groups
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.domain import domain
from openpaas_workspace.sharing.events import GrantChanged, GrantWithdrawn, ObjectMoved
from openpaas_workspace.sharing.jobs import end_grants
from openpaas_workspace.sharing.models import grants as rows
from openpaas_workspace.sharing.models import object_ancestors, objects
from openpaas_workspace.sharing.schemas import EVERYONE, Level, Subject
from openpaas_workspace.sharing.service import access, grants, managers, rights, tree
from tests.sharing.places import ALICE, BOB, CAROL, DAVE, HOUR, ROOT, disable, do, level, to
from tests.sharing.world import add, member, put_grant


async def test_share_change_and_take_back(workspace, place) -> None:
    assert await level(workspace, BOB, place.file) == Level.none
    told = await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.editor)
    assert told == [
        GrantChanged(
            ref=str(place.folder), members=("bob",), subject="member:bob", level="editor", execute=True
        )
    ]
    assert await level(workspace, BOB, place.file) == Level.editor
    assert await level(workspace, BOB, place.space) == Level.none
    assert await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.editor) == []
    await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.reader)
    assert await level(workspace, BOB, place.file) == Level.reader
    told = await do(workspace, ALICE, grants.withdraw, place.folder, to(BOB))
    assert told == [
        GrantWithdrawn(ref=str(place.folder), members=("alice", "bob"), subject="member:bob", level="reader")
    ]
    assert await level(workspace, BOB, place.file) == Level.none
    assert await do(workspace, ALICE, grants.withdraw, place.folder, to(BOB)) == []


async def test_groups_and_everyone(workspace, place) -> None:
    told = await do(workspace, ALICE, grants.grant, place.folder, Subject("group", "team"), Level.commenter)
    assert told[0].members == ()
    assert await level(workspace, member("carol", "team"), place.file) == Level.commenter
    assert await level(workspace, CAROL, place.file) == Level.none
    await do(workspace, ALICE, grants.grant, place.file, EVERYONE, Level.reader)
    assert await level(workspace, DAVE, place.file) == Level.reader
    assert await level(workspace, DAVE, place.folder) == Level.none
    assert await level(workspace, NOBODY, place.file) == Level.none
    assert await level(workspace, Actor(kind="link", id="x"), place.file) == Level.none
    (told,) = await do(workspace, ALICE, grants.withdraw, place.folder, Subject("group", "team"))
    assert told.members == ("alice", "carol")
    (told,) = await do(workspace, ALICE, grants.withdraw, place.file, EVERYONE)
    assert told.members == ("alice", "bob", "carol", "dave", "root")


async def test_who_may_share(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.editor)
    for actor, error in (
        (BOB, Forbidden),
        (CAROL, NotFound),
        (ROOT, NotFound),
        (NOBODY, NotFound),
        (Actor(kind="kernel", id=f"space:{place.space.id}", behalf="alice"), Forbidden),
    ):
        for verb, more in ((grants.grant, (Level.reader,)), (grants.withdraw, ())):
            with pytest.raises(error):
                await do(workspace, actor, verb, place.folder, to(DAVE), *more)
    with pytest.raises(NotFound):
        await do(workspace, ALICE, grants.grant, Ref("file", "absent"), to(DAVE), Level.reader)
    await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.manager)
    await do(workspace, BOB, grants.grant, place.file, to(DAVE), Level.manager)
    with pytest.raises(NotFound):
        await do(workspace, BOB, grants.grant, place.space, to(DAVE), Level.reader)


@pytest.mark.parametrize(
    ("subject", "level_", "error", "sentence"),
    [
        (to(ALICE), Level.reader, Invalid, "own role"),
        (Subject("member", "zoe"), Level.reader, Invalid, "disabled"),
        (Subject("member", "ghost"), Level.reader, NotFound, "no such member"),
        (Subject("group", "ghost"), Level.reader, NotFound, "no such group"),
        (EVERYONE, Level.manager, Invalid, "Only members and groups"),
        (Subject("link", "x"), Level.manager, Invalid, "Only members and groups"),
        (to(BOB), Level.none, Invalid, "Choose a role"),
    ],
)
async def test_refused_with_a_sentence(workspace, place, subject, level_, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        await do(workspace, ALICE, grants.grant, place.folder, subject, level_)
    async with workspace.db.read(SYSTEM) as work:
        held = select(func.count()).select_from(rows).where(rows.c.object_id == place.folder.id)
        assert await work.scalar(held) == 0


async def test_ends(workspace, place) -> None:
    with pytest.raises(Invalid, match="in the past"):
        await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.reader, expires_at=now() - 1)
    end = now() + HOUR
    await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.manager, expires_at=end)
    with pytest.raises(Forbidden, match="no later than yours"):
        await do(workspace, BOB, grants.grant, place.file, to(CAROL), Level.reader)
    with pytest.raises(Forbidden, match="no later than yours"):
        await do(workspace, BOB, grants.grant, place.file, to(CAROL), Level.reader, expires_at=end + 1)
    await do(workspace, BOB, grants.grant, place.file, to(CAROL), Level.reader, expires_at=end)


async def test_ended_grants_are_removed_and_told(workspace, place) -> None:
    async with workspace.db.unit(SYSTEM) as work:
        await put_grant(work, place.folder.id, "member", "bob", Level.reader, now() - 1)
        await put_grant(work, place.folder.id, "member", "carol", Level.reader, now() + HOUR)
    assert await level(workspace, BOB, place.file) == Level.none
    told: asyncio.Queue = asyncio.Queue()
    workspace.db.bus.listen("test", told.put)
    await asyncio.gather(end_grants(workspace), end_grants(workspace))
    async with workspace.db.read(SYSTEM) as work:
        held = await work.all(select(rows.c.subject_id).where(rows.c.object_id == place.folder.id))
        assert [row.subject_id for row in held] == ["carol"]
    async with asyncio.timeout(20):
        batch = await told.get()
    assert [(one.type, one.members, one.data["expired"]) for one in batch] == [
        ("GrantWithdrawn", ("alice", "bob"), True)
    ]
    assert told.empty()


async def test_inherited_access_is_changed_where_it_comes_from(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.reader)
    with pytest.raises(Invalid, match="folder above"):
        await do(workspace, ALICE, grants.withdraw, place.file, to(BOB))


async def test_leaving(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.folder, to(BOB), Level.reader)
    await do(workspace, BOB, grants.withdraw, place.folder, to(BOB))
    assert await level(workspace, BOB, place.file) == Level.none


async def test_my_files_stay_mine(workspace, place) -> None:
    with pytest.raises(Invalid, match="My files"):
        await do(workspace, ALICE, grants.grant, place.mine, to(BOB), Level.reader)
    with pytest.raises(Invalid, match="My files"):
        await do(workspace, ALICE, grants.withdraw, place.mine, to(ALICE))
    await do(workspace, ALICE, grants.grant, place.note, to(BOB), Level.manager)
    with pytest.raises(Invalid, match="comes from the space"):
        await do(workspace, BOB, grants.withdraw, place.note, to(ALICE))


async def test_the_last_manager_stays(workspace, place) -> None:
    space, last = place.space, "last manager"
    with pytest.raises(Invalid, match=last):
        await do(workspace, ALICE, grants.withdraw, space, to(ALICE))
    # Neither an end date, nor a group without an active member, nor a folder's manager is a lasting manager.
    await do(workspace, ALICE, grants.grant, space, to(BOB), Level.manager, expires_at=now() + HOUR)
    await do(workspace, ALICE, grants.grant, space, Subject("group", "empty"), Level.manager)
    await do(workspace, ALICE, grants.grant, place.folder, to(DAVE), Level.manager)
    with pytest.raises(Invalid, match=last):
        await do(workspace, ALICE, grants.withdraw, space, to(ALICE))
    with pytest.raises(Forbidden, match="no later"):
        await do(workspace, BOB, grants.grant, space, to(ALICE), Level.editor)
    await do(workspace, ALICE, grants.grant, space, to(BOB), Level.manager)
    await do(workspace, BOB, grants.grant, space, to(ALICE), Level.editor)
    for subject, more in ((to(BOB), {"expires_at": now() + HOUR}), (to(BOB), {"level": Level.editor})):
        with pytest.raises(Invalid, match=last):
            await do(workspace, SYSTEM, grants.grant, space, subject, **{"level": Level.manager, **more})
    await do(workspace, BOB, grants.grant, space, Subject("group", "team"), Level.manager)
    await do(workspace, BOB, grants.withdraw, space, to(BOB))
    carol = member("carol", "team")
    with pytest.raises(Invalid, match=last):
        await do(workspace, carol, grants.withdraw, space, Subject("group", "team"))


async def test_a_space_left_alone_is_nobodys_until_somebody_takes_it_over(workspace, place) -> None:
    async with workspace.db.unit(ROOT) as work:
        assert await managers.kept(work, [place.space.id]) == {place.space.id}
        assert await managers.take_over(work, place.space, "root") is False
        await disable(work, ALICE)
        assert await managers.kept(work, [place.space.id]) == set()
    assert await level(workspace, ROOT, place.file) == Level.none
    with pytest.raises(Invalid, match="active"):
        async with workspace.db.unit(ROOT) as work:
            await managers.take_over(work, place.space, "alice")
    async with workspace.db.unit(ROOT) as work:
        assert await managers.take_over(work, place.space, "root") is True
        assert [(one.ref, one.subject, one.level) for one in work.events] == [
            (str(place.space), "member:root", "manager")
        ]
    assert await level(workspace, ROOT, place.file) == Level.manager
    assert await level(workspace, ROOT, place.note) == Level.none
    async with workspace.db.unit(ROOT) as work:
        assert await managers.take_over(work, place.space, "dave") is False


async def test_what_a_deleted_group_had_goes(workspace, place) -> None:
    await domain.setup(workspace)
    await do(workspace, ALICE, grants.grant, place.space, Subject("group", "team"), Level.manager)
    async with workspace.db.unit(ROOT) as work:
        await work.execute(delete(group_members).where(group_members.c.group_id == "team"))
        await work.execute(delete(groups).where(groups.c.id == "team"))
        work.publish(GroupDeleted(ref="group:team"))
    held = select(func.count()).select_from(rows).where(rows.c.subject_id == "team")
    async with asyncio.timeout(60):
        while True:
            async with workspace.db.read(SYSTEM) as work:
                if not await work.scalar(held):
                    break
            await asyncio.sleep(0.05)
    assert await level(workspace, ROOT, place.space) == Level.none


async def access_of(workspace, actor, ref):
    async with workspace.db.read(actor) as work:
        return await access.access(work, ref)


async def test_who_has_access(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.folder, Subject("group", "team"), Level.commenter)
    end = now() + HOUR
    await do(workspace, ALICE, grants.grant, place.file, to(BOB), Level.editor, expires_at=end)
    async with workspace.db.unit(SYSTEM) as work:
        await put_grant(work, place.file.id, "link", "l0", Level.reader)
        await put_grant(work, place.file.id, "member", "dave", Level.reader, now() - 1)
    reply = await access_of(workspace, ALICE, place.file)
    assert (reply.mine, reply.may_execute, reply.may_share) == ("manager", True, True)
    assert [(e.subject, e.name, e.level, e.inherited_from, e.expires_at) for e in reply.entries] == [
        ("member:bob", "Bob", "editor", None, end),
        ("link:l0", "", "reader", None, None),
        ("group:team", "team", "commenter", str(place.folder), None),
        ("member:alice", "Alice", "manager", str(place.space), None),
    ]
    reply = await access_of(workspace, BOB, place.file)
    assert (reply.mine, reply.may_execute, reply.may_share) == ("editor", False, False)
    assert [e.subject for e in reply.entries] == ["member:bob"]
    reply = await access_of(workspace, member("carol", "team"), place.file)
    assert [e.subject for e in reply.entries] == ["member:bob", "group:team"]
    for actor, error in ((DAVE, NotFound), (ROOT, NotFound), (Actor(kind="link", id="l0"), Forbidden)):
        with pytest.raises(error):
            await access_of(workspace, actor, place.file)


def recorded(type_: str, ref: str) -> Recorded:
    return Recorded(
        seq=1,
        type=type_,
        ref=ref,
        audience="readers",
        members=(),
        actor="",
        actor_kind="",
        behalf="",
        at=0,
        data={},
    )


async def test_what_to_ask_again(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.folder, Subject("group", "team"), Level.reader)
    among = {place.file.id, place.note.id, place.space.id}
    async with workspace.db.read(SYSTEM) as work:
        for type_, ref, want in (
            ("GrantChanged", place.folder, {place.file.id}),
            ("GrantWithdrawn", place.space, {place.file.id, place.space.id}),
            ("ObjectMoved", place.note, {place.note.id}),
            ("GroupChanged", "group:team", {place.file.id}),
            ("GroupDeleted", "group:empty", set()),
            ("MemberDisabled", "member:bob", among),
            ("FileEdited", place.file, set()),
        ):
            assert await access.affected(work, recorded(type_, str(ref)), among) == want, type_
        assert await access.affected(work, recorded("GrantChanged", str(place.space)), ()) == set()


async def test_places(workspace, place) -> None:
    async with workspace.db.unit(ALICE) as work:
        with pytest.raises(Invalid, match="into itself"):
            await tree.move(work, place.folder, place.folder)
        with pytest.raises(Invalid, match="space cannot be moved"):
            await tree.move(work, place.space, place.mine)
        with pytest.raises(NotFound):
            await tree.move(work, place.file, Ref("folder", "absent"))
        with pytest.raises(NotFound):
            await add(work, "file", Ref("folder", place.space.id))
        with pytest.raises(Conflict):
            await tree.register(work, place.file, place.space)
        await tree.move(work, place.folder, place.mine)
        assert work.events == [
            ObjectMoved(ref=str(place.folder), old_parent=place.space.id, new_parent=place.mine.id)
        ]
        assert await rights.place(work, place.file) == (place.mine.id, "alice")
        await tree.remove(work, place.mine)
        left = {row.id for row in await work.all(select(objects.c.id))}
        assert left == {place.space.id}
        assert {row.object_id for row in await work.all(select(object_ancestors))} == left
        await tree.remove(work, place.mine)
