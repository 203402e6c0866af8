"""The hub: fans each batch of events out to the open push sockets, and ephemeral values to those who follow.

An event costs one query whoever is connected; a frame is encoded and framed once for all
who see the same events of a batch.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import msgspec

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import TooMany
from openpaas_workspace.kit.schema import encode
from openpaas_workspace.realtime.engine.roster import Change
from openpaas_workspace.realtime.push.config import PushSettings
from openpaas_workspace.realtime.push.engine.board import Board
from openpaas_workspace.realtime.push.engine.framing import framed
from openpaas_workspace.realtime.push.schemas import Bye, Ephemera, PushedEvent
from openpaas_workspace.realtime.push.service import recheck
from openpaas_workspace.realtime.push.service.connection import FAILED, RESTART, Connection, Transport
from openpaas_workspace.realtime.push.service.sight import Sight, look
from openpaas_workspace.realtime.service.presence import Presences
from openpaas_workspace.sharing.schemas import Level

_log = logging.getLogger(__name__)
_TTL = 60.0
_SPREAD = 30.0
_PER_SECOND = 20
_AT_ONCE = 250
PRESENT = "present"


class Push:
    """The open push sockets of this process. Domains whisper through it; events need no call."""

    def __init__(self, workspace: Workspace, limits: PushSettings, presences: Presences) -> None:
        self.workspace = workspace
        self.presences = presences
        self.limits = limits
        self._told = 0
        self.lock = asyncio.Lock()  # a batch, or the last step of joining
        self.connections: dict[str, Connection] = {}
        self.followers: dict[str, dict[str, Connection]] = {}
        self.kinds: dict[str, tuple[Level, float]] = {}
        self.counts = {"events": 0, "frames": 0, "resumed": 0, "reset": 0}
        self._board = Board()
        self._timer: asyncio.TimerHandle | None = None
        self._dirty: set[str] = set()
        self._stop: list[Callable[[], Any]] = []

    @property
    def bus(self) -> Bus:
        """The stream of events."""
        return self.workspace.get(Bus)

    @property
    def seq(self) -> int:
        """The last event that was told to the open sockets."""
        return max(self._told, self.bus.began)

    def start(self) -> None:
        """Listen to the stream and keep time."""
        self._stop.append(self.bus.listen("push", self._tell))
        self.presences.listen(self._present)
        beat = asyncio.create_task(self._keep_time(), name="push heartbeat")
        self._stop.append(beat.cancel)

    def kind(self, name: str, at_least: Level = Level.reader, *, ttl: float = 10.0) -> None:
        """Let pages whisper values of this kind (typing, cursor) in topics where they have the level."""
        if name in self.kinds or name == PRESENT:
            raise RuntimeError(f"the kind {name} is already there")
        self.kinds[name] = (at_least, ttl)

    def ephemeral(self, topic: str, key: str, value: Any, *, ttl: float = _TTL) -> None:
        """Show `value` under `key` to all who follow the topic, until it changes, is None or `ttl` seconds passed.

        The caller has checked the right to speak. Sent at most 5 times a second (2 where more
        than 25 listen); only the last value counts.
        """
        loop = asyncio.get_running_loop()
        self._board.set(topic, key, value, loop.time() + ttl)
        self._dirty.add(topic)
        self._flush()

    def values(self, topic: str) -> dict[str, Any]:
        """The ephemeral values of a topic now."""
        return self._board.values(topic)

    def connect(self, actor: Actor, transport: Transport) -> Connection:
        """A new connection, silent until it has joined; raises TooMany beyond the member's limit."""
        mine = sum(connection.actor.id == actor.id for connection in self.connections.values())
        if mine >= self.limits.sockets_per_member:
            raise TooMany("Too many windows are open; close some.", retry_after=30)
        connection = Connection(actor, transport, self.limits, self._board.values)
        self.connections[connection.id] = connection
        return connection

    def disconnect(self, connection: Connection) -> None:
        """The socket is gone: forget it and what it whispered."""
        connection.ended()
        self.presences.left(connection.id)
        self.connections.pop(connection.id, None)
        for topic in list(connection.topics):
            self.unfollow(connection, topic)

    def follow(self, connection: Connection, topic: str, level: Level) -> None:
        """Let a connection follow a topic it may see at this level."""
        connection.topics[topic] = level
        self.followers.setdefault(topic, {})[connection.id] = connection

    def unfollow(self, connection: Connection, topic: str) -> None:
        """End what the connection whispers in a topic and hears of it."""
        connection.lose(topic)
        readers = self.followers.get(topic, {})
        readers.pop(connection.id, None)
        if not readers:
            self.followers.pop(topic, None)
        for key in self._board.values(topic):
            if key.endswith(f":{connection.id}"):
                self.ephemeral(topic, key, None)

    def goodbye(self) -> None:
        """Tell every page when to come back and close; for a planned end."""
        for stop in self._stop:
            stop()
        open_now = list(self.connections.values())
        wait = min(_SPREAD / 2, max(0.5, len(open_now) / _PER_SECOND))  # a page adds up to as much at random
        for connection in open_now:
            connection.send(Bye(retry_after=wait))
            connection.close(RESTART, "the server restarts")

    def _present(self, change: Change) -> None:
        """Somebody is somewhere, or not any more: an ephemeral value of the object."""
        value = {"state": change.state} if change.state is not None else None
        self.ephemeral(change.topic, f"{PRESENT}:{change.member}", value, ttl=math.inf)

    async def _tell(self, batch: Sequence[Recorded]) -> None:
        async with self.lock:
            self._told = batch[-1].seq
            self.counts["events"] += len(batch)
            try:
                await self._tell_locked(batch)
            except BaseException:  # nobody may go on with a gap: they come back and resume
                for connection in list(self.connections.values()):
                    if connection.live:
                        connection.close(FAILED, "resume")
                raise

    async def _tell_locked(self, batch: Sequence[Recorded]) -> None:
        await recheck.refresh_actors(self, batch)
        actors = {connection.actor for connection in self.connections.values()}
        async with self.workspace.db.read(SYSTEM) as work:
            sight = await look(work, batch, actors)
            lost = await recheck.lost_topics(self, work, batch, sight)
        await self._fan_out(batch, sight)
        recheck.tell_topics(self, batch, sight, lost)

    async def _fan_out(self, batch: Sequence[Recorded], sight: Sight) -> None:
        seen: dict[Actor, int] = {}
        frames: dict[int, bytes] = {}
        encoded = [encode(pushed(event)) for event in batch]
        for turn, connection in enumerate(list(self.connections.values())):
            if turn % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # a thousand sockets must not hold the loop
            if not connection.live:
                continue
            mask = seen.get(connection.actor)
            if mask is None:
                mask = seen[connection.actor] = _mask(connection.actor, batch, sight)
            if connection.covered >= batch[0].seq:
                had = sum(event.seq <= connection.covered for event in batch)
                mask &= ~((1 << had) - 1)
            connection.covered = max(connection.covered, self.seq)
            if not mask:
                continue
            if mask not in frames:
                chosen = [body for bit, body in enumerate(encoded) if mask >> bit & 1]
                frames[mask] = event_frame(self.seq, chosen)
            self.counts["frames"] += 1
            connection.events(frames[mask])

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        now, later = loop.time(), []
        for topic in list(self._dirty):
            readers = self.followers.get(topic, {})
            changed, again = self._board.due(topic, len(readers), now)
            if again is not None:
                later.append(again)
                continue
            self._dirty.discard(topic)
            if changed and readers:
                frame = framed(encode(Ephemera(topic=topic, values=changed)))
                for connection in list(readers.values()):
                    connection.ephemeral(topic, frame)
        if later and self._timer is None:
            self._timer = loop.call_at(min(later), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._flush()

    async def _keep_time(self) -> None:
        loop = asyncio.get_running_loop()
        turn = min(1.0, self.limits.heartbeat / 4)
        rechecked = loop.time()
        while True:
            await asyncio.sleep(turn)
            try:
                now = loop.time()
                self._beat(now)
                self._dirty.update(self._board.expire(now))
                self._flush()
                if now - rechecked >= _TTL:  # a grant may have ended by its date
                    rechecked = now
                    await recheck.all_topics(self)
            except Exception:
                _log.exception("The heartbeat of the push sockets failed; it goes on")

    def _beat(self, now: float) -> None:
        for connection in list(self.connections.values()):
            if now - connection.heard > self.limits.silence:
                connection.close(1001, "no sign of life")
                self.disconnect(connection)  # the other end may never answer the close
            elif now - connection.beat >= self.limits.heartbeat:
                connection.heartbeat(now)


def pushed(event: Recorded) -> PushedEvent:
    """What of an event goes over the wire."""
    return PushedEvent(
        seq=event.seq,
        type=event.type,
        ref=event.ref,
        actor=event.actor,
        actor_kind=event.actor_kind,
        behalf=event.behalf,
        at=event.at,
        members=event.members,
        data=event.data,
    )


def event_frame(seq: int, encoded: Collection[bytes]) -> bytes:
    """One framed `ev` of events encoded already (the form of schemas.Events)."""
    body: dict[str, Any] = {"type": "ev", "seq": seq, "e": [msgspec.Raw(one) for one in encoded]}
    return framed(encode(body))


def _mask(actor: Actor, batch: Iterable[Recorded], sight: Sight) -> int:
    mask = 0
    for bit, event in enumerate(batch):
        if sight.sees(actor, event):
            mask |= 1 << bit
    return mask
