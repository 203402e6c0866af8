"""Sockets of members: who may open one, and from which page."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from tornado import web, websocket

from openpaas_workspace.core.web import Identity
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import NOBODY, Actor


class MemberSocket(websocket.WebSocketHandler):
    """Base class: opened by whoever is logged in, or holds a token of `scope`."""

    scope: ClassVar[str]
    actor: Actor = NOBODY

    @property
    def workspace(self) -> Workspace:
        """The workspace this server runs."""
        workspace: Workspace = self.settings["openpaas_workspace"]
        return workspace

    async def get(self, *args: Any, **kwargs: Any) -> None:
        self.actor = await self.workspace.get(Identity).actor(self)
        if self.actor.kind == "nobody":
            raise web.HTTPError(401)
        if not self.actor.has_scope(self.scope):
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        """A page of another host may not open it with the member's cookies."""
        return urlsplit(origin).netloc.lower() == self.request.headers.get("Host", "").lower()

    def get_compression_options(self) -> None:
        """None: compressing costs memory and time for every connection."""
