"""What a question costs: a constant number of statements, by index, on 20,000 objects."""

import pytest
from sqlalchemy import event, select, text

from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import objects
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import access, rights, rule, tree
from tests.sharing.world import add_group, add_member, member, put_grant

FILES, FOLDERS, SPACES = 20_000, 400, 10
SERIES = f"WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < {FILES - 1}) SELECT"
COLUMNS = "id, kind, space_id, parent_id, owner_id, created_by, created_at"
STATEMENTS = (
    f"INSERT INTO objects ({COLUMNS}) {SERIES} 's' || i, 'space', 's' || i, NULL, NULL, 'x', 1 FROM s WHERE i < {SPACES}",
    f"""INSERT INTO objects ({COLUMNS}) {SERIES} 'd' || i, 'folder', 's' || (i % {SPACES}), 's' || (i % {SPACES}), NULL, 'x', 1
        FROM s WHERE i < {FOLDERS}""",
    f"INSERT INTO objects ({COLUMNS}) {SERIES} 'f' || i, 'file', 's' || (i % {SPACES}), 'd' || (i % {FOLDERS}), NULL, 'x', 1 FROM s",
    "INSERT INTO object_ancestors SELECT id, id, 0 FROM objects",
    "INSERT INTO object_ancestors SELECT id, parent_id, 1 FROM objects WHERE parent_id IS NOT NULL",
    "INSERT INTO object_ancestors SELECT id, space_id, 2 FROM objects WHERE kind = 'file'",
    "ANALYZE",
)
BOB = member("m3", "g5")
APP = Actor(kind="app", id="a0", behalf="m3")


@pytest.fixture
async def big(workspace):
    async with workspace.db.unit(SYSTEM) as work:
        for number in range(40):
            await add_member(work, f"m{number}")
        await add_group(work, "g5", "m3")
        for statement in STATEMENTS[:-1]:
            await work.conn.execute(text(statement))
        for number in range(SPACES):
            await put_grant(work, f"s{number}", "group", f"g{number}", Level.editor)
            for one in range(4):
                await put_grant(work, f"s{number}", "member", f"m{number * 4 + one}", Level.commenter)
        for number in range(1000):
            await put_grant(work, f"f{number * 20}", "member", f"m{number % 40}", Level.editor)
        await put_grant(work, "d7", "app", "a0", Level.reader)
        await put_grant(work, "d7", "everyone", "", Level.reader)
        await work.conn.execute(text(STATEMENTS[-1]))
    return workspace


class Count:
    """Statements sent while it is open."""

    def __init__(self, work) -> None:
        self._conn, self.count = work.conn.sync_connection, 0

    def __enter__(self) -> "Count":
        event.listen(self._conn, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_) -> None:
        event.remove(self._conn, "before_cursor_execute", self._one)

    def _one(self, *_) -> None:
        self.count += 1


async def plan(work, query) -> str:
    dialect = work.conn.dialect
    sql = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%", "%%")
    explain = "EXPLAIN QUERY PLAN " if dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(tuple(row)) for row in (await work.conn.exec_driver_sql(explain + sql)).all())


async def asks_by_index(big) -> None:
    here = select(objects.c.id).where(objects.c.parent_id == "d3")
    async with big.db.read(SYSTEM) as work:
        for query in (
            rule.level_query(rule.parts(BOB)[0], ["f77", "f78"]),
            rights.readable(Actor(kind="link", id="l0")),
            here.where(rights.allowed(BOB, objects.c.id)),
            here.where(rights.allowed(APP, objects.c.id)),
        ):
            steps = await plan(work, query)
            for table in ("objects", "object_ancestors", "grants"):
                assert f"Seq Scan on {table}" not in steps, steps
                assert f"SCAN {table}" not in steps, steps


async def asks_as_many_statements_for_a_thousand_as_for_one(big) -> None:
    refs = [Ref("file", f"f{number}") for number in range(0, FILES, 20)]
    async with big.db.read(SYSTEM) as work:
        await work.scalar(select(1))  # SQLite counts its BEGIN
        for actor, want in ((BOB, 1), (APP, 2), (SYSTEM, 1)):
            with Count(work) as one:
                await rights.level(work, refs[0], actor)
            with Count(work) as many:
                found = await rights.levels(work, refs, actor)
            assert (one.count, many.count) == (want, want)
            assert len(found) == len(refs)
        with Count(work) as listed:
            assert len(await work.all(rights.readable(BOB, "file", Level.editor))) == 2000 + 25
        assert listed.count == 1
    async with big.db.read(Actor(kind="member", id="m3")) as work:
        with Count(work) as asked:
            reply = await access.access(work, Ref("file", "f7"))
        assert len(reply.entries) == 2
        assert asked.count <= 8


async def moves_a_subtree_in_a_constant_number_of_statements(big) -> None:
    counts = []
    async with big.db.unit(SYSTEM) as work:
        await work.scalar(select(1))
        for ref, to in ((Ref("file", "f1"), Ref("folder", "d2")), (Ref("folder", "d3"), Ref("space", "s9"))):
            with Count(work) as moved:
                await tree.move(work, ref, to)
            counts.append(moved.count)
        assert counts[0] == counts[1] <= 9
        assert await rights.place(work, Ref("file", "f3")) == ("s9", None)
        with Count(work) as made:
            await tree.register_many(work, [Ref("file", f"new{i}") for i in range(500)], Ref("folder", "d3"))
        assert made.count <= 8
        with Count(work) as removed:
            await tree.remove(work, Ref("folder", "d3"))
        assert removed.count <= 6


async def test_costs(big) -> None:
    """One workspace for the three: filling it takes longer than asking it."""
    await asks_by_index(big)
    await asks_as_many_statements_for_a_thousand_as_for_one(big)
    await moves_a_subtree_in_a_constant_number_of_statements(big)
