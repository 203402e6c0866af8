"""Files that are edited together: the log is the truth, the file follows, what others write to it is merged."""

import asyncio
import json
import os

import pytest

from openpaas_workspace.files.schemas import FilePatch, FileQuery, NewFile
from openpaas_workspace.files.service import content, files, heads
from openpaas_workspace.files.service.ingest import Ingest
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Conflict, DiskFull, Invalid, NotFound, TooLarge
from openpaas_workspace.realtime.binding import Binding, Bound
from tests.core.databases import database_url
from tests.files.desk import Desk
from tests.files.world import digest, notebook, notebook_bytes, open_world


@pytest.fixture
async def desk(world):
    alice = await world.member("alice")
    return Desk(world, alice, await world.space(alice, "Team"))


async def test_the_binding_finds_what_may_be_read(desk):
    binding = desk.world.workspace.get(Binding)
    text = await desk.put("a.txt", b"x")
    book = await desk.put("a.ipynb", notebook_bytes("1"))
    assert await binding.find(desk.alice.actor, "Team/a.txt") == Bound(text, "text", "file")
    assert await binding.find(desk.alice.actor, "Team/a.ipynb") == Bound(book, "json", "notebook")
    bob = await desk.world.member("bob")
    for who, path in ((bob.actor, "Team/a.txt"), (desk.alice.actor, "Team"), (desk.alice.actor, "Team/no")):
        with pytest.raises(NotFound):
            await binding.find(who, path)
    await desk.put("photo.bin", b"\x00\xff\x00")
    await desk.put("latin.txt", "é".encode("latin-1"))
    for name in ("photo.bin", "latin.txt"):
        with pytest.raises(Invalid):
            await binding.find(desk.alice.actor, f"Team/{name}")
    await desk.put("big.txt", b"x" * 5_000_001)
    with pytest.raises(TooLarge):
        await binding.find(desk.alice.actor, "Team/big.txt")
    await files.remove(desk.alice, text)
    with pytest.raises(NotFound):
        await binding.resolve(text)


async def test_what_is_typed_lands_in_the_file_in_its_own_style(desk):
    for name, data, typed, expected in (
        ("unix.txt", b"a\nb\n", "a\nb\nc", b"a\nb\nc"),
        ("dos.txt", b"a\r\nb\r\n", "a\nb\nc\n", b"a\r\nb\r\nc\r\n"),
        ("bom.csv", b"\xef\xbb\xbfa;b\n", "a;b\n1;2\n", b"\xef\xbb\xbfa;b\n1;2\n"),
        ("empty.txt", b"", "📊 é", "📊 é".encode()),
    ):
        file_id = await desk.put(name, data)
        await desk.edit(file_id, typed)
        await desk.written(file_id)
        assert desk.bytes(name) == expected
    book = await desk.put("four.ipynb", notebook_bytes("1", indent=4))
    changed = notebook("2")
    await desk.edit(book, changed)
    await desk.written(book)
    text = desk.bytes("four.ipynb").decode()
    assert text.startswith('{\n    "cells"')
    assert not text.endswith("\n")
    assert json.loads(text)["cells"][0]["source"] == ["2"]
    row = await desk.world.row(book)
    assert (row.projected_hash, row.next_hash) == (digest(text.encode()), None)


async def test_opening_and_what_a_page_adds_leave_the_file_byte_for_byte(desk):
    odd = (
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {"x": 1.0},\n\n "cells": [{"cell_type": "code", '
        b'"source": ["a = 1"], "metadata": {}, "outputs": [], "execution_count": null}]}'
    )
    file_id = await desk.put("odd.ipynb", odd)
    before = os.stat(desk.root / "odd.ipynb")
    value = await desk.value(file_id)
    value["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    value["metadata"]["language_info"] = {"name": "python", "version": "3.11"}
    await desk.edit(file_id, value)
    await desk.written(file_id)
    await desk.projector.flush(file_id)
    after = os.stat(desk.root / "odd.ipynb")
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert (await desk.world.row(file_id)).projected_seq == (await desk.world.host.content(file_id)).seq
    value = await desk.value(file_id)
    value["cells"][0]["source"] = "a = 2"
    await desk.edit(file_id, value)
    await desk.written(file_id)
    saved = json.loads(desk.bytes("odd.ipynb"))
    assert saved["metadata"]["kernelspec"]["name"] == "python3"
    assert saved["cells"][0]["source"] == ["a = 2"]


async def test_many_edits_make_few_writes_and_a_save_waits_for_the_last(desk):
    file_id = await desk.put("a.txt", b"0")
    before = desk.projector.writes
    for number in range(30):
        await desk.edit(file_id, str(number) * 10)
    await desk.world.workspace.get(Binding).save(file_id)
    assert desk.bytes("a.txt") == b"29" * 10
    assert desk.projector.writes - before < 15


async def test_an_outside_change_is_merged_with_what_was_typed_meanwhile(desk):
    file_id = await desk.put("a.txt", b"one\ntwo\nthree\n")
    await desk.edit(file_id, "one\ntwo\nthree\nfour\n")
    await desk.written(file_id)
    desk.projector._settings.write_after_seconds = 30.0  # what is typed now is in the log only
    desk.projector._settings.write_at_most_seconds = 30.0
    await desk.edit(file_id, "ONE\ntwo\nthree\nfour\n")
    desk.outside("a.txt", b"one\ntwo\n3\nfour\n")
    await desk.look()
    assert await desk.value(file_id) == "ONE\ntwo\n3\nfour\n"
    await desk.projector.flush(file_id)
    assert desk.bytes("a.txt") == b"ONE\ntwo\n3\nfour\n"
    assert (await desk.authors(file_id))[0] == "outside"
    head = (await desk.world.host.content(file_id)).seq
    await desk.look()
    await desk.world.settle(desk.space_id)
    assert (await desk.world.host.content(file_id)).seq == head


async def test_the_projection_merges_an_outside_change_that_nobody_saw_yet(desk):
    file_id = await desk.put("a.ipynb", notebook_bytes("a", "b"))
    await desk.value(file_id)
    desk.outside("a.ipynb", notebook_bytes("a", "outside"))
    value = await desk.value(file_id)
    value["cells"][0]["source"] = "typed"
    await desk.edit(file_id, value)
    await desk.written(file_id)
    for cells in ((await desk.value(file_id))["cells"], json.loads(desk.bytes("a.ipynb"))["cells"]):
        assert ["".join(cell["source"]) for cell in cells] == ["typed", "outside"]


async def test_a_write_at_the_very_moment_of_ours_is_not_lost(desk, monkeypatch):
    file_id = await desk.put("a.txt", b"one\ntwo\n")
    await desk.value(file_id)
    from openpaas_workspace.core import beneath

    original = beneath.write_beneath

    def late(root, path, data, **kwargs):
        if path == "a.txt" and not late.done:
            late.done = True
            with open(desk.root / path, "ab") as file:  # in place: the file that we replace
                file.write(b"appended\n")
        return original(root, path, data, **kwargs)

    late.done = False
    monkeypatch.setattr(beneath, "write_beneath", late)
    await desk.edit(file_id, "ONE\ntwo\n")
    await desk.written(file_id)
    assert late.done
    assert await desk.value(file_id) == "ONE\ntwo\nappended\n"
    assert desk.bytes("a.txt") == b"ONE\ntwo\nappended\n"


@pytest.mark.parametrize("step", ["before the file", "after the file"])
async def test_killed_while_writing_the_file_nothing_doubles(tmp_path, monkeypatch, step):
    async with database_url("sqlite", tmp_path) as url:
        async with open_world(url, tmp_path) as world:
            alice = await world.member("alice")
            desk = Desk(world, alice, await world.space(alice, "Team"))
            file_id = await desk.put("a.txt", b"one\n")
            await desk.edit(file_id, "one\ntwo\n")
            await desk.written(file_id)
            with monkeypatch.context() as patch:
                if step == "before the file":

                    def dead(*args, **kwargs):
                        raise OSError("killed")

                    patch.setattr("openpaas_workspace.files.service.projection.replace", dead)
                else:

                    async def gone(*args):
                        raise OSError("killed")

                    patch.setattr(Projector, "_settle", gone)
                await desk.edit(file_id, "one\ntwo\nthree\n")
                with pytest.raises(OSError, match="killed"):
                    await desk.projector.flush(file_id)
                desk.projector._closed = True
                for waiting in desk.projector._waiting.values():
                    waiting.timer.cancel()
                desk.projector._waiting.clear()
            expected = b"one\ntwo\n" if step == "before the file" else b"one\ntwo\nthree\n"
            assert desk.bytes("a.txt") == expected
            assert (await world.row(file_id)).next_hash == digest(b"one\ntwo\nthree\n")
        async with open_world(url, tmp_path) as world:
            desk = Desk(world, alice, desk.space_id)
            async with world.workspace.db.read(SYSTEM) as work:
                assert await heads.behind(work) == [file_id]
            for ready in world.workspace.on_ready:
                await ready(world.workspace)
            await world.settle(desk.space_id)
            await desk.written(file_id)
            assert desk.bytes("a.txt") == b"one\ntwo\nthree\n"
            assert await desk.value(file_id) == "one\ntwo\nthree\n"
            assert await world.events("FileReplaced") == []


async def test_an_unreadable_notebook_is_left_alone_until_it_is_whole(desk):
    file_id = await desk.put("a.ipynb", notebook_bytes("1"))
    await desk.value(file_id)
    desk.outside("a.ipynb", notebook_bytes("2")[:40])
    for _ in range(3):
        await desk.look()
    assert [e.data for e in await desk.world.events("FileRefused")] == ['{"why": "unreadable"}']
    assert (await desk.value(file_id))["cells"][0]["source"] == "1"
    assert desk.bytes("a.ipynb") == notebook_bytes("2")[:40]
    desk.outside("a.ipynb", notebook_bytes("2"))
    await desk.look()
    assert (await desk.value(file_id))["cells"][0]["source"] == "2"


async def test_a_file_that_is_being_written_is_taken_when_it_is_quiet(desk):
    file_id = await desk.put("a.txt", b"one\n")
    await desk.value(file_id)
    (desk.root / "a.txt").write_bytes(b"tw")
    await desk.look()
    assert await desk.value(file_id) == "one\n"
    (desk.root / "a.txt").write_bytes(b"two\n")
    await desk.world.workspace.get(Ingest).settled(file_id)
    assert await desk.value(file_id) == "two\n"
    assert "tw" not in [await desk.authors(file_id)]


async def test_without_a_base_the_content_is_replaced_and_the_old_one_named(desk):
    file_id = await desk.put("a.txt", b"one\n")
    await desk.edit(file_id, "one\ntwo\n")
    await desk.written(file_id)
    from sqlalchemy import update

    from openpaas_workspace.files.models import nodes

    async with desk.world.workspace.db.unit(SYSTEM) as work:
        await work.execute(
            update(nodes).where(nodes.c.id == file_id).values(projected_seq=None, projected_hash=None)
        )
    desk.outside("a.txt", b"else\n")
    await desk.look()
    assert await desk.value(file_id) == "else\n"
    assert len(await desk.world.events("FileReplaced")) == 1
    assert len(await desk.world.events("VersionNamed")) == 1


async def test_bytes_go_through_the_room_and_merge_with_their_version(desk):
    file_id = await desk.put("a.txt", b"one\ntwo\n")
    node = await desk.world.row(file_id)
    data, plain = await content.get(desk.alice, node)
    assert (data, plain) == (b"one\ntwo\n", digest(data))
    await desk.edit(file_id, "ONE\ntwo\n")
    await content.put(desk.alice, node, b"one\nTWO\n", digest=digest(b"one\nTWO\n"), version=plain)
    assert await desk.value(file_id) == "ONE\nTWO\n"
    data, version = await content.get(desk.alice, node)
    await desk.edit(file_id, "ONE\nTWO\nthree\n")
    _, after = await content.put(desk.alice, node, b"zero\n" + data, digest="", version=version)
    assert await desk.value(file_id) == "zero\nONE\nTWO\nthree\n"
    assert (await content.get(desk.alice, node)) == (b"zero\nONE\nTWO\nthree\n", after)
    with pytest.raises(Conflict):
        await content.put(desk.alice, node, b"x", digest="", version="99.1")
    with pytest.raises(Invalid):
        await content.put(desk.alice, node, b"\xff", digest="")
    assert set(await desk.authors(file_id)) == {"alice", "system"}


async def test_a_plain_file_refuses_an_old_version(desk):
    file_id = await desk.put("a.bin", b"\x00one")
    node = await desk.world.row(file_id)
    _, version = await content.get(desk.alice, node)
    await content.put(desk.alice, node, b"\x00two", digest=digest(b"\x00two"), version=version)
    with pytest.raises(Conflict):
        await content.put(desk.alice, node, b"\x00three", digest=digest(b"\x00three"), version=version)
    assert desk.bytes("a.bin") == b"\x00two"


async def test_a_log_survives_rename_outside_delete_and_restore(desk):
    file_id = await desk.put("a.txt", b"one\n")
    await desk.edit(file_id, "one\ntwo\n")
    await desk.written(file_id)
    os.rename(desk.root / "a.txt", desk.root / "b.txt")
    await desk.edit(file_id, "one\ntwo\nthree\n")
    await desk.world.settle(desk.space_id)
    assert (await files.show(desk.alice, FileQuery(path="Team/b.txt"))).file.id == file_id
    await desk.written(file_id)
    assert desk.bytes("b.txt") == b"one\ntwo\nthree\n"
    os.unlink(desk.root / "b.txt")
    await desk.world.settle(desk.space_id)
    with pytest.raises(NotFound):
        await files.show(desk.alice, FileQuery(path="Team/b.txt"))
    await files.restore(desk.alice, file_id)
    assert desk.bytes("b.txt") == b"one\ntwo\nthree\n"
    assert await desk.value(file_id) == "one\ntwo\nthree\n"


async def test_a_text_with_a_log_never_becomes_a_notebook(desk):
    file_id = await desk.put("a.txt", notebook_bytes("1"))
    await desk.edit(file_id, notebook_bytes("2").decode())
    await desk.written(file_id)
    with pytest.raises(Invalid):
        await files.patch(desk.alice, file_id, FilePatch(name="a.ipynb"))
    os.rename(desk.root / "a.txt", desk.root / "a.ipynb")
    await desk.world.settle(desk.space_id)
    book = await files.show(desk.alice, FileQuery(path="Team/a.ipynb"))
    assert book.file.id != file_id
    assert (await desk.value(book.file.id))["cells"][0]["source"] == "2"
    assert (await files.restore(desk.alice, file_id)).path == "Team/a.txt"
    assert desk.bytes("a.txt") == notebook_bytes("2")


async def test_a_full_disk_is_said_and_written_later(desk, monkeypatch):
    file_id = await desk.put("a.txt", b"one")
    await desk.value(file_id)
    import errno

    from openpaas_workspace.core import beneath

    with monkeypatch.context() as patch:

        def full(*args, **kwargs):
            raise OSError(errno.ENOSPC, "full")

        patch.setattr(beneath, "write_beneath", full)
        await desk.edit(file_id, "typed")
        with pytest.raises(OSError, match="full"):
            await desk.projector.flush(file_id)
        with pytest.raises(DiskFull):
            await files.make(desk.alice, NewFile(path="Team/b.txt"))
    assert desk.bytes("a.txt") == b"one"
    await desk.projector.flush(file_id)
    assert desk.bytes("a.txt") == b"typed"
    assert set(desk.world.disk(desk.space_id)) == {"a.txt"}


async def test_two_files_are_written_at_once_but_one_file_by_one(desk):
    ids = [await desk.put(f"{n}.txt", b"x") for n in range(8)]
    await asyncio.gather(*(desk.edit(file_id, f"{n}" * 1000) for n, file_id in enumerate(ids)))
    await asyncio.gather(*(desk.projector.flush(file_id) for file_id in ids for _ in range(3)))
    for n in range(8):
        assert desk.bytes(f"{n}.txt") == f"{n}".encode() * 1000


async def test_closing_the_server_writes_what_is_behind(tmp_path):
    async with database_url("sqlite", tmp_path) as url:
        async with open_world(url, tmp_path, write_after_seconds=60.0, write_at_most_seconds=60.0) as world:
            alice = await world.member("alice")
            desk = Desk(world, alice, await world.space(alice, "Team"))
            file_id = await desk.put("a.txt", b"x")
            await desk.edit(file_id, "typed")
            assert desk.bytes("a.txt") == b"x"
        assert desk.bytes("a.txt") == b"typed"


async def test_a_copy_has_what_the_room_holds(desk):
    file_id = await desk.put("a.txt", b"x")
    desk.projector._settings.write_after_seconds = 30.0
    await desk.edit(file_id, "typed a moment ago")
    await files.make(desk.alice, NewFile(path="Team/b.txt", copy_of=file_id))
    assert desk.bytes("b.txt") == b"typed a moment ago"


async def test_a_file_in_hand_is_written_in_place_and_mended_when_that_was_cut_short(desk, monkeypatch):
    object_id = await desk.put("a.txt", b"one")
    inode = os.stat(desk.root / "a.txt").st_ino
    monkeypatch.setattr("openpaas_workspace.files.service.projection.is_held", lambda _workspace, _id: True)
    await desk.world.host.content(object_id)
    await desk.world.host.write(object_id, "one and two", desk.alice.actor, base_seq=None)
    await desk.projector.flush(object_id)
    assert (desk.bytes("a.txt"), os.stat(desk.root / "a.txt").st_ino) == (b"one and two", inode)

    def cut(root, path, data, expected, *, in_place):
        (root / path).write_bytes(data[:5])
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("openpaas_workspace.files.service.projection.replace", cut)
        await desk.world.host.write(object_id, "shorter", desk.alice.actor, base_seq=None)
        with pytest.raises(RuntimeError):
            await desk.projector.flush(object_id)
    assert desk.bytes("a.txt") == b"short"
    desk.age("a.txt")
    await desk.world.workspace.get(Ingest).file(object_id)
    assert desk.bytes("a.txt") == b"shorter"
    assert (await desk.world.host.content(object_id)).value == "shorter"
