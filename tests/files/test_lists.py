"""What lies in the trash of all my spaces, what others share with me, and archives of what I may read."""

import io
import zipfile

import pytest

from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.archive import Archive, Names, safe_name
from openpaas_workspace.files.schemas import NewFile, TrashQuery
from openpaas_workspace.files.service import archive, files, lists, trash
from openpaas_workspace.kit.errors import Forbidden, Invalid, NotFound, TooLarge
from openpaas_workspace.sharing.schemas import Level


@pytest.fixture
async def team(quick):
    alice, bob, carol = [await quick.member(name) for name in ("alice", "bob", "carol")]
    space_id = await quick.space(alice, "Team")
    await files.make(alice, NewFile(path="Team/Folder", kind="folder"))
    await files.make(alice, NewFile(path="Team/Folder/Deep", kind="folder"))
    for path in ("Team/top.txt", "Team/Folder/inner.txt", "Team/Folder/Deep/deepest.ipynb"):
        await files.make(alice, NewFile(path=path))
    return quick, alice, bob, carol, space_id


async def id_of(who, path: str) -> str:
    return (await files.open_place(who, path)).id


async def test_the_trash_of_all_spaces_says_where_from_and_until_when(team) -> None:
    world, alice, bob, carol, space_id = team
    await world.share(alice, "Team", "bob", Level.editor)
    await world.share(alice, "Team", "carol", Level.reader)
    victim = await id_of(alice, "Team/Folder/inner.txt")
    await files.remove(bob, victim)
    (mine,) = await lists.thrown_away(alice, TrashQuery())
    assert (mine.file.id, mine.space, mine.folder, mine.trashed_by) == (victim, "Team", "Folder", "bob")
    assert (mine.may_purge, mine.purged_at - mine.trashed_at) == (True, 30 * 86_400_000)
    (his,) = await lists.thrown_away(bob, TrashQuery())
    assert his.may_purge is False
    assert await lists.thrown_away(carol, TrashQuery()) == []
    with pytest.raises(Forbidden):
        await lists.thrown_away(carol, TrashQuery(space=space_id))
    with pytest.raises(Forbidden):
        await trash.empty_trash(bob, space_id)
    await trash.empty_trash(alice, space_id)
    assert await lists.thrown_away(alice, TrashQuery()) == []


async def test_shared_with_me_is_what_i_do_not_read_from_above(team) -> None:
    world, alice, bob, carol, _ = team
    await world.share(alice, "Team/Folder", "bob", Level.editor)
    await world.share(alice, "Team/Folder/inner.txt", "bob", Level.manager)
    await world.share(alice, "Team", "carol", Level.reader)
    await world.share(alice, "Team/top.txt", "carol", Level.editor)
    async with world.workspace.db.read(bob.actor) as work:
        (only,) = await lists.shared_with_me(work)
    assert (only.file.path, only.space, only.shared_by, only.file.level) == (
        "Team/Folder",
        "Team",
        "alice",
        "editor",
    )
    async with world.workspace.db.read(carol.actor) as work:
        assert await lists.shared_with_me(work) == []
    await files.remove(alice, only.file.id)
    async with world.workspace.db.read(bob.actor) as work:
        assert await lists.shared_with_me(work) == []


async def test_an_archive_holds_only_what_its_reader_sees(team) -> None:
    world, alice, bob, _, space_id = team
    await world.share(alice, "Team/Folder/Deep", "bob", Level.reader)
    folder, deep = await id_of(alice, "Team/Folder"), await id_of(alice, "Team/Folder/Deep")
    whole = await archive.plan(alice, [folder])
    assert whole.name == "Folder.zip"
    assert [path for path, _ in whole.entries] == [
        "Folder/", "Folder/Deep/", "Folder/inner.txt", "Folder/Deep/deepest.ipynb",
    ]  # fmt: skip
    for hidden in (folder, "x" * 26, "../etc", ""):
        with pytest.raises((NotFound, Invalid)):
            await archive.plan(bob, [deep, hidden])
    seen = await archive.plan(bob, [space_id])
    assert [path for path, _ in seen.entries] == ["Deep/", "Deep/deepest.ipynb"]


async def test_an_archive_has_limits(team) -> None:
    world, alice, _, _, space_id = team
    settings = world.workspace.get(FilesSettings)
    settings.max_zip_entries = 3
    with pytest.raises(TooLarge, match="3 files"):
        await archive.plan(alice, [space_id])
    settings.max_zip_entries, settings.max_zip_bytes = 100, 1024
    (world.root(space_id) / "big.bin").write_bytes(b"x" * 2000)
    await world.settle(space_id)
    with pytest.raises(TooLarge):
        await archive.plan(alice, [space_id])
    with pytest.raises(Invalid):
        await archive.plan(alice, ["a"] * 0)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.txt", "a.txt"),
        ("..", "_"),
        ("C:\\x", "C__x"),
        ("con.txt", "_con.txt"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("budget 😀.csv", "budget 😀.csv"),
        ("end. ", "end"),
    ],
)
def test_names_in_an_archive_lead_nowhere_else(name, safe) -> None:
    assert safe_name(name) == safe


def test_names_in_an_archive_are_there_once_and_folders_hold_theirs() -> None:
    names = Names()
    assert names.add("1", "s", "a", folder=True) == "a/"
    assert names.add("2", "s", "A", folder=True) == "A 1/"
    assert names.add("3", "2", "x.tar.gz", folder=False) == "A 1/x.tar.gz"
    assert names.add("4", "2", "X.tar.gz", folder=False) == "A 1/X 1.tar.gz"


def test_an_archive_is_whole_without_seeking() -> None:
    made, sent = Archive(), b""
    made.folder("é/", 0)
    for name in ("é/1.txt", "é/2.png"):
        with made.open(name, 1_700_000_000_000, 5) as entry:
            entry.write(b"hello")
        sent += made.drain()
    made.end()
    sent += made.drain()
    with zipfile.ZipFile(io.BytesIO(sent)) as read:
        assert read.testzip() is None
        assert read.namelist() == ["é/", "é/1.txt", "é/2.png"]
        assert read.read("é/2.png") == b"hello"
