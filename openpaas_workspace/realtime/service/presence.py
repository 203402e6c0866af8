"""Who is where in this process, by its sockets; told to those who listen."""

import asyncio
import logging
from collections.abc import Callable

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.realtime.engine.roster import Change, Roster, State, Window

_log = logging.getLogger(__name__)
Listener = Callable[[Change], None]


class Presences:
    """The roster of members with a clock. Rooms and push sockets report to it."""

    def __init__(self) -> None:
        self._roster = Roster()
        self._listeners: list[Listener] = []
        self._timer: asyncio.Handle | None = None
        self._stopped = False

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each change."""
        self._listeners.append(listener)

    def entered(self, source: str, actor: Actor, ref: str) -> None:
        """A socket is in the room of an object. Only members are shown."""
        if actor.kind == "member":
            self._roster.enter(source, actor.id, ref)
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
