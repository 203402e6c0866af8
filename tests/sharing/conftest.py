"""A workspace on each database of this machine."""

import pytest

from openpaas_workspace.accounts.service import lookup  # noqa: F401  (registers its tables)
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.sharing.service import access  # noqa: F401  (registers its tables)
from tests.core.databases import BACKENDS, database_url, open_workspace
from tests.sharing.places import Place


@pytest.fixture(params=BACKENDS)
async def workspace(request, tmp_path):
    async with database_url(request.param, tmp_path) as url, open_workspace(url, tmp_path) as workspace:
        yield workspace


@pytest.fixture
async def place(workspace):
    async with workspace.db.unit(SYSTEM) as work:
        return await Place.make(work)
