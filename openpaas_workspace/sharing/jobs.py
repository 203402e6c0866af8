"""What sharing does again and again."""

from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.sharing.service import grants, requests


async def end_grants(workspace: Workspace) -> None:
    """Remove grants whose end has passed and tell, so that what is open closes."""
    async with workspace.db.read(SYSTEM) as work:
        if not await grants.some_expired(work):
            return
    while True:
        async with workspace.db.unit(SYSTEM) as work:
            if not await grants.remove_expired(work):
                return


async def forget_requests(workspace: Workspace) -> None:
    """Forget old requests for access."""
    async with workspace.db.unit(SYSTEM) as work:
        await requests.forget(work)


JOBS = (
    Job("end grants", 5.0, end_grants),
    Job("forget access requests", 6 * 3600.0, forget_requests),
)
