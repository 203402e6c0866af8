"""Files: what this domain brings to the workspace."""

import asyncio
import logging
from collections.abc import Sequence

from openpaas_workspace.accounts.events import MemberCreated
from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.events import EVENTS
from openpaas_workspace.files.gateway import download, outputs, pieces, raw, zipped
from openpaas_workspace.files.jobs import JOBS, Watcher
from openpaas_workspace.files.room import FileBinding
from openpaas_workspace.files.routes import ROUTES
from openpaas_workspace.files.service import heads, links, spaces
from openpaas_workspace.files.service.company import Company
from openpaas_workspace.files.service.digests import Digests
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.edits import Edits
from openpaas_workspace.files.service.ingest import Ingest
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.files.service.titles import FileTitles
from openpaas_workspace.files.service.watching import Watched
from openpaas_workspace.files.service.welcome import first_administrator
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Unauthenticated
from openpaas_workspace.realtime.binding import Binding
from openpaas_workspace.realtime.push.service.hub import Push
from openpaas_workspace.realtime.service.presence import Presences
from openpaas_workspace.sharing.service.links import Links
from openpaas_workspace.sharing.service.titles import Titles

_log = logging.getLogger(__name__)


async def set_up(workspace: Workspace) -> None:
    """Prepare the disk and the live objects; then end what an earlier server left half done."""
    workspace.put(FilesSettings, FilesSettings(parent=workspace.settings))
    disk = Disk(workspace)
    await asyncio.to_thread(disk.prepare)
    workspace.put(Disk, disk)
    workspace.put(Titles, FileTitles())
    links.register(workspace.get(Links))
    workspace.put(Edits, Edits())
    workspace.put(Digests, Digests())
    workspace.put(Watched, Watched())
    workspace.put(Projector, Projector(workspace))
    workspace.put(Ingest, Ingest(workspace))
    workspace.put(Scanner, Scanner(workspace))
    workspace.put(Watcher, Watcher(workspace))
    workspace.put(Binding, FileBinding(workspace))
    await spaces.ensure_organisation(workspace, workspace.settings.organisation or "Organisation")
    workspace.get(Bus).follow("files: own spaces", _Welcome(workspace).hear, beginning=True)
    workspace.on_ready.append(_catch_up)
    presences, push = workspace.find(Presences), workspace.find(Push)
    if presences is not None and push is not None:
        presences.listen(Company(workspace, push.ephemeral).heard)


async def _catch_up(workspace: Workspace) -> None:
    """Look at every space once, and write the files that are behind their logs."""
    await workspace.get(Watcher).spaces()
    async with workspace.db.read(SYSTEM) as work:
        late = await heads.behind(work)
    for file_id in late:
        workspace.get(Projector).changed(file_id)


async def close(workspace: Workspace) -> None:
    """Write every file that is behind its log."""
    await workspace.get(Projector).close()


class _Welcome:
    """Gives each new member an own space, and the organisation's space its first manager."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def hear(self, events: Sequence[Recorded]) -> None:
        for event in events:
            if event.type == MemberCreated.__name__:
                member_id = event.ref.partition(":")[2]
                await spaces.open_personal(self._workspace, Actor(kind="member", id=member_id))
                if await self._is_administrator(member_id):
                    await first_administrator(self._workspace, member_id)

    async def _is_administrator(self, member_id: str) -> bool:
        async with self._workspace.db.read(SYSTEM) as work:
            try:
                return (await actor_of_member(work, member_id)).administrator
            except Unauthenticated:  # disabled since
                return False


domain = Domain(
    "files",
    routes=ROUTES,
    events=EVENTS,
    jobs=JOBS,
    config=(FilesSettings,),
    handlers=(*raw.HANDLERS, *outputs.HANDLERS, *pieces.HANDLERS, *zipped.HANDLERS),
    access=(*raw.ACCESS, *outputs.ACCESS, *pieces.ACCESS, *zipped.ACCESS, *download.ACCESS),
    setup=set_up,
    close=close,
)
