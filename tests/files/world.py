"""A workspace with spaces, members and rooms, for tests of files."""

import json
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from openpaas_workspace.accounts.events import MemberCreated
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.stream import events_table
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.domain import domain
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.schemas import NewSpace
from openpaas_workspace.files.service import files, spaces
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.realtime.binding import RoomHost
from openpaas_workspace.realtime.config import Realtime
from openpaas_workspace.realtime.service.filekind import FILE, FileKind
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants
from openpaas_workspace.sharing.service.links import Links
from tests.core.databases import open_workspace
from tests.sharing.world import add_member


@dataclass
class World:
    workspace: Workspace
    people: dict[str, Actor] = field(default_factory=dict)

    async def member(self, name: str, *, administrator: bool = False) -> Acting:
        async with self.workspace.db.unit(SYSTEM) as work:
            await add_member(work, name, administrator=administrator)
            work.publish(MemberCreated(ref=f"member:{name}"))
        return Acting(self.workspace, Actor(kind="member", id=name, administrator=administrator))

    async def space(self, who: Acting, name: str) -> str:
        return (await spaces.create(who, NewSpace(name=name))).id

    async def share(self, who: Acting, path: str, member: str, level: Level) -> None:
        place = await files.open_place(who, path)
        async with self.workspace.db.unit(who.actor) as work:
            await grants.grant(work, place.ref, Subject("member", member), level)

    def root(self, space_id: str) -> Path:
        return self.workspace.get(Disk).space(space_id)

    async def settle(self, space_id: str) -> None:
        await self.workspace.get(Scanner).settle(space_id)

    @property
    def host(self) -> RoomHost:
        return self.workspace.get(RoomHost)

    async def events(self, type_: str) -> list:
        async with self.workspace.db.read(SYSTEM) as work:
            return [
                row
                for row in await work.all(select(events_table).order_by(events_table.c.id))
                if row.type == type_
            ]

    async def row(self, node_id: str):
        async with self.workspace.db.read(SYSTEM) as work:
            return await work.first(select(nodes).where(nodes.c.id == node_id))

    async def rows(self, space_id: str) -> dict[str, tuple[str, str]]:
        """Path → (kind, id) of all live rows of a space."""
        async with self.workspace.db.read(SYSTEM) as work:
            found = {
                row.id: row
                for row in await work.all(
                    select(nodes).where(nodes.c.space_id == space_id, nodes.c.trashed_at.is_(None))
                )
            }

        def path(row) -> str:
            above = found.get(row.parent_id)
            assert above is not None or row.parent_id == space_id, "a live node in a folder that is gone"
            return row.name if above is None else f"{path(above)}/{row.name}"

        return {path(row): (row.kind, row.id) for row in found.values()}

    def disk(self, space_id: str) -> dict[str, str]:
        """Path → kind of all names on disk that the workspace shows."""
        root, found = self.root(space_id), {}
        for folder, folders, names in os.walk(root):
            here = Path(folder).relative_to(root)
            for kind, listed in (("folder", folders), ("file", names)):
                for name in listed:
                    found[(here / name).as_posix()] = kind
        return found


@asynccontextmanager
async def open_world(url: str, folder: Path, **settings):
    async with open_workspace(url, folder) as workspace:
        workspace.settings.config.FilesSettings.update(
            {"missing_seconds": 0.2, "write_after_seconds": 0.05, "write_at_most_seconds": 0.2} | settings
        )
        workspace.put(Blobs, Blobs(workspace.data_dir))
        workspace.put(Links, Links())
        host = Host(workspace, Realtime())
        host.register(FILE, FileKind(workspace))
        workspace.put(Host, host)
        workspace.put(RoomHost, host)
        await host.start()
        await domain.setup(workspace)
        try:
            yield World(workspace)
        finally:
            await domain.close(workspace)
            await host.close()


def notebook(*sources: str, **metadata) -> dict:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def notebook_bytes(*sources: str, indent: int = 1, **metadata) -> bytes:
    return json.dumps(notebook(*sources, **metadata), indent=indent).encode()


def digest(data: bytes) -> str:
    return formats.digest(data)
