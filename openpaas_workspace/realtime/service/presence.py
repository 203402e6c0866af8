"""Who is where in this process, by its sockets; told to those who listen."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.roster import SCRIPT, Change, Roster, State, Window
from openpaas_workspace.sharing.service.rights import place

if TYPE_CHECKING:
    from openpaas_workspace.realtime.service.host import Host

_log = logging.getLogger(__name__)
Listener = Callable[[Change], None]
SCRIPT_SECONDS = 20.0
"""For so long after its last request a kernel is in an object."""


class Presences:
    """The roster of members with a clock. Rooms and push sockets report to it."""

    def __init__(self) -> None:
        self._roster = Roster()
        self._listeners: list[Listener] = []
        self._timer: asyncio.Handle | None = None
        self._stopped = False
        self._scripts: dict[str, asyncio.TimerHandle] = {}

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each change."""
        self._listeners.append(listener)

    def entered(self, source: str, actor: Actor, ref: str, within: str = "") -> None:
        """A socket is in the room of an object (of the space `within`). Only members are shown."""
        if actor.kind == "member":
            self._roster.enter(source, actor.id, ref, within)
            self._soon()

    def scripted(self, actor: Actor, ref: str) -> None:
        """A kernel has read or written the object: it is there for a while, as `kernel:<notebook>:<member>`."""
        if actor.kind != "kernel" or not actor.origin or not actor.behalf:
            return
        notebook = actor.origin.rpartition(":")[2]
        name = f"{SCRIPT}{notebook}:{actor.behalf}"
        source = f"{name} {ref}"
        timer = self._scripts.pop(source, None)
        if timer is not None:
            timer.cancel()
        else:
            self._roster.enter(source, name, ref)
            self._soon()
        loop = asyncio.get_running_loop()
        self._scripts[source] = loop.call_later(SCRIPT_SECONDS, self._rested, source)

    def _rested(self, source: str) -> None:
        self._scripts.pop(source, None)
        self.left(source)

    def moved(self, ref: str, within: str) -> None:
        """The object is in another space."""
        self._roster.moved(ref, within)
        self._soon()

    def window(self, source: str, actor: Actor, state: State, at: str) -> None:
        """A window tells whether somebody sits in front of it, and at what."""
        if actor.kind == "member":
            self._roster.window(source, actor.id, Window(state, at))
            self._soon()

    def left(self, source: str) -> None:
        """The socket is gone."""
        self._roster.leave(source)
        self._soon()

    def present(self, topic: str) -> dict[str, State]:
        """Who is in the topic now."""
        return self._roster.present(topic)

    def stop(self) -> None:
        """Tell nothing any more."""
        self._stopped = True
        for timer in self._scripts.values():
            timer.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def _soon(self) -> None:
        """All that happens in one turn of the loop is told at once."""
        if not self._stopped:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        loop = asyncio.get_running_loop()
        for change in self._roster.changes(loop.time()):
            for listener in self._listeners:
                try:
                    listener(change)
                except Exception:
                    _log.exception("A listener of presence failed")
        at = self._roster.next()
        self._timer = None if at is None else loop.call_at(at, self._tell)


async def space_of(work: Work, ref: Ref) -> str:
    """The space an object is in: who is in one of its files is in it. Nothing for what is in none."""
    try:
        space, _owner = await place(work, ref)
    except NotFound:
        return ""
    return f"space:{space}"


async def follow_moves(host: "Host", batch: Sequence[Recorded]) -> None:
    """Who is in a file that was moved to another space is in that one now."""
    if not any(event.type == "ObjectMoved" for event in batch):
        return
    async with host.workspace.db.read(SYSTEM) as work:
        for live in [live for live in host.objects.values() if live.connections]:
            within = await space_of(work, live.ref)
            if within != live.within:
                live.within = within
                host.presences.moved(str(live.ref), within)
