"""Two server processes on one database and one disk: each space is looked after by one of them."""

import pytest
from sqlalchemy import update

from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Unavailable
from openpaas_workspace.realtime.models import leases
from openpaas_workspace.realtime.service.host import Host
from tests.core.databases import BACKENDS, database_url
from tests.files.world import open_world


@pytest.mark.parametrize("backend", BACKENDS)
async def test_two_processes_on_one_database_never_look_at_one_space_at_once(backend, tmp_path):
    async with database_url(backend, tmp_path) as url, open_world(url, tmp_path) as first:
        alice = await first.member("alice")
        space_id = await first.space(alice, "Team")
        await first.settle(space_id)
        (first.root(space_id) / "a.txt").write_bytes(b"a")
        async with open_world(url, tmp_path) as second:
            scanner = second.workspace.get(Scanner)
            assert not await scanner.scan(space_id)
            assert await second.rows(space_id) == {}
            with pytest.raises(Unavailable):
                await second.settle(space_id)
            await first.settle(space_id)
            assert set(await second.rows(space_id)) == {"a.txt"}
            # The first lost its leases, as a process that hung: the second takes over, the first stays away.
            hung = first.workspace.get(Host).leases
            async with first.workspace.db.unit(SYSTEM) as work:
                mine = update(leases).where(leases.c.resource == hung._process(hung.owner))
                await work.execute(mine.values(expires_at=1))
            await second.settle(space_id)
            hung._held.clear()
            assert not await first.workspace.get(Scanner).alone(space_id)
        await first.settle(space_id)
