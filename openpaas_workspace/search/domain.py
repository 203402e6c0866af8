"""Search: what this domain brings to the workspace."""

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.search.routes import ROUTES
from openpaas_workspace.search.service.index import NameIndex


async def _set_up(workspace: Workspace) -> None:
    index = NameIndex(workspace)
    workspace.put(NameIndex, index)
    workspace.get(Bus).follow("search: names", index.hear)
    workspace.on_ready.append(_catch_up)


async def _catch_up(workspace: Workspace) -> None:
    """Names that came while this domain was not there."""
    await workspace.get(NameIndex).catch_up()


domain = Domain("search", routes=ROUTES, setup=_set_up)
