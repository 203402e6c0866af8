"""After a withdrawal was answered no change of that member is acknowledged: the races, made to happen."""

import asyncio

import pytest

from openpaas_workspace.kit.errors import Forbidden, NotFound, Unavailable
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.events import FileEdited
from openpaas_workspace.realtime.service import rechecks as rechecks_module
from tests.realtime.house import actor, until
from tests.realtime.page import open_page
from tests.realtime.test_rooms import rows


class Held:
    """Stops whoever calls a coroutine function at its end, until released."""

    def __init__(self, call):
        self._call = call
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        self.active = True

    async def __call__(self, work):
        await self._call(work)
        if self.active and any(type(fact).__name__ == "GrantWithdrawn" for fact in work.events):
            self.reached.set()
            await self.go.wait()


def deaf(house):
    """Only the transaction of the log looks at rights now: the listener of the stream comes too late."""
    house.workspace.db.bus._listeners.pop("realtime")


async def by_bob(house, object_id):
    return [row.seq for row in await rows(house, object_id) if row.author == "bob"]


async def test_a_withdrawal_that_commits_late_is_still_seen(rooms):
    """Its event has a lower id than one that the log has looked at already."""
    object_id = await rooms.file("a.txt", "", bob="editor")
    deaf(rooms)
    bob = await open_page(rooms, "a.txt", "bob")
    await bob.type("1")
    await bob.acked()
    bus = rooms.workspace.db.bus
    bus.record = held = Held(bus.record)
    withdrawing = asyncio.create_task(rooms.withdraw(object_id, "bob"))
    await held.reached.wait()
    held.active = False
    if not rooms.workspace.db.is_sqlite:  # elsewhere the withdrawal is the only writer
        async with rooms.workspace.db.unit(actor("alice")) as work:
            work.publish(FileEdited(ref=f"file:{object_id}", seq=1))
    await bob.type("2")
    await asyncio.sleep(0.1)
    held.go.set()
    await withdrawing
    answered = await by_bob(rooms, object_id)
    await bob.type("3")
    assert (await bob.gone())[0] == 4403
    assert await by_bob(rooms, object_id) == answered
    assert len(bob.acks) <= len(answered)


async def test_a_withdrawal_waits_for_the_commit_that_has_been_judged(rooms):
    """What was judged before the withdrawal is committed before it is answered, or not at all."""
    object_id = await rooms.file("a.txt", "", bob="editor")
    deaf(rooms)
    bob = await open_page(rooms, "a.txt", "bob")
    await bob.type("1")
    await bob.acked()
    line = rooms.host.writer._line
    commit, loop = line.commit, asyncio.get_running_loop()
    judged, go = asyncio.Event(), asyncio.Event()

    def slowly():
        loop.call_soon_threadsafe(judged.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result()
        commit()

    line.commit = slowly
    await bob.type("2")
    await judged.wait()
    withdrawing = asyncio.create_task(rooms.withdraw(object_id, "bob"))
    await asyncio.sleep(0.3)
    assert not withdrawing.done()
    line.commit = commit
    go.set()
    await withdrawing
    answered = await by_bob(rooms, object_id)
    await bob.type("3")
    assert (await bob.gone())[0] == 4403
    assert await by_bob(rooms, object_id) == answered


async def test_a_storm_of_withdrawals(rooms):
    """Bob types without pause; twenty times he loses the right. Never is a change stored after the answer."""
    object_id = await rooms.file("a.txt", "", bob="editor")
    deaf(rooms)
    for _ in range(20):
        bob = await open_page(rooms, "a.txt", "bob")
        stop = asyncio.Event()

        async def storm(page=bob, stop=stop):
            while page.closed is None and not stop.is_set():
                await page.type("b")
                await asyncio.sleep(0.001)

        typing = asyncio.create_task(storm())
        await until(lambda page=bob: len(page.acks) > 3)
        await rooms.withdraw(object_id, "bob")
        answered = await by_bob(rooms, object_id)
        assert (await bob.gone())[0] == 4403
        stop.set()
        await asyncio.gather(typing, return_exceptions=True)
        assert await by_bob(rooms, object_id) == answered
        await rooms.grant(object_id, "bob", "editor")


async def test_a_script_that_writes_is_judged_at_the_commit_too(rooms):
    object_id = await rooms.file("a.txt", "one", bob="editor")
    live = await rooms.host.open(Ref("file", object_id))
    async with live.serial:
        writing = asyncio.create_task(rooms.host.write(object_id, "two", actor("bob"), base_seq=None))
        await asyncio.sleep(0.1)
        await rooms.withdraw(object_id, "bob")
    (error,) = await asyncio.gather(writing, return_exceptions=True)
    assert isinstance(error, NotFound)
    await rooms.grant(object_id, "bob", "reader")
    (error,) = await asyncio.gather(
        rooms.host.write(object_id, "two", actor("bob"), base_seq=None), return_exceptions=True
    )
    assert isinstance(error, Forbidden)
    assert (await rooms.host.content(object_id)).value == "one"
    assert await by_bob(rooms, object_id) == []


async def test_rights_that_cannot_be_asked_for_are_no_withdrawal(rooms, monkeypatch):
    """Nothing is allowed meanwhile; the page comes back by itself, and a request hears to try again."""
    object_id = await rooms.file("a.txt", "", bob="editor")
    bob = await open_page(rooms, "a.txt", "bob")
    live = await rooms.host.open(Ref("file", object_id))
    rechecks, standing = rooms.host.rechecks, rechecks_module.standing

    async def cut(*_):
        raise OSError("the database is away")

    monkeypatch.setattr(rechecks_module, "standing", cut)
    with pytest.raises(Unavailable):
        async with rechecks.judged(live, actor("bob")):
            pass
    await rechecks.run({object_id})
    assert (await bob.gone())[0] == 1013
    monkeypatch.setattr(rechecks_module, "standing", standing)
    async with rechecks.judged(live, actor("bob")) as asker:
        assert asker.refused() is None
