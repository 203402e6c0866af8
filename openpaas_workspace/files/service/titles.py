"""What spaces, folders and files are called, for the floors below that know ids only."""

from collections.abc import Collection

from sqlalchemy import select

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.models import nodes, spaces
from openpaas_workspace.files.service.places import space_path
from openpaas_workspace.files.service.rows import ref_of
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.service import rights
from openpaas_workspace.sharing.service.titles import Titles


class FileTitles(Titles):
    """Names of spaces (a member's own is `~` or `~name`), folders and files: two queries."""

    async def names(self, work: Work, refs: Collection[Ref]) -> dict[Ref, str]:
        """Names of those of `refs` that are there and that the actor may see; not of what is in the trash."""
        ids = {ref.id for ref in refs}
        inside = select(nodes).where(
            nodes.c.id.in_(ids), nodes.c.trashed_at.is_(None), rights.allowed(work.actor, nodes.c.id)
        )
        whole = select(spaces).where(spaces.c.id.in_(ids), rights.allowed(work.actor, spaces.c.id))
        found = {ref_of(row): row.name for row in await work.all(inside)}
        for row in await work.all(whole):
            found[Ref("space", row.id)] = space_path(row, work.actor)
        return {ref: found[ref] for ref in refs if ref in found}
