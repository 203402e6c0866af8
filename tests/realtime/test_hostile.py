"""Rubbish, floods, slow readers: one page's trouble is nobody else's."""

import contextlib
import random
import socket

import websockets
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.realtime.engine import frames
from openpaas_workspace.realtime.engine.update import BadUpdate
from openpaas_workspace.realtime.gateway.bucket import Bucket
from openpaas_workspace.realtime.gateway.outbox import wire
from openpaas_workspace.realtime.service import crdt
from tests.core.databases import database_url
from tests.realtime.house import house, until
from tests.realtime.page import notebook, open_page
from tests.realtime.test_rooms import rows


def samples():
    """Frames of all kinds, as a page would send them."""
    doc = Doc()
    found = []
    doc.observe(lambda event: found.append(event.update))
    text, cells = doc.get("source", type=Text), doc.get("cells", type=Array)
    text.insert(0, "héllo 📊 wörld")
    cells.append(Map({"id": "x", "source": Text("1+1"), "metadata": Map({"a": [1, None, "é"]})}))
    del text[0:3]
    cells[0]["source"].insert(0, "zz")
    updates = [frames.update(update) for update in found]
    return [
        *updates,
        frames.step2(doc.get_update()),
        frames.step1(doc.get_state()),
        frames.save(1),
        frames.raw({"type": "hello", "ack": True}),
        frames.awareness(b"\x01\x05\x01\x0d" + b'{"user":null}'),
    ]


def mutated(rnd, message):
    data = bytearray(message)
    for _ in range(rnd.randint(1, 6)):
        kind = rnd.randrange(4)
        at = rnd.randrange(len(data)) if data else 0
        if kind == 0 and data:
            data[at] = rnd.randrange(256)
        elif kind == 1 and data:
            del data[at:]
        elif kind == 2:
            data[at:at] = rnd.randbytes(rnd.randint(1, 9))
        elif data:
            data[at : at + rnd.randint(1, 4)] = b"\xff" * rnd.randint(1, 9)
    return bytes(data)


async def test_ten_thousand_mutated_frames_stop_no_room(tmp_path):
    rnd = random.Random(7)
    good = samples()
    async with (
        database_url("sqlite", tmp_path) as url,
        house(url, tmp_path, messages_per_second=1e6, message_burst=10**6, bytes_per_second=1e9) as rooms,
    ):
        object_id = await rooms.file("a.txt", "start", bob="editor")
        alice = await open_page(rooms, "a.txt", "alice")
        sent = opened = 0
        while sent < 10_000:
            bob = await open_page(rooms, "a.txt", "bob", wait=False)
            opened += 1
            with contextlib.suppress(websockets.ConnectionClosed):
                for _ in range(200):
                    await bob.send(mutated(rnd, rnd.choice(good)))
                    sent += 1
            await bob.close()
        await alice.type(" end")
        await alice.acked()
        fresh = await open_page(rooms, "a.txt", "alice")
        assert str(fresh) == str(alice) == (await rooms.host.content(object_id)).value
        assert str(fresh).endswith(" end") or " end" in str(fresh)
        assert opened > 10
        # And what the log holds can be read from its beginning.
        for page in (alice, fresh):
            await page.close()
        rooms.host.config.idle_unload = 0.0
        await until(lambda: not rooms.host.objects[next(iter(rooms.host.objects))].connections)
        await rooms.host.tidy()
        again = await open_page(rooms, "a.txt", "alice")
        assert str(again) == str(fresh)
        await again.close()


async def test_an_update_that_nobody_can_take_is_void_and_the_room_goes_on(rooms, monkeypatch):
    object_id = await rooms.file("a.txt", "start", bob="editor")
    alice = await open_page(rooms, "a.txt", "alice")
    bob = await open_page(rooms, "a.txt", "bob")
    real = crdt.guarded_apply

    def poisoned(doc, update, **more):
        if b"POISON" in update:
            raise BadUpdate("The update could not be applied (PanicException).", reload=True)
        return real(doc, update, **more)

    monkeypatch.setattr(crdt, "guarded_apply", poisoned)
    await bob.type("POISON")
    await bob.gone()
    await alice.gone()
    alice = await open_page(rooms, "a.txt", "alice")
    await alice.type(" on")
    await alice.acked()
    assert "POISON" not in str(alice)
    assert [row.kind for row in await rows(rooms, object_id)] == ["import", "void", "update"]
    assert (await rooms.host.content(object_id)).value == "start on"
    await alice.close()


async def test_a_gap_is_not_accepted_and_heals_by_syncing_again(quick):
    object_id = await quick.file("a.txt", "")
    page = await open_page(quick, "a.txt")
    page.muted = True
    await page.type("lost ")
    page.muted = False
    await page.type("found")
    assert (await page.gone())[0] == 4408
    await page.open()
    await page.acked()
    assert (await quick.host.content(object_id)).value == "lost found"
    await page.close()


async def test_too_large_a_message_closes_only_its_sender(tmp_path):
    async with database_url("sqlite", tmp_path) as url, house(url, tmp_path, max_message=65_536) as rooms:
        await rooms.file("a.txt", "", bob="editor")
        alice, bob = await open_page(rooms, "a.txt", "alice"), await open_page(rooms, "a.txt", "bob")
        with contextlib.suppress(websockets.ConnectionClosed):
            await bob.type("x" * 70_000)
        await bob.gone()
        await alice.type("fine")
        await alice.acked()
        assert str(alice) == "fine"
        await alice.close()


async def test_a_flood_is_read_slowly_and_others_are_not_held_up(tmp_path):
    async with (
        database_url("sqlite", tmp_path) as url,
        house(url, tmp_path, messages_per_second=50.0, message_burst=50) as rooms,
    ):
        object_id = await rooms.file("a.txt", "", bob="editor")
        alice, bob = await open_page(rooms, "a.txt", "alice"), await open_page(rooms, "a.txt", "bob")
        for _ in range(150):
            await bob.type("b")
        await alice.type("a")
        await alice.acked()
        assert (await rooms.host.content(object_id)).value.count("b") < 150, "the flood went first"
        assert bob.closed is None
        await bob.acked()
        assert (await rooms.host.content(object_id)).value.count("b") == 150
        await alice.close()
        await bob.close()


async def test_a_page_that_does_not_read_is_closed_and_syncs_again(tmp_path):
    async with (
        database_url("sqlite", tmp_path) as url,
        house(
            url, tmp_path, queue_bytes=1 << 20, queue_frames=64, byte_burst=10**9, message_burst=10**6
        ) as rooms,
    ):
        await rooms.file("a.ipynb", notebook("1"), bob="editor")
        alice, bob = await open_page(rooms, "a.ipynb", "alice"), await open_page(rooms, "a.ipynb", "bob")
        # Bob's laptop stops reading: nothing is taken from the socket any more.
        transport = bob.socket.transport
        transport.pause_reading()
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        live = rooms.host.objects[next(iter(rooms.host.objects))]
        slow = next(one for one in live.connections.values() if one.actor.id == "bob")
        number = 0
        while not slow.ended:
            alice.edit(lambda p, n=number: p.meta.update({f"k{n % 7}": f"{n}" * 30_000}))
            await alice.flush()
            await alice.acked()
            number += 1
            assert number < 2000
        assert slow.outbox.merged > 0
        assert alice.closed is None
        transport.abort()
        await bob.gone()
        await bob.open()
        assert bob.meta.to_py() == alice.meta.to_py()
        await alice.close()
        await bob.close()


async def test_dead_connections_are_found(tmp_path):
    async with (
        database_url("sqlite", tmp_path) as url,
        house(url, tmp_path, heartbeat=1.0, silence=2.0) as rooms,
    ):
        await rooms.file("a.txt", "", bob="editor")
        alice, bob = await open_page(rooms, "a.txt", "alice"), await open_page(rooms, "a.txt", "bob")
        await bob.say({"user": {}})
        await until(lambda: bob.doc.client_id in alice.presences)
        bob.socket.transport.pause_reading()
        await until(lambda: alice.presences[bob.doc.client_id] is None, 40)
        bob.socket.transport.abort()
        await alice.close()


@given(
    st.lists(st.tuples(st.floats(0, 3), st.floats(0, 20)), max_size=60), st.floats(1, 50), st.floats(1, 50)
)
@settings(deadline=None)
def test_a_bucket_never_lets_more_through_than_its_rate(steps, rate, burst):
    clock = [0.0]
    bucket = Bucket(rate, burst, lambda: clock[0])
    taken = 0.0
    for pause, amount in steps:
        clock[0] += pause
        # Whoever obeys the answer has waited so long before the next.
        clock[0] += bucket.take(amount)
        taken += amount
        assert taken <= burst + rate * clock[0] + 1e-6


def test_frames_are_those_of_the_protocol():
    for size in (0, 1, 125, 126, 65_535, 65_536, 70_000):
        payload = bytes(size)
        data = wire(payload)
        assert wire(payload) is data
        assert data[0] == 0x82
        length, head = data[1], 2
        if length == 126:
            length, head = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, head = int.from_bytes(data[2:10], "big"), 10
        assert (length, data[head:]) == (size, payload)
