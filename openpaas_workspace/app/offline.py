"""The workspace without a server, for commands; safe beside a running one."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from openpaas_workspace.app.backup import marker
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Database
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.migrations.runner import upgrade


@asynccontextmanager
async def opened(
    data_dir: Path, url: str, domains: Iterable[Domain], *, restoring: bool = False
) -> AsyncIterator[Workspace]:
    """The database brought up to date, with these domains set up; closed at the end."""
    folder = data_dir.expanduser().resolve()
    if not restoring:
        marker.check(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings(data_dir=str(folder), database_url=url)
    db = Database(settings.database())
    workspace = Workspace(settings, db)
    db.workspace, db.bus = workspace, Bus(db)
    workspace.put(Bus, db.bus)
    await asyncio.to_thread(upgrade, db)
    ready: list[Domain] = []
    try:
        for domain in domains:
            if domain.setup is not None:
                await domain.setup(workspace)
            ready.append(domain)
        yield workspace
    finally:
        for domain in reversed(ready):
            if domain.close is not None:
                await domain.close(workspace)
        await db.close()
