"""A look at the disk while a file is being made: its bytes are there, its row is not yet."""

import asyncio

from openpaas_workspace.files.schemas import NewFile
from openpaas_workspace.files.service import files, nodes
from openpaas_workspace.files.service.scan import Scanner


async def test_a_file_that_is_being_made_is_not_found_as_somebody_elses(world, monkeypatch):
    alice = await world.member("alice")
    space_id = await world.space(alice, "Team")
    written, go_on = asyncio.Event(), asyncio.Event()
    stock = nodes.in_thread

    async def slow(*arguments):
        found = await stock(*arguments)
        written.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(nodes, "in_thread", slow)
    made = asyncio.create_task(files.make(alice, NewFile(path="Team/neuf.md")))
    await asyncio.wait_for(written.wait(), 30)
    scanner = world.workspace.get(Scanner)
    looked, looks = asyncio.Event(), scanner._look

    async def look(*arguments):
        found = await looks(*arguments)
        looked.set()
        return found

    monkeypatch.setattr(scanner, "_look", look)
    scan = asyncio.create_task(scanner.scan(space_id))
    await asyncio.wait_for(looked.wait(), 30)
    go_on.set()
    file = await made
    await scan
    await world.settle(space_id)
    assert {path: id_ for path, (_, id_) in (await world.rows(space_id)).items()} == {"neuf.md": file.id}
    assert [event.actor_kind for event in await world.events("FileCreated")] == ["member"]
    assert await world.events("FileTrashed") == []
