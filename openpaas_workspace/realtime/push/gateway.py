"""The push socket itself: who may open it, from where, and what comes in."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from tornado import websocket
from tornado.iostream import StreamClosedError

from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.sockets import MemberSocket
from openpaas_workspace.core.web import API
from openpaas_workspace.kit.errors import TooMany
from openpaas_workspace.realtime.push.service import frames
from openpaas_workspace.realtime.push.service.connection import (
    FAILED,
    RUBBISH,
    SESSION_ENDED,
    TOO_MANY,
    Connection,
)
from openpaas_workspace.realtime.push.service.hub import Push

_log = logging.getLogger(__name__)
PATTERN = f"{API}/push"
SCOPE = "events:read"
_HELLO_WITHIN = 10.0


class PushSocket(MemberSocket):
    """One window of a member. Nothing is sent before its hello."""

    scope = SCOPE
    connection: Connection | None = None
    let_go: Callable[[], None] | None = None

    @property
    def max_message_size(self) -> int:
        return frames.MAX_FRAME

    async def open(self, *_args: str, **_kwargs: str) -> None:
        self.set_nodelay(True)
        push = self.workspace.get(Push)
        try:
            self.connection = push.connect(self.actor, self)
        except TooMany as error:
            self.close(TOO_MANY, error.sentence)
            return
        if self.actor.session:
            close = self.connection.close
            self.let_go = self.workspace.get(Sessions).attach(
                self.actor.session, lambda: close(SESSION_ENDED, "the session has ended")
            )
        asyncio.get_running_loop().call_later(_HELLO_WITHIN, self._silent)

    async def on_message(self, message: str | bytes) -> None:
        """Frames are obeyed one after another: none is read while one is worked on."""
        if self.connection is None or self.connection.closed:
            return
        try:
            await frames.receive(self.workspace.get(Push), self.connection, message)
        except Exception:
            _log.exception("A frame of a push socket failed")
            self.connection.close(FAILED, "the server failed; come back")

    def on_pong(self, _data: bytes) -> None:
        if self.connection is not None:
            self.connection.heard = asyncio.get_running_loop().time()

    def on_close(self) -> None:
        if self.let_go is not None:
            self.let_go()
        if self.connection is not None:
            self.workspace.get(Push).disconnect(self.connection)

    def send(self, frame: bytes) -> "asyncio.Future[None] | None":
        """Write bytes that are a frame already."""
        protocol = self.ws_connection
        if protocol is None or protocol.is_closing() or protocol.stream is None:
            return None
        try:
            return protocol.stream.write(frame)
        except StreamClosedError:
            return None

    def ping(self, data: str | bytes = b"") -> None:
        with suppress(websocket.WebSocketClosedError):
            super().ping(data)

    def _silent(self) -> None:
        if self.connection is not None and not self.connection.greeted:
            self.connection.close(RUBBISH, "no hello")
