"""What others do on disk: found, named, kept apart; and after any sequence rows and disk are equal."""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpaas_workspace.files.engine.tree import Known, Pairing, Seen
from openpaas_workspace.files.schemas import FilePatch, FileQuery, NewFile, TrashQuery
from openpaas_workspace.files.service import files, lists
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.kit.errors import WorkspaceError
from tests.conftest import examples
from tests.core.databases import database_url
from tests.files.world import open_world


@pytest.fixture
async def team(world):
    alice = await world.member("alice")
    space_id = await world.space(alice, "Team")
    return alice, space_id, world.root(space_id)


async def paths(world, space_id):
    return {path: id_ for path, (_, id_) in (await world.rows(space_id)).items()}


async def test_new_names_on_disk_get_nodes_in_the_name_of_outside(world, team):
    alice, space_id, root = team
    (root / "data" / "deep").mkdir(parents=True)
    (root / "data" / "deep" / "é 📊.csv").write_text("1")
    (root / ".ipynb_checkpoints").mkdir()
    (root / ".ipynb_checkpoints" / "a.ipynb").write_text("{}")
    shown = await files.show(alice, FileQuery(path="Team"))  # looking at a folder is enough
    assert [entry.name for entry in shown.entries] == ["data"]
    found = await files.show(alice, FileQuery(path="Team/data/deep/é 📊.csv"))
    assert (found.file.created_by, found.level) == ("outside", "manager")
    assert set(await paths(world, space_id)) == {"data", "data/deep", "data/deep/é 📊.csv"}
    assert [event.actor for event in await world.events("FileCreated")] == ["outside"]
    await world.settle(space_id)
    assert len(await world.events("FileCreated")) == 1
    assert await world.events("FileEdited") == []


async def test_what_a_kernel_plants_is_left_alone_and_said_once(world, team):
    alice, space_id, root = team
    secret = world.workspace.data_dir / "secret.txt"
    secret.write_text("secret")
    os.symlink(secret, root / "link.txt")
    os.symlink("/etc", root / "etc")
    os.link(secret, root / "hard.txt")
    os.mkfifo(root / "fifo")
    (root / "bad\u202ename").write_text("x")
    (root / "ok.txt").write_text("ok")
    for _ in range(3):
        await asyncio.wait_for(world.settle(space_id), 30)
    assert set(await paths(world, space_id)) == {"ok.txt"}
    assert sorted(event.data for event in await world.events("FileRefused")) == [
        '{"why": "link"}',
        '{"why": "name"}',
    ]
    os.unlink(root / "ok.txt")
    os.symlink(secret, root / "ok.txt")
    await world.settle(space_id)
    assert await paths(world, space_id) == {}
    for name in ("ok.txt", "link.txt", "hard.txt", "fifo"):
        with pytest.raises(WorkspaceError):
            await files.make(alice, NewFile(path=f"Team/{name}"))
    assert secret.read_text() == "secret"


async def test_renames_and_moves_on_disk_keep_ids(world, team):
    _, space_id, root = team
    (root / "a").mkdir()
    for n in range(3):
        (root / "a" / f"{n}.txt").write_text(f"{n}")
    await world.settle(space_id)
    before = await paths(world, space_id)
    os.rename(root / "a", root / "b")
    os.rename(root / "b" / "0.txt", root / "zero.txt")
    shutil.copy(root / "b" / "1.txt", root / "b" / "uno.txt")
    os.unlink(root / "b" / "1.txt")  # another inode, the same content
    await world.settle(space_id)
    after = await paths(world, space_id)
    assert after == {
        "b": before["a"],
        "zero.txt": before["a/0.txt"],
        "b/uno.txt": before["a/1.txt"],
        "b/2.txt": before["a/2.txt"],
    }
    assert await world.events("FileTrashed") == []


async def test_moved_into_a_folder_that_is_new_too(world, team):
    _, space_id, root = team
    (root / "a.txt").write_text("a")
    (root / "c.txt").write_text("c")
    await world.settle(space_id)
    before = await paths(world, space_id)
    (root / "new").mkdir()
    os.rename(root / "c.txt", root / "new" / "c.txt")
    os.rename(root / "a.txt", root / "new" / "b.txt")
    (root / "a.txt").write_text("another")
    await world.settle(space_id)
    after = await paths(world, space_id)
    assert set(after) == {"a.txt", "new", "new/b.txt", "new/c.txt"}
    assert after["new/c.txt"] == before["c.txt"]
    assert after["a.txt"] == before["a.txt"]  # a name that stays is the same file with another content


async def test_a_new_file_in_a_used_inode_is_not_the_old_one(world, team):
    _, space_id, root = team
    (root / "old.txt").write_text("old content")
    await world.settle(space_id)
    before = await paths(world, space_id)
    os.unlink(root / "old.txt")
    (root / "new.txt").write_text("new content")  # often in the inode that was just given up
    await world.settle(space_id)
    after = await paths(world, space_id)
    assert set(after) == {"new.txt"}
    assert after["new.txt"] != before["old.txt"]
    assert [event.data for event in await world.events("FileTrashed")] == [
        f'{{"parent": "{space_id}", "lost": true}}'
    ]


async def test_replaced_by_a_rename_is_an_edit_of_the_same_file(world, team):
    _, space_id, root = team
    (root / "a.txt").write_text("1")
    await world.settle(space_id)
    before = await paths(world, space_id)
    (root / ".a.txt.swp").write_text("2")
    os.rename(root / ".a.txt.swp", root / "a.txt")
    await world.settle(space_id)
    assert await paths(world, space_id) == before
    assert len(await world.events("FileEdited")) == 1
    assert (await world.row(before["a.txt"])).size == 1


async def test_twins_made_on_disk_are_both_found(world, team):
    alice, space_id, root = team
    (root / "A.txt").write_text("big")
    (root / "a.txt").write_text("small!")
    (root / "e\u0301.txt").write_text("decomposed")
    await world.settle(space_id)
    assert set(await paths(world, space_id)) == {"A.txt", "a.txt", "e\u0301.txt"}
    for name, size in (("A.txt", 3), ("a.txt", 6), ("é.txt", 10)):
        assert (await files.show(alice, FileQuery(path=f"Team/{name}"))).file.size == size


async def test_moved_on_disk_to_another_space(world, team):
    alice, space_id, root = team
    other_id = await world.space(alice, "Other")
    (root / "folder").mkdir()
    (root / "folder" / "a.txt").write_text("a")
    await world.settle(space_id)
    before = await paths(world, space_id)
    os.rename(root / "folder", world.root(other_id) / "here")
    await world.settle(other_id)
    await world.settle(space_id)
    assert await paths(world, space_id) == {}
    assert await paths(world, other_id) == {"here": before["folder"], "here/a.txt": before["folder/a.txt"]}
    assert await lists.thrown_away(alice, TrashQuery(space="Team")) == []


async def test_too_many_names_are_said_and_stop_nothing(quick):
    alice = await quick.member("alice")
    space_id = await quick.space(alice, "Team")
    quick.workspace.get(Scanner)._settings.max_entries = 100
    for n in range(150):
        (quick.root(space_id) / f"{n}").touch()
    assert await quick.workspace.get(Scanner).scan(space_id) is False
    assert [event.data for event in await quick.events("FileRefused")] == ['{"why": "many"}']
    assert (await files.show(alice, FileQuery(path="Team"))).entries == []


async def test_a_thousand_new_files_do_not_hold_the_others_up(quick):
    alice = await quick.member("alice")
    space_id = await quick.space(alice, "Team")
    for n in range(1000):
        (quick.root(space_id) / f"{n}.txt").write_text(f"{n}")
    task = asyncio.create_task(quick.workspace.get(Scanner).scan(space_id))
    slowest = 0.0
    while not task.done():
        before = time.thread_time()  # this thread's own work: other processes do not count
        await asyncio.sleep(0.005)
        slowest = max(slowest, time.thread_time() - before)
    assert len(await quick.rows(space_id)) == 1000
    assert slowest < 0.5


# Any sequence of what members and others do leaves rows and disk equal.

NAMES = ("a", "b", "C", "c")
step = st.one_of(
    st.tuples(
        st.sampled_from(["make", "folder", "trash", "write", "rm", "touch", "mkdir"]), st.integers(0, 99)
    ),
    st.tuples(st.sampled_from(["move", "mv"]), st.tuples(st.integers(0, 99), st.integers(0, 99))),
    st.tuples(st.sampled_from(["restore", "scan"]), st.integers(0, 99)),
)


class Play:
    """Carries out steps; numbers choose among what is there, so that any list of steps makes sense."""

    def __init__(self, world, alice, space_id):
        self.world, self.alice, self.space_id = world, alice, space_id
        self.root = world.root(space_id)

    def folders(self):
        found = self.world.disk(self.space_id).items()
        return ["", *sorted(path for path, kind in found if kind == "folder")]

    def all(self):
        return sorted(self.world.disk(self.space_id))

    def place(self, number):
        folders = self.folders()
        return f"{folders[number % len(folders)]}/{NAMES[number % len(NAMES)]}".strip("/")

    async def node(self, number):
        found = sorted((await paths(self.world, self.space_id)).items())
        return found[number % len(found)] if found else (None, None)

    async def make(self, number):
        await files.make(self.alice, NewFile(path=f"Team/{self.place(number)}"))

    async def folder(self, number):
        await files.make(self.alice, NewFile(path=f"Team/{self.place(number)}", kind="folder"))

    async def trash(self, number):
        _, id_ = await self.node(number)
        if id_:
            await files.remove(self.alice, id_)

    async def restore(self, number):
        found = await lists.thrown_away(self.alice, TrashQuery(space="Team"))
        if found:
            await files.restore(self.alice, sorted(f.file.id for f in found)[number % len(found)])

    async def move(self, numbers):
        _, id_ = await self.node(numbers[0])
        if id_:
            folder, _, name = self.place(numbers[1]).rpartition("/")
            await files.patch(self.alice, id_, FilePatch(parent=f"Team/{folder}".strip("/"), name=name))

    async def scan(self, number):
        await self.world.workspace.get(Scanner).scan(self.space_id)

    async def write(self, number):
        found = [path for path, kind in sorted(self.world.disk(self.space_id).items()) if kind == "file"]
        if found:
            (self.root / found[number % len(found)]).write_text(f"{number}")

    async def touch(self, number):
        (self.root / self.place(number)).write_text(f"new {number}")

    async def mkdir(self, number):
        (self.root / self.place(number)).mkdir()

    async def rm(self, number):
        found = self.all()
        if found:
            target = self.root / found[number % len(found)]
            shutil.rmtree(target) if target.is_dir() else target.unlink()

    async def mv(self, numbers):
        found = self.all()
        if found:
            os.rename(self.root / found[numbers[0] % len(found)], self.root / self.place(numbers[1]))


@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=4, max_size=25))
def test_after_any_sequence_rows_and_disk_are_equal(steps):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps))


async def _play(folder, steps):
    async with database_url("sqlite", folder) as url, open_world(url, folder, missing_seconds=0.0) as world:
        alice = await world.member("alice")
        play = Play(world, alice, await world.space(alice, "Team"))
        for name, argument in steps:
            try:
                await getattr(play, name)(argument)
            except (WorkspaceError, OSError):
                continue
        await world.settle(play.space_id)
        rows = await world.rows(play.space_id)
        assert {path: kind for path, (kind, _) in rows.items()} == world.disk(play.space_id)
        for path, (kind, id_) in rows.items():
            if kind == "file":
                row = await world.row(id_)
                assert row.size == (play.root / path).stat().st_size
        ids = [id_ for _, id_ in rows.values()]
        assert len(ids) == len(set(ids))
        async with world.workspace.db.read(alice.actor) as work:
            from openpaas_workspace.kit.refs import Ref
            from openpaas_workspace.sharing.schemas import Level
            from openpaas_workspace.sharing.service import rights

            refs = [Ref(kind, id_) for kind, id_ in rows.values()]
            assert all(level is Level.manager for level in (await rights.levels(work, refs)).values())


# The pairing alone.

tree = st.dictionaries(
    st.sampled_from(["a", "b", "a/x", "a/y", "b/x", "c"]), st.integers(1, 6), min_size=0, max_size=6
)


def _seen(found):
    """A disk: folders are those with something below; each inode has one name."""
    used, listed = set(), []
    for path, inode in sorted(found.items()):
        folder = any(other.startswith(f"{path}/") for other in found)
        if "/" in path and path.rpartition("/")[0] not in found:
            continue
        number = inode if inode not in used else 100 + len(listed)
        used.add(number)
        listed.append(Seen(path, "folder" if folder else "file", number, 0 if folder else 1, number))
    return listed


@given(before=tree, after=tree)
def test_pairing_uses_every_name_and_every_node_once(before, after):
    known, ids = [], {}
    for seen in _seen(before):
        ids[seen.path] = f"id of {seen.path}"
        known.append(
            Known(
                ids[seen.path],
                ids.get(seen.parent, "space"),
                seen.kind,
                seen.name,
                seen.inode,
                seen.size,
                seen.mtime_ns,
                f"{seen.inode}",
            )
        )
    disk = _seen(after)
    found = Pairing(
        "space", disk, known, lambda path: next(f"{s.inode}" for s in disk if s.path == path)
    ).run()
    assert len(set(found.ids.values())) == len(found.ids)
    assert {*found.ids, *(seen.path for seen in found.new)} == {seen.path for seen in disk}
    assert set(found.ids).isdisjoint(seen.path for seen in found.new)
    assert {*found.ids.values(), *(node.id for node in found.missing)} == set(ids.values())
    kinds = {seen.path: seen.kind for seen in disk}
    assert all(kinds[path] == next(k.kind for k in known if k.id == id_) for path, id_ in found.ids.items())
    if before == after:
        assert not found.new
        assert not found.missing
        assert not found.moved
