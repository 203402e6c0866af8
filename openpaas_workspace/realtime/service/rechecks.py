"""Asking the permission core again for everybody who is connected."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.together import Together
from openpaas_workspace.realtime.service.live import NOTHING, UNASKED, UNKNOWN, Judged, LiveObject, Standing
from openpaas_workspace.sharing.schemas import ARCHIVED, Level
from openpaas_workspace.sharing.service.principals import may_execute
from openpaas_workspace.sharing.service.rights import NEEDS, archived, level

if TYPE_CHECKING:
    from openpaas_workspace.realtime.service.host import Host

_log = logging.getLogger(__name__)
Refused = Callable[[], Exception | None]


class Asker:
    """Somebody who writes once: its level, kept true until the write has landed."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.level = Level.none
        self._standing = NOTHING

    def rights(self, actor: Actor, standing: Standing) -> None:
        """Rights were asked for again."""
        self.actor, self.level, self._standing = actor, standing.level, standing

    def refused(self) -> Exception | None:
        """Why it may not write, if so."""
        if not self._standing.known:
            return Unavailable(UNASKED, retry_after=1)
        if self.level < Level.reader:
            return NotFound()
        return None if self.level >= Level.editor else Forbidden(self._standing.why or NEEDS[Level.editor])


class Unjudged(Asker):
    """What is on disk already."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(actor)
        self.level = Level.manager


class Rechecks:
    """Runs one recheck at a time; whoever asks waits for one that began after the question."""

    def __init__(self, workspace: Workspace, host: "Host") -> None:
        self._db = workspace.db
        self._host = host
        self._lock = asyncio.Lock()
        self.generation = 0
        # A room full of pages that come back at once asks few questions.
        self.standing: Together[Standing] = Together()

    async def run(self, object_ids: Collection[str] | None = None) -> None:
        """Ask again for every connection (of these objects); who cannot be asked for is closed."""
        self.generation += 1
        async with self._lock:
            for live in list(self._host.objects.values()):
                if object_ids is not None and live.ref.id not in object_ids:
                    continue
                for one in [*live.connections.values(), *live.askers]:
                    await self.ask(live.ref, one)

    @asynccontextmanager
    async def judged(self, live: LiveObject, actor: Actor) -> AsyncIterator[Asker]:
        """For a write that comes over no connection: its actor, who may not any more what is asked at its commit.

        Raises NotFound or Forbidden when the actor may not now. What is on disk already (a kernel wrote
        it, or somebody outside) is not judged.
        """
        if actor.kind in {"system", "kernel"}:
            yield Unjudged(actor)
            return
        asker = Asker(actor)
        live.askers.add(asker)
        try:
            asked = -1
            while asked != self.generation:
                asked = self.generation
                await self.ask(live.ref, asker)
            if (error := asker.refused()) is not None:
                raise error
            yield asker
        finally:
            live.askers.discard(asker)

    async def ask(self, ref: Ref, connection: Judged) -> None:
        """Ask again for one connection."""
        try:
            async with self._db.read(SYSTEM) as work:
                actor = await refreshed(work, connection.actor)
                found = await standing(work, ref, actor)
        except Unauthenticated:
            connection.rights(connection.actor, NOTHING)
        except Exception:
            _log.exception("The rights of a connection could not be asked for")
            connection.rights(connection.actor, UNKNOWN)
        else:
            connection.rights(actor, found)


async def refreshed(work: Work, actor: Actor) -> Actor:
    """The actor with the groups of now; raises Unauthenticated when the member is disabled."""
    if actor.kind != "member":
        return actor
    fresh = await actor_of_member(work, actor.id)
    return msgspec.structs.replace(
        fresh, session=actor.session, token=actor.token, scopes=actor.scopes, behalf=actor.behalf
    )


async def standing(work: Work, ref: Ref, actor: Actor) -> Standing:
    """How an actor stands in a room: no higher than its token allows."""
    found = await level(work, ref, actor)
    if not actor.has_scope("files:write"):
        return Standing(min(found, Level.reader), execute=False)
    if found == Level.reader and await archived(work, ref):
        return Standing(found, execute=False, why=ARCHIVED)
    return Standing(found, found >= Level.editor and await may_execute(work, ref, actor))
