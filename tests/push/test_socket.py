"""The push socket: who gets which event, resume without gap or repeat, rights that change, ends."""

import asyncio
import json
import socket
from typing import ClassVar

import pytest
from websockets.exceptions import InvalidStatus

from openpaas_workspace.accounts.events import GroupChanged
from openpaas_workspace.accounts.models import group_members, groups
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.events import Audience, Event
from openpaas_workspace.kit import clock
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.realtime.push.service.hub import Push
from openpaas_workspace.sharing.schemas import Level
from tests.core.databases import eventually
from tests.push.conftest import Noted
from tests.push.limits import limits


class ForSubjects(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""

    audience: ClassVar[Audience] = "subjects"


class ForAdministrators(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""

    audience: ClassVar[Audience] = "administrators"


class ForEveryone(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""

    audience: ClassVar[Audience] = "everyone"


async def test_each_member_gets_exactly_what_its_audience_allows(world) -> None:
    await world.member("dave", administrator=True)
    space = await world.space("space1", world.actors["alice"])
    file = await world.file("file1", space)
    await world.grant(world.actors["alice"], file, "member:bob")
    pages = {name: await world.join(name) for name in ("alice", "bob", "carol", "dave")}
    await world.publish(
        Noted(ref=str(space)),
        Noted(ref=str(file)),
        ForSubjects(ref=str(file), members=("carol",)),
        ForAdministrators(ref="member:bob"),
        ForEveryone(ref="member:bob"),
        Noted(ref="file:absent"),
        ForEveryone(ref="member:last"),
    )
    expected = {
        "alice": [str(space), str(file), "member:bob", "member:last"],
        "bob": [str(file), "member:bob", "member:last"],
        "carol": [str(file), "member:bob", "member:last"],
        "dave": ["member:bob", "member:bob", "member:last"],
    }
    for name, refs in expected.items():
        assert [event["ref"] for event in await pages[name].events(len(refs))] == refs
    assert pages["carol"].frames[-1]["e"][0]["type"] == "ForSubjects"


async def test_nobody_a_narrow_token_and_a_foreign_page_are_refused(small) -> None:
    small.actors["token"] = small.actors["alice"].__class__(
        kind="member", id="alice", session="t1", scopes=frozenset({"files:read"})
    )
    small.actors["reader"] = small.actors["alice"].__class__(
        kind="member", id="alice", session="t2", scopes=frozenset({"events:read"})
    )
    for name, options, status in (
        ("nobody", {}, 401),
        ("token", {}, 403),
        ("alice", {"origin": "https://evil.example"}, 403),
    ):
        with pytest.raises(InvalidStatus) as refused:
            await small.open(name, **options)
        assert refused.value.response.status_code == status
    await small.join("reader")
    await small.join("alice", origin=f"http://127.0.0.1:{small.port}")
    assert len(small.push.connections) == 2


async def test_resume_brings_every_missed_event_once_and_no_other(world) -> None:
    space = await world.space("space1", world.actors["alice"])
    file = await world.file("file1", space)
    await world.grant(world.actors["alice"], file, "member:bob")
    page = await world.join("bob")
    welcome = page.frames[0]
    await world.publish(*[Noted(ref=str(file), n=n) for n in range(3)])
    got = await page.events(3)
    await page.socket.close()
    await world.publish(*[Noted(ref=str(ref), n=n) for n in range(3, 700) for ref in (file, space)])
    resume = {"epoch": welcome["epoch"], "seq": got[-1]["seq"]}
    page = await world.join("bob", resume)
    assert page.frames[0]["resumed"] is True
    publishing = asyncio.create_task(world.publish(*[Noted(ref=str(file), n=n) for n in range(700, 720)]))
    got += await page.events(717)
    await publishing
    assert [event["data"]["n"] for event in got] == list(range(720))
    seqs = [event["seq"] for event in got]
    assert seqs == sorted(set(seqs))


async def test_resume_while_others_publish_leaves_no_gap(world) -> None:
    space = await world.space("space1", world.actors["alice"])
    page = await world.join("alice")
    epoch, seq, got = page.frames[0]["epoch"], page.frames[0]["seq"], []

    async def publish() -> None:
        for n in range(120):
            await world.publish(Noted(ref=str(space), n=n))

    publishing = asyncio.create_task(publish())
    while len(got) < 120:
        for _ in range(3):
            frame = await page.next("ev")
            got += [event["data"]["n"] for event in frame["e"]]
            seq = frame["seq"]
            if len(got) >= 120:
                break
        await page.socket.close()
        page = await world.join("alice", {"epoch": epoch, "seq": seq})
        assert page.frames[0]["resumed"] is True
    await publishing
    assert got == list(range(120))


@limits(resume_events=5)
async def test_a_resume_from_too_far_or_another_epoch_starts_afresh(small) -> None:
    space = await small.space("space1", small.actors["alice"])
    await small.publish(*[Noted(ref=str(space), n=n) for n in range(20)])

    async def told() -> bool:
        return small.workspace.get(Push).seq == 20

    await eventually(told)
    page = await small.join("alice")
    epoch, seq = page.frames[0]["epoch"], page.frames[0]["seq"]
    assert (seq, page.frames[0]["resumed"]) == (20, False)
    for resume, resumed in (
        ({"epoch": epoch, "seq": 14}, False),
        ({"epoch": epoch, "seq": 15}, True),
        ({"epoch": "another", "seq": 20}, False),
        ({"epoch": epoch, "seq": 21}, False),
        ({"epoch": epoch, "seq": -1}, False),
    ):
        again = await small.join("alice", resume)
        assert (again.frames[0]["resumed"], again.frames[0]["seq"]) == (resumed, 15 if resumed else 20)


async def test_a_resume_after_a_week_starts_afresh(world, monkeypatch) -> None:
    space = await world.space("space1", world.actors["alice"])
    page = await world.join("alice")
    resume = {"epoch": page.frames[0]["epoch"], "seq": page.frames[0]["seq"]}
    await world.publish(Noted(ref=str(space), n=1))
    await page.events(1)
    moment = clock.now()
    for days, resumed in ((7.1, False), (6.9, True)):
        monkeypatch.setattr(clock, "now", lambda days=days: moment + int(days * 86_400_000))
        again = await world.join("alice", resume)
        assert again.frames[0]["resumed"] is resumed
    # Who missed nothing may have been away for longer.
    monkeypatch.setattr(clock, "now", lambda: moment + 30 * 86_400_000)
    assert (await world.join("alice", {**resume, "seq": page.frames[-1]["seq"]})).frames[0]["resumed"] is True


async def test_a_withdrawn_right_ends_events_and_topics_at_once(world) -> None:
    alice = world.actors["alice"]
    space = await world.space("space1", alice)
    file = await world.file("file1", space)
    await world.grant(alice, space, "member:bob")
    bob, watcher = await world.join("bob"), await world.join("alice")
    await bob.send(type="sub", topics=[str(file)], id=1)
    assert (await bob.next("topic+"))["topic"] == str(file)
    world.push.ephemeral(str(file), "typing:alice", True)
    assert (await bob.next("eph"))["values"] == {"typing:alice": True}
    await world.withdraw(alice, space, "member:bob")
    lost = {(await bob.next("topic-"))["topic"], (await bob.next("topic-"))["topic"]}
    assert lost == {str(space), str(file)}
    await world.publish(Noted(ref=str(file), n=1))
    world.push.ephemeral(str(file), "typing:alice", None)
    await watcher.events(2)
    await world.publish(ForEveryone(ref="member:bob"))
    got = await bob.events(1)
    while got[-1]["type"] != "ForEveryone":
        got += await bob.events(1)
    assert "Noted" not in {event["type"] for event in got}
    assert [f["values"] for f in bob.frames if f["type"] == "eph"] == [{"typing:alice": True}]
    await world.grant(alice, file, "member:bob", Level.editor)
    assert (await bob.next("topic+"))["topic"] == str(file)
    await world.publish(Noted(ref=str(file), n=2))
    assert (await bob.events(1))[0]["data"] == {"n": 2}


async def test_joining_and_leaving_a_group_counts_at_once(world) -> None:
    alice = world.actors["alice"]
    space = await world.space("space1", alice)
    async with world.workspace.db.unit(SYSTEM) as work:
        row = {"id": "g1", "name": "Team", "name_key": "team", "created_at": now()}
        known = {column.name for column in groups.columns}
        await work.execute(groups.insert(), {key: value for key, value in row.items() if key in known})
    await world.grant(alice, space, "group:g1")
    bob = await world.join("bob")
    for joined in (True, False):
        async with world.workspace.db.unit(SYSTEM) as work:
            if joined:
                await work.execute(group_members.insert(), {"group_id": "g1", "member_id": "bob"})
            else:
                await work.execute(group_members.delete())
            work.publish(GroupChanged(ref="group:g1", members=("bob",), fields=("members",)))
        await world.publish(Noted(ref=str(space)), ForEveryone(ref="member:bob"))
        expected = ["GroupChanged", "Noted", "ForEveryone"] if joined else ["GroupChanged", "ForEveryone"]
        assert [event["type"] for event in await bob.events(len(expected))] == expected


@limits(heartbeat=0.2)
async def test_heartbeats_move_an_idle_page_forward_and_count_its_frames(small) -> None:
    space = await small.space("space1", small.actors["alice"])
    alice, bob = await small.join("alice"), await small.join("bob")
    for n in range(3):
        await small.publish(Noted(ref=str(space), n=n))
        await alice.events(1)
    beat = await bob.next("hb")
    while beat["seq"] < 3:
        beat = await bob.next("hb")
    assert beat == {"type": "hb", "seq": 3, "n": 0}
    beat = await alice.next("hb")
    assert beat == {"type": "hb", "seq": 3, "n": 3}


@limits(heartbeat=0.1, silence=0.5)
async def test_a_page_that_gives_no_sign_is_closed_and_one_that_lives_is_not(small) -> None:
    alive = await small.join("alice")
    reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
    writer.write(
        b"GET /api/workspace/v1/push HTTP/1.1\r\nHost: x\r\nX-Test: bob\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    async with asyncio.timeout(20):
        while await reader.read(4096):
            pass
    writer.close()
    for _ in range(12):
        await alive.next("hb")
    assert [connection.actor.id for connection in small.push.connections.values()] == ["alice"]


async def test_the_end_of_a_session_closes_its_sockets_and_no_other(small) -> None:
    bob, other = await small.join("bob"), await small.join("alice")
    started = asyncio.get_running_loop().time()
    small.workspace.get(Sessions).ended("s-bob", "bob")
    assert await bob.closed() == 4401
    assert asyncio.get_running_loop().time() - started < 2
    await small.publish(ForEveryone(ref="member:bob"))
    assert len(await other.events(1)) == 1
    assert [connection.actor.id for connection in small.push.connections.values()] == ["alice"]


async def test_a_planned_end_says_when_to_come_back(small) -> None:
    pages = [await small.join("alice"), await small.join("bob")]
    small.push.goodbye()
    for page in pages:
        assert (await page.next("bye"))["retry_after"] > 0
        assert await page.closed() == 1012


async def test_a_failure_of_the_hub_leaves_no_gap(small, monkeypatch) -> None:
    space = await small.space("space1", small.actors["alice"])
    page = await small.join("alice")
    asked = []

    async def broken(*arguments):
        asked.append(arguments)
        raise RuntimeError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr("openpaas_workspace.realtime.push.service.hub.look", broken)
        await small.publish(Noted(ref=str(space), n=1))
        assert await page.closed() == 1011
    assert len(asked) == 1
    again = await small.join("alice", {"epoch": page.frames[0]["epoch"], "seq": page.frames[0]["seq"]})
    await small.publish(Noted(ref=str(space), n=2))
    assert [event["data"]["n"] for event in await again.events(2)] == [1, 2]


@limits(queue_bytes=100_000, resume_events=1_000_000)
async def test_a_page_that_does_not_read_is_closed_while_others_go_on(small) -> None:
    space = await small.space("space1", small.actors["alice"])
    await small.grant(small.actors["alice"], space, "everyone")
    narrow = socket.create_connection(("127.0.0.1", small.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    slow, quick = await small.join("bob", sock=narrow), await small.join("carol")
    slow.socket.transport.pause_reading()
    connection = next(c for c in small.push.connections.values() if c.actor.id == "bob")
    async with asyncio.timeout(60):
        while not connection.closed:
            await small.publish(*[Noted(ref=str(space), n=1)] * 400)
            await quick.events(400)
    assert connection.code == 4408
    slow.socket.transport.abort()
    last = slow.frames[0]["seq"]
    again = await small.join("bob", {"epoch": slow.frames[0]["epoch"], "seq": last})
    missed = await again.events(small.seq - last)
    assert [event["seq"] for event in missed] == list(range(last + 1, small.seq + 1))


@limits(frames_per_second=100_000, frame_burst=100_000)
async def test_rubbish_is_answered_with_an_error_and_stops_nobody(small) -> None:
    other = await small.join("alice")
    page = await small.join("bob")
    rubbish = [
        "",
        "{",
        "null",
        "[]",
        '"hello"',
        "{}",
        '{"type":"nope"}',
        '{"type":"hello"}',
        '{"type":"sub"}',
        '{"type":"sub","topics":"file:x"}',
        '{"type":"sub","topics":["no ref"]}',
        '{"type":"sub","topics":["file:x"],"more":1}',
        '{"type":"eph","topic":"file:x","kind":"typing","value":1}',
        "[" * 5000,
        b"\x00\x01",
        b"",
    ]
    for frame in rubbish:
        await page.socket.send(frame)
        answer = await page.next()
        assert answer["type"] == "error", frame
        assert answer["detail"]
    for n in range(10_000):
        await page.socket.send(rubbish[n % len(rubbish)])
        if n % 50 == 49:
            for _ in range(50):
                assert (await page.next())["type"] == "error"
    await page.send(type="sub", topics=["file:x"], id=7)
    assert (await page.next("error"))["re"] == 7
    await small.publish(ForEveryone(ref="member:bob"))
    assert [len(await each.events(1)) for each in (page, other)] == [1, 1]


async def test_a_flood_is_dropped_and_an_oversized_frame_closes_its_socket_only(small) -> None:
    page, other = await small.join("bob"), await small.join("alice")
    for _ in range(2000):
        await page.socket.send('{"type":"nope"}')
    while (await page.next("error"))["code"] != "TooMany":
        pass
    assert page.frames[-1]["retry_after"] > 0
    assert 60 <= len(page.frames) < 200
    await small.publish(ForEveryone(ref="member:bob"))
    await page.next("ev")
    await page.socket.send("x" * 70_000)
    assert await page.closed() == 1009
    await small.publish(ForEveryone(ref="member:bob"))
    assert len(await other.events(2)) == 2


@limits(sockets_per_member=3)
async def test_one_member_cannot_open_sockets_without_end(small) -> None:
    for _ in range(3):
        await small.join("bob")
    page = await small.open("bob")
    assert await page.closed() == 4429
    await small.join("alice")


async def test_nothing_is_sent_before_hello(small) -> None:
    page = await small.open("bob")
    await small.publish(ForEveryone(ref="member:bob"))
    await page.send(type="sub", topics=["member:bob"])
    assert (await page.next())["type"] == "error"
    await page.send(type="hello")
    assert (await page.next())["type"] == "welcome"


async def test_frames_have_the_form_that_is_described(small) -> None:
    import msgspec

    from openpaas_workspace.realtime.push.schemas import Outbound

    space = await small.space("space1", small.actors["alice"])
    page = await small.join("alice")
    await page.send(type="sub", topics=[str(space), "file:absent"], id=3)
    await page.next("error")
    await small.publish(Noted(ref=str(space), n=1))
    await page.events(1)
    small.push.ephemeral(str(space), "k", {"x": 1})
    await page.next("eph")
    for frame in page.frames:
        msgspec.json.decode(json.dumps(frame), type=Outbound)
    assert {frame["type"] for frame in page.frames} == {"welcome", "topic+", "error", "ev", "eph"}
