"""Folders and files: make, rename, move, copy, trash; on disk and in rows alike."""

import contextlib
import contextvars
import os

import pytest

from openpaas_workspace.core import beneath
from openpaas_workspace.core.db import Database
from openpaas_workspace.files.schemas import FilePatch, FileQuery, NewFile, TrashQuery
from openpaas_workspace.files.service import content, copying, files, lists, nodes, trash
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from openpaas_workspace.sharing.schemas import Level
from tests.files.world import digest


async def put(who, path, data):
    place = await files.open_place(who, path)
    return await content.put(who, place.node, data, digest=digest(data))


async def read(who, path):
    return (await content.get(who, (await files.open_place(who, path)).node))[0]


async def names(who, path):
    return [entry.name for entry in (await files.show(who, FileQuery(path=path))).entries]


@pytest.fixture
async def team(world):
    alice, bob = await world.member("alice"), await world.member("bob")
    return alice, bob, await world.space(alice, "Team")


async def test_a_day_of_a_file(world, team):
    alice, _bob, space_id = team
    await files.make(alice, NewFile(path="Team/Plan 📊", kind="folder"))
    made = await files.make(alice, NewFile(path="Team/Plan 📊/é.txt"))
    await put(alice, "Team/Plan 📊/é.txt", b"hello")
    assert (world.root(space_id) / "Plan 📊" / "é.txt").read_bytes() == b"hello"
    assert await read(alice, "team/plan 📊/E\u0301.TXT") == b"hello"
    renamed = await files.patch(alice, made.id, FilePatch(name="b.txt"))
    assert renamed.path == "Team/Plan 📊/b.txt"
    moved = await files.patch(alice, made.id, FilePatch(parent="Team"))
    assert moved.path == "Team/b.txt"
    copied = await files.make(alice, NewFile(path="Team/c.txt", copy_of="Team/b.txt"))
    assert copied.id != made.id
    assert await read(alice, "Team/c.txt") == b"hello"
    await files.remove(alice, made.id)
    assert await names(alice, "Team") == ["c.txt", "Plan 📊"]
    with pytest.raises(NotFound):
        await read(alice, "Team/b.txt")
    await files.restore(alice, made.id)
    assert await read(alice, "Team/b.txt") == b"hello"
    assert world.disk(space_id) == {path: kind for path, (kind, _) in (await world.rows(space_id)).items()}
    for event in ("FolderCreated", "FileRenamed", "FileMoved", "FileTrashed", "FileRestored", "FileEdited"):
        assert len(await world.events(event)) == 1, event
    assert "hello" not in "".join(row.data for row in await world.events("FileCreated"))


async def test_names_are_unique_whatever_their_case_or_accents(world, team):
    alice, _, space_id = team
    await files.make(alice, NewFile(path="Team/Café.txt"))
    for twin in ("café.TXT", "Cafe\u0301.txt"):
        with pytest.raises(Conflict):
            await files.make(alice, NewFile(path=f"Team/{twin}"))
    other = await files.make(alice, NewFile(path="Team/b.txt"))
    with pytest.raises(Conflict):
        await files.patch(alice, other.id, FilePatch(name="CAFÉ.txt"))
    assert set(world.disk(space_id)) == {"Café.txt", "b.txt"}
    only = await files.open_place(alice, "Team/café.txt")
    assert (await nodes.rename(alice, only.node, "CAFÉ.txt")).name == "CAFÉ.txt"


@pytest.mark.parametrize("name", ["..", ".hidden", "a\x00b", "a\u200eb", "x" * 300, "~", " ", "__pycache__"])
async def test_bad_names_leave_nothing_behind(quick, name):
    alice = await quick.member("alice")
    space_id = await quick.space(alice, "Team")
    with pytest.raises(Invalid) as refused:
        await files.make(alice, NewFile(path=f"Team/{name}"))
    assert refused.value.sentence.endswith(".")
    assert quick.disk(space_id) == {}


async def test_rights_are_asked_for_every_verb(world, team):
    alice, bob, _ = team
    await files.make(alice, NewFile(path="Team/folder", kind="folder"))
    made = await files.make(alice, NewFile(path="Team/folder/a.txt"))
    for call in (
        files.make(bob, NewFile(path="Team/x.txt")),
        files.patch(bob, made.id, FilePatch(name="b.txt")),
        files.remove(bob, made.id),
        files.make(bob, NewFile(path="~/mine.txt", copy_of=made.id)),
        lists.thrown_away(bob, TrashQuery(space="Team")),
        put(bob, made.id, b"x"),
        read(bob, made.id),
    ):
        with pytest.raises(NotFound):
            await call
    await world.share(alice, made.id, "bob", Level.editor)
    await put(bob, made.id, b"bob was here")
    for call in (files.patch(bob, made.id, FilePatch(name="b.txt")), files.remove(bob, made.id)):
        with pytest.raises(Forbidden):
            await call
    await files.make(bob, NewFile(path="~/mine.txt", copy_of=made.id))
    assert await read(bob, "~/mine.txt") == b"bob was here"
    with pytest.raises(NotFound):
        await files.patch(
            bob, (await files.open_place(bob, "~/mine.txt")).id, FilePatch(parent="Team/folder")
        )
    await world.share(alice, "Team", "bob", Level.reader)
    with pytest.raises(Forbidden):
        await files.make(bob, NewFile(path="Team/x.txt"))
    await files.remove(alice, made.id)
    with pytest.raises(Forbidden):
        await files.restore(bob, made.id)


async def test_moving_between_spaces_keeps_the_id_and_changes_who_sees_it(world, team):
    alice, bob, space_id = team
    other_id = await world.space(alice, "Other")
    await world.share(alice, "Other", "bob", Level.reader)
    folder = await files.make(alice, NewFile(path="Team/folder", kind="folder"))
    made = await files.make(alice, NewFile(path="Team/folder/a.txt"))
    with pytest.raises(NotFound):
        await files.show(bob, FileQuery(path=made.id))
    await files.patch(alice, folder.id, FilePatch(parent="Other", name="moved"))
    assert (await files.show(bob, FileQuery(path="Other/moved/a.txt"))).file.id == made.id
    assert world.disk(space_id) == {}
    assert set(world.disk(other_id)) == {"moved", "moved/a.txt"}
    assert {id_ for _, id_ in (await world.rows(other_id)).values()} == {folder.id, made.id}


async def test_a_folder_cannot_go_into_itself(world, team):
    alice, _, space_id = team
    folder = await files.make(alice, NewFile(path="Team/a", kind="folder"))
    await files.make(alice, NewFile(path="Team/a/b", kind="folder"))
    for target in ("Team/a", "Team/a/b"):
        with pytest.raises(Invalid):
            await files.patch(alice, folder.id, FilePatch(parent=target))
        with pytest.raises(Invalid):
            await files.make(alice, NewFile(path=f"{target}/copy", copy_of=folder.id))
    assert set(world.disk(space_id)) == {"a", "a/b"}


async def test_a_folder_comes_back_whole_but_for_what_was_thrown_away_before(world, team):
    alice, _, space_id = team
    folder = await files.make(alice, NewFile(path="Team/a", kind="folder"))
    await files.make(alice, NewFile(path="Team/a/keep.txt"))
    old = await files.make(alice, NewFile(path="Team/a/old.txt"))
    await files.remove(alice, old.id)
    await files.remove(alice, folder.id)
    assert world.disk(space_id) == {}
    assert [f.file.name for f in await lists.thrown_away(alice, TrashQuery(space="Team"))] == ["a", "old.txt"]
    assert (await files.restore(alice, old.id)).path == "Team/old.txt"  # its folder is in the trash
    await files.make(alice, NewFile(path="Team/A", kind="folder"))
    assert (await files.restore(alice, folder.id)).path == "Team/a 1"
    assert set(world.disk(space_id)) == {"old.txt", "A", "a 1", "a 1/keep.txt"}
    assert world.disk(space_id) == {path: kind for path, (kind, _) in (await world.rows(space_id)).items()}


async def test_purged_is_gone_from_disk_rows_and_rights(world, team):
    alice, bob, space_id = team
    folder = await files.make(alice, NewFile(path="Team/a", kind="folder"))
    await files.make(alice, NewFile(path="Team/a/b.txt"))
    await world.share(alice, "Team", "bob", Level.editor)
    with pytest.raises(Conflict):
        await files.purge(alice, folder.id)
    await files.remove(bob, folder.id)
    with pytest.raises(Forbidden):
        await files.purge(bob, folder.id)
    await files.purge(alice, folder.id)
    assert await lists.thrown_away(alice, TrashQuery(space="Team")) == []
    assert list((world.workspace.data_dir / "trash" / space_id).iterdir()) == []
    with pytest.raises(NotFound):
        await files.restore(alice, folder.id)


async def test_a_copied_folder_has_everything_and_ids_of_its_own(world, team):
    alice, _, space_id = team
    folder = await files.make(alice, NewFile(path="Team/a", kind="folder"))
    await files.make(alice, NewFile(path="Team/a/b", kind="folder"))
    await files.make(alice, NewFile(path="Team/a/b/c.txt"))
    await put(alice, "Team/a/b/c.txt", b"c")
    await files.make(alice, NewFile(path="Team/copy", copy_of=folder.id))
    assert await read(alice, "Team/copy/b/c.txt") == b"c"
    ids = [id_ for _, id_ in (await world.rows(space_id)).values()]
    assert len(ids) == len(set(ids)) == 6


async def test_a_full_space_says_so(quick):
    alice = await quick.member("alice")
    await quick.space(alice, "Team")
    await files.make(alice, NewFile(path="Team/a.txt"))
    settings = content.FilesSettings
    quick.workspace.get(settings).space_quota_bytes = 10
    await put(alice, "Team/a.txt", b"x" * 10)
    await put(alice, "Team/a.txt", b"y" * 10)
    with pytest.raises(TooLarge):
        await put(alice, "Team/a.txt", b"x" * 11)
    with pytest.raises(TooLarge):
        await files.make(alice, NewFile(path="Team/b.txt", copy_of="Team/a.txt"))
    quick.workspace.get(settings).max_file_bytes = 1024
    with pytest.raises(TooLarge):
        await put(alice, "Team/a.txt", b"x" * 1025)


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


# Set in the context of the verb that dies, and so in its threads; the world's own tasks live on, to tell what is left.
DOOMED = contextvars.ContextVar("DOOMED", default=False)


VERBS = {
    "make": lambda who, ids: files.make(who, NewFile(path="Team/new.txt")),
    "rename": lambda who, ids: files.patch(who, ids["a.txt"], FilePatch(name="z.txt")),
    "move": lambda who, ids: files.patch(who, ids["a.txt"], FilePatch(parent="Team/folder")),
    "move folder": lambda who, ids: files.patch(who, ids["folder"], FilePatch(parent="Other")),
    "trash": lambda who, ids: files.remove(who, ids["folder"]),
    "restore": lambda who, ids: files.restore(who, ids["old.txt"]),
    "copy": lambda who, ids: files.make(who, NewFile(path="Team/copy", copy_of=ids["folder"])),
    "write": lambda who, ids: put(who, ids["a.txt"], b"written"),
    "purge": lambda who, ids: files.purge(who, ids["old.txt"]),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("step", ["before the disk", "after the disk", "before the rows are committed"])
async def test_killed_at_a_step_nothing_is_half_done(quick, monkeypatch, verb, step):
    alice = await quick.member("alice")
    space_id, other_id = await quick.space(alice, "Team"), await quick.space(alice, "Other")
    ids = {}
    for path, kind in (
        ("folder", "folder"),
        ("folder/b.txt", "file"),
        ("a.txt", "file"),
        ("old.txt", "file"),
    ):
        ids[path] = (await files.make(alice, NewFile(path=f"Team/{path}", kind=kind))).id
    await put(alice, "Team/a.txt", b"a content")
    await put(alice, "Team/folder/b.txt", b"b content")
    await put(alice, "Team/old.txt", b"old content")
    await files.remove(alice, ids["old.txt"])
    with monkeypatch.context() as patch:
        _kill_at(patch, step)
        doomed = DOOMED.set(True)
        with contextlib.suppress(Killed):
            await VERBS[verb](alice, ids)
        DOOMED.reset(doomed)
    for one in (space_id, other_id, space_id):
        await quick.settle(one)
    found = {}
    for one in (space_id, other_id):
        rows = await quick.rows(one)
        assert {path: kind for path, (kind, _) in rows.items()} == quick.disk(one)
        found |= {id_: path for path, (_, id_) in rows.items()}
    trashed = {file.file.id for file in await lists.thrown_away(alice, TrashQuery(space="Team"))}
    assert ids["a.txt"] in found
    assert (ids["folder"] in found) != (ids["folder"] in trashed)
    assert ids["folder"] in found or verb == "trash"
    if verb == "purge":
        await trash.sweep(quick.workspace, space_id)
        kept = {path.name for path in (quick.workspace.data_dir / "trash" / space_id).iterdir()}
        assert kept == trashed & {ids["old.txt"]}
    else:
        assert (ids["old.txt"] in found) != (ids["old.txt"] in trashed)
    for id_ in trashed:
        await files.restore(alice, id_)
    assert await read(alice, ids["a.txt"]) in {b"a content", b"written"}
    assert await read(alice, ids["folder/b.txt"]) == b"b content"
    if verb != "purge" or ids["old.txt"] in trashed:
        assert await read(alice, ids["old.txt"]) == b"old content"


CHANGING = ("rename_beneath", "write_beneath", "mkdir_beneath", "rmtree_beneath", "unlink_beneath")


def _kill_at(patch, step: str) -> None:
    """A death leaves no time to undo: what the verbs would do after an exception is taken from them."""
    if step == "before the rows are committed":
        _kill_before_commit(patch)
        return
    dead, first = [], step == "before the disk"

    def dying(original):
        def call(*args, **kwargs):
            if not DOOMED.get():
                return original(*args, **kwargs)
            if dead or first:
                dead.append(True)
                raise Killed
            result = original(*args, **kwargs)
            dead.append(True)
            raise Killed(result)

        return call

    for name in CHANGING:
        patch.setattr(beneath, name, dying(getattr(beneath, name)))


def _kill_before_commit(patch) -> None:
    dead, unit = [], Database.unit

    @contextlib.asynccontextmanager
    async def uncommitted(self, actor):
        async with unit(self, actor) as work:
            yield work
            if DOOMED.get():
                dead.append(True)
                raise Killed

    def guarded(original):
        def call(*args, **kwargs):
            if dead and DOOMED.get():
                raise Killed
            return original(*args, **kwargs)

        return call

    patch.setattr(Database, "unit", uncommitted)
    for name in CHANGING:
        patch.setattr(beneath, name, guarded(getattr(beneath, name)))


async def test_import_brings_a_folder_in_somebodys_name(world, team, tmp_path):
    alice, bob, space_id = team
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "sub" / "é.csv").write_text("1;2")
    (source / ".git").mkdir()
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "fifo")
    with pytest.raises(NotFound):
        await copying.import_folder(world.workspace, bob.actor, source, "Team")
    assert await copying.import_folder(world.workspace, alice.actor, source, "Team") == (3, 3)
    assert await read(alice, "Team/sub/é.csv") == b"1;2"
    assert {event.actor for event in await world.events("FileCreated")} == {"alice"}
    with pytest.raises(Conflict):
        await copying.import_folder(world.workspace, alice.actor, source, "Team")
    assert set(world.disk(space_id)) == {"a.txt", "sub", "sub/é.csv"}
