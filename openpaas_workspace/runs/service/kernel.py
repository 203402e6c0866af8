"""Executing one cell in a running kernel: what it sends, its questions, its end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

_POLL = 1.0
_WELCOME = 5.0
DIED = "The kernel died while this cell ran. Restart it, then run the cell again."


class Died(Exception):
    """The kernel is not there any more."""


@dataclass(slots=True)
class Outcome:
    """How a cell ended."""

    ok: bool
    count: int | None = None


@dataclass
class Hearing:
    """Who hears of a cell: each message of its output, and each question (answered by `Channel.answer`)."""

    message: Callable[[str, dict[str, Any]], None]
    question: Callable[[str, bool], None]
    alive: Callable[[], Awaitable[bool]]


@dataclass
class Channel:
    """A client of one kernel, of the server's own."""

    client: Any
    _started: bool = field(default=False)

    async def start(self) -> None:
        """Connect, and wait until what the kernel publishes arrives here."""
        if not self._started:
            self._started = True
            self.client.start_channels(hb=False, control=False)

            with suppress(Empty):
                while (await self.client.get_iopub_msg(timeout=_WELCOME))["header"][
                    "msg_type"
                ] != "iopub_welcome":
                    pass

    def close(self) -> None:
        """Disconnect."""
        if self._started:
            self._started = False
            self.client.stop_channels()

    def answer(self, value: str) -> None:
        """Answer the question that waits."""
        self.client.input(value)

    async def run_cell(self, code: str, cell_id: str, hearing: Hearing, *, asks: bool = True) -> Outcome:
        """Run code, which may ask questions, and hear all of it until the kernel is idle again; raises Died."""
        await self.start()
        message = self.client.session.msg(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": asks,
                "stop_on_error": True,
            },
            metadata={"cellId": cell_id},
        )
        wanted = message["header"]["msg_id"]
        self.client.shell_channel.send(message)
        questions = asyncio.create_task(self._questions(wanted, hearing))
        try:
            reply, _ = await asyncio.gather(self._reply(wanted, hearing), self._outputs(wanted, hearing))
        finally:
            questions.cancel()
            with suppress(asyncio.CancelledError):
                await questions
        content = reply["content"]
        return Outcome(content.get("status") == "ok", content.get("execution_count"))

    async def _next(self, get: Callable[..., Awaitable[dict[str, Any]]], hearing: Hearing) -> dict[str, Any]:
        while True:
            try:
                return await get(timeout=_POLL)
            except Empty:
                if not await hearing.alive():
                    raise Died(DIED) from None

    async def _reply(self, wanted: str, hearing: Hearing) -> dict[str, Any]:
        while True:
            reply = await self._next(self.client.get_shell_msg, hearing)
            if reply["parent_header"].get("msg_id") == wanted:
                return reply

    async def _outputs(self, wanted: str, hearing: Hearing) -> None:
        # An interrupt says busy and idle too, under the name of the cell that it interrupts (ipykernel 7).
        busy = 0
        while True:
            message = await self._next(self.client.get_iopub_msg, hearing)
            if message["parent_header"].get("msg_id") != wanted:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind != "status":
                hearing.message(kind, content)
                continue
            busy += {"busy": 1, "idle": -1}.get(content.get("execution_state"), 0)
            if busy <= 0:
                return

    async def _questions(self, wanted: str, hearing: Hearing) -> None:
        while True:
            message = await self._next(self.client.get_stdin_msg, hearing)
            if message["parent_header"].get("msg_id") == wanted:
                content = message["content"]
                hearing.question(str(content.get("prompt", "")), bool(content.get("password", False)))
