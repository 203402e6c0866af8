"""Writes what was noted of visits."""

from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.home.service.visits import Visits


async def write(workspace: Workspace) -> None:
    """Write the visits of the last seconds together."""
    await workspace.get(Visits).write()


JOBS = (Job("home: visits", every=2.0, run=write),)
