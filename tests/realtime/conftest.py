"""Rooms on each database of this machine."""

import pytest

from tests.core.databases import BACKENDS, database_url
from tests.realtime.house import house


@pytest.fixture(params=BACKENDS)
async def url(request, tmp_path):
    """An empty database."""
    async with database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def rooms(url, tmp_path):
    """A server with rooms on each kind of database."""
    async with house(url, tmp_path) as built:
        yield built


@pytest.fixture
async def quick(tmp_path):
    """A server with rooms on SQLite: for what does not depend on the database."""
    async with database_url("sqlite", tmp_path) as url, house(url, tmp_path) as built:
        yield built
