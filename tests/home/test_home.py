"""Home of one member: what is at hand, what others did, and nothing of what may not be seen."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from openpaas_workspace.files.schemas import FilePatch, NewFile, SpacePatch
from openpaas_workspace.files.service import files, spaces
from openpaas_workspace.home.service import pins
from openpaas_workspace.home.service.home import home
from openpaas_workspace.home.service.visits import Visits
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service.openings import Openings
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants
from tests.core.databases import eventually, told


async def make(who, path: str, kind: str = "file", **more):
    return await files.make(who, NewFile(path=path, kind=kind, **more))


async def edit(world, who, file_id: str, text: str) -> None:
    await world.host.write(file_id, text, who.actor, base_seq=None)
    await told(world.workspace)


async def pin(who, ref: str) -> None:
    async with who.workspace.db.unit(who.actor) as work:
        await pins.pin(work, ref)


async def unpin(who, ref: str) -> None:
    async with who.workspace.db.unit(who.actor) as work:
        await pins.unpin(work, ref)


def said(answer) -> list[tuple[str, str, str]]:
    return [(change.actor, change.verb, change.name) for change in answer.changes]


@pytest.fixture
async def desk(world):
    """Alice has a space that Bob edits; Carol sees nothing of it."""
    people = [await world.member(name) for name in ("alice", "bob", "carol")]
    await world.space(people[0], "Finances")
    await world.share(people[0], "Finances", "bob", Level.editor)
    await told(world.workspace)
    return world, *people


async def test_a_fresh_member_has_an_empty_home(world) -> None:
    dave = await world.member("dave")
    shown = await home(dave)
    assert (shown.member, shown.name, shown.since) == ("dave", "Dave", 0)
    assert (shown.recent, shown.pinned, shown.changes, shown.more) == ([], [], [], False)
    assert [space.kind for space in shown.spaces] == ["personal", "organisation"]
    assert shown.spaces_total == 2


async def test_recent_is_what_i_opened_or_edited_the_newest_first(desk) -> None:
    world, alice, bob, carol = desk
    one, two = await make(alice, "Finances/un.md"), await make(alice, "Finances/deux.md")
    assert (await home(bob)).recent == []
    openings = world.workspace.get(Openings)
    for info in (one, two, one):
        openings.opened(bob.actor, Ref("file", info.id))
    visits = world.workspace.get(Visits)
    before = [file.name for file in (await home(bob)).recent]
    await visits.write()
    after = [file.name for file in (await home(bob)).recent]
    assert before == after == ["un.md", "deux.md"]
    await edit(world, bob, two.id, "Bonjour.\n")
    await eventually(lambda: _first(bob, "deux.md"))
    first = (await home(bob)).recent[0]
    assert (first.edited_by, first.space, first.level, first.pinned) == ("bob", "Finances", "editor", False)
    assert (await home(alice)).recent == (await home(carol)).recent == []


async def _first(who, name: str) -> bool:
    return (await home(who)).recent[0].name == name


async def test_what_a_program_reads_is_nobodys_visit(desk) -> None:
    world, alice, *_ = desk
    info = await make(alice, "Finances/un.md")
    openings = world.workspace.get(Openings)
    openings.opened(Actor(kind="member", id="alice", scopes=frozenset({"files:read"})), Ref("file", info.id))
    openings.opened(Actor(kind="kernel", id="member:alice"), Ref("file", info.id))
    assert (await home(alice)).recent == []


async def test_what_i_may_not_see_any_more_is_gone_from_recent_and_pins(desk) -> None:
    world, alice, bob, _ = desk
    info = await make(alice, "Finances/un.md")
    world.workspace.get(Openings).opened(bob.actor, Ref("file", info.id))
    await pin(bob, info.ref)
    shown = await home(bob)
    assert [file.pinned for file in shown.recent] == [True]
    assert [file.name for file in shown.pinned] == ["un.md"]
    async with world.workspace.db.unit(alice.actor) as work:
        space = (await home(alice)).spaces[1]
        await grants.withdraw(work, Ref.parse(space.ref), Subject("member", "bob"))
    shown = await home(bob)
    assert (shown.recent, shown.pinned, said(shown)) == ([], [], [])
    assert [space.kind for space in shown.spaces] == ["personal", "organisation"]
    with pytest.raises(NotFound):
        await pin(bob, info.ref)
    await unpin(bob, info.ref)
    with pytest.raises(NotFound):
        await unpin(bob, info.ref)


async def test_pins_are_files_folders_and_spaces_and_not_too_many(desk) -> None:
    _, alice, *_ = desk
    folder = await make(alice, "Finances/dossier", "folder")
    space = (await home(alice)).spaces[1]
    for ref in (folder.ref, space.ref, folder.ref):
        await pin(alice, ref)
    assert [(one.kind, one.name) for one in (await home(alice)).pinned] == [
        ("folder", "dossier"),
        ("space", "Finances"),
    ]
    for wrong in ("member:alice", "nonsense", "file:../x"):
        with pytest.raises(Invalid):
            await pin(alice, wrong)
    for number in range(48):
        await pin(alice, (await make(alice, f"Finances/{number}.md")).ref)
    with pytest.raises(Conflict):
        await pin(alice, (await make(alice, "Finances/51.md")).ref)
    await files.remove(alice, folder.id)
    assert "dossier" not in [one.name for one in (await home(alice)).pinned]


async def test_changes_are_said_once_for_author_object_and_verb(desk) -> None:
    world, alice, bob, carol = desk
    old = await make(alice, "Finances/ancien.md")
    await told(world.workspace)
    assert ("alice", "shared", "Finances") in said(await home(bob))
    visits = world.workspace.get(Visits)
    await visits.write()
    visits._gap = -1
    made = await make(alice, "Finances/nouveau.md")
    for turn in range(3):
        await edit(world, alice, made.id, f"{turn}\n")
    await edit(world, alice, old.id, "modifié\n")
    for name in ("a.md", "b.md"):
        await files.patch(alice, old.id, FilePatch(name=name))
    await told(world.workspace)
    fresh = said(await home(bob))
    assert fresh[:3] == [
        ("alice", "renamed", "b.md"),
        ("alice", "edited", "b.md"),
        ("alice", "created", "nouveau.md"),
    ]
    assert not [row for row in fresh if row[0] == "bob"]
    assert said(await home(alice)) == []
    assert said(await home(carol)) == []


async def test_many_new_files_in_a_place_are_one_row(desk) -> None:
    world, alice, bob, carol = desk
    folder = await make(alice, "Finances/Import", "folder")
    for number in range(6):
        await make(alice, f"Finances/Import/{number}.csv")
    await told(world.workspace)
    rows = [change for change in (await home(bob)).changes if change.verb in {"added", "created"}]
    assert (rows[0].verb, rows[0].name, rows[0].count, rows[0].ref) == ("added", "Import", 6, folder.ref)
    assert said(await home(carol)) == []


async def test_what_was_thrown_away_is_told_by_its_end_only(desk) -> None:
    world, alice, bob, _ = desk
    info = await make(alice, "Finances/brouillon.md")
    await edit(world, alice, info.id, "x\n")
    await files.remove(alice, info.id)
    await told(world.workspace)
    rows = [row for row in said(await home(bob)) if row[2] == "brouillon.md"]
    assert rows == [("alice", "trashed", "brouillon.md")]


async def test_one_shared_file_tells_nothing_of_the_rest(desk) -> None:
    world, alice, _, carol = desk
    secret, open_ = await make(alice, "Finances/secret.md"), await make(alice, "Finances/public.md")
    await world.share(alice, "Finances/public.md", "carol", Level.reader)
    for info in (secret, open_):
        await edit(world, alice, info.id, "x\n")
    shown = await home(carol)
    assert {row[2] for row in said(shown)} == {"public.md"}
    assert shown.changes[0].level in {None, "reader"}
    assert [space.kind for space in shown.spaces] == ["personal", "organisation"]


async def test_a_visit_ends_after_a_while_away(desk) -> None:
    world, alice, bob, _ = desk
    visits = world.workspace.get(Visits)
    first = await home(bob)
    assert first.since == 0
    await visits.write()
    visits._gap = -1
    await make(alice, "Finances/neuf.md")
    await told(world.workspace)
    second = await home(bob)
    assert second.since > 0
    assert said(second) == [("alice", "created", "neuf.md")]
    visits._gap = 60_000
    await visits.write()
    third = await home(bob)
    assert (third.since, said(third)) == (second.since, said(second))
    visits._gap = -1
    assert said(await home(bob)) == []


async def test_spaces_where_i_was_lately_come_first_and_archived_ones_last(desk) -> None:
    world, alice, *_ = desk
    for name in ("Achats", "Zèbres"):
        await world.space(alice, name)
    info = await make(alice, "Zèbres/un.md")
    world.workspace.get(Openings).opened(alice.actor, Ref("file", info.id))
    names = [space.name for space in (await home(alice)).spaces]
    assert names[1:4] == ["Zèbres", "Achats", "Finances"]
    achats = next(space.id for space in (await home(alice)).spaces if space.name == "Achats")
    async with world.workspace.db.unit(alice.actor) as work:
        await spaces.change(work, achats, SpacePatch(archived=True))
    shown = (await home(alice)).spaces
    assert (shown[-1].name, shown[-1].archived) == ("Achats", True)


async def test_visits_are_kept_to_the_newest(desk) -> None:
    world, alice, *_ = desk
    visits = world.workspace.get(Visits)
    for number in range(300):
        visits._opened["alice", f"f{number:03}"] = 1000 + number
    await visits.write()
    async with world.workspace.db.read(alice.actor) as work:
        kept = await visits.latest(work, "alice", 1000)
    assert len(kept) == 200
    assert next(iter(kept)) == Ref("file", "f299")


async def test_what_is_being_written_is_known_meanwhile(quick, monkeypatch) -> None:
    visits = quick.workspace.get(Visits)
    visits.opened("m1", Ref("file", "f1"))
    unit, opened, go_on = quick.workspace.db.unit, asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow(actor):
        opened.set()
        await go_on.wait()
        async with unit(actor) as work:
            yield work

    monkeypatch.setattr(quick.workspace.db, "unit", slow)
    writing = asyncio.create_task(visits.write())
    await opened.wait()
    async with quick.workspace.db.read(SYSTEM) as work:
        assert list(await visits.latest(work, "m1", 5)) == [Ref("file", "f1")]
    go_on.set()
    await writing
    async with quick.workspace.db.read(SYSTEM) as work:
        assert list(await visits.latest(work, "m1", 5)) == [Ref("file", "f1")]
