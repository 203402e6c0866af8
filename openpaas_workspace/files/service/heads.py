"""Which files are behind their logs, asked once at start."""

from sqlalchemy import select

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.models import nodes
from openpaas_workspace.realtime.models import live_objects


async def behind(work: Work) -> list[str]:
    """Ids of the files whose log has more than the file, or that were being written when the server ended."""
    query = (
        select(nodes.c.id)
        .join(live_objects, live_objects.c.id == nodes.c.id)
        .where(
            nodes.c.trashed_at.is_(None),
            nodes.c.projected_seq.is_not(None),
            (live_objects.c.head_seq > nodes.c.projected_seq) | nodes.c.next_hash.is_not(None),
        )
    )
    return [row.id for row in await work.all(query)]
