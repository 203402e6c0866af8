"""The log tells who wrote what, and tells the same after compaction."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Text

from openpaas_workspace.realtime.engine.blame import Run, blame_cells, blame_text
from openpaas_workspace.realtime.engine.log import Change, compact, merge_all, state_at
from openpaas_workspace.realtime.engine.notebook import merge_notebook, read_cells
from openpaas_workspace.realtime.engine.outside import read_content
from openpaas_workspace.realtime.engine.restore import restore
from openpaas_workspace.realtime.engine.text import apply_text
from openpaas_workspace.realtime.engine.update import EMPTY
from tests.conftest import examples

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MANY = settings(deadline=None, max_examples=examples(150))
TYPED = ["a", "bc", "é", "📊", "中文x", "\n", "e\u0301"]


class Session:
    """A few members at one document, who hear of each other late; `log` has what the room commits."""

    def __init__(self, random_: random.Random, members: int = 3) -> None:
        self.random = random_
        # From the seed: what fails fails again.
        ids = random.Random(random_.getstate()[1][0])
        self.docs: list[Doc[Any]] = [Doc(client_id=ids.randrange(1, 2**32)) for _ in range(members)]
        self.heard = [0] * members
        self.log: list[Change] = []

    def change(self, member: int, work: Any) -> None:
        doc = self.docs[member]
        if self.random.random() < 0.4:
            upto = self.random.randint(self.heard[member], len(self.log))
            for change in self.log[self.heard[member] : upto]:
                doc.apply_update(change.update)
            self.heard[member] = upto
        made: list[bytes] = []
        subscription = doc.observe(lambda event: made.append(event.update))
        work(doc)
        doc.unobserve(subscription)
        session = f"{member}.{self.random.randrange(2)}"
        for update in made:
            seq = len(self.log) + 1
            self.log.append(Change(seq, f"member{member}", session, BEGIN + timedelta(seconds=seq), update))

    def updates(self, upto: int | None = None) -> list[bytes]:
        return [change.update for change in self.log[:upto]]

    def type(self, doc: Doc[Any], text: Text) -> None:
        old = str(text)
        at = self.random.randint(0, len(old))
        gone = self.random.randint(1, 4) if self.random.random() < 0.3 else 0
        put = "" if gone else self.random.choice(TYPED)
        start, stop = len(old[:at].encode()), len(old[: at + gone].encode())
        if stop > start:
            del text[start:stop]
        if put:
            text.insert(start, put)


def text_session(seed: int, steps: int) -> Session:
    session = Session(random.Random(seed))
    for _ in range(steps):
        member = session.random.randrange(3)
        session.change(member, lambda doc: session.type(doc, doc.get("source", type=Text)))
    return session


def notebook_session(seed: int, steps: int) -> Session:
    session = Session(random.Random(seed))
    nb = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "id": f"c{n}",
                "cell_type": "code",
                "source": "",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
            }
            for n in range(3)
        ],
    }
    session.change(0, lambda doc: merge_notebook(doc, nb))
    for doc in session.docs[1:]:
        doc.apply_update(session.log[0].update)

    def work(doc: Doc[Any]) -> None:
        ycells = doc.get("cells", type=Array)
        if session.random.random() < 0.2:
            found = {**nb, "cells": copy.deepcopy(read_cells(doc))}
            session.random.shuffle(found["cells"])
            merge_notebook(doc, found)
        elif len(ycells):
            session.type(doc, session.random.choice(list(ycells))["source"])

    for _ in range(steps):
        session.change(session.random.randrange(3), work)
    return session


def letters(runs: Any) -> list[tuple[str, str | None, str | None]]:
    return [(letter, run.actor, run.session) for run in runs for letter in run.text]


def keep_of(session: Session) -> list[int]:
    return session.random.sample(range(1, len(session.log) + 1), min(3, len(session.log)))


def told(doc: Doc[Any], kind: str) -> Any:
    """The content; two members who moved one cell at once left two with one id, restoring tells them apart."""
    if kind == "file":
        return read_content(doc, kind)
    return [{**cell, "id": None} for cell in read_cells(doc)]


def check_boundaries(session: Session, short: list[Change], keep: list[int], kind: str) -> None:
    seqs = [change.seq for change in short]
    assert seqs == sorted(set(seqs))
    assert len(short) <= (len(keep) + 1) * 6
    for seq in (*keep, len(session.log)):
        before = state_at(None, session.updates(seq))
        after = state_at(None, [change.update for change in short if change.seq <= seq])
        assert before.get_state() == after.get_state()
        assert read_content(before, kind) == read_content(after, kind)
        # Restoring either version leaves the same behind.
        now = state_at(None, session.updates())
        for version in (before, after):
            update = restore(now, version, kind)
            if update != EMPTY:
                now.apply_update(update)
            assert told(now, kind) == told(before, kind)


@MANY
@given(st.integers(0, 10**9), st.integers(1, 60))
def test_a_text_has_the_same_authors_before_and_after_compaction(seed: int, steps: int) -> None:
    session = text_session(seed, steps)
    runs = blame_text(session.log)
    assert "".join(run.text for run in runs) == read_content(state_at(None, session.updates()), "file")
    keep = keep_of(session)
    short = compact(session.log, keep)
    assert letters(blame_text(short)) == letters(runs)
    check_boundaries(session, short, keep, "file")
    # A second compaction finds nothing left to do.
    assert [change.seq for change in compact(short, keep)] == [change.seq for change in short]


@settings(deadline=None, max_examples=examples(40))
@given(st.integers(0, 10**9), st.integers(1, 40))
def test_cells_have_the_same_authors_before_and_after_compaction(seed: int, steps: int) -> None:
    session = notebook_session(seed, steps)
    found = blame_cells(session.log)
    doc = state_at(None, session.updates())
    assert [(one.id, "".join(run.text for run in one.runs)) for one in found] == [
        (cell["id"], cell["source"]) for cell in read_cells(doc)
    ]
    keep = keep_of(session)
    short = compact(session.log, keep)
    again = blame_cells(short, doc.get_update())
    assert [letters(one.runs) for one in again] == [letters(one.runs) for one in found]
    check_boundaries(session, short, keep, "notebook")


@MANY
@given(st.integers(0, 10**9), st.integers(1, 60))
def test_authors_are_those_who_typed(seed: int, steps: int) -> None:
    """Each member types a letter of its own: the letter tells the author."""
    session = Session(random.Random(seed))
    marks = "aé📊"
    for _ in range(steps):
        member = session.random.randrange(3)

        def work(doc: Doc[Any], mark: str = marks[member]) -> None:
            text = doc.get("source", type=Text)
            old = str(text)
            at = session.random.randint(0, len(old))
            if old and session.random.random() < 0.3:
                apply_text(text, old[:at] + old[at + 2 :])
            else:
                apply_text(text, old[:at] + mark * session.random.randint(1, 3) + old[at:])

        session.change(member, work)
    for run in blame_text(session.log):
        assert run.actor is not None
        assert set(run.text) == {marks[int(run.actor[-1])]}


def test_a_state_within_the_log_and_a_gap_in_it() -> None:
    session = text_session(7, 40)
    state = state_at(None, session.updates(20))
    runs = blame_text(session.log, state.get_update())
    assert "".join(run.text for run in runs) == read_content(state, "file")
    assert all(run.seq is not None and run.seq <= 20 for run in runs)
    assert blame_text([], state.get_update()) == [Run(read_content(state, "file"), None)]


def test_a_compacted_log_replays_though_changes_come_before_what_they_need() -> None:
    """yrs loses text when it applies such a log change by change; merged first it does not."""
    lost = 0
    for seed in range(60):
        session = text_session(seed, 60)
        short = [change.update for change in compact(session.log)]
        wanted = read_content(state_at(None, session.updates()), "file")
        assert read_content(state_at(None, short), "file") == wanted
        one_by_one: Doc[Any] = Doc()
        for update in short:
            one_by_one.apply_update(update)
        lost += read_content(one_by_one, "file") != wanted
    # When this fails, yrs has been repaired and `state_at` may apply updates as they come.
    assert lost > 0


def test_yjs_replays_the_compacted_log_to_the_same_text(yjs: Any) -> None:
    # The last two: applied one by one, in one pass, Yjs keeps a part of these waiting.
    for seed in (*range(20), 215, 272):
        session = text_session(seed, 60)
        wanted = read_content(state_at(None, session.updates()), "file")
        for log in (session.log, compact(session.log)):
            updates = [change.update.hex() for change in log]
            assert yjs.call("text", updates=updates, field="source", merge=True) == wanted


def test_a_snapshot_and_the_rest_of_the_log() -> None:
    session = text_session(3, 50)
    snapshot = merge_all(session.updates(25))
    doc = state_at(snapshot, session.updates()[25:])
    assert read_content(doc, "file") == read_content(state_at(None, session.updates()), "file")
    assert merge_all([]) == EMPTY
    assert state_at(None, []).get_state() == b"\0"


@pytest.mark.parametrize("steps", [3000])
def test_a_long_log_is_read_in_time(steps: int) -> None:
    session = text_session(1, steps)
    started = perf_counter()
    blame_text(session.log)
    compact(session.log)
    assert perf_counter() - started < 20
