"""A domain whose changes are operations in the server's order stands on the same log, rights and presence."""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpaas_workspace.kit.errors import Conflict, Forbidden, NotFound, Unavailable
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants, tree
from tests.realtime.house import actor, until
from tests.realtime.listdomain import Numbers, NumbersKind, Window, perform
from tests.realtime.test_rooms import rows


def insert(client, n, at, value):
    return {"client": client, "n": n, "kind": "insert", "at": at, "value": value}


@pytest.fixture
async def numbers(rooms):
    rooms.host.register("list", NumbersKind())
    ref, space = Ref("list", new_id()), Ref("space", new_id())
    async with rooms.workspace.db.unit(actor("alice")) as work:
        await tree.register(work, space, None)
        await tree.register(work, ref, space)
        await grants.grant(work, ref, Subject("member", "bob"), Level.editor)
        await grants.grant(work, ref, Subject("member", "carol"), Level.reader)
    return ref


async def test_operations_get_one_order_and_everybody_the_same_list(rooms, numbers):
    alice, bob = actor("alice"), actor("bob")
    live = await rooms.host.open(numbers)
    windows = [Window(alice, Level.manager), Window(bob, Level.editor)]
    for window in windows:
        live.join(window)
    base = live.seq
    await asyncio.gather(
        *(
            perform(rooms.host, numbers, who, insert(f"{who.id}{n}", 1, 0, n), base_seq=base)
            for who in (alice, bob)
            for n in range(20)
        )
    )
    assert len(live.state.values) == 40
    for window in windows:
        assert [one["seq"] for one in window.heard] == list(range(base + 1, base + 41))
        replica = Numbers()
        for one in window.heard:
            replica.apply(change_of(numbers, one["seq"], one["op"]))
        assert replica.values == live.state.values
    assert [row.seq for row in await rows(rooms, numbers.id)] == list(range(1, 42))


async def test_sent_again_is_done_once_and_the_loser_is_told(rooms, numbers):
    bob = actor("bob")
    first = await perform(rooms.host, numbers, bob, insert("b", 1, 0, 7), base_seq=1)
    assert await perform(rooms.host, numbers, bob, insert("b", 1, 0, 7), base_seq=1) == first
    delete = {"client": "a", "n": 1, "kind": "delete", "at": 0}
    await perform(rooms.host, numbers, actor("alice"), delete, base_seq=first)
    with pytest.raises(Conflict):
        await perform(rooms.host, numbers, bob, {**delete, "client": "b", "n": 2}, base_seq=first)
    assert (await rooms.host.open(numbers)).state.values == []


async def test_rights_are_the_same(rooms, numbers):
    with pytest.raises(Forbidden):
        await perform(rooms.host, numbers, actor("carol"), insert("c", 1, 0, 1), base_seq=1)
    with pytest.raises(NotFound):
        await perform(rooms.host, numbers, actor("mallory"), insert("m", 1, 0, 1), base_seq=1)
    live = await rooms.host.open(numbers)
    window = Window(actor("carol"), Level.reader)
    live.join(window)
    assert [state for _, state in live.presence()] == [{"cell": 1}]
    async with rooms.workspace.db.unit(actor("alice")) as work:
        await grants.withdraw(work, numbers, Subject("member", "carol"))
    await until(lambda: window.ended is not None)
    assert window.ended[0] == 4403


async def test_a_failed_append_changes_nothing_and_what_was_unloaded_comes_back(rooms, numbers, monkeypatch):
    bob = actor("bob")
    await perform(rooms.host, numbers, bob, insert("b", 1, 0, 1), base_seq=1)
    writer = rooms.host.writer
    monkeypatch.setattr(writer, "_commit", lambda batch: (_ for _ in ()).throw(OSError("disk full")))
    live = await rooms.host.open(numbers)
    with pytest.raises(Unavailable):
        await perform(rooms.host, numbers, bob, insert("b", 2, 0, 2), base_seq=2)
    assert live.state.values == [1]
    monkeypatch.undo()
    assert await perform(rooms.host, numbers, bob, insert("b", 2, 0, 2), base_seq=2) == 3
    rooms.host.config.idle_unload = 0.0
    await rooms.host.tidy()
    assert rooms.host.objects == {}
    assert (await rooms.host.open(numbers)).state.values == [2, 1]


def change_of(ref, seq, op):
    data = json.dumps(op).encode()
    return Change(ref.id, seq, 1, "a", "member", "", "", "op", data, 1, seq)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 4)), max_size=30))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_old_operation_still_means_the_same_item(steps):
    """An insert before item x that was written against an old list lands before x, wherever x is now."""
    ref = Ref("list", "x")
    state = Numbers()
    for seq in range(1, 7):
        state.apply(change_of(ref, seq, insert("a", seq, len(state.values), 100 + seq)))
    base, old = 6, list(state.values)
    seq = 6
    for add, at, _ in steps:
        seq += 1
        if add or not state.values:
            state.apply(change_of(ref, seq, insert("a", seq, min(at, len(state.values)), seq)))
        else:
            op = {"client": "a", "n": seq, "kind": "delete", "at": min(at, len(state.values) - 1)}
            state.apply(change_of(ref, seq, op))
    for place, item in enumerate(old):
        if item in state.values:
            moved = state.moved(insert("b", 1, place, 0), base)
            assert state.values[moved["at"]] == item
