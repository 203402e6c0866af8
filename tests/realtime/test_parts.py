"""A large document is kept as the updates that make it: joined, folded, and given up when it is small again."""

from datetime import UTC, datetime
from itertools import count

from pycrdt import Doc, Text

from openpaas_workspace.realtime.engine import contents, frames
from openpaas_workspace.realtime.engine.frames import Large, Sync, SyncFrame
from openpaas_workspace.realtime.engine.log import Change as Row
from openpaas_workspace.realtime.service.crdt import Crdt
from openpaas_workspace.realtime.service.log import Change

LIMIT = 200_000
_seq = count(1)


def change(data: bytes) -> Change:
    seq = next(_seq)
    return Change("o", seq, 1, "alice", "member", "", "s", "update", data, 0, seq)


class Typist:
    def __init__(self, state: Crdt) -> None:
        self.doc, self.state = Doc(), state
        self.text = self.doc.get("source", type=Text)
        self.doc.observe(lambda event: self.updates.append(event.update))
        self.updates: list[bytes] = []

    def type(self, text: str) -> None:
        self.text += text
        self.state.apply(change(self.updates[-1]))

    def clear(self) -> None:
        self.text.clear()
        self.state.apply(change(self.updates[-1]))


def joined(state: Crdt) -> str:
    """What a page has that takes the answer to its first question."""
    doc = Doc()
    answers = state.answer(b"\0")
    for at, one in enumerate(answers):
        whole = one.head + one.body if isinstance(one, Large) else one
        frame = frames.decode(whole, max_bytes=2**31)
        assert isinstance(frame, SyncFrame)
        assert (frame.step is Sync.STEP2) == (at == len(answers) - 1)
        doc.apply_update(frame.payload)
    return str(doc.get("source", type=Text))


def test_a_small_document_is_one_answer():
    typist = Typist(Crdt(LIMIT))
    typist.type("abc")
    assert len(typist.state.answer(b"\0")) == 1
    assert typist.state.size == 0
    assert joined(typist.state) == "abc"


def test_a_large_one_is_answered_in_the_parts_that_came():
    state = Crdt(LIMIT)
    typist = Typist(state)
    typist.type("a" * 2 * LIMIT)
    assert state.size >= 2 * LIMIT
    for number in range(300):
        typist.type(f"<{number}>")
    assert 1 < len(state.parts()) < 70  # the small ones are merged
    assert joined(state) == str(typist.text)
    assert contents.value_of("file", state.parts()) == str(typist.text)


def test_a_loaded_one_is_kept_as_it_was_stored():
    typist = Typist(Crdt(LIMIT))
    typist.type("a" * 2 * LIMIT)
    stored = typist.doc.get_update()
    state = Crdt(LIMIT)
    state.load(stored)
    assert state.parts()[0] is stored
    assert joined(state) == str(typist.text)


def test_parts_are_folded_while_others_come():
    state = Crdt(LIMIT)
    typist = Typist(state)
    typist.type("a" * 2 * LIMIT)
    typist.type("b")
    parts = state.parts()
    typist.type("c")
    whole = contents.whole(parts)
    state.fold(parts, whole)
    assert state.parts()[0] is whole
    assert len(state.parts()) == 2
    assert joined(state) == str(typist.text)
    state.fold([b"other"], b"\0\0")  # of a time that is over
    assert joined(state) == str(typist.text)


def test_what_was_cleared_is_given_up():
    state = Crdt(LIMIT)
    typist = Typist(state)
    for _ in range(3):
        typist.type("a" * 2 * LIMIT)
        typist.clear()
    parts = state.parts()
    state.fold(parts, contents.whole(parts))
    assert state.size == 0
    assert joined(state) == ""


def test_what_is_large_is_seen_without_counting_it_all():
    assert contents.is_large([b"x" * 11], 10)
    assert contents.is_large({"cells": [{"source": "x" * 11}]}, 10)
    assert contents.is_large((contents.Made(str, ("x" * 11,)),), 10)
    assert contents.is_large([Row(1, "a", "s", datetime.now(UTC), b"x" * 11)], 10)
    assert not contents.is_large([1, None, "x", {"a": b"x"}], 10)
