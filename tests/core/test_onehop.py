"""Statements that go to SQLite's thread once: what a failure or a cancellation leaves behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Database
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM

things = Table("things", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(20)))


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/one.db")
    database.bus = Bus(database)
    database.workspace = Workspace(Settings(), database)
    async with database.unit(SYSTEM) as work:
        await work.conn.run_sync(things.create)
    yield database
    await database.close()


async def count(database: Database) -> int:
    async with database.read(SYSTEM) as work:
        return int(await work.scalar(select(func.count()).select_from(things)))


async def test_a_unit_that_fails_leaves_nothing_and_the_next_one_works(db: Database) -> None:
    async def twice() -> None:
        async with db.unit(SYSTEM) as work:
            assert await work.execute(insert(things), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]) == 2
            await work.execute(insert(things), {"id": 1, "name": "again"})

    with pytest.raises(IntegrityError):
        await twice()
    assert await count(db) == 0
    async with db.unit(SYSTEM) as work:
        row = (await work.conn.execute(insert(things).values(name="c").returning(things.c.id))).one()
        assert row.id == 1
        result = await work.conn.execute(insert(things).values(name="d"))
        assert result.inserted_primary_key is not None
        assert result.inserted_primary_key[0] == 2
    assert await count(db) == 2


async def test_cancelled_anywhere_a_unit_is_whole_or_nothing(db: Database) -> None:
    kept = 0
    for turn in range(60):
        written = asyncio.Event()

        async def two(written: asyncio.Event = written) -> None:
            async with db.unit(SYSTEM) as work:
                await work.execute(insert(things), {"name": "one"})
                await work.execute(insert(things), {"name": "two"})
            written.set()

        task = asyncio.create_task(two())
        for _ in range(turn):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        now = await count(db)
        assert now - kept in {0, 2}
        assert now - kept == 2 or not written.is_set()
        kept = now


async def test_a_read_sees_one_moment(db: Database) -> None:
    async with db.read(SYSTEM) as work:
        before = await work.all(select(things))
        async with db.unit(SYSTEM) as writing:
            await writing.execute(insert(things), {"name": "later"})
        assert await work.all(select(things)) == before
    assert await count(db) == 1
