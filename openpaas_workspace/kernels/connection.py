"""One page's connection to one kernel: refused to those who may not use it, told why a kernel ended."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, Literal, cast

from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    deserialize_msg_from_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

_LARGE = 256 * 1024
_V1 = "v1.kernel.websocket.jupyter.org"
_RUN = frozenset({"execute_request", "debug_request", "comm_open", "comm_msg"})


class WorkspaceKernelConnection(ZMQChannelsWebsocketConnection):
    """A kernel connection that knows whose it is; others' kernels answer 404 before the socket opens."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._waiting: deque[tuple[Awaitable[None] | None, Any]] = deque()
        self._passing: asyncio.Future[None] | None = None

    _forget: Callable[[], None] = staticmethod(lambda: None)

    @property
    def user(self) -> Any:
        """Who is at the other end."""
        return self.websocket_handler.current_user

    @classmethod
    def of(cls, manager: Any, kernel_id: str | None = None) -> Iterator[WorkspaceKernelConnection]:
        """The open connections to a manager's kernels, or to one of them."""
        for connection in list(cls._open_sockets):
            ours = isinstance(connection, cls) and connection.multi_kernel_manager is manager
            if ours and kernel_id in (None, connection.kernel_id):
                yield cast("WorkspaceKernelConnection", connection)

    async def prepare(self) -> None:
        """Lets only those in who may execute; raises HTTPError 404 for everybody else."""
        if not await self.multi_kernel_manager.may_execute(self.user, self.kernel_id):
            raise HTTPError(404, f"Kernel does not exist: {self.kernel_id}")
        await super().prepare()  # type: ignore[no-untyped-call]
        handler = self.websocket_handler
        self._forget = self.multi_kernel_manager.watch.connected(
            self.user, lambda: handler.close(4401, "Your session has ended.")
        )

    def disconnect(self) -> None:  # type: ignore[override]  # the channels class it extends is not async
        """Lets the kernel go, and the wish to hear when the login ends."""
        self._forget()
        super().disconnect()  # type: ignore[no-untyped-call]

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Passes a message on, and remembers whose request runs."""
        if not is_sound(self.subprotocol, incoming_msg):
            return
        record = self.multi_kernel_manager.records.get(self.kernel_id)
        header = self.asks_to_run(incoming_msg)
        first: Awaitable[None] | None = None
        if record is not None and header is not None:
            record.last_request, record.last_user = header, self.user
            watch = self.multi_kernel_manager.watch
            watch.ran(record, self.user)
            first = watch.before_run()
        if first is None and not self._waiting:
            super().handle_incoming_message(incoming_msg)
            return
        self._waiting.append((first, incoming_msg))
        if len(self._waiting) == 1:
            self._passing = asyncio.ensure_future(self._pass_on())

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Passes a message on, unless it is large and answers somebody else: the notebook shows it, see `runs`."""
        if sum(map(len, outgoing_msg)) <= _LARGE or self._is_mine(outgoing_msg):
            super().handle_outgoing_message(stream, outgoing_msg)

    def _is_mine(self, message: list[Any]) -> bool:
        with suppress(ValueError, IndexError, AttributeError):
            _, parts = self.session.feed_identities(message)
            parent: Any = parts[2]
            return bool(json.loads(parent).get("session") == self.session.session)
        return False

    async def _pass_on(self) -> None:
        """Messages go to the kernel in the order in which they came, each after what must be done before it."""
        while self._waiting:
            first, message = self._waiting[0]
            if first is not None:
                await first
            with suppress(WebSocketClosedError):
                super().handle_incoming_message(message)
            self._waiting.popleft()

    def say(self, sentence: str) -> None:
        """Writes one sentence under the cell that runs, as if the kernel had."""
        record = self.multi_kernel_manager.records.get(self.kernel_id)
        with suppress(WebSocketClosedError):
            self.write_stderr(sentence, record.last_request if record else {})  # type: ignore[no-untyped-call]

    def asks_to_run(self, incoming: Any) -> dict[str, Any] | None:
        """The header of a message that has the kernel run code, by whatever way and in whatever form; None of others."""
        if not is_sound(self.subprotocol, incoming):
            return None
        with suppress(ValueError, LookupError, TypeError, RecursionError):
            if self.subprotocol == _V1:
                _, parts = deserialize_msg_from_ws_v1(incoming)  # type: ignore[no-untyped-call]
                header, content = json.loads(bytes(parts[0])), parts[3]
            else:
                whole = (
                    deserialize_binary_message(incoming)  # type: ignore[no-untyped-call]
                    if isinstance(incoming, bytes)
                    else json.loads(incoming)
                )
                header, content = whole["header"], whole.get("content")
            if header["msg_type"] in _RUN and not _is_question(header["msg_type"], content):
                return dict(header)
        return None


def is_sound(protocol: str | None, incoming: Any) -> bool:
    """Whether a binary message has as many parts as it says: readers believe it, and would never be done."""
    if not isinstance(incoming, bytes):
        return protocol != _V1
    width: int
    order: Literal["little", "big"]
    width, order = (8, "little") if protocol == _V1 else (4, "big")
    count = int.from_bytes(incoming[:width], order)
    return count > 0 and width * (count + 1) <= len(incoming)


def _is_question(kind: str, content: Any) -> bool:
    """Whether a page asks a debugger only what it can do, as it does when it opens."""
    if kind != "debug_request":
        return False
    asked = json.loads(bytes(content)) if isinstance(content, bytes | memoryview) else content
    return isinstance(asked, dict) and asked.get("command") == "debugInfo"
