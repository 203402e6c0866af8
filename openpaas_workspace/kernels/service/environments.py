"""Where a principal's own packages lie: beside the files and never among them, by the principal's number."""

import asyncio
import contextlib
from pathlib import Path

from openpaas_workspace.accounts.service.actors import require_member
from openpaas_workspace.core import beneath
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels.events import PackagesRemoved
from openpaas_workspace.kernels.service.numbers import number_of
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights

_FOLDER = "environments"


async def folder_of(workspace: Workspace, number: int) -> tuple[Path, str]:
    """The folder of all environments, and the name in it of this principal's; both are there then."""
    root = workspace.data_dir / _FOLDER
    await asyncio.to_thread(_make, root, str(number))
    return root, str(number)


async def empty(workspace: Workspace, actor: Actor, space_id: str) -> None:
    """Remove all that was installed for the notebooks of a space; for its managers, themselves.

    Kernels that run have it no more, and install again once they were restarted.
    """
    space = Ref("space", space_id)
    async with workspace.db.unit(actor) as work:
        await rights.require(work, space, Level.manager, held=True)
        require_member(work)
        _, owner = await rights.place(work, space)
        work.publish(PackagesRemoved(ref=str(space)))
    await forget(workspace, await number_of(workspace, f"member:{owner}" if owner else str(space)))


async def forget(workspace: Workspace, number: int) -> None:
    """Remove what a principal installed."""
    await asyncio.to_thread(_remove, workspace.data_dir / _FOLDER, str(number))


def _make(root: Path, name: str) -> None:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / name).mkdir(mode=0o700, exist_ok=True)


def _remove(root: Path, name: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        beneath.rmtree_beneath(root, name)
