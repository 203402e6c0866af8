"""Push asks who sees an object for everybody at once; it must answer as the permission core does for each."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from openpaas_workspace.core.events import Recorded
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.push.service.sight import look
from openpaas_workspace.sharing.models import grants
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights, tree
from tests.conftest import examples
from tests.core.databases import BACKENDS, database_url, open_workspace

MEMBERS, GROUPS, OBJECTS = ("m1", "m2", "m3"), ("g1", "g2"), 6
SUBJECTS = [
    *(("member", id_) for id_ in MEMBERS),
    *(("group", id_) for id_ in GROUPS),
    ("everyone", ""),
    ("link", "l1"),
    ("app", "a1"),
]
DAY = 86_400_000

trees = st.lists(st.integers(0, OBJECTS - 1), min_size=OBJECTS - 1, max_size=OBJECTS - 1)
given_rights = st.lists(
    st.tuples(
        st.integers(0, OBJECTS - 1),
        st.sampled_from(SUBJECTS),
        st.integers(1, 4),
        st.sampled_from([None, -1, 1]),
    ),
    max_size=8,
    unique_by=lambda row: (row[0], row[1]),
)
in_groups = st.lists(st.sets(st.sampled_from(GROUPS)), min_size=len(MEMBERS), max_size=len(MEMBERS))


@given(worlds=st.lists(st.tuples(trees, given_rights), min_size=2, max_size=8), groups=in_groups)
@settings(
    max_examples=examples(6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_one_question_for_all_answers_as_the_core_does_for_each(
    backend, worlds, groups, tmp_path_factory
) -> None:
    asyncio.run(_agree(backend, worlds, groups, tmp_path_factory.mktemp("sight")))


async def _agree(backend, worlds, groups, folder) -> None:
    members = zip(MEMBERS, groups, strict=True)
    actors = [Actor(kind="member", id=id_, groups=frozenset(found)) for id_, found in members]
    actors += [Actor(kind="link", id="l1"), Actor(kind="kernel", id="file:0-3")]
    async with database_url(backend, folder) as url, open_workspace(url, folder, start=False) as workspace:
        refs = []
        async with workspace.db.unit(SYSTEM) as work:
            for n, (parents, rows) in enumerate(worlds):
                refs += await _build(work, n, parents, rows)
        events = [_event(n, ref) for n, ref in enumerate(refs)]
        async with workspace.db.read(SYSTEM) as work:
            sight = await look(work, events, actors)
            for actor in actors:
                expected = await rights.levels(work, refs, actor)
                seen = {ref: sight.sees(actor, event) for ref, event in zip(refs, events, strict=True)}
                assert seen == {ref: level >= Level.reader for ref, level in expected.items()}


async def _build(work, n, parents, rows) -> list[Ref]:
    """A space of its own with files below files, and its grants."""
    refs = [Ref("space", f"{n}-0"), *(Ref("file", f"{n}-{at}") for at in range(1, OBJECTS))]
    await tree.register(work, refs[0], None)
    for at, parent in enumerate(parents, start=1):
        await tree.register(work, refs[at], refs[parent % at])
    for at, (kind, id_), level, end in rows:
        values = {"id": new_id(), "object_id": refs[at].id, "subject_kind": kind, "subject_id": id_}
        values |= {"level": level, "execute": True, "granted_by": "m1", "created_at": now()}
        await work.execute(insert(grants), {**values, "expires_at": end and now() + end * DAY})
    return refs


def _event(seq: int, ref: Ref) -> Recorded:
    return Recorded(
        seq=seq,
        type="X",
        ref=str(ref),
        audience="readers",
        members=(),
        actor="",
        actor_kind="",
        behalf="",
        at=0,
        data={},
    )
