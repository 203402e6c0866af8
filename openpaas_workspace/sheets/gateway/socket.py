"""`GET /api/workspace/v1/sheets/<id>/socket`: a page on a sheet. Who may open it is settled before anything is made."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tornado.iostream import StreamClosedError

from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.sockets import MemberSocket
from openpaas_workspace.core.web import API
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.errors import NotFound, Unavailable, WorkspaceError
from openpaas_workspace.realtime.gateway.outbox import sent_at_once
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.sheets.gateway.page import FORBIDDEN, GONE, RUBBISH, SESSION_ENDED, SheetPage
from openpaas_workspace.sheets.service import sheets

PATTERN = API + r"/sheets/(?P<sheet>[^/]+)/socket"
SCOPE = "files:read"
_MAX_FRAME = 8 * 1024 * 1024


class SheetSocket(MemberSocket):
    """One window of a member on one sheet."""

    scope = SCOPE
    page: SheetPage | None = None
    _let_go: Callable[[], None] | None = None

    @property
    def max_message_size(self) -> int:
        return _MAX_FRAME

    @property
    def ping_interval(self) -> float:
        return self.workspace.get(Host).config.heartbeat

    @property
    def ping_timeout(self) -> float:
        config = self.workspace.get(Host).config
        return min(config.heartbeat, config.silence / 2)

    async def open(self, *_args: str, **kwargs: str) -> None:
        self.set_nodelay(True)
        try:
            await self._join(kwargs["sheet"])
        except NotFound as error:
            self.shut(GONE, error.sentence)
        except Unavailable as error:
            self.shut(1013, error.sentence)
        except WorkspaceError as error:
            self.shut(FORBIDDEN if error.status == 403 else RUBBISH, error.sentence)

    async def _join(self, file_id: str) -> None:
        host = self.workspace.get(Host)
        room, _, path = await sheets.opened(Acting(self.workspace, self.actor), file_id)
        page = SheetPage(room, self.actor, self, path)
        self.page = page
        if self.actor.session:
            self._let_go = self.workspace.get(Sessions).attach(
                self.actor.session, lambda: page.end(SESSION_ENDED, "Your session has ended; log in again.")
            )
        room.live.join(page)
        if room.live.failed is not None:
            # It was closed while it was opened: nobody would be told.
            raise Unavailable(str(room.live.failed), retry_after=1)
        # Whatever changed while the sheet was opened counts.
        await host.rechecks.ask(room.live.ref, page)

    def on_message(self, message: str | bytes) -> None:
        if self.page is not None:
            self.page.receive(message)

    def on_close(self) -> None:
        if self._let_go is not None:
            self._let_go()
        if self.page is not None:
            self.page.ended = True
            self.page.left()

    def put_out(self, frames: bytes) -> None:
        """Send WebSocket frames as they are."""
        protocol: Any = self.ws_connection
        if protocol is None or protocol.is_closing() or protocol.stream is None:
            return
        sent = sent_at_once(protocol.stream, frames)
        if sent < len(frames):
            with suppress(StreamClosedError):
                protocol.stream.write(memoryview(frames)[sent:])

    @property
    def waiting_bytes(self) -> int:
        """What waits for the page to read."""
        stream: Any = self.ws_connection.stream if self.ws_connection is not None else None
        return len(stream._write_buffer) if stream is not None else 0  # noqa: SLF001  (tornado tells nobody)

    def shut(self, code: int, reason: str) -> None:
        """Close with a reason."""
        self.close(code, reason.encode()[:120].decode(errors="ignore"))


HANDLERS: tuple[tuple[str, type], ...] = ((PATTERN, SheetSocket),)
ACCESS = (Access("openpaas_workspace.sheets.gateway.socket.SheetSocket", PATTERN, "GET", "member", SCOPE),)
