"""A world on each database of this machine."""

import pytest

from tests.core.databases import BACKENDS, database_url
from tests.files.world import open_world


@pytest.fixture(params=BACKENDS)
async def world(request, tmp_path):
    async with database_url(request.param, tmp_path) as url, open_world(url, tmp_path) as world:
        yield world


@pytest.fixture
async def quick(tmp_path):
    """SQLite only, for what does not touch the database's ways."""
    async with database_url("sqlite", tmp_path) as url, open_world(url, tmp_path) as world:
        yield world
