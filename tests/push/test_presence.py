"""Who is where: told from sockets, to who may see the object, and never from what a page claims."""

import asyncio

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.roster import ONLINE
from openpaas_workspace.realtime.service import presence
from tests.push.limits import limits


async def follow(world, name, *topics):
    """A window that follows these topics; what it is told of them, kept in `known`."""
    page = await world.join(name)
    page.known = {}
    await page.send(type="sub", topics=list(topics))
    for _ in topics:
        hear(page, await page.next("topic+"))
    return page


def hear(page, frame) -> None:
    """Apply a frame of ephemeral values."""
    present = page.known.setdefault(frame["topic"], {})
    for key, value in frame["values"].items():
        kind, _, member = key.partition(":")
        assert kind == "present"
        if value is None:
            present.pop(member)
        else:
            present[member] = value["state"]


async def knows(page, topic, expected) -> None:
    """Wait until the page has been told this."""
    while page.known.get(topic, {}) != expected:
        hear(page, await page.next("eph"))


async def desk(world):
    """A file that alice manages and bob reads; carol sees nothing of it."""
    space = await world.space("space1", world.actors["alice"])
    file = await world.file("file1", space)
    await world.grant(world.actors["alice"], file, "member:bob")
    return str(file)


def enter(world, source, name, topic) -> None:
    """As the room of an object reports it."""
    world.push.presences.entered(source, world.actors[name], topic)


async def test_who_may_read_hears_who_is_there_and_nobody_else_does(world) -> None:
    file = await desk(world)
    bob, carol = await follow(world, "bob", file), await world.join("carol")
    await carol.send(type="sub", topics=[file], id=7)
    assert (await carol.next("error"))["code"] == "NotFound"
    enter(world, "room1", "alice", file)
    await knows(bob, file, {"alice": "active"})
    late = await follow(world, "alice", file)
    assert late.known[file] == {"alice": "active"}
    world.push.presences.left("room1")
    await knows(bob, file, {})
    assert [frame["type"] for frame in carol.frames] == ["welcome", "error"]


async def test_who_loses_the_right_hears_no_more(world) -> None:
    file = await desk(world)
    bob = await follow(world, "bob", file)
    await world.withdraw(world.actors["alice"], Ref.parse(file), "member:bob")
    assert (await bob.next("topic-"))["topic"] == file
    heard = len(bob.frames)
    enter(world, "room1", "alice", file)
    alice = await follow(world, "alice", file)
    await knows(alice, file, {"alice": "active"})
    await bob.send(type="sub", topics=[file])
    assert (await bob.next("error"))["code"] == "NotFound"
    assert [frame["type"] for frame in bob.frames[heard:] if frame["type"] == "eph"] == []


async def test_online_is_told_to_every_member_once_a_person(small) -> None:
    alice = await follow(small, "alice", ONLINE)
    assert alice.known[ONLINE] == {}
    first, second = await small.join("bob"), await small.join("bob")
    await first.send(type="here", state="away")
    await knows(alice, ONLINE, {"bob": "away"})
    await second.send(type="here", state="active")
    await knows(alice, ONLINE, {"bob": "active"})
    await second.socket.close()
    await knows(alice, ONLINE, {"bob": "away"})
    await first.socket.close()
    async with asyncio.timeout(50):  # the goal is 5 s
        await knows(alice, ONLINE, {})


async def test_a_page_claims_no_place_no_name_and_no_presence_of_others(small) -> None:
    file = await desk(small)
    alice, mallory = await follow(small, "alice", file, ONLINE), await small.join("carol")
    await mallory.send(type="here", state="active", at=file)
    await knows(alice, ONLINE, {"carol": "active"})
    assert alice.known[file] == {}
    bob = await follow(small, "bob", file, ONLINE)
    small.push.kind("typing")
    for frame in (
        {"type": "eph", "topic": file, "kind": "present", "value": {"state": "active"}},
        {"type": "eph", "topic": file, "kind": "present:alice", "value": {"state": "active"}},
        {"type": "eph", "topic": ONLINE, "kind": "typing", "value": True},
    ):
        await bob.send(**frame)
        await bob.next("error")
    # bob is in the file; which of his windows says so changes nothing for who he is
    enter(small, "room1", "bob", file)
    await bob.send(type="here", state="active", at=file, member="alice", id="alice")
    await knows(alice, file, {"bob": "active"})


async def test_away_is_who_looks_elsewhere(small) -> None:
    file = await desk(small)
    alice, bob = await follow(small, "alice", file), await small.join("bob")
    enter(small, "room1", "bob", file)
    await knows(alice, file, {"bob": "active"})
    for state, at, told in (
        ("active", "file:other", "away"),
        ("active", file, "active"),
        ("away", file, "away"),
        ("active", file, "active"),
        ("active", "", "away"),
    ):
        await bob.send(type="here", state=state, at=at)
        await knows(alice, file, {"bob": told})


async def test_rubbish_and_floods_change_nothing(small) -> None:
    alice, bob = await follow(small, "alice", ONLINE), await small.join("bob")
    for frame in (
        {"state": "dancing"},
        {},
        {"state": None},
        {"state": "active", "at": "../etc"},
        {"state": "active", "at": "file:" + "x" * 200},
        {"state": "active", "at": 7},
        {"state": "active", "at": "<script>"},
    ):
        await bob.send(type="here", **frame)
        assert (await bob.next("error"))["code"] == "Invalid"
    assert alice.known[ONLINE] == {}
    for n in range(300):
        await bob.send(type="here", state="away" if n % 2 else "active", at=f"file:{n}")
    assert (await bob.next("error"))["code"] == "TooMany"
    await asyncio.sleep(1)
    frames = len(alice.frames)
    await bob.send(type="here", state="active")
    await asyncio.sleep(1)
    await alice.send(type="sub", topics=[ONLINE])
    await alice.next("topic+")
    assert sum(frame["type"] == "eph" for frame in alice.frames[frames:]) < 20
    assert len(small.push.presences._roster._sources) == 1


async def test_somebody_before_hello_and_nobody_are_not_here(small) -> None:
    alice, shy = await follow(small, "alice", ONLINE), await small.open("bob")
    await shy.send(type="here", state="active")
    assert (await shy.next("error"))["code"] == "Invalid"
    await follow(small, "bob", ONLINE)  # a script that only listens
    assert alice.known[ONLINE] == {}
    assert small.push.values(ONLINE) == {}


@limits(heartbeat=0.2, silence=0.6)
async def test_a_dead_socket_is_nobody_though_it_never_answers_the_close(small) -> None:
    alice, bob = await follow(small, "alice", ONLINE), await small.join("bob")
    await bob.send(type="here", state="active")
    await knows(alice, ONLINE, {"bob": "active"})
    bob.socket.transport.pause_reading()  # a laptop whose lid is closed: open, and silent
    await knows(alice, ONLINE, {})
    bob.socket.transport.resume_reading()


async def test_a_kernel_is_in_what_it_touched_for_a_while_and_nowhere_else(world, monkeypatch) -> None:
    monkeypatch.setattr(presence, "SCRIPT_SECONDS", 0.5)
    file = await desk(world)
    page = await follow(world, "bob", file, ONLINE)
    before = dict(page.known[ONLINE])
    kernel = Actor(kind="kernel", id="space:space1", behalf="alice", origin="file:book")
    for _ in range(3):
        world.push.presences.scripted(kernel, file)
    await knows(page, file, {"kernel:book:alice": "active"})
    await knows(page, file, {})
    assert page.known[ONLINE] == before
    for one in (world.actors["alice"], Actor(kind="kernel", id="space:space1", behalf="alice")):
        world.push.presences.scripted(one, file)
    world.push.presences.scripted(kernel, file)
    await knows(page, file, {"kernel:book:alice": "active"})
