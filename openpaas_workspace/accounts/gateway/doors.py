"""Doors of one's own: who comes through one is known by it, and by nothing that is said there."""

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tornado import httputil
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_unix_socket
from tornado.web import Application, RequestHandler

from openpaas_workspace.accounts.service.actors import Speaker

Speaks = Callable[[], Awaitable[Speaker | None]]
_MARK = "_openpaas_speaks"
_MOST_BYTES = 512 * 1024 * 1024
MOST_CONNECTIONS = 128
"""At once, through one door: what is behind it could use up the files that the server may have open."""


class _Marking(httputil.HTTPServerConnectionDelegate):
    def __init__(self, application: Application, speaks: Speaks) -> None:
        self._application = application
        self._speaks = speaks

    def start_request(
        self, server_conn: object, request_conn: httputil.HTTPConnection
    ) -> httputil.HTTPMessageDelegate:
        setattr(server_conn, _MARK, self._speaks)
        return self._application.start_request(server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        self._application.on_close(server_conn)


class _Server(HTTPServer):
    """Knows its open streams, those of WebSockets too, which the class it extends forgets."""

    streams: "set[IOStream]"

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        self.streams = {one for one in getattr(self, "streams", ()) if not one.closed()}
        if len(self.streams) >= MOST_CONNECTIONS:
            stream.close()
            return
        self.streams.add(stream)
        super().handle_stream(stream, address)


class Door:
    """A Unix socket on which `application` answers whoever `speaks` finds, until it is closed."""

    def __init__(self, application: Application, path: Path, speaks: Speaks, uid: int | None = None) -> None:
        self._path = path
        self._server = _Server(_Marking(application, speaks), max_body_size=_MOST_BYTES)
        path.unlink(missing_ok=True)
        self._server.add_socket(bind_unix_socket(str(path), mode=0o600))
        if uid is not None:
            os.chown(path, uid, uid)

    async def close(self) -> None:
        """Answer nobody any more."""
        self._server.stop()
        await self._server.close_all_connections()
        for stream in getattr(self._server, "streams", ()):
            stream.close()
        with suppress(OSError):  # the kernel may have put something else in its place
            self._path.unlink()


def speaks_of(handler: RequestHandler) -> Speaks | None:
    """Who is behind the door that a request came through; None of one that came over the network."""
    found: Speaks | None = getattr(handler.request.server_connection, _MARK, None)
    return found
