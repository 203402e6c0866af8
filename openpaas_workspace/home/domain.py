"""Home: what this domain brings to the workspace."""

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.home.config import HomeSettings
from openpaas_workspace.home.events import EVENTS
from openpaas_workspace.home.jobs import JOBS
from openpaas_workspace.home.routes import ROUTES
from openpaas_workspace.home.service.visits import Visits
from openpaas_workspace.realtime.service.openings import Openings


async def _set_up(workspace: Workspace) -> None:
    visits = Visits(workspace, HomeSettings(parent=workspace.settings))
    workspace.put(Visits, visits)
    workspace.get(Openings).listen(visits.opened)
    workspace.get(Bus).follow("home: visits", visits.hear)


async def _close(workspace: Workspace) -> None:
    if (visits := workspace.find(Visits)) is not None:
        await visits.write()


domain = Domain(
    "home", routes=ROUTES, events=EVENTS, jobs=JOBS, config=(HomeSettings,), setup=_set_up, close=_close
)
