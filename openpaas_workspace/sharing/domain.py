"""Registers sharing."""

from functools import partial

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.sharing.events import EVENTS
from openpaas_workspace.sharing.gateway.open import ACCESS, HANDLERS
from openpaas_workspace.sharing.jobs import JOBS
from openpaas_workspace.sharing.routes import ROUTES
from openpaas_workspace.sharing.service.grants import forget_groups
from openpaas_workspace.sharing.service.links import Links


async def _set_up(workspace: Workspace) -> None:
    workspace.put(Links, Links())
    workspace.get(Bus).follow("sharing", partial(forget_groups, workspace))


domain = Domain(
    "sharing",
    routes=ROUTES,
    handlers=HANDLERS,
    access=ACCESS,
    events=EVENTS,
    jobs=JOBS,
    setup=_set_up,
)
