"""Making a log much shorter: same text, same authors, at every kept number, whoever typed between whom."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text

from openpaas_workspace.realtime.engine.blame import blame_text
from openpaas_workspace.realtime.engine.log import Change, merge_all, state_at
from openpaas_workspace.realtime.engine.squash import assemble, deleted, sections, squash
from openpaas_workspace.realtime.engine.update import parse_update
from tests.conftest import examples

NOW = datetime.now(UTC)
STEP = st.tuples(
    st.integers(0, 2), st.floats(0, 1), st.integers(0, 6), st.sampled_from(["", "a", "é📊", "xyz"])
)


def history(steps):
    """Three pages that hear of each other now and then."""
    docs = [Doc(client_id=number + 1) for number in range(3)]
    changes: list[Change] = []
    for who, where, gone, put in steps:
        doc = docs[who]
        if gone % 2 == 0:
            for change in changes:
                doc.apply_update(change.update)
        text = doc.get("source", type=Text)
        found: list[bytes] = []
        subscription = doc.observe(lambda event, found=found: found.append(event.update))
        units = str(text)
        at = int(where * len(units))
        start = len(units[:at].encode())
        stop = len(units[: at + gone].encode())
        with doc.transaction():
            if stop > start:
                del text[start:stop]
            if put:
                text.insert(start, put)
        doc.unobserve(subscription)
        changes += [Change(len(changes) + 1 + n, f"m{who}", "s", NOW, one) for n, one in enumerate(found)]
    return changes


def text_of(changes):
    return str(state_at(None, [change.update for change in changes]).get("source", type=Text))


def authors(changes):
    found = []
    for run in blame_text(changes):
        if found and found[-1][0] == run.actor:
            found[-1][1] += run.text
        else:
            found.append([run.actor, run.text])
    return found


@given(st.lists(STEP, max_size=25), st.sets(st.integers(1, 25), max_size=3))
@settings(deadline=None, max_examples=examples(300))
def test_text_and_authors_stay(steps, keep):
    changes = history(steps)
    short = squash(changes, keep)
    assert authors(short) == authors(changes)
    for edge in [*keep, len(changes)]:
        until = [change for change in short if change.seq <= edge]
        whole = [change for change in changes if change.seq <= edge]
        assert text_of(until) == text_of(whole)
        assert authors(until) == authors(whole)
    seen = [(one.actor, one.session) for one in short if not any(k < one.seq for k in keep)]
    assert len(seen) == len(set(seen)) or keep
    assert {one.actor for one in short} == {one.actor for one in changes}
    again = squash(short, keep)
    assert text_of(again) == text_of(changes)
    assert authors(again) == authors(changes)


@given(st.lists(STEP, max_size=25))
@settings(deadline=None)
def test_an_update_taken_apart_and_put_together_is_the_same(steps):
    update = merge_all(change.update for change in history(steps))
    info = parse_update(update)
    doc = state_at(None, [assemble(sections(update), info.deletes)])
    assert deleted(doc) == deleted(state_at(None, [update]))
    assert doc.get_update() == state_at(None, [update]).get_update()


def test_what_was_deleted_again_is_gone():
    changes = history([(0, 0.0, 6, "xyz")] * 200)
    size = len(state_at(None, [change.update for change in changes]).get_update())
    short = squash(changes)
    assert len(short) == 1
    assert len(short[0].update) <= size
