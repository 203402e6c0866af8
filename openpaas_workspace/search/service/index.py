"""The index of names follows the events; at a start it takes what it has missed."""

import logging
from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service import overview
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.search import engine
from openpaas_workspace.search.models import name_words

_log = logging.getLogger(__name__)
_BATCH = 1_000
_NAMED = frozenset(
    {
        "SpaceCreated",
        "SpaceChanged",
        "FolderCreated",
        "FileCreated",
        "FileRenamed",
        "FileRestored",
        "FilePurged",
        "MemberCreated",
        "MemberUpdated",
    }
)
_w = name_words.c


class NameIndex:
    """Keeps the words of all names. `workspace.get(NameIndex)`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def hear(self, events: Sequence[Recorded]) -> None:
        """Take the names that were made or changed."""
        refs = {event.ref for event in events if event.type in _NAMED}
        if refs:
            await self.take(refs)

    async def take(self, refs: Collection[str]) -> None:
        """Read the names of these objects again; what is gone for ever leaves the index."""
        by_kind: dict[str, set[str]] = {}
        for ref in refs:
            kind, _, id_ = ref.partition(":")
            by_kind.setdefault(kind, set()).add(id_)
        async with self._workspace.db.read(SYSTEM) as work:
            names = await _names(work, by_kind)
        rows = [
            {"word": word, "object_id": id_, "kind": kind}
            for (kind, id_), name in names.items()
            for word in engine.words(name)
        ]
        ids = sorted(set().union(*by_kind.values()))
        async with self._workspace.db.unit(SYSTEM) as work:
            await work.execute(delete(name_words).where(_w.object_id.in_(ids)))
            if rows:
                await work.execute(insert(name_words), rows)

    async def catch_up(self) -> int:
        """Take every name that the index lacks; returns how many."""
        async with self._workspace.db.read(SYSTEM) as work:
            known = {row.object_id for row in await work.all(select(_w.object_id).distinct())}
            there = [*await overview.all_refs(work), *(f"member:{id_}" for id_ in await lookup.all_ids(work))]
        missing = [ref for ref in there if ref.partition(":")[2] not in known]
        for start in range(0, len(missing), _BATCH):
            await self.take(missing[start : start + _BATCH])
        if missing:
            _log.info("The index of names took %s names", len(missing))
        return len(missing)


async def _names(work: Work, by_kind: dict[str, set[str]]) -> dict[tuple[str, str], str]:
    """The names today, by kind and id."""
    nodes = by_kind.get("file", set()) | by_kind.get("folder", set())
    found = {(kind, id_): name for id_, (kind, name) in (await overview.names(work, nodes)).items()}
    for id_, name in (await overview.space_names(work, by_kind.get("space", set()))).items():
        found["space", id_] = name
    members = by_kind.get("member", set())
    usernames = await lookup.usernames(work, members)
    for id_, (name, _) in (await lookup.states(work, members)).items():
        found["member", id_] = f"{name} {usernames.get(id_, '')}"
    return found
