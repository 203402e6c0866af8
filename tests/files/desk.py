"""One space on disk, with rooms on its files."""

import os

from openpaas_workspace.files.jobs import Watcher
from openpaas_workspace.files.service import files
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.realtime.schemas import HistoryQuery
from openpaas_workspace.realtime.service.history import history
from tests.core.databases import eventually


class Desk:
    """One space on disk, and a room for each file put there."""

    def __init__(self, world, alice, space_id):
        self.world, self.alice, self.space_id = world, alice, space_id
        self.root = world.root(space_id)
        self.projector = world.workspace.get(Projector)

    async def put(self, name: str, data: bytes) -> str:
        """A file that lies there for a while already."""
        (self.root / name).write_bytes(data)
        self.age(name)
        await self.world.settle(self.space_id)
        return (await files.open_place(self.alice, f"Team/{name}")).id

    def age(self, name: str) -> None:
        then = os.stat(self.root / name).st_mtime_ns - 10_000_000_000
        os.utime(self.root / name, ns=(then, then))

    def outside(self, name: str, data: bytes) -> None:
        """Somebody writes it on disk, and is done."""
        (self.root / name).write_bytes(data)
        self.age(name)

    def bytes(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    async def value(self, file_id: str):
        return (await self.world.host.content(file_id)).value

    async def edit(self, file_id: str, value) -> int:
        return await self.world.host.write(file_id, value, self.alice.actor, base_seq=None)

    async def written(self, file_id: str) -> None:
        await eventually(self._clean)

    async def _clean(self) -> bool:
        return not self.projector.dirty()

    async def look(self) -> None:
        await self.world.workspace.get(Watcher).open_files()

    async def authors(self, file_id: str) -> list[str]:
        async with self.world.workspace.db.read(SYSTEM) as work:
            return [
                entry.author for entry in (await history(work, file_id, HistoryQuery(grain="author"))).entries
            ]
