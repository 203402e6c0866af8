"""Whose kernel, joined: the notebook's place from files, the principal from sharing."""

from pathlib import Path
from typing import Any

import msgspec

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service import places
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.rows import ancestry
from openpaas_workspace.kernels.engine.jail import PACKAGES
from openpaas_workspace.kernels.placement import KernelRecord, Mount, Placement
from openpaas_workspace.kernels.service import environments
from openpaas_workspace.kernels.service.numbers import number_of
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden, NotFound, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.runs.service.run import member_of
from openpaas_workspace.sharing.service.principals import principal

HOME = "/home/member"
SPACE = "/space"


class WorkspacePlacement:
    """Finds where a notebook lies and as whom its kernel runs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def place(self, kernel_id: str, user: Any, path: str) -> Placement:  # noqa: ARG002
        """As the protocol says; a console without a notebook runs as its member."""
        async with self._workspace.db.read(user.actor) as work:
            actor = await _as_now(work, user.actor)
        async with self._workspace.db.read(actor) as work:
            place = await places.find(work, path if path and "/" in path else "~")
            run_as = await principal(work, place.ref)
            chain = [] if place.node is None else await ancestry(work, place.node)
        names = [node.name for node in chain]
        folders = names[:-1] if chain and chain[-1].kind == "file" else names
        folder = self._workspace.get(Disk).space(place.space.id)
        owner = place.space.owner_id
        number = await number_of(self._workspace, f"member:{owner}" if owner else f"space:{place.space.id}")
        return Placement(
            principal=run_as,
            uid_number=number,
            label=path,
            locale=actor.locale,
            object_id=str(place.ref),
            **_mounts(run_as, folder, names, folders, await environments.folder_of(self._workspace, number)),
        )


def _mounts(
    run_as: str, folder: Path, names: list[str], folders: list[str], packages: tuple[Path, str]
) -> dict[str, Any]:
    if run_as.startswith("file:"):
        mount = Mount(source=folder, target=f"{HOME}/{names[-1]}", below="/".join(names))
        return {"mounts": (mount,), "cwd": HOME}
    root = HOME if run_as.startswith("member:") else SPACE
    own = Mount(source=packages[0], target=PACKAGES, below=packages[1])
    return {"mounts": (Mount(source=folder, target=root), own), "cwd": "/".join((root, *folders))}


class WorkspaceKernelAccess:
    """A kernel is there for those who could start it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def may_see(self, user: Any, record: KernelRecord) -> bool:
        """Whether the member could start this very kernel now."""
        return await self.may_execute(user, record)

    async def may_execute(self, user: Any, record: KernelRecord) -> bool:
        """Whether code of the notebook would run, for this member, as who the kernel is."""
        if record.placement is None:
            return getattr(user, "actor", None) is not None and user.actor.id == record.user.actor.id
        try:
            async with self._workspace.db.read(user.actor) as work:
                actor = await _as_now(work, user.actor)
                return await principal(work, Ref.parse(record.placement.object_id), actor) == record.principal
        except (Forbidden, NotFound, WorkspaceError):
            return False


async def _as_now(work: Work, actor: Actor) -> Actor:
    """Who asked once, with the groups of today; raises Unauthenticated for a member who may not log in any more."""
    member = await actor_of_member(work, member_of(actor))
    return msgspec.structs.replace(actor, groups=member.groups) if actor.kind == "member" else actor
