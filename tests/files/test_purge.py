"""What is deleted for ever is gone from the database and, after a sweep, from the blobs; what was done stays told."""

import pytest
from sqlalchemy import func, select

from openpaas_workspace.core.blobs import Blobs, sweep_blobs
from openpaas_workspace.files.service import trash
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import NotFound, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.models import changes, client_ids, live_objects, snapshots
from openpaas_workspace.realtime.service.versions import name_version
from tests.files.desk import Desk
from tests.files.world import notebook, notebook_bytes

TABLES = (changes, snapshots, client_ids, live_objects)


async def counts(world) -> list[int]:
    async with world.workspace.db.read(SYSTEM) as work:
        return [await work.scalar(select(func.count()).select_from(table)) for table in TABLES]


async def test_the_log_of_what_is_purged_goes_and_nothing_else(world, monkeypatch):
    alice = await world.member("alice")
    desk = Desk(world, alice, await world.space(alice, "Team"))
    gone, kept = await desk.put("gone.ipynb", notebook_bytes("1")), await desk.put("kept.txt", b"kept")
    large = "\n".join(f"line {number}" for number in range(60_000))
    for object_id, value in ((gone, notebook(large)), (kept, "kept on")):
        await world.host.content(object_id)
        await world.host.write(object_id, value, alice.actor, base_seq=None)
        await name_version(world.workspace, alice.actor, object_id, "A version", None)
    blobs = world.workspace.get(Blobs)
    stored = [path for path in blobs._root.glob("*/*/*") if path.is_file()]
    assert stored
    before = await counts(world)
    told = [row.id for type_ in ("FileEdited", "VersionNamed") for row in await world.events(type_)]
    node = await world.row(gone)
    await trash.throw_away(alice, node)
    assert await counts(world) == before
    await trash.purge(alice, gone)
    after = await counts(world)
    assert all(now < then for now, then in zip(after, before, strict=True))
    async with world.workspace.db.read(SYSTEM) as work:
        for table, column in zip(TABLES, ("object_id", "object_id", "object_id", "id"), strict=True):
            ids = {row[0] for row in await work.all(select(table.c[column]))}
            assert ids == {kept} or (table is client_ids and not ids & {gone})
    assert not world.host.live(gone)
    with pytest.raises(NotFound):
        await world.host.content(gone)
    monkeypatch.setattr("openpaas_workspace.core.blobs.GRACE", -60.0)
    await sweep_blobs(world.workspace)
    assert not [path for path in stored if path.exists()]
    assert (await world.host.content(kept)).value == "kept on"
    assert [row.id for type_ in ("FileEdited", "VersionNamed") for row in await world.events(type_)] == told
    assert (await world.events("FilePurged"))[0].actor == "alice"


async def test_a_room_still_open_elsewhere_writes_nothing_after_the_purge(world, monkeypatch):
    alice = await world.member("alice")
    desk = Desk(world, alice, await world.space(alice, "Team"))
    object_id = await desk.put("a.txt", b"a")
    await world.host.content(object_id)
    live = await world.host.open(Ref("file", object_id))  # as another process would still hold it

    async def unheard(_object_id, _reason):
        pass

    monkeypatch.setattr(world.host, "forget", unheard)
    await trash.throw_away(alice, await world.row(object_id))
    await trash.purge(alice, object_id)
    with pytest.raises(WorkspaceError):
        await world.host.write(object_id, "b", SYSTEM, base_seq=None)
    assert live.failed is not None
    assert await counts(world) == [0, 0, 0, 0]
