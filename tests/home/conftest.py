"""A world with Home and search on each database of this machine."""

from contextlib import asynccontextmanager

import pytest

from openpaas_workspace.home.domain import domain as home
from openpaas_workspace.realtime.service.openings import Openings
from openpaas_workspace.search.domain import domain as search
from tests.core.databases import BACKENDS, database_url
from tests.files.world import open_world


@asynccontextmanager
async def open_home(url, folder):
    """A world where people have a Home."""
    async with open_world(url, folder) as world:
        world.workspace.put(Openings, Openings())
        for domain in (home, search):
            await domain.setup(world.workspace)
        yield world
        await home.close(world.workspace)


@pytest.fixture(params=BACKENDS)
async def world(request, tmp_path):
    async with database_url(request.param, tmp_path) as url, open_home(url, tmp_path) as world:
        yield world


@pytest.fixture
async def quick(tmp_path):
    async with database_url("sqlite", tmp_path) as url, open_home(url, tmp_path) as world:
        yield world
