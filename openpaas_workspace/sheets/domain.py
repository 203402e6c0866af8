"""Sheets: what this domain brings to the workspace."""

from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.gateway import exports, socket, tables
from openpaas_workspace.sheets.routes import ROUTES
from openpaas_workspace.sheets.service.converting import Converters
from openpaas_workspace.sheets.service.hosts import Hosts, tidy
from openpaas_workspace.sheets.service.room import SheetRooms
from openpaas_workspace.sheets.service.sheetkind import SheetKind


async def set_up(workspace: Workspace) -> None:
    """Register the kind; processes start with the first sheet, and one before it."""
    hosts = Hosts(Sheets(parent=workspace.settings))
    workspace.put(Hosts, hosts)
    hosts.prepare()
    workspace.put(Converters, Converters(Sheets(parent=workspace.settings)))
    workspace.put(SheetRooms, SheetRooms())
    workspace.get(Host).register(f"{FILE}/sheet", SheetKind(workspace))


domain = Domain(
    "sheets",
    routes=ROUTES,
    jobs=(Job("end idle processes of sheets", 15.0, tidy),),
    config=(Sheets,),
    handlers=(*socket.HANDLERS, *tables.HANDLERS, *exports.HANDLERS),
    access=(*socket.ACCESS, *tables.ACCESS, *exports.ACCESS),
    setup=set_up,
)
