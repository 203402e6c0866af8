"""What live objects do by themselves: unload, merge old history, sweep blobs."""

from openpaas_workspace.core.blobs import sweep_blobs
from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.realtime.service.compaction import compact_old
from openpaas_workspace.realtime.service.host import Host


async def tidy(workspace: Workspace) -> None:
    """Unload what nobody uses."""
    await workspace.get(Host).tidy()


JOBS = (
    Job("unload live objects", 5.0, tidy),
    Job("merge old changes", 3600.0, compact_old),
    Job("sweep blobs", 6 * 3600.0, sweep_blobs),
)
