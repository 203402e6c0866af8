"""One socket in a room: who it is, what it shows of itself, what waits for it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.config import Realtime
from openpaas_workspace.realtime.engine import awareness, frames
from openpaas_workspace.realtime.engine.awareness import BadAwareness, Presence
from openpaas_workspace.realtime.gateway.bucket import Bucket
from openpaas_workspace.realtime.gateway.outbox import Lane, Outbox

MAX_STRIKES = 100
MAX_WAIT = 10.0
_REASON_BYTES = 120


class Socket(Protocol):
    """What a connection needs of its WebSocket."""

    def shut(self, code: int, reason: str) -> None:
        """Close it."""


class Present:
    """Base of the connections of document rooms and of the lobby."""

    def __init__(
        self,
        socket: Socket,
        outbox: Callable[[Callable[[], None]], Outbox],
        actor: Actor,
        user: Mapping[str, Any],
        config: Realtime,
    ) -> None:
        self.id = new_id()
        self.actor = actor
        self.user = dict(user)
        self.ended = False
        self.shown: Presence | None = None
        self.strikes = 0
        self._client: int | None = None
        self._socket = socket
        self.outbox = outbox(self._too_slow)
        self._messages = Bucket(config.messages_per_second, config.message_burst)
        self._bytes = Bucket(config.bytes_per_second, config.byte_burst)

    def others(self) -> "Iterable[Present]":
        """Everybody in the room, this one included."""
        raise NotImplementedError

    def may_use(self, client: int) -> bool:
        """Whether no other member owns this client id."""
        raise NotImplementedError

    def shown_as(self, state: dict[str, Any]) -> dict[str, Any]:
        """What of a page's state the others may see."""
        return state

    def pace(self, size: int) -> float:
        """Seconds to wait before the next message of this size may be heard."""
        return max(self._messages.take(), self._bytes.take(size))

    @property
    def waiting_bytes(self) -> int:
        """How much waits for the page to read."""
        return self.outbox.waiting_bytes

    def strike(self, sentence: str) -> None:
        """A message made no sense; after many the connection is closed."""
        self.strikes += 1
        if self.strikes > MAX_STRIKES:
            self.end(frames.Close.BAD_REQUEST, sentence)

    def hear(self, payload: bytes) -> None:
        """Presence of the page: stamped with who it is, told to all, the sender included."""
        taken = {other.shown.client: other for other in self.others() if other is not self and other.shown}
        own = {client: other for client, other in taken.items() if other.actor.id == self.actor.id}
        try:
            found = awareness.own(payload, self.user, self._client, taken.keys() - own.keys())
        except BadAwareness as error:
            self.strike(str(error))
            return
        if found is None or not self.may_use(found.client):
            return
        if found.client in own:
            # The same page on a new connection: the old one is dead and does not know it yet.
            own[found.client].shown = None
        if found.state is not None:
            found = Presence(found.client, found.clock, self.shown_as(found.state))
        self._client = found.client
        self.shown = found if found.state is not None else None
        self._tell(found)

    def greet(self) -> None:
        """Tell the newcomer who is here."""
        shown = [other.shown for other in self.others() if other is not self and other.shown]
        if shown:
            self.outbox.send(frames.awareness(awareness.encode(shown)), Lane.AWARENESS)

    def presence(self) -> dict[str, Any] | None:
        """What it shows, or None."""
        return self.shown.state if self.shown is not None else None

    def vanish(self) -> None:
        """Tell the others that it is gone."""
        if self.shown is not None:
            last, self.shown = self.shown, None
            self._tell(awareness.gone(last))

    def end(self, code: int, reason: str) -> None:
        """Close it; nothing that it sent is accepted from now on."""
        if self.ended:
            return
        self.ended = True
        self.outbox.close()
        self.left()
        self._socket.shut(code, shortened(reason))

    def left(self) -> None:
        """The connection is over: take it out of the room."""
        raise NotImplementedError

    def _tell(self, presence: Presence) -> None:
        frame = frames.awareness(awareness.encode([presence]))
        for other in list(self.others()):
            other.outbox.send(frame, Lane.AWARENESS)

    def _too_slow(self) -> None:
        self.end(frames.Close.TIMEOUT, "This connection is too slow; the page syncs again.")


def shortened(reason: str) -> str:
    """A close reason as long as the protocol allows."""
    return reason.encode()[:_REASON_BYTES].decode(errors="ignore")
