"""`PUT /api/workspace/v1/uploads/<id>/content`: the next piece of an upload, from where the last one stopped.

`Content-Range: bytes <first>-<last>/<size>` says which piece it is. What has come when the connection is cut is
kept: `GET /uploads/<id>` says how much that is, and the next piece begins there.
"""

import re
from pathlib import Path
from typing import Any, BinaryIO

from tornado import web

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API, RouteHandler, spare_the_answer
from openpaas_workspace.files.gateway.receiving import actor_with
from openpaas_workspace.files.service import uploads
from openpaas_workspace.files.service.digests import Digests
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.errors import Conflict, Invalid, WorkspaceError
from openpaas_workspace.kit.schema import encode

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_writing: dict[str, "PieceHandler"] = {}


@web.stream_request_body
class PieceHandler(RouteHandler):
    """Appends to what has come; one writer for each upload, the newest."""

    _file: BinaryIO | None = None
    _left = 0
    _length = 0
    _pieces: Path
    _id = ""
    _who: Acting

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if self._finished or self.request.method != "PUT":
            return
        try:
            await self._begin(self.path_kwargs["id"])
        except WorkspaceError as error:
            spare_the_answer(self)
            self.write_problem(error)

    async def _begin(self, upload_id: str) -> None:
        self._who = Acting(self.workspace, await actor_with(self, "files:write"))
        info = await uploads.show_upload(self._who, upload_id)
        match = _RANGE.fullmatch(self.request.headers.get("Content-Range", ""))
        if match is None:
            raise Invalid("Say which piece this is: Content-Range: bytes first-last/size.")
        first, last = int(match[1]), int(match[2])
        if last < first or last >= info.size or match[3] not in {"*", str(info.size)}:
            raise Invalid("This piece does not lie within the file that was announced.")
        older = _writing.pop(upload_id, None)
        if older is not None:  # its connection is dead, or soon will be
            older.end()
        info = await uploads.show_upload(self._who, upload_id)
        if first != info.received or info.file_id:
            raise Conflict("This piece does not follow the last one; ask how much has come.", code="offset")
        self._left = last - first + 1
        self.request.connection.set_max_body_size(self._left)  # type: ignore[union-attr]  # HTTP/1 in a request
        self._id, self._length = upload_id, first
        self._pieces = self.workspace.get(Disk).pieces(upload_id)
        self._file = self._pieces.open("ab", buffering=0)
        _writing[upload_id] = self

    def data_received(self, chunk: bytes) -> None:
        if self._file is not None:
            self._file.write(chunk[: self._left])
            self._left -= len(chunk)
            self._length += len(chunk)
            self.workspace.get(Digests).follow(self._id, self._pieces, self._length)

    async def put(self, **path: str) -> None:
        whole = self._file is not None and self._left == 0
        self.end()
        try:
            if not whole:
                raise Invalid("This piece is shorter than it says; ask how much has come.")
            self.set_header("Content-Type", "application/json")
            self.finish(encode(await uploads.show_upload(self._who, path["id"])))
        except WorkspaceError as error:
            self.write_problem(error)

    setattr(put, "__allow_unauthenticated", True)  # `actor_with` asks

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        spare_the_answer(self)
        super().write_error(status_code, **kwargs)

    def on_finish(self) -> None:
        super().on_finish()
        self.end()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.end()

    def end(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if _writing.get(self._id) is self:
            del _writing[self._id]

    def compute_etag(self) -> Any:
        """None: an upload has no version."""
        return None


_PATTERN = API + r"/uploads/(?P<id>[^/]+)/content"
HANDLERS: tuple[tuple[str, type], ...] = ((_PATTERN, PieceHandler),)
ACCESS = (
    Access("openpaas_workspace.files.gateway.pieces.PieceHandler", _PATTERN, "PUT", "member", "files:write"),
)
