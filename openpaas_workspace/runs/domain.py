"""Runs: what this domain brings to the workspace."""

from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.runs.events import RunAnswered, RunQueued, RunStopped
from openpaas_workspace.runs.routes import ROUTES
from openpaas_workspace.runs.service.runs import Runs


async def _close(workspace: Workspace) -> None:
    runs = workspace.find(Runs)
    if runs is not None:
        await runs.close()


domain = Domain("runs", routes=ROUTES, events=(RunQueued, RunStopped, RunAnswered), close=_close)
