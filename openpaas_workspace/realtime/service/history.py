"""The history of a file: its timeline, and who is there."""

from sqlalchemy import select

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.models import snapshots
from openpaas_workspace.realtime.schemas import History, HistoryQuery, Presence, Present
from openpaas_workspace.realtime.service import store, timeline
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.heavy import MANY
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import require

_s = snapshots.c


async def history(work: Work, object_id: str, query: HistoryQuery) -> History:
    """What happened to the file, newest first; for readers."""
    await require(work, Ref(FILE, object_id), Level.reader)
    row = await store.head(work, object_id)
    if row is None or not row.head_seq:
        return History(head=0, epoch=row.epoch if row is not None else 0, entries=[])
    if row.head_seq > MANY:
        work.workspace.get(Desk).prepare()
    if query.named:
        entries, before = await timeline.named(work, row, query)
    else:
        mine = (_s.object_id == object_id) & (_s.epoch == row.epoch) & _s.name.is_not(None)
        names = await work.all(select(_s.id, _s.seq, _s.name, _s.author).where(mine).order_by(_s.id))
        entries, before = await timeline.entries(work, row, query, names)
    return History(head=row.head_seq, epoch=row.epoch, entries=entries, before=before)


async def presence(work: Work, object_id: str) -> Presence:
    """Who has the file open now; for readers."""
    ref = Ref(FILE, object_id)
    await require(work, ref, Level.reader)
    host = work.workspace.get(Host)
    live = host.objects.get(ref)
    roles: dict[str, Level] = {}
    for connection in live.connections.values() if live is not None else ():
        roles[connection.actor.id] = max(connection.level, roles.get(connection.actor.id, Level.reader))
    states = host.presences.present(str(ref))
    return Presence(
        present=[
            Present(member=member, role=roles[member].word, state=state)
            for member, state in states.items()
            if member in roles
        ]
    )
