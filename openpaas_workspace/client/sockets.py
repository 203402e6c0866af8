"""Sockets to the server: the workspace's own, and those of open objects."""

import json
import ssl
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from openpaas_workspace.client.connection import API, Connection
from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Forbidden, NotFound, Unauthenticated, WorkspaceError

if TYPE_CHECKING:
    from websocket import WebSocket


_ENDED: Final[dict[int, type[WorkspaceError]]] = {4401: Unauthenticated, 4403: Forbidden, 4404: NotFound}
_CLOSE: Final = 8


def open_socket(connection: Connection, path: str, *, timeout: float, forbidden: str) -> "WebSocket":
    """A socket below the API; raises Unauthenticated, Forbidden with this sentence, ConnectionError."""
    import websocket

    parts = urlsplit(connection.url)
    address = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}{API}{path}"
    header = [f"{name}: {value}" for name, value in connection.headers.items() if name != "Accept"]
    try:
        return websocket.create_connection(
            address,
            timeout=timeout,
            header=header,
            suppress_origin=True,
            socket=connection.unix_socket(),
            sslopt={"context": ssl.create_default_context()} if parts.scheme == "https" else None,
        )
    except websocket.WebSocketBadStatusException as error:
        if error.status_code == 401:
            raise Unauthenticated(say("Log in, then try again.")) from error
        if error.status_code == 403:
            raise Forbidden(forbidden) from error
        raise ConnectionError(str(error)) from error
    except websocket.WebSocketException as error:
        raise ConnectionError(str(error)) from error


def next_frame(socket: "WebSocket", seconds: float) -> dict[str, Any] | None:
    """The next frame; None when there was none in time. Raises why the server ended it, else ConnectionError."""
    from websocket import WebSocketException, WebSocketTimeoutException

    try:
        socket.settimeout(seconds)
        code, data = socket.recv_data()
    except WebSocketTimeoutException:
        return None
    except WebSocketException as error:
        raise ConnectionError(str(error)) from error
    if code != _CLOSE:
        return dict(json.loads(data))
    status = int.from_bytes(data[:2], "big") if len(data) >= 2 else 1006
    if status in _ENDED:
        raise _ENDED[status](data[2:].decode(errors="replace") or say("The connection was ended."))
    raise ConnectionError(f"closed ({status})")


def send_frame(socket: "WebSocket", frame: dict[str, Any]) -> None:
    """Send a frame; raises ConnectionError."""
    from websocket import WebSocketException

    try:
        socket.send(json.dumps(frame))
    except WebSocketException as error:
        raise ConnectionError(str(error)) from error
