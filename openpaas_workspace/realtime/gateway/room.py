"""The WebSocket of a room: who may open it is settled before anything is made."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketHandler

from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.web import Identity
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import NotFound, Unavailable, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.binding import Binding, Bound
from openpaas_workspace.realtime.engine.frames import Close
from openpaas_workspace.realtime.gateway.document import DocumentConnection
from openpaas_workspace.realtime.gateway.lobby import LOBBY, Lobby, LobbyConnection
from openpaas_workspace.realtime.gateway.outbox import Outbox
from openpaas_workspace.realtime.gateway.present import MAX_WAIT, shortened
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.live import LATER, LiveObject, Standing
from openpaas_workspace.realtime.service.rechecks import standing
from openpaas_workspace.sharing.schemas import Level

PATTERN = r"/api/collaboration/room/(.*)"
SCOPE = "files:read"
_ROOM = re.compile(r"^[a-z0-9]{1,16}:[a-z0-9]{1,32}:([A-Za-z0-9_-]{1,64})$")
_ENDED = "Your session has ended; log in again."


class RoomSocket(WebSocketHandler, JupyterHandler):
    """One page in one room, or in the lobby."""

    actor: Actor
    connection: DocumentConnection | LobbyConnection | None = None
    _let_go: Callable[[], None] | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace this server runs."""
        workspace: Workspace = self.settings["openpaas_workspace"]
        return workspace

    @property
    def host(self) -> Host:
        """The live objects of this process."""
        return self.workspace.get(Host)

    @property
    def max_message_size(self) -> int:
        return self.host.config.max_message

    @property
    def ping_interval(self) -> float:
        return self.host.config.heartbeat

    @property
    def ping_timeout(self) -> float:
        return min(self.host.config.heartbeat, self.host.config.silence / 2)

    def check_origin(self, origin: str | None = None) -> bool:
        """A page of another host may not open it with the member's cookies."""
        return bool(WebSocketMixin.check_origin(self, origin))

    def get_compression_options(self) -> None:
        """None: compressing costs memory and time for every connection, and frames are built once for all."""

    async def prepare(self) -> None:  # type: ignore[override]  # Jupyter adds a private argument
        prepared = await JupyterHandler.prepare(self, _redirect_to_login=False)
        if prepared is not None:
            await prepared
        self.actor = await self.workspace.get(Identity).actor(self)
        if self.actor.kind == "nobody":
            raise web.HTTPError(403)
        name = self.path_args[0]
        if name != LOBBY and _ROOM.match(name) is None:
            raise web.HTTPError(404, "There is no such room.")

    async def open(self, name: str) -> None:
        """Join; messages are read only after this has returned."""
        self.set_nodelay(True)
        if name == LOBBY:
            lobby = LobbyConnection(lobby=self.workspace.get(Lobby), **self._present())
            self.connection = lobby
            self._hang_on(lambda: lobby.end(Close.UNAUTHENTICATED, _ENDED))
            lobby.begin()
            return
        try:
            await self._join(name)
        except NotFound as error:
            self.shut(Close.NOT_FOUND, error.sentence)
        except Unavailable as error:
            self.shut(LATER, error.sentence)
        except WorkspaceError as error:
            self._refuse("initialization_error", reloadable=False, why=error.sentence)

    async def _join(self, name: str) -> None:
        binding = self.workspace.get(Binding)
        object_id = name.rpartition(":")[2]
        generation = self.host.rechecks.generation
        found = await self._standing(Ref(FILE, object_id))
        if found.level < Level.reader:
            raise NotFound
        bound = await self.host.resolving.ask(object_id, lambda: binding.resolve(object_id))
        if bound.room != name:
            raise NotFound(mismatch(bound))
        live = await self.host.open(Ref(FILE, object_id))
        if self.get_query_argument("sessionId", "") != session_id(live):
            self._refuse("unknown_session", reloadable=True)
            return
        connection = DocumentConnection(host=self.host, live=live, save=binding.save, **self._present())
        self.connection = connection
        self._hang_on(lambda: connection.revoke(_ENDED))
        connection.begin(found)
        if generation != self.host.rechecks.generation:
            # Rights changed while the object was opened: only who is in the room was asked for.
            await self.host.rechecks.ask(live.ref, connection)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Messages are worked on one after another; who speaks too fast is read more slowly."""
        connection = self.connection
        if connection is None or connection.ended:
            return None
        if isinstance(message, str):
            connection.strike("Messages of a room are binary.")
            return None
        wait = connection.pace(len(message))
        rest = connection.receive(message)
        if rest is None and not wait:
            return None
        return _finish(rest, min(wait, MAX_WAIT))

    def on_close(self) -> None:
        if self._let_go is not None:
            self._let_go()
        if self.connection is not None and not self.connection.ended:
            self.connection.ended = True
            self.connection.outbox.close()
            self.connection.left()

    def shut(self, code: int, reason: str) -> None:
        """Close with a reason."""
        self.close(int(code), shortened(reason))

    def _refuse(self, reason: str, *, reloadable: bool, why: str = "") -> None:
        said: dict[str, Any] = {"reason": reason, "reloadable": reloadable}
        if why:
            said["errorReason"] = why[:40]
        self.shut(Close.SESSION, json.dumps(said))

    def _present(self) -> dict[str, Any]:
        config = self.host.config

        def outbox(overflow: Callable[[], None]) -> Outbox:
            if self.ws_connection is None:
                raise web.HTTPError(400)
            stream: Any = self.ws_connection.stream

            def spilled() -> None:
                self.host.metrics.dropped.inc()
                overflow()

            return Outbox(stream, spilled, max_frames=config.queue_frames, max_bytes=config.queue_bytes)

        user = self.identity_provider.identity_model(self.current_user)
        return {
            "socket": self,
            "outbox": outbox,
            "actor": self.actor,
            "user": user,
            "config": config,
        }

    def _hang_on(self, close: Callable[[], None]) -> None:
        if self.actor.session:
            self._let_go = self.workspace.get(Sessions).attach(self.actor.session, close)

    async def _standing(self, ref: Ref) -> Standing:
        actor = msgspec.structs.replace(self.actor, session="")
        return await self.host.rechecks.standing.ask((ref, actor), lambda: self._ask(ref, actor))

    async def _ask(self, ref: Ref, actor: Actor) -> Standing:
        async with self.workspace.db.read(SYSTEM) as work:
            return await standing(work, ref, actor)


async def _finish(rest: Awaitable[None] | None, wait: float) -> None:
    if rest is not None:
        await rest
    if wait:
        await asyncio.sleep(wait)


def session_id(live: LiveObject) -> str:
    """What a page must show to take part: it names the history that the page may merge into."""
    return str(live.epoch)


def mismatch(bound: Bound) -> str:
    """Why a file cannot be opened in another shape than its own."""
    shape = "a notebook" if bound.type == "notebook" else "a text"
    return f"This file is edited together as {shape}; open it as {shape}."
