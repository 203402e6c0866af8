"""What objects are called: whoever keeps them says it, a floor above."""

from collections.abc import Collection

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.refs import Ref


class Titles:
    """Names of objects; files puts its own subclass into the workspace."""

    async def names(self, work: Work, refs: Collection[Ref]) -> dict[Ref, str]:
        """Names of those of `refs` that are there and that the actor may see; not of what is in the trash."""
        raise NotImplementedError


async def names(work: Work, refs: Collection[Ref]) -> dict[Ref, str]:
    """As `Titles.names`; empty names where nobody knows names."""
    titles = work.workspace.find(Titles)
    return dict.fromkeys(refs, "") if titles is None else await titles.names(work, refs)
