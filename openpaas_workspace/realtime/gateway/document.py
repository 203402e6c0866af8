"""One page in the room of a document: the messages of jupyter-collaboration, by right."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden, Unavailable, WorkspaceError
from openpaas_workspace.realtime.engine import frames
from openpaas_workspace.realtime.engine.frames import Close, Frame, Sync, SyncFrame
from openpaas_workspace.realtime.engine.guard import parse_state
from openpaas_workspace.realtime.engine.update import BadUpdate, UpdateInfo, is_empty, parse_update
from openpaas_workspace.realtime.gateway.outbox import Lane
from openpaas_workspace.realtime.gateway.present import Present
from openpaas_workspace.realtime.service.crdt import Crdt
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.live import LATER, NOTHING, UNASKED, LiveObject, Standing
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.sharing.schemas import Level

_LARGE = 64 * 1024
_log = logging.getLogger(__name__)
Save = Callable[[str], Awaitable[None]]


class DocumentConnection(Present):
    """A page that looks at a document. `level` is what its member may do now."""

    def __init__(self, *, host: Host, live: LiveObject, save: Save, **present: Any) -> None:
        super().__init__(**present)
        self._host = host
        self._live = live
        self._save = save
        self._acks = False
        self._flying = 0
        self._standing, self.level = NOTHING, Level.none
        self.refused = 0
        if not isinstance(live.state, Crdt):
            raise TypeError(f"{live.ref} is not a document")
        self._state = live.state

    def begin(self, standing: Standing) -> None:
        """Join the room: role, our question, who is here."""
        self._standing, self.level = standing, standing.level
        self._send_role()
        self._live.join(self)
        self.outbox.send(frames.step1(self._state.vector()), Lane.CONTROL)
        self.greet()

    # what a live object asks of its connections

    def deliver(self, frame: bytes) -> None:
        """Send an update of somebody else."""
        self.outbox.send(frame, Lane.UPDATE)

    def rights(self, actor: Actor, standing: Standing) -> None:
        """Rights were asked for again."""
        self.actor, before = actor, self._standing
        self._standing, self.level = standing, standing.level
        if not standing.known:
            self.end(LATER, UNASKED)
        elif standing.level < Level.reader:
            self.end(Close.FORBIDDEN, "You may not see this any more.")
        elif standing != before:
            self._send_role()

    def revoke(self, reason: str) -> None:
        """The login behind it is over: nothing on its way counts any more."""
        self.level = Level.none
        self.end(Close.UNAUTHENTICATED, reason)

    def left(self) -> None:
        """Out of the room; the others hear it."""
        self._live.leave(self)
        self.vanish()

    # presence

    def others(self) -> Iterable[Present]:
        return [one for one in self._live.connections.values() if isinstance(one, Present)]

    def may_use(self, client: int) -> bool:
        return self._live.owners.get(client, self.actor.id) == self.actor.id

    # messages

    def receive(self, message: bytes) -> Awaitable[None] | None:
        """One message of the page; what is answered must be awaited before the next one.

        Never raises: what makes no sense is dropped and counted.
        """
        try:
            frame = frames.decode(message)
        except frames.BadFrame as error:
            self.strike(str(error))
            return None
        if isinstance(frame, frames.SaveFrame):
            return self._save_now(frame.id)
        if isinstance(frame, SyncFrame) and frame.step is not Sync.STEP1 and len(frame.payload) > _LARGE:
            return self._read_aside(frame)
        self._handle(frame)
        return None

    async def _read_aside(self, frame: SyncFrame) -> None:
        """Read a large update in a thread: its parts may be many."""
        try:
            info = await asyncio.to_thread(parse_update, frame.payload)
        except BadUpdate as error:
            self.end(Close.BAD_REQUEST, str(error))
        else:
            self._handle(frame, info)

    def _handle(self, frame: Frame, info: UpdateInfo | None = None) -> None:
        if self.ended:
            return
        try:
            self._take(frame, info)
        except WorkspaceError as error:
            self.end(1013 if isinstance(error, Unavailable) else Close.BAD_REQUEST, error.sentence)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except Exception:
            _log.exception("A message to %s failed", self._live.ref)
            self.strike("This message could not be handled.")

    def _take(self, frame: Frame, info: UpdateInfo | None) -> None:
        match frame:
            case SyncFrame(Sync.STEP1, vector):
                self._answer(vector)
            case SyncFrame(step, update):
                self._update(update, info, whole=step is Sync.STEP2)
            case frames.AwarenessFrame(payload):
                self.hear(payload)
            case frames.RawFrame(value):
                if value.get("type") == "hello":
                    self._acks = value.get("ack") is True

    def _answer(self, vector: bytes) -> None:
        try:
            parse_state(vector)
        except BadUpdate as error:
            self.strike(str(error))
            return
        for answer in self._state.answer(vector):
            self.outbox.send(answer, Lane.CONTROL)

    def _update(self, update: bytes, info: UpdateInfo | None, *, whole: bool) -> None:
        if whole and is_empty(update):
            return
        if self.level < Level.editor:
            self.refused += 1
            return
        try:
            info = info or parse_update(update)
        except BadUpdate as error:
            self.end(Close.BAD_REQUEST, str(error))
            return
        if not self._owns(info):
            return
        if not self._flying and not self._news(info, whole=whole):
            self._ack(self._live.seq)
            return
        if self._state.gap(info):
            self.end(Close.TIMEOUT, "An earlier change is missing; the page syncs again.")
            return
        self._state.expect(update, info)
        self._flying += 1
        draft = self._host.draft(
            self._live, "update", update, self.actor, session=self.id, clients=info.clients
        )
        self._live.submit(draft, self._landed, origin=self, refused=self._refusal)

    def _news(self, info: UpdateInfo, *, whole: bool) -> bool:
        if whole:
            return self._state.brings(info)
        return bool(info.struct_count or info.deletes)

    def _owns(self, info: UpdateInfo) -> bool:
        for client in info.clients:
            if not self.may_use(client):
                _log.warning("%s wrote to %s under a client id of another", self.actor.id, self._live.ref)
                self.end(Close.BAD_REQUEST, "This page wrote under the client id of another member.")
                return False
        return True

    def _refusal(self) -> Exception | None:
        if self.level < Level.editor:
            return Forbidden("You may only read this.")
        return None

    def _landed(self, change: Change | None, error: Exception | None) -> None:
        self._flying -= 1
        if change is not None:
            self._ack(change.seq)
        elif isinstance(error, Forbidden):
            self.refused += 1
        elif error is not None:
            self.end(Close.BAD_REQUEST if isinstance(error, ValueError) else 1013, str(error))

    def _ack(self, seq: int) -> None:
        if self._acks and not self.ended:
            self.outbox.send(frames.ack(seq), Lane.CONTROL)

    async def _save_now(self, number: int) -> None:
        status = "success"
        if self.level >= Level.editor:
            try:
                await self._save(self._live.ref.id)
            except Exception:
                _log.exception("%s could not be written to its file", self._live.ref)
                status = "failed"
        self.outbox.send(frames.save_reply(number, status), Lane.CONTROL)

    def _send_role(self) -> None:
        role = {
            "type": "role",
            "role": self.level.name,
            "execute": self._standing.execute,
            "epoch": self._live.epoch,
        }
        if self._standing.why:
            role["why"] = self._standing.why
        self.outbox.send(frames.raw(role), Lane.CONTROL)
