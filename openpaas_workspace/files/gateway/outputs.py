"""`/api/workspace/v1/files/<id>/outputs/<hash>`: one large output of a notebook, which is stored apart from it.

An output with data is `{"data": …, "metadata": …}`, the rest of a text is text. What is under a hash never changes.
"""

import hashlib
import re
from typing import Any, BinaryIO

from tornado.iostream import StreamClosedError

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.web import API, RouteHandler
from openpaas_workspace.files.gateway.receiving import actor_with
from openpaas_workspace.files.service import apart
from openpaas_workspace.files.service.disk import in_thread
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.realtime.service.outputs import Found

_PIECE = 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")
_KINDS = {"output": "application/json", "text": "text/plain; charset=utf-8"}
_ENDINGS = {"output": "json", "text": "txt"}


class OutputHandler(RouteHandler):
    """Sends a stored output piece by piece, to who may read the file."""

    async def get(self, **path: str) -> None:
        try:
            who = Acting(self.workspace, await actor_with(self, "files:read"))
            found = await apart.show(who, path["id"], path["hash"])
            file = await in_thread(self.workspace.get(Blobs).open, found.blob)
        except WorkspaceError as error:
            self.write_problem(error)
            return
        with file:
            self._describe(found)
            if self.check_etag_header():
                self.set_status(304)
                self.finish(set_content_type=_KINDS[found.kind])
                return
            first, last = self._asked_for(found.size)
            self.set_header("Content-Length", str(last - first + 1))
            try:
                await self._send(file, first, last, found)
            except StreamClosedError:
                return  # the reader gave up

    setattr(get, "__allow_unauthenticated", True)  # `actor_with` asks

    def _describe(self, found: Found) -> None:
        self.set_header("Content-Type", _KINDS[found.kind])
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
        self.set_header("ETag", f'"{found.blob}"')
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Accept-Ranges", "bytes")
        if self.get_query_argument("download", None):
            self.set_attachment_header(f"output-{found.blob[:12]}.{_ENDINGS[found.kind]}")

    def _asked_for(self, size: int) -> tuple[int, int]:
        match = _RANGE.fullmatch(self.request.headers.get("Range", ""))
        if match is None or int(match[1]) >= size:
            return 0, size - 1
        first, last = int(match[1]), min(int(match[2] or size), size - 1)
        if last < first:
            return 0, size - 1
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {first}-{last}/{size}")
        return first, last

    async def _send(self, file: BinaryIO, first: int, last: int, found: Found) -> None:
        sha = hashlib.sha256()
        file.seek(first)
        left = last - first + 1
        while left:
            piece = await in_thread(file.read, min(_PIECE, left))
            left -= len(piece)
            await in_thread(sha.update, piece)
            whole = left == 0 and last - first + 1 == found.size
            if not piece or (whole and sha.hexdigest() != found.blob):
                self._break_off()
                return
            self.write(piece)
            await self.flush()
        self.finish(set_content_type=_KINDS[found.kind])

    def _break_off(self) -> None:
        """It is damaged in the store: it must not look whole."""
        self._finished = True
        self.request.connection.detach().close()  # type: ignore[union-attr]  # HTTP/1 in a request

    def compute_etag(self) -> Any:
        """The hash that was set."""
        return None


_PATTERN = API + r"/files/(?P<id>[^/]+)/outputs/(?P<hash>[^/]+)"
HANDLERS: tuple[tuple[str, type], ...] = ((_PATTERN, OutputHandler),)
ACCESS = (
    Access("openpaas_workspace.files.gateway.outputs.OutputHandler", _PATTERN, "GET", "member", "files:read"),
)
