"""`/api/workspace/v1/files/<id>/content`: the bytes of a file for scripts, streamed both ways.

GET answers an ETag, which is the version; a PUT that sends it back in If-Match is merged against that version (of a
file that is edited together) or refused when the file is another by now. `/api/workspace/v1/content?path=…` is the
same by path; a PUT there makes what is missing, and with `conflict=refuse` or `keep` leaves alone what is there.
"""

import hashlib

from openpaas_workspace.core import once
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.gateway.receiving import ReceivingHandler
from openpaas_workspace.files.gateway.stream import send
from openpaas_workspace.files.schemas import Conflicts, ContentQuery, FileVersion
from openpaas_workspace.files.service import content, files, nodes, places, uploads
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Acting, Node, ref_of
from openpaas_workspace.kit.errors import (
    NotFound,
    WorkspaceError,
)
from openpaas_workspace.kit.schema import convert, decode, encode
from openpaas_workspace.realtime.service.presence import Presences

_PREFIX = "openpaas_workspace.files.gateway.raw."


class ContentHandler(ReceivingHandler):
    """Bytes of one file, by id or by path."""

    def begin(self) -> int:
        self._sha = hashlib.sha256()
        return self.workspace.get(FilesSettings).max_file_bytes

    def came(self, chunk: bytes) -> None:
        self._sha.update(chunk)

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
        setattr(_verb, "__allow_unauthenticated", True)  # `who` asks
    del _verb

    async def _answer(self, *, body: bool, **path: str) -> None:
        try:
            who = await self.who("files:read")
            place = await files.open_place(who, self._where(path))
            if place.node is None:
                raise NotFound
            self._seen(who, place.node)
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

        who = await self.who("files:write")
        about = (self.request.uri, self._sha.hexdigest(), self.request.headers.get("If-Match", ""))
        key = once.Key.of(who.actor, sent, hashlib.sha256("\n".join(map(str, about)).encode()).hexdigest())
        return await self.workspace.get(once.Once).run(self.workspace, who.actor, key, do)

    async def _put(self, **path: str) -> FileVersion:
        who = await self.who("files:write")
        received = self.received("Send the bytes of the file as the body.")
        where, digest = self._where(path), self._sha.hexdigest()
        version = self.request.headers.get("If-Match", "").strip('" ')
        if (conflict := self._conflict()) != "replace" and "id" not in path:
            async with who.workspace.db.read(who.actor) as work:
                folder, name = await places.parent_and_name(work, where)
            node = await uploads.store(who, folder, name, received, conflict=conflict, digest=digest)
            return FileVersion(file=await files.described(who, node), version=digest)
        place = await _find(who, where)
        if place is not None and place.node is not None:
            node, version = await content.put(who, place.node, received, digest=digest, version=version)
            self._seen(who, node)
        elif place is None and "id" not in path:
            async with who.workspace.db.read(who.actor) as work:
                folder, name = await places.parent_and_name(work, where)
            node = await nodes.make_file(who, folder, name, received, digest=digest)
            version = digest
        else:
            raise NotFound
        return FileVersion(file=await files.described(who, node, where), version=version)

    def _seen(self, who: Acting, node: Node) -> None:
        presences = self.workspace.find(Presences)
        if presences is not None:
            presences.scripted(who.actor, str(ref_of(node)))

    def _conflict(self) -> Conflicts:
        query = {"path": "", "conflict": self.get_query_argument("conflict", "replace")}
        known: ContentQuery = convert(query, ContentQuery)
        return known.conflict

    def _where(self, path: dict[str, str]) -> str:
        return path.get("id") or self.get_query_argument("path", "")


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
