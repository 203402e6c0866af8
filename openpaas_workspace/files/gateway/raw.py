"""`/api/workspace/v1/files/<id>/content`: the bytes of a file for scripts, streamed both ways.

GET answers an ETag, which is the version; a PUT that sends it back in If-Match is merged against that version (of a
file that is edited together) or refused when the file is another by now. `/api/workspace/v1/content?path=…` is the
same by path; a PUT there makes what is missing, and with `conflict=refuse` or `keep` leaves alone what is there.
"""

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from tornado import web

from openpaas_workspace.core import once
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API, Identity, RouteHandler, spare_the_answer
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.gateway.stream import send
from openpaas_workspace.files.schemas import Conflicts, ContentQuery, FileVersion
from openpaas_workspace.files.service import content, files, nodes, places, uploads
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import (
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
    WorkspaceError,
)
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.schema import convert, decode, encode

_PREFIX = "openpaas_workspace.files.gateway.raw."


@web.stream_request_body
class ContentHandler(RouteHandler):
    """Bytes of one file, by id or by path."""

    _file: BinaryIO | None = None
    _path: Path | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if self._finished or self.request.method != "PUT":
            return
        settings = self.workspace.get(FilesSettings)
        self._limit, self._size, self._sha = settings.max_file_bytes, 0, hashlib.sha256()
        self.request.connection.set_max_body_size(self._limit + 1)  # type: ignore[union-attr]
        try:
            await self._who("files:write")
        except WorkspaceError as error:
            spare_the_answer(self)
            self.write_problem(error)
            return
        self._path = self.workspace.get(Disk).incoming(new_id())
        self._file = self._path.open("wb")

    def data_received(self, chunk: bytes) -> None:
        if self._file is None:
            return  # refused: what still comes is thrown away
        self._size += len(chunk)
        if self._size <= self._limit:
            self._sha.update(chunk)
            self._file.write(chunk)

    def on_finish(self) -> None:
        super().on_finish()
        self._end()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._end()

    async def get(self, **path: str) -> None:
        await self._answer(body=True, **path)

    async def head(self, **path: str) -> None:
        await self._answer(body=False, **path)

    async def put(self, **path: str) -> None:
        try:
            answer = await self._put_once(**path)
        except WorkspaceError as error:
            self.write_problem(error)
            return
        self.set_header("Content-Type", "application/json")
        self.set_header("ETag", f'"{decode(answer, FileVersion).version}"')
        self.finish(answer)

    for _verb in (get, head, put):
        setattr(_verb, "__allow_unauthenticated", True)  # `_who` asks
    del _verb

    async def _answer(self, *, body: bool, **path: str) -> None:
        try:
            who = await self._who("files:read")
            place = await files.open_place(who, self._where(path))
            if place.node is None:
                raise NotFound
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_attachment_header(place.node.name)
            await send(self, who, place.node, body=body)
            self.finish()
        except WorkspaceError as error:
            self.clear_header("Content-Disposition")
            self.write_problem(error)

    async def _put_once(self, **path: str) -> bytes:
        """The answer; of a request that is sent again with its key the one that it got first."""
        sent = self.request.headers.get(once.HEADER)
        if sent is None:
            return encode(await self._put(**path))

        async def do() -> bytes:
            return encode(await self._put(**path))

        who = await self._who("files:write")
        about = (self.request.uri, self._sha.hexdigest(), self.request.headers.get("If-Match", ""))
        key = once.Key.of(who.actor, sent, hashlib.sha256("\n".join(map(str, about)).encode()).hexdigest())
        return await self.workspace.get(once.Once).run(self.workspace, who.actor, key, do)

    async def _put(self, **path: str) -> FileVersion:
        who = await self._who("files:write")
        if self._file is None or self._path is None:
            raise Invalid("Send the bytes of the file as the body.")
        self._file.close()
        if self._size > self._limit:
            raise TooLarge(f"This file is too large: {self._limit // 1024**2} MB at most.")
        where, digest = self._where(path), self._sha.hexdigest()
        version = self.request.headers.get("If-Match", "").strip('" ')
        if (conflict := self._conflict()) != "replace" and "id" not in path:
            async with who.workspace.db.read(who.actor) as work:
                folder, name = await places.parent_and_name(work, where)
            node = await uploads.store(who, folder, name, self._path, conflict=conflict, digest=digest)
            return FileVersion(file=await files.described(who, node), version=digest)
        place = await _find(who, where)
        if place is not None and place.node is not None:
            node, version = await content.put(who, place.node, self._path, digest=digest, version=version)
        elif place is None and "id" not in path:
            async with who.workspace.db.read(who.actor) as work:
                folder, name = await places.parent_and_name(work, where)
            node = await nodes.make_file(who, folder, name, self._path, digest=digest)
            version = digest
        else:
            raise NotFound
        return FileVersion(file=await files.described(who, node, where), version=version)

    def _conflict(self) -> Conflicts:
        query = {"path": "", "conflict": self.get_query_argument("conflict", "replace")}
        known: ContentQuery = convert(query, ContentQuery)
        return known.conflict

    def _where(self, path: dict[str, str]) -> str:
        return path.get("id") or self.get_query_argument("path", "")

    async def _who(self, scope: str) -> Acting:
        return Acting(self.workspace, await actor_with(self, scope))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        spare_the_answer(self)
        super().write_error(status_code, **kwargs)

    def _end(self) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
            self._file = None

    def compute_etag(self) -> Any:
        """The version that was set; no hash over what is streamed."""
        return None


async def actor_with(handler: RouteHandler, scope: str) -> Actor:
    """Who asks, as a route of the table would: raises Unauthenticated, Forbidden."""
    actor = await handler.workspace.get(Identity).actor(handler)
    if actor.kind == "nobody":
        raise Unauthenticated
    if not actor.has_scope(scope):
        raise Forbidden(f"This token does not hold the scope {scope}.")
    return actor


async def _find(who: Acting, path: str) -> Place | None:
    try:
        return await files.open_place(who, path)
    except NotFound:
        return None


_BY_ID = API + r"/files/(?P<id>[^/]+)/content"
_BY_PATH = API + r"/content"
HANDLERS: tuple[tuple[str, type], ...] = ((_BY_ID, ContentHandler), (_BY_PATH, ContentHandler))
ACCESS = tuple(
    Access(_PREFIX + "ContentHandler", pattern, method, "member", scope)
    for pattern in (_BY_ID, _BY_PATH)
    for method, scope in (("GET", "files:read"), ("HEAD", "files:read"), ("PUT", "files:write"))
)
