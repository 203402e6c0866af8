"""Kernels register here."""

from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels.config import Egress, Sandbox
from openpaas_workspace.kernels.events import (
    CodeRun,
    EgressAsked,
    EgressDecided,
    EgressRemoved,
    HostReached,
    KernelEnded,
    KernelStarted,
    PackagesRemoved,
)
from openpaas_workspace.kernels.routes import ROUTES


async def _set_up(workspace: Workspace) -> None:
    workspace.put(Egress, Egress(parent=workspace.settings))


domain = Domain(
    "kernels",
    routes=ROUTES,
    events=(
        KernelStarted,
        CodeRun,
        KernelEnded,
        EgressAsked,
        EgressDecided,
        EgressRemoved,
        HostReached,
        PackagesRemoved,
    ),
    config=(Sandbox, Egress),
    setup=_set_up,
)
