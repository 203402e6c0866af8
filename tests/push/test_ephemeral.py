"""Ephemeral values: only to those who follow, the last by key, coalesced, ended with their window."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from openpaas_workspace.realtime.push.engine.board import MAX_KEYS, Board
from openpaas_workspace.sharing.schemas import Level


async def _following(world, name, topic):
    page = await world.join(name)
    await page.send(type="sub", topics=[topic], id=1)
    await page.next("topic+")
    return page


async def test_fast_changes_are_coalesced_and_only_followers_hear(small) -> None:
    space = await small.space("space1", small.actors["alice"])
    topic = str(space)
    await small.grant(small.actors["alice"], space, "everyone")
    follower, bystander = await _following(small, "bob", topic), await small.join("carol")
    for n in range(100):
        small.push.ephemeral(topic, "cursor:alice", n)
        await asyncio.sleep(0.01)
    values = [(await follower.next("eph"))["values"]["cursor:alice"]]
    while values[-1] != 99:
        values.append((await follower.next("eph"))["values"]["cursor:alice"])
    assert values == sorted(values)
    assert len(values) < 30
    late = await small.join("carol")
    await late.send(type="sub", topics=[topic], id=2)
    assert (await late.next("topic+"))["values"] == {"cursor:alice": 99}
    assert [frame["type"] for frame in bystander.frames] == ["welcome"]


async def test_a_page_whispers_under_its_own_name_where_it_may_and_is_forgotten_with_its_socket(
    small,
) -> None:
    small.push.kind("typing")
    small.push.kind("pointer", Level.editor)
    space = await small.space("space1", small.actors["alice"])
    topic = str(space)
    await small.grant(small.actors["alice"], space, "member:bob")
    alice, bob = await _following(small, "alice", topic), await _following(small, "bob", topic)
    await bob.send(type="eph", topic=topic, kind="typing", value=True)
    values = (await alice.next("eph"))["values"]
    (key,) = values
    assert values[key] is True
    assert key.startswith("typing:bob:")
    for frame, code in (
        ({"kind": "pointer", "value": 1}, "Forbidden"),
        ({"kind": "other", "value": 1}, "Invalid"),
        ({"kind": "typing", "value": "x" * 3000}, "Invalid"),
        ({"kind": "typing", "value": True, "topic": "file:other"}, "Invalid"),
    ):
        await bob.send(**{"type": "eph", "topic": topic, **frame})
        assert (await bob.next("error"))["code"] == code
    await bob.socket.close()
    assert (await alice.next("eph"))["values"] == {key: None}


async def test_a_value_ends_by_itself(small) -> None:
    space = await small.space("space1", small.actors["alice"])
    page = await _following(small, "alice", str(space))
    small.push.ephemeral(str(space), "typing:x", True, ttl=0.3)
    assert (await page.next("eph"))["values"] == {"typing:x": True}
    assert (await page.next("eph"))["values"] == {"typing:x": None}
    assert small.push.values(str(space)) == {}


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 3)),
        st.tuples(st.just("end"), st.sampled_from("ab"), st.sampled_from("xyz")),
        st.tuples(st.just("send"), st.sampled_from("ab")),
        st.tuples(st.just("wait"), st.floats(0, 2)),
    )
)


class Model:
    """What each topic should hold, and a reader that applies what is sent."""

    def __init__(self) -> None:
        self.board, self.at = Board(), 0.0
        self.seen = {"a": {}, "b": {}}
        self.held = {"a": {}, "b": {}}

    def set(self, topic, key, value) -> None:
        self.board.set(topic, key, value, self.at + 5)
        self.held[topic][key] = (value, self.at + 5)

    def end(self, topic, key) -> None:
        self.board.set(topic, key, None, self.at)
        self.held[topic].pop(key, None)

    def send(self, topic) -> None:
        changed, again = self.board.due(topic, 1, self.at)
        assert again is None or again > self.at
        self.seen[topic].update(changed)

    def wait(self, seconds) -> None:
        self.at += seconds
        self.board.expire(self.at)
        for topic, values in self.held.items():
            self.held[topic] = {key: held for key, held in values.items() if held[1] > self.at}


@given(_steps)
def test_who_applies_what_is_sent_holds_the_last_values(steps) -> None:
    model = Model()
    for name, *arguments in steps:
        getattr(model, name)(*arguments)
    model.wait(1)
    for topic in "ab":
        model.send(topic)
        expected = {key: value for key, (value, _) in model.held[topic].items()}
        applied = {key: value for key, value in model.seen[topic].items() if value is not None}
        assert applied == expected == model.board.values(topic)


def test_a_topic_is_bounded() -> None:
    board = Board()
    for n in range(MAX_KEYS + 100):
        board.set("t", str(n), n, 10.0)
    assert list(board.values("t").values()) == list(range(100, MAX_KEYS + 100))
    assert board.expire(11.0) == ["t"]
    board.due("t", 1, 12.0)
    assert board.expire(20.0) == []
    assert board.values("t") == {}
