"""Runs: what this domain brings to the workspace."""

from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.runs.config import OutputSettings
from openpaas_workspace.runs.events import ExecutionEnded, ExecutionQueued, RunAnswered, RunQueued, RunStopped
from openpaas_workspace.runs.routes import ROUTES
from openpaas_workspace.runs.service.executions import Executions
from openpaas_workspace.runs.service.runs import Runs


async def _set_up(workspace: Workspace) -> None:
    workspace.put(OutputSettings, OutputSettings(parent=workspace.settings))


async def _close(workspace: Workspace) -> None:
    executions = workspace.find(Executions)
    if executions is not None:
        await executions.close()
    runs = workspace.find(Runs)
    if runs is not None:
        await runs.close()


domain = Domain(
    "runs",
    routes=ROUTES,
    events=(RunQueued, RunStopped, RunAnswered, ExecutionQueued, ExecutionEnded),
    config=(OutputSettings,),
    setup=_set_up,
    close=_close,
)
