"""Members and groups."""

import asyncio

import pytest

from openpaas_workspace.accounts.schemas import (
    GroupName,
    MemberPatch,
    MemberQuery,
    MePatch,
    NewMember,
    NewToken,
)
from openpaas_workspace.accounts.service import groups, links, members, tokens
from openpaas_workspace.accounts.service.actors import actor_of_member, by_session, by_token
from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


@pytest.fixture
async def root(people) -> Actor:
    return await people.actor(await people.add("root", administrator=True))


async def create(workspace, actor, **body):
    async with workspace.db.unit(actor) as work:
        return await members.create_member(work, NewMember(**body))


async def test_two_at_once_cannot_take_one_name(workspace, root):
    answers = await asyncio.gather(
        create(workspace, root, username="Straße"),
        create(workspace, root, username="STRASSE"),
        create(workspace, root, username="one", email="a@example.org"),
        create(workspace, root, username="two", email="A@EXAMPLE.ORG"),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Conflict) for answer in answers[:2]) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers[2:]) == 1
    await create(workspace, root, username="three")
    await create(workspace, root, username="four")  # no address is not the same address


async def test_only_administrators_create_change_and_disable(workspace, people, root):
    bob = await people.add("bob")
    actor = await people.actor(bob)
    for attempt in (
        lambda work: members.create_member(work, NewMember(username="x")),
        lambda work: members.update_member(work, bob, MemberPatch(administrator=True)),
        lambda work: members.disable_member(work, root.id),
        lambda work: members.enable_member(work, bob),
        lambda work: links.create_reset_link(work, root.id),
        links.create_setup_link,
        lambda work: tokens.create_token_for(work, bob, NewToken(name="x", scopes=["all"])),
        lambda work: groups.create_group(work, GroupName(name="x")),
    ):
        for who in (actor, NOBODY):
            with pytest.raises(Forbidden):
                async with workspace.db.unit(who) as work:
                    await attempt(work)


async def test_disabling_ends_everything_the_member_had(workspace, people, root, published):
    bob = await people.add("bob")
    opened = await people.login("bob")
    async with workspace.db.unit(SYSTEM) as work:
        token = await tokens.create_token_for(work, bob, NewToken(name="x", scopes=["all"]))
        link = await links.create_reset_link(work, bob)
    async with workspace.db.unit(root) as work:
        assert (await members.disable_member(work, bob)).disabled
        await members.disable_member(work, bob)
    async with workspace.db.read(NOBODY) as work:
        assert await by_session(work, opened.secret) is None
        assert await by_token(work, token.secret) is None
        with pytest.raises(Unauthenticated):
            await actor_of_member(work, bob)
    async with workspace.db.unit(root) as work:
        await members.enable_member(work, bob)
    from tests.accounts.conftest import HERE

    with pytest.raises(NotFound):
        await links.find_link(workspace, link.path.rpartition("/")[2], "reset", HERE)
    async with workspace.db.read(NOBODY) as work:
        assert await by_session(work, opened.secret) is None
    facts = await published()
    for once in ("MemberDisabled", "MemberEnabled", "SessionEnded", "TokenRevoked"):
        assert facts.count(once) == 1


async def test_there_is_always_an_administrator(workspace, people, root):
    other = await people.actor(await people.add("other", administrator=True))

    async def demote(actor, whom):
        async with workspace.db.unit(actor) as work:
            await members.update_member(work, whom, MemberPatch(administrator=False))

    answers = await asyncio.gather(demote(root, other.id), demote(other, root.id), return_exceptions=True)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    last = root if answers[0] is None else other
    for end in (
        members.disable_member,
        lambda w, i: members.update_member(w, i, MemberPatch(administrator=False)),
    ):
        with pytest.raises(Conflict):
            async with workspace.db.unit(last) as work:
                await end(work, last.id)


async def test_the_directory_hides_addresses_and_disabled_members(workspace, people, root):
    alice = await people.add("alice", email="alice@example.org", display_name="Zoé 100%")
    gone = await people.add("gone", email="gone@example.org")
    async with workspace.db.unit(root) as work:
        await members.disable_member(work, gone)

    async def look(actor, **query):
        async with workspace.db.read(actor) as work:
            return await members.list_members(work, MemberQuery(**query))

    bob = await people.actor(await people.add("bob"))
    assert [m.username for m in await look(bob, disabled=True)] == ["alice", "bob", "root"]
    assert {m.email for m in await look(bob)} == {""}
    assert [m.username for m in await look(root, disabled=True)] == ["alice", "bob", "gone", "root"]
    assert (await look(root))[0].email == "alice@example.org"
    assert [m.id for m in await look(bob, q="AL")] == [alice]
    assert [m.id for m in await look(bob, q="100%")] == [alice]
    assert await look(bob, q="1%0") == []
    first = await look(bob, limit=1)
    assert [m.username for m in await look(bob, limit=5, after=first[0].id)] == ["bob", "root"]


async def test_members_change_themselves_within_bounds(workspace, people, published):
    actor = await people.actor(await people.add("alice"))
    async with workspace.db.unit(actor) as work:
        me = await members.update_me(work, MePatch(display_name=" Alice  B ", locale="en", color="#0b7a75"))
    assert (me.display_name, me.locale, me.color) == ("Alice B", "en", "#0b7a75")
    for wrong in ({"display_name": ""}, {"locale": "xx"}, {"color": "red"}, {}):
        with pytest.raises(Invalid):
            async with workspace.db.unit(actor) as work:
                await members.update_me(work, MePatch(**wrong))
    async with workspace.db.unit(actor) as work:
        await members.update_me(work, MePatch(locale="en"))  # nothing new: no event
    assert (await published()).count("MemberUpdated") == 1


async def test_groups_are_named_filled_emptied_and_removed(workspace, people, root, published):
    bob = await people.add("bob")
    async with workspace.db.unit(root) as work:
        team = await groups.create_group(work, GroupName(name="Finances"))
        await groups.add_to_group(work, team.id, bob)
        await groups.add_to_group(work, team.id, bob)
    with pytest.raises(Conflict):
        async with workspace.db.unit(root) as work:
            await groups.create_group(work, GroupName(name="FINANCES"))
    assert (await people.actor(bob)).groups == {team.id}
    async with workspace.db.read(await people.actor(bob)) as work:
        assert [(g.name, g.size) for g in await groups.list_groups(work)] == [("Finances", 1)]
        assert [m.id for m in await groups.list_group_members(work, team.id)] == [bob]
    async with workspace.db.unit(root) as work:
        assert (await groups.rename_group(work, team.id, GroupName(name="finances"))).name == "finances"
        await groups.remove_from_group(work, team.id, bob)
        with pytest.raises(NotFound):
            await groups.remove_from_group(work, team.id, bob)
        with pytest.raises(NotFound):
            await groups.add_to_group(work, team.id, "nobody")
        await groups.add_to_group(work, team.id, bob)
        await groups.delete_group(work, team.id)
    assert (await people.actor(bob)).groups == frozenset()
    facts = [fact for fact in await published() if fact.startswith("Group")]
    assert facts == [
        "GroupCreated",
        "GroupChanged",
        "GroupChanged",
        "GroupChanged",
        "GroupChanged",
        "GroupDeleted",
    ]
