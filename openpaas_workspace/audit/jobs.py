"""Forgets old events."""

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace


async def prune(workspace: Workspace) -> None:
    """Keep events as long as the settings and their types say."""
    await workspace.get(Bus).prune(workspace.settings.event_retention_days)


JOBS = (Job("prune events", every=6 * 3600.0, run=prune),)
