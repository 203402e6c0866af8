"""Spaces: who has which, what they are called, what is seen of them."""

import pytest

from openpaas_workspace.files.schemas import FileQuery, NewFile, NewSpace, SpacePatch
from openpaas_workspace.files.service import files, spaces
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound
from openpaas_workspace.sharing.schemas import ARCHIVED, Level
from tests.core.databases import eventually


async def change(who, space_id, **fields):
    async with who.workspace.db.unit(who.actor) as work:
        return await spaces.change(work, space_id, SpacePatch(**fields))


async def test_a_new_member_finds_an_own_space_and_the_organisation(world):
    alice = await world.member("alice", administrator=True)
    bob = await world.member("bob")

    async def welcomed():
        return any(
            space.level == "manager" for space in await spaces.all_visible(alice) if not space.owner_id
        )

    await eventually(welcomed)
    mine = await spaces.all_visible(bob)
    assert [(s.path, s.kind, s.level) for s in mine] == [
        ("~", "personal", "manager"),
        ("Organisation", "organisation", "editor"),
    ]
    assert world.root(mine[0].id).is_dir()
    async with world.workspace.db.unit(alice.actor) as work:
        again = await spaces.ensure_personal(work, "bob")
    assert again == mine[0].id


async def test_administrators_see_nothing_by_being_administrators(world):
    alice = await world.member("alice", administrator=True)
    bob = await world.member("bob")
    space_id = await world.space(bob, "Finance")
    await files.make(bob, NewFile(path="~/secret.txt"))
    assert "Finance" not in {s.path for s in await spaces.all_visible(alice)}
    for path in ("Finance", space_id, "~bob", "~bob/secret.txt"):
        with pytest.raises(NotFound):
            await files.show(alice, FileQuery(path=path))
    with pytest.raises(NotFound):
        await change(alice, space_id, name="Mine")


async def test_names_of_spaces_are_unique_and_an_old_one_leads_on_for_90_days(world):
    alice = await world.member("alice")
    space_id = await world.space(alice, "Équipe")
    for taken in ("équipe", "E\u0301QUIPE", " Équipe "):
        with pytest.raises(Conflict):
            await spaces.create(alice, NewSpace(name=taken))
    await change(alice, space_id, name="Budget", description="Money")
    found = await files.show(alice, FileQuery(path="équipe"))
    assert found.kind == "space"
    assert {s.path for s in await spaces.all_visible(alice)} >= {"Budget"}
    with pytest.raises(Conflict):
        await spaces.create(alice, NewSpace(name="Équipe"))
    await change(
        alice, space_id, name="équipe"
    )  # back: the alias of that name is gone, the other one leads here
    assert (await files.show(alice, FileQuery(path="Budget"))).kind == "space"
    events = await world.events("SpaceChanged")
    assert len(events) == 2
    assert "Budget" not in events[0].data


async def test_an_alias_ends(world, monkeypatch):
    alice = await world.member("alice")
    space_id = await world.space(alice, "Old")
    await change(alice, space_id, name="New")
    monkeypatch.setattr("openpaas_workspace.files.service.places.now", lambda: now() + 91 * 86_400_000)
    with pytest.raises(NotFound):
        await files.show(alice, FileQuery(path="Old"))


@pytest.mark.parametrize(
    "name", ["", "~", "~bob", ".", "..", ".x", "a/b", "a\\b", "a\u202eb", "é" * 128, "x\n"]
)
async def test_bad_names_are_refused_with_a_sentence(quick, name):
    alice = await quick.member("alice")
    if name == "x\n":  # blanks at the ends do not count
        assert (await spaces.create(alice, NewSpace(name=name))).name == "x"
        return
    with pytest.raises(Invalid) as refused:
        await spaces.create(alice, NewSpace(name=name))
    assert refused.value.sentence.endswith(".")


async def test_only_managers_change_a_space_and_an_archived_one_is_read_only(world):
    alice, bob = await world.member("alice"), await world.member("bob")
    space_id = await world.space(alice, "Team")
    await world.share(alice, "Team", "bob", Level.editor)
    with pytest.raises(Forbidden):
        await change(bob, space_id, name="Bobs")
    await files.make(bob, NewFile(path="Team/a.txt"))
    await change(alice, space_id, archived=True)
    with pytest.raises(Forbidden) as refused:
        await files.make(bob, NewFile(path="Team/b.txt"))
    assert refused.value.sentence == ARCHIVED
    assert [e.name for e in (await files.show(bob, FileQuery(path="Team"))).entries] == ["a.txt"]
    await change(alice, space_id, archived=False)
    await files.make(bob, NewFile(path="Team/b.txt"))


async def test_what_is_shared_alone_is_found_without_the_names_above_it(world):
    alice, bob = await world.member("alice"), await world.member("bob")
    await files.make(alice, NewFile(path="~/Secret plan", kind="folder"))
    await files.make(alice, NewFile(path="~/Secret plan/deep", kind="folder"))
    made = await files.make(alice, NewFile(path="~/Secret plan/deep/a.txt"))
    await files.make(alice, NewFile(path="~/Secret plan/deep/b.txt"))
    with pytest.raises(NotFound):
        await files.show(bob, FileQuery(path="~alice"))
    await world.share(alice, "~/Secret plan/deep/a.txt", "bob", Level.reader)
    shown = await files.show(bob, FileQuery(path="~alice"))
    assert [(e.path, e.level) for e in shown.entries] == [("~alice/a.txt", "reader")]
    assert shown.level == "none"
    assert (await files.show(bob, FileQuery(path="~alice/a.txt"))).file.id == made.id
    assert (await files.show(bob, FileQuery(path=made.id))).file.id == made.id
    assert [s.path for s in await spaces.all_visible(bob)][-1] == "~alice"
    for hidden in ("~alice/Secret plan", "~alice/Secret plan/deep/a.txt", "~alice/b.txt"):
        with pytest.raises(NotFound):
            await files.show(bob, FileQuery(path=hidden))
    await world.share(alice, "~/Secret plan/deep", "bob", Level.editor)
    shown = await files.show(bob, FileQuery(path="~alice"))
    assert [e.path for e in shown.entries] == ["~alice/deep"]
    assert (await files.show(bob, FileQuery(path="~alice/deep/b.txt"))).level == "editor"
