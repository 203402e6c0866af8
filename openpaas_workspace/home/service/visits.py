"""What each member opened last, and when each was here: noted in memory, written together every few seconds.

Opening a file writes nothing by itself. A killed server forgets the visits of its last seconds.
"""

from collections.abc import Sequence

from sqlalchemy import Row, delete, insert, select, tuple_

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.home.config import HomeSettings
from openpaas_workspace.home.models import attendances, visits
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.events import FileEdited

KEPT = 200
_MINUTE = 60_000
_v, _a = visits.c, attendances.c


class Visits:
    """The visits that are not written yet. `workspace.get(Visits)`."""

    def __init__(self, workspace: Workspace, settings: HomeSettings) -> None:
        self._workspace = workspace
        self._gap = settings.visit_minutes * _MINUTE
        self._clock = 0
        self._opened: dict[tuple[str, str], int] = {}
        # Taken to be written, and not yet to be read from the database.
        self._leaving: dict[tuple[str, str], int] = {}
        self._here: dict[str, dict[str, int]] = {}

    def opened(self, member_id: str, ref: Ref) -> None:
        """A member opened a file."""
        if ref.kind == "file":
            # Two files opened in the same millisecond keep their order.
            self._clock = max(now(), self._clock + 1)
            self._opened[member_id, ref.id] = self._clock

    async def hear(self, events: Sequence[Recorded]) -> None:
        """What a member changes is at hand too."""
        for event in events:
            kind, _, id_ = event.ref.partition(":")
            author = event.actor if event.actor_kind == "member" else event.behalf
            if event.type == FileEdited.__name__ and kind == "file" and author:
                key = (author, id_)
                self._opened[key] = max(self._opened.get(key, 0), event.at)

    async def latest(self, work: Work, member_id: str, limit: int) -> dict[Ref, int]:
        """When the member opened which file, the newest first."""
        query = select(_v.object_id, _v.at).where(_v.member_id == member_id).order_by(_v.at.desc())
        found = {row.object_id: row.at for row in await work.all(query.limit(limit))}
        for (member, id_), at in (*self._leaving.items(), *self._opened.items()):
            if member == member_id:
                found[id_] = max(at, found.get(id_, 0))
        newest = sorted(found.items(), key=lambda item: -item[1])[:limit]
        return {Ref("file", id_): at for id_, at in newest}

    async def arrive(self, work: Work, member_id: str, head: int) -> tuple[int, int]:
        """Note that the member is here and has seen the stream up to `head`; when and where the last visit ended."""
        stored = await work.first(select(attendances).where(_a.member_id == member_id))
        last = self._here.get(member_id) or (_fields(stored) if stored is not None else None)
        at = now()
        if last is None:
            last = {"since_at": 0, "since_seq": head}
        elif at - last["seen_at"] > self._gap:
            last = {"since_at": last["seen_at"], "since_seq": last["seen_seq"]}
        since = (last["since_at"], min(last["since_seq"], head))
        self._here[member_id] = {
            "since_at": since[0],
            "since_seq": since[1],
            "seen_at": at,
            "seen_seq": head,
        }
        return since

    async def write(self) -> None:
        """Write what was noted since the last time."""
        opened, self._opened = self._opened, {}
        self._leaving = opened
        here, self._here = self._here, {}
        if not opened and not here:
            return
        try:
            async with self._workspace.db.unit(SYSTEM) as work:
                await _write_visits(work, opened)
                await _write_attendances(work, here)
        except BaseException:
            self._opened = opened | self._opened
            self._here = here | self._here
            raise
        finally:
            self._leaving = {}


def _fields(row: Row[tuple[str, int]]) -> dict[str, int]:
    return {name: getattr(row, name) for name in ("since_at", "since_seq", "seen_at", "seen_seq")}


async def _write_visits(work: Work, opened: dict[tuple[str, str], int]) -> None:
    if not opened:
        return
    keys = sorted(opened)
    await work.execute(delete(visits).where(tuple_(_v.member_id, _v.object_id).in_(keys)))
    await work.execute(
        insert(visits), [{"member_id": who, "object_id": id_, "at": opened[who, id_]} for who, id_ in keys]
    )
    for member_id in sorted({who for who, _ in keys}):
        mine = _v.member_id == member_id
        oldest = select(_v.at).where(mine).order_by(_v.at.desc()).offset(KEPT).limit(1).scalar_subquery()
        await work.execute(delete(visits).where(mine, _v.at <= oldest))


async def _write_attendances(work: Work, here: dict[str, dict[str, int]]) -> None:
    if not here:
        return
    await work.execute(delete(attendances).where(_a.member_id.in_(sorted(here))))
    await work.execute(insert(attendances), [{"member_id": who, **here[who]} for who in sorted(here)])
