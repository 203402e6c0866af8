"""Large outputs of notebooks are beside the document: whole for who takes it out, once for who holds it."""

import json
import os

import pytest
from sqlalchemy import select

from openpaas_workspace.core.blobs import GRACE, Blobs, sweep_blobs
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.schemas import NewFile
from openpaas_workspace.files.service import apart as service
from openpaas_workspace.files.service import content, files, nodes, quota, trash
from openpaas_workspace.files.service.archive import plan
from openpaas_workspace.files.service.copying import copy_version
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Full, NotFound
from openpaas_workspace.realtime.engine import apart
from openpaas_workspace.realtime.models import stored_outputs
from openpaas_workspace.realtime.service.versions import name_version
from openpaas_workspace.sharing.schemas import Level
from tests.files.desk import Desk
from tests.files.world import notebook

PAGE = {"text/html": "<b>grand</b>" * 50_000, "text/plain": "<Page>"}


def book(*pages: dict, text: str = "") -> dict:
    made = notebook("display(page)")
    shown = [{"output_type": "display_data", "data": page, "metadata": {}} for page in pages]
    stream = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
    made["cells"][0]["outputs"] = stream + shown
    return made


def in_bytes(value: dict) -> bytes:
    return formats.serialise(formats.NOTEBOOK, value, formats.Style())


async def rows(world) -> dict[str, set[str]]:
    async with world.workspace.db.read(SYSTEM) as work:
        found: dict[str, set[str]] = {}
        for row in await work.all(select(stored_outputs)):
            found.setdefault(row.object_id, set()).add(row.blob)
        return found


@pytest.fixture
async def desk(world):
    alice = await world.member("alice")
    return Desk(world, alice, await world.space(alice, "Team"))


async def opened(desk, name: str, value: dict) -> tuple[str, set[str]]:
    """A notebook that somebody has opened, and what it has apart."""
    file_id = await desk.put(name, in_bytes(value))
    return file_id, apart.names_in(await desk.value(file_id))


async def test_it_is_opened_without_and_taken_out_whole(desk):
    whole = book(PAGE, text="ligne\n" * 100_000)
    file_id, names = await opened(desk, "a.ipynb", whole)
    assert len(names) == 2
    assert await rows(desk.world) == {file_id: names}
    assert len(json.dumps(await desk.value(file_id))) < 320_000
    assert desk.bytes("a.ipynb") == in_bytes(whole), "to open a file is not to write it"
    await desk.world.workspace.get(content.Projector).flush(file_id, exact=True)
    assert desk.bytes("a.ipynb") == in_bytes(whole)
    node = await desk.world.row(file_id)
    data, version = await content.get(desk.alice, node)
    assert data == in_bytes(whole)
    live = await content.live_value(desk.alice, node)
    assert formats.same(formats.NOTEBOOK, live.value, whole, exact=True)
    assert json.loads((await content.live_value(desk.alice, node, encoded=True)).value) == live.value
    assert (await plan(desk.alice, [file_id])).entries
    for written in (data, in_bytes(await desk.value(file_id))):
        digest = formats.digest(written)
        _, after = await content.put(desk.alice, node, written, digest=digest, version=version)
        assert after == version, "a write of what was read is no change"


async def test_a_write_stores_once_and_the_file_keeps_the_placeholder(desk):
    file_id, _ = await opened(desk, "a.ipynb", book())
    for _ in range(2):
        await desk.edit(file_id, book(PAGE))
        await desk.edit(file_id, book())
    await desk.edit(file_id, book(PAGE))
    await desk.written(file_id)
    ((_, names),) = (await rows(desk.world)).items()
    assert len(names) == 1
    on_disk = json.loads(desk.bytes("a.ipynb"))
    assert apart.names_in(on_disk) == names
    assert "Large output" in str(on_disk["cells"][0]["outputs"][0]["data"]["text/plain"])


async def test_what_is_changed_outside_is_merged_with_and_without_placeholders(desk):
    file_id, _ = await opened(desk, "a.ipynb", book())
    await desk.edit(file_id, book(PAGE))
    await desk.written(file_id)
    outside = json.loads(desk.bytes("a.ipynb"))
    outside["cells"][0]["source"] = ["outside()"]
    desk.outside("a.ipynb", in_bytes(formats.parse(formats.NOTEBOOK, json.dumps(outside).encode())))
    await desk.look()
    value = await desk.value(file_id)
    assert value["cells"][0]["source"] == "outside()"
    names = apart.names_in(value)
    assert len(names) == 1
    written = book(PAGE)
    written["cells"][0]["source"] = "ran_again()"
    desk.outside("a.ipynb", in_bytes(written))
    await desk.look()
    await desk.written(file_id)
    value = await desk.value(file_id)
    assert value["cells"][0]["source"] == "ran_again()"
    assert apart.names_in(value) == names
    assert desk.bytes("a.ipynb") == in_bytes(written), "it means the same: it is left as it was written"


async def test_copies_keep_theirs_when_the_original_is_gone(desk, monkeypatch):
    file_id, _ = await opened(desk, "a.ipynb", book(PAGE))
    await desk.edit(file_id, book(PAGE, {"text/html": "x" * 300_000}))
    node = await desk.world.row(file_id)
    copy = await files.make(desk.alice, NewFile(path="Team/b.ipynb", copy_of=file_id))
    held = await rows(desk.world)
    assert held[copy.id] == held[file_id]
    assert len(held[copy.id]) == 2
    copied, _ = await content.get(desk.alice, await desk.world.row(copy.id))
    assert copied == in_bytes(book(PAGE, {"text/html": "x" * 300_000}))
    await trash.throw_away(desk.alice, node)
    await trash.purge(desk.alice, file_id)
    assert set(await rows(desk.world)) == {copy.id}
    blobs = desk.world.workspace.get(Blobs)
    for path in blobs._root.glob("*/*/*"):
        os.utime(path, (path.stat().st_mtime - 2 * GRACE,) * 2)
    await sweep_blobs(desk.world.workspace)
    assert all(blobs.has(name) for name in held[copy.id])
    assert (await content.get(desk.alice, await desk.world.row(copy.id)))[0] == copied
    assert apart.names_in(await desk.value(copy.id)) == held[copy.id]


async def test_an_earlier_version_has_its_outputs(desk):
    file_id, (name,) = await opened(desk, "a.ipynb", book(PAGE))
    version = await name_version(desk.world.workspace, desk.alice.actor, file_id, "With it", None)
    await desk.edit(file_id, book())
    node = await desk.world.row(file_id)
    place = await files.open_place(desk.alice, "Team")
    made = await copy_version(desk.alice, node, place, "before.ipynb", version.seq)
    assert (await rows(desk.world))[made.id] == {name}
    assert (await content.get(desk.alice, made))[0] == in_bytes(book(PAGE))


async def test_they_count_for_the_space(desk):
    file_id, (name,) = await opened(desk, "a.ipynb", book(PAGE))
    size = len(desk.world.workspace.get(Blobs).get(name))
    node = await desk.world.row(file_id)
    async with desk.world.workspace.db.read(desk.alice.actor) as work:
        assert (await quota.space_usage(work, desk.space_id)).bytes == node.size + size
        assert await quota.weight(work, node) == node.size + size
    desk.world.workspace.get(FilesSettings).space_quota_bytes = node.size + size + 10
    place = await files.open_place(desk.alice, "Team")
    with pytest.raises(Full):
        await nodes.make_file(desk.alice, place, "b.txt", b"x" * 11, digest="0")


async def test_who_finds_one(desk):
    world, alice = desk.world, desk.alice
    bob, carol = await world.member("bob"), await world.member("carol")
    await world.space(bob, "Bob's")
    file_id, (name,) = await opened(desk, "a.ipynb", book(PAGE))
    await world.share(alice, "Team/a.ipynb", "carol", Level.reader)
    for who in (alice, carol):
        assert (await service.show(who, file_id, name)).kind == "output"
    for who, file, blob in (
        (bob, file_id, name),
        (alice, file_id, "0" * 64),
        (alice, file_id, "../secret"),
        (alice, "nothing", name),
    ):
        with pytest.raises(NotFound):
            await service.show(who, file, blob)
    # A cell that somebody takes along to a notebook of their own.
    await files.make(bob, NewFile(path="Bob's/b.ipynb"))
    other = await files.open_place(bob, "Bob's/b.ipynb")
    await world.share(bob, "Bob's/b.ipynb", "carol", Level.reader)
    with pytest.raises(NotFound):  # he may not read where it came from
        await service.show(bob, other.id, name)
    with pytest.raises(NotFound):  # she may, but does not edit this one
        await service.show(carol, other.id, name)
    await world.share(bob, "Bob's/b.ipynb", "carol", Level.editor)
    await service.show(carol, other.id, name)
    assert (await rows(world))[other.id] == {name}
    assert (await service.show(bob, other.id, name)).size > 0
    await files.remove(alice, file_id)
    with pytest.raises(NotFound):
        await service.show(alice, file_id, name)


async def test_what_is_too_much_or_lost_stays_apart(desk):
    file_id, names = await opened(desk, "a.ipynb", book(PAGE, {"text/html": "y" * 300_000}))
    node = await desk.world.row(file_id)
    desk.world.workspace.get(FilesSettings).max_whole_bytes = 800_000
    partly = formats.parse(formats.NOTEBOOK, (await content.get(desk.alice, node))[0])
    assert len(apart.names_in(partly)) == 1
    blobs = desk.world.workspace.get(Blobs)
    for name in names:
        blobs._path(name).write_bytes(b"damaged")
    seq, _ = await desk.world.host.head(file_id)
    data, version = await content.get(desk.alice, node)
    assert apart.names_in(formats.parse(formats.NOTEBOOK, data)) == names
    await content.put(desk.alice, node, data, digest=formats.digest(data), version=version)
    assert (await desk.world.host.head(file_id))[0] == seq
    for name in names:
        blobs._path(name).unlink()
    assert (await content.get(desk.alice, node))[0] == data
    await desk.edit(file_id, book(PAGE, {"text/html": "y" * 300_000}))
    assert all(blobs.has(name) for name in names), "who writes it again heals it"
