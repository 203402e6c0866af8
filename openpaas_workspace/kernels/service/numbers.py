"""The number of every principal: its uid when the server is root, the name of its folder of packages."""

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels.models import principals
from openpaas_workspace.kit.actors import SYSTEM


async def number_of(workspace: Workspace, principal: str) -> int:
    """The number of a principal (`member:<id>`, `space:<id>`), given at first need and never again to another."""
    wanted = select(principals.c.number).where(principals.c.principal == principal)
    async with workspace.db.read(SYSTEM) as work:
        number = await work.scalar(wanted)
    if number is None:
        try:
            async with workspace.db.unit(SYSTEM) as work:
                await work.execute(insert(principals).values(principal=principal))
        except IntegrityError:
            pass  # somebody asked at the same moment
        async with workspace.db.read(SYSTEM) as work:
            number = await work.scalar(wanted)
    return int(number)
