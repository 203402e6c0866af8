"""The bytes of the socket: those of the stock client, whatever they hold."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Awareness, Decoder, Doc, Text, create_sync_message, create_update_message

from openpaas_workspace.realtime.engine import awareness, frames
from openpaas_workspace.realtime.engine.awareness import BadAwareness, Presence
from openpaas_workspace.realtime.engine.frames import (
    AwarenessFrame,
    BadFrame,
    RawFrame,
    SaveFrame,
    Sync,
    SyncFrame,
)
from openpaas_workspace.realtime.engine.wire import var_bytes
from tests.conftest import examples

MANY = settings(deadline=None, max_examples=examples(400))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
STATES = st.none() | st.dictionaries(st.text(max_size=6), JSON, max_size=4)
CLIENTS = st.integers(0, 2**53 - 1)
ALICE = {"username": "alice", "name": "Alice Élysée 📊"}


def test_the_stock_clients_save_and_its_answer() -> None:
    message = b"\x02\x04save\xac\x02"
    assert frames.decode(message) == SaveFrame(300)
    assert frames.save(300) == message
    reply = frames.save_reply(300, "success")
    decoder = Decoder(reply)
    assert decoder.read_var_uint() == 2
    assert decoder.read_var_string() == '{"type":"save","responseTo":300,"status":"success"}'


def test_raw_counts_bytes_and_stays_ascii() -> None:
    message = frames.raw({"type": "role", "name": "é📊"})
    assert message.isascii() or message[1] > 127
    assert frames.decode(message) == RawFrame({"type": "role", "name": "é📊"})
    assert frames.decode(frames.ack(7)) == RawFrame({"type": "ack", "seq": 7})


def test_sync_frames_are_those_of_pycrdt() -> None:
    doc: Doc[Any] = Doc()
    doc["t"] = Text("é")
    assert frames.step1(doc.get_state()) == create_sync_message(doc)
    assert frames.update(doc.get_update()) == create_update_message(doc.get_update())
    for step, make in ((Sync.STEP1, frames.step1), (Sync.STEP2, frames.step2), (Sync.UPDATE, frames.update)):
        assert frames.decode(make(b"abc" * 100)) == SyncFrame(step, b"abc" * 100)
    assert frames.decode(frames.awareness(b"xy")) == AwarenessFrame(b"xy")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00",
        b"\x00\x03\x00",
        b"\x03",
        b"\x7d\x00",
        b"\x00\x00\x05a",
        b"\x00\x02\x00\x00",
        b"\x02\x01x",
        b"\x02\x02[]",
        b"\x02\x04save",
        b"\x02\x02\xff\xff",
        b"\x80" * 20,
        b"\x02\x04save\x01\x01",
    ],
)
def test_bad_frames(message: bytes) -> None:
    with pytest.raises(BadFrame):
        frames.decode(message)


def test_frames_have_a_limit() -> None:
    with pytest.raises(BadFrame):
        frames.decode(frames.update(b"a" * 100), max_bytes=100)


@MANY
@given(
    st.binary(max_size=64) | st.builds(lambda a, b: bytes([a]) + b, st.integers(0, 2), st.binary(max_size=64))
)
def test_noise_raises_nothing_else(noise: bytes) -> None:
    with suppress(BadFrame):
        frames.decode(noise)
    with suppress(BadAwareness):
        awareness.decode(noise)


@MANY
@given(st.lists(st.builds(Presence, CLIENTS, CLIENTS, STATES), max_size=4))
def test_presence_survives_its_bytes(presences: list[Presence]) -> None:
    assert awareness.decode(awareness.encode(presences)) == presences


@given(STATES.filter(lambda state: state is not None), CLIENTS)
def test_the_server_says_who_it_is(state: dict[str, Any], client: int) -> None:
    payload = awareness.encode([Presence(client, 1, {**state, "user": {"username": "bob"}})])
    mine = awareness.own(payload, ALICE, None)
    assert mine is not None
    assert mine.state == {**state, "user": ALICE}
    reader = Awareness(Doc(client_id=1 if client != 1 else 2))
    reader.apply_awareness_update(awareness.encode([mine]), None)
    assert reader.states[client] == {**state, "user": ALICE}


def test_one_client_id_for_each_connection() -> None:
    both = awareness.encode([Presence(1, 1, {"a": 1}), Presence(2, 1, {"a": 2})])
    with pytest.raises(BadAwareness):
        awareness.own(both, ALICE, None)
    # A page repeats the states of others.
    assert awareness.own(both, ALICE, None, {2}) == Presence(1, 1, {"a": 1, "user": ALICE})
    assert awareness.own(both, ALICE, 2) == Presence(2, 1, {"a": 2, "user": ALICE})
    assert awareness.own(both, ALICE, 3) is None
    leaving = awareness.encode([Presence(1, 2, None)])
    assert awareness.own(leaving, ALICE, 1) == Presence(1, 2, None)
    # It cannot begin by sending somebody away.
    assert awareness.own(leaving, ALICE, None) is None
    twice = awareness.encode([Presence(1, 1, {}), Presence(1, 2, {})])
    with pytest.raises(BadAwareness):
        awareness.own(twice, ALICE, 1)
    assert awareness.gone(Presence(1, 2, {})) == Presence(1, 3, None)


@pytest.mark.parametrize("text", ["", "[]", "1", "{", '{"a":NaN}', "[" * 5000, '"x"'])
def test_presence_that_is_no_json_object(text: str) -> None:
    data = text.encode()
    payload = b"\x01\x01\x01" + var_bytes(data)
    with pytest.raises(BadAwareness):
        awareness.decode(payload)


def test_presence_has_a_limit() -> None:
    payload = awareness.encode([Presence(1, 1, {"a": "x" * 65_536})])
    with pytest.raises(BadAwareness):
        awareness.decode(payload)
