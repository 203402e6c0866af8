"""The session of a page: `PUT /api/collaboration/session/<path>`, before its socket."""

from typing import Literal
from urllib.parse import unquote

from jupyter_server.base.handlers import APIHandler

from openpaas_workspace.core.web import Identity
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.errors import Invalid, NotFound, Unauthenticated, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.schema import Wire, decode, encode
from openpaas_workspace.realtime.binding import Binding
from openpaas_workspace.realtime.gateway.room import mismatch, session_id
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.openings import Openings
from openpaas_workspace.realtime.service.rechecks import standing
from openpaas_workspace.sharing.schemas import Level

PATTERN = r"/api/collaboration/session/(.*)"
SCOPE = "files:read"


class SessionBody(Wire, frozen=True, kw_only=True):
    """How the page wants to open the file."""

    format: str
    type: str


class SessionReply(Wire, frozen=True, kw_only=True):
    """Where its room is, and what the member may do there."""

    format: str
    type: Literal["notebook", "file"]
    fileId: str  # noqa: N815  (the stock page's name)
    sessionId: str  # noqa: N815
    role: str
    execute: bool
    epoch: int


class SessionHandler(APIHandler):
    """Opens the object, so that what is wrong with it is told as a sentence."""

    async def put(self, path: str) -> None:
        """Answer the room's id, the session, the role."""
        try:
            reply = await self._open(unquote(path).strip("/"))
        except WorkspaceError as error:
            self.set_status(error.status)
            if error.retry_after is not None:
                self.set_header("Retry-After", str(error.retry_after))
            problem = error.problem()
            # The stock page shows this member.
            problem["message"] = error.sentence
            self.finish(encode(problem), set_content_type="application/problem+json")
            return
        self.finish(encode(reply))

    async def _open(self, path: str) -> SessionReply:
        workspace: Workspace = self.settings["openpaas_workspace"]
        actor = await workspace.get(Identity).actor(self)
        if actor.kind == "nobody":
            raise Unauthenticated
        body = decode(self.request.body, SessionBody)
        bound = await workspace.get(Binding).find(actor, path)
        ref = Ref(FILE, bound.object_id)
        async with workspace.db.read(actor) as work:
            found = await standing(work, ref, actor)
        if found.level < Level.reader:
            raise NotFound
        if (body.format, body.type) != (bound.format, bound.type):
            raise Invalid(mismatch(bound))
        live = await workspace.get(Host).open(ref)
        workspace.get(Openings).opened(actor, ref)
        return SessionReply(
            format=bound.format,
            type="notebook" if bound.type == "notebook" else "file",
            fileId=bound.object_id,
            sessionId=session_id(live),
            role=found.level.name,
            execute=found.execute,
            epoch=live.epoch,
        )
