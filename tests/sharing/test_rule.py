"""The three faces of the one rule equal a tiny model, on random trees, groups, grants, moves, ends, actors."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights, rule, tree
from tests.conftest import examples
from tests.sharing.world import Model, add, add_group, add_member, put_grant, undone

CLOCK = 1_000_000
PEOPLE = ("m0", "m1", "m2", "gone")
SUBJECTS = (
    *(("member", id_) for id_ in PEOPLE),
    *(("group", id_) for id_ in ("g0", "g1")),
    ("everyone", ""),
    *(("link", id_) for id_ in ("l0", "m0")),
    *(("app", id_) for id_ in ("a0", "m1")),
)
INDEX = st.sampled_from(range(31))
GIFT = st.tuples(INDEX, st.integers(1, 4), st.sampled_from([None, None, CLOCK - 1, CLOCK, CLOCK + 1]))
STEPS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(["space", "folder", "file"]), INDEX),
    st.tuples(
        st.just("grant"),
        INDEX,
        st.sampled_from(SUBJECTS),
        st.integers(1, 4),
        st.sampled_from([None, CLOCK - 1, CLOCK, CLOCK + 1]),
    ),
    st.tuples(st.just("move"), INDEX, INDEX),
    st.tuples(st.just("withdraw"), INDEX),
    st.tuples(st.just("archive"), INDEX),
    st.tuples(st.just("remove"), INDEX),
)


class Both:
    """Does each step to the database and to the model."""

    def __init__(self, work, model: Model) -> None:
        self.work, self.model = work, model

    def ref(self, index: int) -> Ref:
        id_ = list(self.model.kinds)[index % len(self.model.kinds)]
        return Ref(self.model.kinds[id_], id_)

    async def add(self, kind: str, index: int) -> None:
        parent = None if kind == "space" else self.ref(index)
        ref = await add(self.work, kind, parent)
        self.model.kinds[ref.id], self.model.parents[ref.id] = kind, parent.id if parent else None

    async def grant(self, index: int, subject, level: int, end: int | None) -> None:
        key = (self.ref(index).id, *subject)
        if key not in self.model.grants:
            await put_grant(self.work, *key, level, end)
            self.model.grants[key] = (level, end)

    async def move(self, index: int, to: int) -> None:
        ref, parent = self.ref(index), self.ref(to)
        if self.model.parents[ref.id] is None or ref.id in self.model.path(parent.id):
            with pytest.raises(Invalid):
                await tree.move(self.work, ref, parent)
            return
        await tree.move(self.work, ref, parent)
        self.model.parents[ref.id] = parent.id

    async def withdraw(self, index: int) -> None:
        if self.model.grants:
            key = list(self.model.grants)[index % len(self.model.grants)]
            del self.model.grants[key]
            where = zip((grants.c.object_id, grants.c.subject_kind, grants.c.subject_id), key, strict=True)
            await self.work.execute(delete(grants).where(*(column == value for column, value in where)))

    async def archive(self, index: int) -> None:
        root = self.model.path(self.ref(index).id)[-1]
        self.model.archived ^= {root}
        await tree.archive(self.work, Ref("space", root), archived=root in self.model.archived)

    async def remove(self, index: int) -> None:
        ref = self.ref(index)
        gone = {id_ for id_ in self.model.kinds if ref.id in self.model.path(id_)}
        if len(gone) == len(self.model.kinds):
            return
        await tree.remove(self.work, ref)
        for id_ in gone:
            del self.model.kinds[id_], self.model.parents[id_]
        self.model.grants = {key: value for key, value in self.model.grants.items() if key[0] not in gone}

    async def tree_is_right(self) -> None:
        rows = await self.work.all(select(object_ancestors))
        want = {
            (id_, above, depth)
            for id_ in self.model.kinds
            for depth, above in enumerate(self.model.path(id_))
        }
        assert sorted(tuple(row) for row in rows) == sorted(want)
        spaces = {row.id: row.space_id for row in await self.work.all(select(objects))}
        assert spaces == {id_: self.model.path(id_)[-1] for id_ in self.model.kinds}


def actors(model: Model, belongs: dict[str, set[str]]) -> list[Actor]:
    ids = sorted(model.kinds)
    kernels = [f"member:{id_}" for id_ in (*PEOPLE, "")] + ["", "space:", "file:", "root:x"]
    kernels += [f"{kind}:{id_}" for id_ in (*ids[:2], *ids[-2:]) for kind in ("space", "file")]
    return [
        SYSTEM,
        NOBODY,
        Actor(kind="member", id=""),
        *(
            Actor(kind="member", id=id_, groups=frozenset(g for g, of in belongs.items() if id_ in of))
            for id_ in PEOPLE
        ),
        *(Actor(kind="link", id=id_) for id_ in ("l0", "m0", "")),
        *(Actor(kind="app", id=app, behalf=of) for app in ("a0", "m1") for of in ("m0", "gone", "")),
        *(Actor(kind="kernel", id=id_, behalf="m0") for id_ in kernels),
    ]


async def compare(work, model: Model, actor: Actor, at_least: Level) -> None:
    refs = [Ref(kind, id_) for id_, kind in model.kinds.items()]
    want = {ref: model.level(ref.id, actor) for ref in refs}
    assert await rights.levels(work, refs, actor) == want
    assert await rights.levels(work, refs, actor, held=True) == {
        ref: model.role(ref.id, actor) for ref in refs
    }
    assert await rights.level(work, refs[0], actor) == want[refs[0]]
    assert await rights.level(work, Ref("chat", refs[0].id), actor) == Level.none
    assert await rights.level(work, Ref("file", "absent"), actor) == Level.none
    reached = sorted(ref.id for ref in refs if want[ref] >= at_least)
    rows = await work.all(rights.readable(actor, at_least=at_least))
    assert sorted(row.object_id for row in rows) == reached
    listed = select(objects.c.id).where(rights.allowed(actor, objects.c.id, at_least))
    assert sorted(row.id for row in await work.all(listed)) == reached
    files = select(objects.c.id).where(objects.c.id.in_(rights.readable(actor, "file")))
    assert {row.id for row in await work.all(files)} == {
        ref.id for ref in refs if ref.kind == "file" and want[ref]
    }


@given(
    gifts=st.tuples(*(GIFT for _ in SUBJECTS)),
    moves=st.lists(st.tuples(INDEX, INDEX), min_size=3, max_size=6),
    steps=st.lists(STEPS, min_size=4, max_size=20),
    belongs=st.fixed_dictionaries({"g0": st.sets(st.sampled_from(PEOPLE)), "g1": st.just({"m2"})}),
    at_least=st.sampled_from([Level.reader, Level.editor, Level.manager]),
)
@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_faces_equal_the_model(workspace, gifts, moves, steps, belongs, at_least) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rule, "now", lambda: CLOCK)
        async with undone(workspace) as work:
            for id_ in PEOPLE:
                await add_member(work, id_, disabled=id_ == "gone")
            for id_, of in belongs.items():
                await add_group(work, id_, *of)
            both = Both(work, Model(CLOCK, groups=belongs, active={"m0", "m1", "m2"}))
            await both.add("space", 0)
            for index, kind in enumerate(("folder", "folder", "file", "space", "folder", "file")):
                await both.add(kind, index)
            for subject, (index, *gift) in zip(SUBJECTS, gifts, strict=True):
                await both.grant(index, subject, *gift)
            for index, to in moves:
                await both.move(index, to)
            for name, *arguments in steps:
                await getattr(both, name)(*arguments)
            await both.tree_is_right()
            for actor in actors(both.model, belongs):
                await compare(work, both.model, actor, at_least)
