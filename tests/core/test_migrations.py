"""The migrations make what the code declares, on both databases; twice is as good as once."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import openpaas_workspace.app.domains  # noqa: F401  (declares every table)
from openpaas_workspace.core.db import Database, metadata, sync_engine
from openpaas_workspace.migrations.runner import upgrade
from tests.core.databases import BACKENDS, database_url


@pytest.mark.parametrize("backend", BACKENDS)
async def test_migrations_make_what_the_code_declares(backend: str, tmp_path) -> None:
    async with database_url(backend, tmp_path) as url:
        database = Database(url)
        await asyncio.to_thread(upgrade, database)
        await asyncio.to_thread(upgrade, database)
        engine = sync_engine(database)
        try:
            with engine.begin() as connection:
                context = MigrationContext.configure(connection, opts={"compare_type": True})
                differences = compare_metadata(context, metadata)
        finally:
            engine.dispose()
            await database.close()
        assert not differences
