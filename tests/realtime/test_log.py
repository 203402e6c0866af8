"""The log: committed before anybody hears, fenced, one bad object spoils no other, nothing half done."""

import asyncio
import threading

import pytest
from pycrdt import Doc, Text
from sqlalchemy import select, text, update

from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.stream import events_table
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import DiskFull, Unavailable
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.models import changes, leases, live_objects, snapshots
from openpaas_workspace.realtime.service import epochs
from openpaas_workspace.realtime.service.log import Draft, LogFailed
from tests.core.databases import open_workspace
from tests.realtime.house import actor, house, until
from tests.realtime.page import notebook, open_page
from tests.realtime.test_rooms import rows


def text_update(text: str) -> bytes:
    """One update that writes `text`."""
    doc = Doc()
    doc["source"] = Text(text)
    return doc.get_update()


async def test_nobody_hears_of_a_change_before_it_is_committed(rooms, monkeypatch):
    """At each acknowledgement and at each delivery the row is there already, seen by another connection."""
    object_id = await rooms.file("a.txt", "", bob="editor")
    alice, bob = await open_page(rooms, "a.txt", "alice"), await open_page(rooms, "a.txt", "bob")
    checked = []

    async def check(page, count):
        await until(lambda: len(page.acks if page is alice else page.updates) > count)
        checked.append(len(await rows(rooms, object_id)))

    for number in range(10):
        before = len(bob.updates)
        tasks = [asyncio.create_task(check(alice, number)), asyncio.create_task(check(bob, before))]
        await alice.type("x")
        await asyncio.gather(*tasks)
        assert checked[-2:] == [number + 2] * 2
    await alice.close()
    await bob.close()


async def test_many_edits_share_commits(rooms):
    await rooms.file("a.txt", "")
    page = await open_page(rooms, "a.txt")
    before = rooms.host.writer.commits
    for _ in range(300):
        await page.type("x")
    await page.acked()
    assert page.acks == sorted(page.acks)
    assert rooms.host.writer.commits - before < 300
    await page.close()


async def test_a_failed_append_changes_nothing_for_anybody(rooms, monkeypatch):
    object_id = await rooms.file("a.txt", "start", bob="editor")
    other_id = await rooms.file("b.txt", "other")
    alice, bob = await open_page(rooms, "a.txt", "alice"), await open_page(rooms, "a.txt", "bob")
    other = await open_page(rooms, "b.txt", "alice")
    writer = rooms.host.writer
    real = writer._write_room

    def full(conn, entries):
        if entries[0].head.object_id == object_id:
            raise OSError(28, "No space left on device")
        real(conn, entries)

    monkeypatch.setattr(writer, "_write_room", full)
    await asyncio.gather(alice.type(" lost?"), other.type(" fine"))
    assert (await alice.gone())[0] == 1013
    assert (await bob.gone())[0] == 1013
    await other.acked()
    assert alice.acks == []
    assert str(bob) == "start"
    assert len(await rows(rooms, object_id)) == 1
    monkeypatch.setattr(writer, "_write_room", real)
    await bob.open()
    assert str(bob) == "start"
    await alice.open()
    await alice.acked()
    await until(lambda: str(bob) == "start lost?")
    assert [row.author for row in await rows(rooms, object_id)] == ["system", "alice"]
    assert (await rooms.host.content(other_id)).value == "other fine"
    for page in (alice, bob, other):
        await page.close()


async def test_an_append_behind_a_failed_one_is_refused_too(rooms, monkeypatch):
    object_id = await rooms.file("a.txt", "start")
    await rooms.session("a.txt")
    live = await rooms.host.open(Ref("file", object_id))
    await live.append(Draft("update", b"\0\0", actor("alice")))
    writer = rooms.host.writer
    real = writer._write_room

    def once(conn, entries):
        monkeypatch.setattr(writer, "_write_room", real)
        raise OSError("once")

    monkeypatch.setattr(writer, "_write_room", once)
    first = asyncio.ensure_future(live.append(Draft("update", b"\0\0", actor("alice"))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.ensure_future(live.append(Draft("update", b"\0\0", actor("alice"))))
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [LogFailed, LogFailed]
    again = await rooms.host.open(Ref("file", object_id))
    assert again is not live
    assert again.seq == 2


async def test_fencing_whoever_lost_the_lease_writes_nothing(rooms):
    object_id = await rooms.file("a.txt", "start")
    page = await open_page(rooms, "a.txt")
    async with rooms.workspace.db.unit(SYSTEM) as work:
        await work.execute(
            update(live_objects).where(live_objects.c.id == object_id).values(fence=live_objects.c.fence + 1)
        )
    await page.type("late")
    assert (await page.gone())[0] == 1013
    assert page.acks == []
    assert len(await rows(rooms, object_id)) == 1


async def test_two_processes_on_one_database_one_hosts_the_other_says_so(rooms, url, tmp_path):
    object_id = await rooms.file("a.txt", "start", bob="editor")
    alice = await open_page(rooms, "a.txt", "alice")
    async with house(url, tmp_path, people=False, shelf=rooms.shelf, lease=2.0) as second:
        answer = await second.session("a.txt", "bob")
        assert answer.status_code == 503
        assert "Another server process" in answer.json()["detail"]
        assert "Retry-After" in answer.headers
        with pytest.raises(Unavailable):
            await second.host.write(object_id, "mine", actor("bob"), base_seq=None)
        await alice.type(" one")
        await alice.acked()
        # The first process stops as if its machine slept: it says nothing any more, and its lease ends.
        rooms.host.leases._task.cancel()
        async with rooms.workspace.db.unit(SYSTEM) as work:
            await work.execute(
                update(leases).where(leases.c.resource.startswith("process:")).values(expires_at=0)
            )
        await second.host.leases._renew()
        bob = await open_page(second, "a.txt", "bob")
        assert str(bob) == "start one"
        await bob.type(" two")
        await bob.acked()
        # It wakes and believes that it still hosts the object.
        await alice.type(" three")
        assert (await alice.gone())[0] == 1013
        assert [row.author for row in await rows(rooms, object_id)] == ["system", "alice", "bob"]
        # Alice's page comes to the second process with what it could not say.
        alice.url = alice.url.replace(str(rooms.port), str(second.port))
        await alice.open()
        await alice.acked()
        await until(lambda: str(alice) == str(bob))
        assert str(bob).count(" three") == str(bob).count(" two") == 1
        assert (await second.host.content(object_id)).value == str(bob)
        await alice.close()
        await bob.close()


async def test_a_process_that_ended_well_leaves_its_objects_to_the_next(url, tmp_path):
    async with house(url, tmp_path) as first:
        object_id = await first.file("a.txt", "start")
        page = await open_page(first, "a.txt")
        await page.type(" one")
        await page.acked()
        shelf = first.shelf
    async with house(url, tmp_path, people=False, shelf=shelf) as second:
        assert second.host.live(object_id)
        page.url = page.url.replace(str(first.port), str(second.port))
        await page.open()
        await page.type(" two")
        await page.acked()
        assert (await second.host.content(object_id)).value == "start one two"
        assert second.shelf.first_asked == 0
        await page.close()


async def test_large_changes_are_blobs_and_read_back(rooms, tmp_path):
    object_id = await rooms.file("a.ipynb", notebook("1"))
    page = await open_page(rooms, "a.ipynb")
    large = "é📊" * 100_000
    page.edit(lambda p: p.meta.update({"large": large}))
    await page.flush()
    await page.acked()
    row = (await rows(rooms, object_id))[-1]
    assert row.data is None
    assert (tmp_path / "blobs" / row.blob[:2] / row.blob[2:4] / row.blob).exists()
    await page.close()
    rooms.host.config.idle_unload = 0.0
    await until(lambda: not rooms.host.objects[Ref("file", object_id)].connections)
    await rooms.host.tidy()
    fresh = await open_page(rooms, "a.ipynb")
    assert fresh.meta["large"] == large
    await fresh.close()


async def test_nobody_waits_for_the_bytes_of_a_large_change_elsewhere(quick, monkeypatch):
    """While the bytes of one object are written, others commit; what stands behind them stays behind them."""
    large_id, other_id = await quick.file("a.txt", "start"), await quick.file("b.txt", "start")
    large = await quick.host.open(Ref("file", large_id))
    other = await quick.host.open(Ref("file", other_id))
    blobs, written = quick.workspace.get(Blobs), threading.Event()
    real = blobs.put

    def put(data):
        assert written.wait(60)
        return real(data)

    monkeypatch.setattr(blobs, "put", put)
    drafts = [Draft("update", data, actor("alice")) for data in (text_update("x" * 300_000), b"\0\0")]
    behind = [asyncio.ensure_future(large.append(draft)) for draft in drafts]
    await asyncio.sleep(0)
    await other.append(Draft("update", b"\0\0", actor("alice")))
    assert [one.done() for one in behind] == [False, False]
    written.set()
    assert [change.seq for change in await asyncio.gather(*behind)] == [2, 3]
    assert [bool(row.blob) for row in await rows(quick, large_id)] == [False, True, False]


async def test_a_change_whose_bytes_cannot_be_kept_changes_nothing(quick, monkeypatch):
    object_id = await quick.file("a.txt", "start")
    live = await quick.host.open(Ref("file", object_id))

    def full(_data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(quick.workspace.get(Blobs), "put", full)
    drafts = [Draft("update", data, actor("alice")) for data in (text_update("x" * 300_000), b"\0\0")]
    results = await asyncio.gather(*(live.append(draft) for draft in drafts), return_exceptions=True)
    assert [type(result) for result in results] == [DiskFull, DiskFull]
    assert len(await rows(quick, object_id)) == 1
    assert (await quick.host.content(object_id)).value == "start"


async def test_snapshots_shorten_opening_and_change_nothing(url, tmp_path):
    async with house(url, tmp_path, snapshot_changes=10) as rooms:
        object_id = await rooms.file("a.txt", "")
        page = await open_page(rooms, "a.txt")
        for _ in range(55):
            await page.type("x")
            await page.acked()
        async with rooms.workspace.db.read(SYSTEM) as work:
            found = await work.all(select(snapshots.c.seq).where(snapshots.c.object_id == object_id))
        # Some older ones stay as points that the history opens from.
        assert 1 <= len(found) <= 5
        await page.close()
        shelf = rooms.shelf
    async with house(url, tmp_path, people=False, shelf=shelf) as second:
        live = await second.host.open(Ref("file", object_id))
        assert live.since_snapshot[0] < 56
        assert (await second.host.content(object_id)).value == "x" * 55


async def test_one_event_for_each_author_and_file_in_five_minutes(rooms):
    object_id = await rooms.file("a.txt", "", bob="editor")
    alice, bob = await open_page(rooms, "a.txt", "alice"), await open_page(rooms, "a.txt", "bob")
    for _ in range(5):
        await alice.type("a")
        await bob.type("b")
    await asyncio.gather(alice.acked(), bob.acked())
    async with rooms.workspace.db.read(SYSTEM) as work:
        found = await work.all(select(events_table).where(events_table.c.type == "FileEdited"))
    assert sorted((row.actor, row.ref) for row in found) == [
        ("alice", f"file:{object_id}"),
        ("bob", f"file:{object_id}"),
    ]
    await alice.close()
    await bob.close()


async def test_an_import_that_was_interrupted_happens_once(rooms, monkeypatch):
    object_id = await rooms.file("a.ipynb", notebook("once"))
    writer = rooms.host.writer
    real = writer._commit

    def crash(batch):
        raise OSError("the process died here")

    monkeypatch.setattr(writer, "_commit", crash)
    assert (await rooms.session("a.ipynb")).status_code == 503
    monkeypatch.setattr(writer, "_commit", real)
    page = await open_page(rooms, "a.ipynb")
    assert [str(cell["source"]) for cell in page.cells] == ["once"]
    assert [row.kind for row in await rows(rooms, object_id)] == ["import"]
    await page.close()


async def test_changes_have_no_gaps(rooms):
    object_id = await rooms.file("a.txt", "")
    pages = [await open_page(rooms, "a.txt", "alice") for _ in range(5)]
    for _ in range(20):
        await asyncio.gather(*(page.type("x") for page in pages))
    await asyncio.gather(*(page.acked() for page in pages))
    seqs = [row.seq for row in await rows(rooms, object_id)]
    assert seqs == list(range(1, 102))
    async with rooms.workspace.db.read(SYSTEM) as work:
        head = await work.scalar(select(live_objects.c.head_seq).where(live_objects.c.id == object_id))
        assert head == 101
        assert await work.scalar(select(text("1")).select_from(changes).limit(1)) == 1
    await until(lambda: len({str(page) for page in pages}) == 1)
    await asyncio.gather(*(page.close() for page in pages))


async def test_after_a_restore_old_pages_are_refused_and_the_history_is_there(url, tmp_path):
    async with house(url, tmp_path) as first:
        object_id = await first.file("a.txt", "start")
        page = await open_page(first, "a.txt")
        await page.type(" one")
        await page.acked()
        shelf = first.shelf
    async with open_workspace(url, tmp_path) as offline, offline.db.unit(SYSTEM) as work:
        assert await epochs.renew(work) == 1
    async with house(url, tmp_path, people=False, shelf=shelf) as second:
        page.url = page.url.replace(str(first.port), str(second.port))
        page.text.insert(0, "OLD")
        await page.open(wait=False)
        assert (await page.gone())[0] == 1003
        fresh = await open_page(second, "a.txt")
        assert str(fresh) == "start one"
        assert len(await rows(second, object_id)) == 2
        await fresh.close()
