"""Registers realtime: live objects, their sockets, their history."""

from collections.abc import Sequence

from openpaas_workspace.core import blobs
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.events import Recorded, rights_moved
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.realtime.binding import RoomHost
from openpaas_workspace.realtime.config import Realtime
from openpaas_workspace.realtime.events import EVENTS
from openpaas_workspace.realtime.gateway import room, session
from openpaas_workspace.realtime.gateway.lobby import Lobby
from openpaas_workspace.realtime.jobs import JOBS
from openpaas_workspace.realtime.models import changes, snapshots, stored_outputs
from openpaas_workspace.realtime.routes import ROUTES
from openpaas_workspace.realtime.service.filekind import FILE, FileKind
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.jupyter import JupyterDocuments
from openpaas_workspace.realtime.service.openings import Openings
from openpaas_workspace.realtime.service.presence import Presences, follow_moves

_GATEWAY = "openpaas_workspace.realtime.gateway."


blobs.refer(changes)
blobs.refer(snapshots)
blobs.refer(stored_outputs)


async def _set_up(workspace: Workspace) -> None:
    workspace.put(Blobs, Blobs(workspace.data_dir))
    host = Host(workspace, Realtime(parent=workspace.settings))
    host.register(FILE, FileKind(workspace))
    workspace.put(Host, host)
    workspace.put(Presences, host.presences)
    workspace.put(RoomHost, host)
    workspace.put(Lobby, Lobby())
    workspace.put(Openings, Openings())
    workspace.put(JupyterDocuments, JupyterDocuments(workspace))

    async def rights_changed(batch: Sequence[Recorded]) -> None:
        if rights_moved(batch):
            await host.rechecks.run()
        await follow_moves(host, batch)

    workspace.db.bus.listen("realtime", rights_changed)
    await host.start()
    host.metrics.offer()


async def _close(workspace: Workspace) -> None:
    if (host := workspace.find(Host)) is not None:
        host.metrics.withdraw()
        await host.close()


domain = Domain(
    name="realtime",
    routes=ROUTES,
    events=EVENTS,
    jobs=JOBS,
    config=(Realtime,),
    handlers=((session.PATTERN, session.SessionHandler), (room.PATTERN, room.RoomSocket)),
    access=(
        Access(_GATEWAY + "session.SessionHandler", session.PATTERN, "PUT", "member", session.SCOPE),
        Access(_GATEWAY + "room.RoomSocket", room.PATTERN, "GET", "member", room.SCOPE),
    ),
    setup=_set_up,
    close=_close,
)
