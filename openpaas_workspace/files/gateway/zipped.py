"""`/api/workspace/v1/zip?of=<ids>`: folders and files as one archive, sent while it is made."""

import io
import logging
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from tornado.iostream import StreamClosedError

from openpaas_workspace.core import beneath
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API, RouteHandler
from openpaas_workspace.files.engine.archive import Archive
from openpaas_workspace.files.gateway.receiving import actor_with
from openpaas_workspace.files.schemas import ZipQuery
from openpaas_workspace.files.service import archive, content
from openpaas_workspace.files.service.disk import in_thread
from openpaas_workspace.files.service.rows import Acting, Node
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import NotFound, WorkspaceError
from openpaas_workspace.kit.schema import convert

_log = logging.getLogger(__name__)
_PIECE = 1024 * 1024
_LEFT_OUT = "_left-out.txt"


class ZipHandler(RouteHandler):
    """Several files, or folders with all in them, as a zip; each file is asked for again when its turn comes."""

    async def get(self, **_: str) -> None:
        try:
            who = Acting(self.workspace, await actor_with(self, "files:read"))
            query = convert(self._query(), ZipQuery)
            plan = await archive.plan(who, [one for one in query.of.split(",") if one])
        except WorkspaceError as error:
            self.write_problem(error)
            return
        self.set_header("Content-Type", "application/zip")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Disposition", f"attachment; filename*=utf-8''{quote(plan.name)}")
        self.set_header("Cache-Control", "no-store")
        try:
            await self._send(who, plan)
        except StreamClosedError:
            return  # the reader gave up
        except Exception:
            _log.exception("An archive was broken off")
            self._break_off()

    setattr(get, "__allow_unauthenticated", True)  # `actor_with` asks

    async def _send(self, who: Acting, plan: archive.Plan) -> None:
        zipped, left_out = Archive(), []
        for path, node in plan.entries:
            if node.kind == "folder":
                zipped.folder(path, node.modified_at)
            elif not await self._add(zipped, who, path, node):
                left_out.append(path)
            await self._flush(zipped)
        if left_out:
            with zipped.open(_LEFT_OUT, now(), 0) as entry:
                entry.write("\n".join(left_out).encode())
        zipped.end()
        await self._flush(zipped)
        self.finish()

    async def _add(self, zipped: Archive, who: Acting, path: str, node: Node) -> bool:
        """One file; false if it is gone, or not to be read any more, since the archive was begun."""
        try:
            node, root, where = await content.readable(who, node)
            if await content.is_made(who, node):
                source: BinaryIO = io.BytesIO((await content.get(who, node))[0])
            else:
                source = await in_thread(_opened, root, where)
        except (NotFound, OSError):
            return False
        with source, zipped.open(path, node.modified_at, node.size) as entry:
            while piece := await in_thread(source.read, _PIECE):
                await in_thread(entry.write, piece)
                await self._flush(zipped)
        return True

    async def _flush(self, zipped: Archive) -> None:
        if ready := zipped.drain():
            self.write(ready)
            await self.flush()

    def _break_off(self) -> None:
        """Half an archive must not look whole: the connection is cut instead of ended."""
        self._finished = True
        self.request.connection.detach().close()  # type: ignore[union-attr]  # HTTP/1 in a request

    def compute_etag(self) -> Any:
        """None: nothing is hashed over what is streamed."""
        return None


def _opened(root: Path, path: str) -> BinaryIO:
    return open(beneath.open_beneath(root, path), "rb")


_PATTERN = API + r"/zip"
HANDLERS: tuple[tuple[str, type], ...] = ((_PATTERN, ZipHandler),)
ACCESS = (
    Access("openpaas_workspace.files.gateway.zipped.ZipHandler", _PATTERN, "GET", "member", "files:read"),
)
