"""Each kernel's own socket: who speaks there is the kernel, with its principal's rights, on behalf of a member."""

from pathlib import Path

import msgspec
from tornado.web import Application

from openpaas_workspace.accounts.gateway.doors import Door
from openpaas_workspace.accounts.service.actors import Speaker, actor_of_member
from openpaas_workspace.accounts.service.members import member_row
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels.placement import KernelRecord, OpenDoor
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import NotFound, Unauthenticated

# What a script may do; what makes, takes over or opens an account asks for a page.
SCOPES = frozenset({"accounts:read", "events:read", "files", "kernels", "search", "sharing:read"})
# Only a kernel that runs as a member speaks for one: it shares, and asks for access.
OF_A_MEMBER = frozenset({"sharing"})


class WorkspaceKernelDoors:
    """Opens doors on this server's own application."""

    def __init__(self, workspace: Workspace, application: Application) -> None:
        self._workspace = workspace
        self._application = application

    def open(self, record: KernelRecord, path: Path, uid: int | None) -> OpenDoor:
        """As the protocol says."""

        async def speaks() -> Speaker | None:
            return await self._speaker(record)

        return Door(self._application, path, speaks, uid)

    async def _speaker(self, record: KernelRecord) -> Speaker | None:
        """The kernel as it is now; None once whoever it runs for may not log in any more."""
        behalf = (record.last_user or record.user).actor.id
        try:
            async with self._workspace.db.read(SYSTEM) as work:
                actor = await actor_of_member(work, behalf)
                row = await member_row(work, behalf)
        except (Unauthenticated, NotFound):
            return None
        kernel = msgspec.structs.replace(
            actor,
            kind="kernel",
            id=record.principal,
            name=record.path,
            groups=frozenset(),
            scopes=SCOPES | OF_A_MEMBER if record.principal == f"member:{behalf}" else SCOPES,
            administrator=False,
            token=True,
            behalf=behalf,
            origin=record.placement.object_id if record.placement is not None else "",
        )
        return Speaker(kernel, row)
