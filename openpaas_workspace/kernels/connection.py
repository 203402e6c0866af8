"""One page's connection to one kernel: refused to those who may not use it, told why a kernel ended."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, cast

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError


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
        record = self.multi_kernel_manager.records.get(self.kernel_id)
        header = self._header(incoming_msg)
        first: Awaitable[None] | None = None
        if record is not None and header.get("msg_type") == "execute_request":
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

    def _header(self, incoming: Any) -> dict[str, Any]:
        with suppress(ValueError, KeyError, IndexError, TypeError):
            if self.subprotocol == "v1.kernel.websocket.jupyter.org":
                _, parts = deserialize_msg_from_ws_v1(incoming)  # type: ignore[no-untyped-call]
                return dict(json.loads(bytes(parts[0])))
            if isinstance(incoming, str):
                return dict(json.loads(incoming)["header"])
        return {}
