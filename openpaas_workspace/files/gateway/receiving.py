"""Bodies of any size, received into a file of the server's own before anything is done with them."""

from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from tornado import web

from openpaas_workspace.core.web import Identity, RouteHandler, spare_the_answer
from openpaas_workspace.files.service.disk import Disk, spoken
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden, Invalid, TooLarge, Unauthenticated, WorkspaceError
from openpaas_workspace.kit.ids import new_id


@web.stream_request_body
class ReceivingHandler(RouteHandler):
    """Base class. `receives` are the methods that bring a body; who may not write is refused before it comes."""

    receives: ClassVar[frozenset[str]] = frozenset({"PUT"})
    _file: BinaryIO | None = None
    _path: Path | None = None
    _size = 0
    _failure: OSError | None = None

    def begin(self) -> int:
        """Get ready for a body; the most bytes of it that are taken."""
        raise NotImplementedError

    def came(self, chunk: bytes) -> None:
        """A piece of the body came."""

    async def prepare(self) -> None:  # type: ignore[override]  # Jupyter adds a private argument
        await super().prepare()
        if self._finished or self.request.method not in self.receives:
            return
        self._limit = self.begin()
        connection: Any = self.request.connection
        connection.set_max_body_size(self._limit + 1)
        try:
            await self.who("files:write")
        except WorkspaceError as error:
            spare_the_answer(self)
            self.write_problem(error)
            return
        path = self.workspace.get(Disk).incoming(new_id())
        try:
            self._file, self._path = path.open("wb"), path
        except OSError as error:
            self._failure = error

    def data_received(self, chunk: bytes) -> None:
        if self._file is None:
            return  # refused: what still comes is thrown away
        self._size += len(chunk)
        if self._size <= self._limit:
            self.came(chunk)
            try:
                self._file.write(chunk)
            except OSError as error:
                # What came gives its room back at once.
                self._failure = error
                self._end()

    def received(self, missing: str) -> Path:
        """The file with the whole body, which goes when the request ends; raises Invalid without one, TooLarge, DiskFull."""
        with spoken():
            if self._failure is not None:
                raise self._failure
            if self._file is not None:
                self._file.close()
        if self._file is None or self._path is None:
            raise Invalid(missing)
        if self._size > self._limit:
            raise TooLarge(f"This is too large: {self._limit // 1024**2} MB at most.")
        return self._path

    async def who(self, scope: str) -> Acting:
        """Who asks, if the scope is held; raises Unauthenticated, Forbidden."""
        return Acting(self.workspace, await actor_with(self, scope))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        spare_the_answer(self)
        super().write_error(status_code, **kwargs)

    def on_finish(self) -> None:
        super().on_finish()
        self._end()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self._end()

    def _end(self) -> None:
        if self._file is not None and self._path is not None:
            with suppress(OSError):
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
