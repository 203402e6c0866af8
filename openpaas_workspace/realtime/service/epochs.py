"""Another epoch for every history: after a backup was put back, pages must not merge what they hold."""

from sqlalchemy import select, update

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.realtime.models import changes, client_ids, live_objects, snapshots


async def renew(work: Work) -> int:
    """Give every live object a new epoch, its history with it; for the restore command, with no server running."""
    rows = await work.all(select(live_objects.c.id, live_objects.c.epoch))
    moment = now()
    for row in rows:
        fresh = max(moment, row.epoch + 1)
        for table in (changes, snapshots, client_ids):
            mine = (table.c.object_id == row.id) & (table.c.epoch == row.epoch)
            await work.execute(update(table).where(mine).values(epoch=fresh))
        await work.execute(update(live_objects).where(live_objects.c.id == row.id).values(epoch=fresh))
    return len(rows)
