"""Asking the permission core again for everybody who is connected."""

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Unauthenticated
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.together import Together
from openpaas_workspace.realtime.service.live import Connection
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.principals import may_execute
from openpaas_workspace.sharing.service.rights import level

if TYPE_CHECKING:
    from openpaas_workspace.realtime.service.host import Host

_log = logging.getLogger(__name__)


class Rechecks:
    """Runs one recheck at a time; whoever asks waits for one that began after the question."""

    def __init__(self, workspace: Workspace, host: "Host") -> None:
        self._db = workspace.db
        self._host = host
        self._lock = asyncio.Lock()
        self.generation = 0
        # A room full of pages that come back at once asks few questions.
        self.standing: Together[tuple[Level, bool]] = Together()

    async def run(self, object_ids: Collection[str] | None = None) -> None:
        """Ask again for every connection (of these objects); who cannot be asked for is closed."""
        self.generation += 1
        async with self._lock:
            for live in list(self._host.objects.values()):
                if object_ids is not None and live.ref.id not in object_ids:
                    continue
                for connection in list(live.connections.values()):
                    await self.ask(live.ref, connection)

    async def ask(self, ref: Ref, connection: Connection) -> None:
        """Ask again for one connection."""
        try:
            async with self._db.read(SYSTEM) as work:
                actor = await refreshed(work, connection.actor)
                found, execute = await standing(work, ref, actor)
        except Unauthenticated:
            connection.rights(connection.actor, Level.none, execute=False)
        except Exception:
            _log.exception("The rights of a connection could not be asked for")
            connection.rights(connection.actor, Level.none, execute=False)
        else:
            connection.rights(actor, found, execute=execute)


async def refreshed(work: Work, actor: Actor) -> Actor:
    """The actor with the groups of now; raises Unauthenticated when the member is disabled."""
    if actor.kind != "member":
        return actor
    fresh = await actor_of_member(work, actor.id)
    return msgspec.structs.replace(fresh, session=actor.session, scopes=actor.scopes, behalf=actor.behalf)


async def standing(work: Work, ref: Ref, actor: Actor) -> tuple[Level, bool]:
    """The level of an actor in a room, no higher than its token allows, and whether it may run code."""
    found = await level(work, ref, actor)
    if not actor.has_scope("files:write"):
        return min(found, Level.reader), False
    return found, found >= Level.editor and await may_execute(work, ref, actor)
