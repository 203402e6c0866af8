"""Doors of one's own: who comes through one is known by it, and by nothing that is said there."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from tornado import httputil
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_unix_socket
from tornado.web import Application, RequestHandler

from openpaas_workspace.accounts.service.actors import Speaker

Speaks = Callable[[], Awaitable[Speaker | None]]
_MARK = "_openpaas_speaks"
_MOST_BYTES = 512 * 1024 * 1024


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


class Door:
    """A Unix socket on which `application` answers whoever `speaks` finds, until it is closed."""

    def __init__(self, application: Application, path: Path, speaks: Speaks, uid: int | None = None) -> None:
        self._path = path
        self._server = HTTPServer(_Marking(application, speaks), max_body_size=_MOST_BYTES)
        path.unlink(missing_ok=True)
        self._server.add_socket(bind_unix_socket(str(path), mode=0o600))
        if uid is not None:
            os.chown(path, uid, uid)

    async def close(self) -> None:
        """Answer nobody any more."""
        self._server.stop()
        await self._server.close_all_connections()
        self._path.unlink(missing_ok=True)


def speaks_of(handler: RequestHandler) -> Speaks | None:
    """Who is behind the door that a request came through; None of one that came over the network."""
    found: Speaks | None = getattr(handler.request.server_connection, _MARK, None)
    return found
