"""Executing one cell in a running kernel: what it sends, its questions, its end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any

from openpaas_workspace.runs.engine import count_of
from openpaas_workspace.runs.service.wire import Large, drop, received, replied

_POLL = 1.0
_WELCOME = 5.0
_LATE = 5.0
_PARTS: Mapping[str, Any] = {"header": dict, "parent_header": dict, "content": dict | Large}
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
    """Who hears of a cell: each message of its output (its content, `Large` if it is), that the kernel has begun with
    it, and each question (answered by `Channel.answer`). Messages of more than `most` bytes are told of only, long ones wait in files that `aside` names.
    """

    message: Callable[[str, Any], None]
    begun: Callable[[], None]
    question: Callable[[str, bool], None]
    alive: Callable[[], Awaitable[bool]]
    most: int
    aside: Callable[[], Path]


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
        reply = asyncio.create_task(self._reply(wanted, hearing))
        outputs = asyncio.create_task(self._outputs(wanted, hearing))
        questions = asyncio.create_task(self._questions(wanted, hearing))
        content: dict[str, Any] = {}
        try:
            await outputs
            # Code that is interrupted before its first line gets no reply.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LATE):
                    content = (await reply)["content"]
        finally:
            # One that went on would take what answers the next cell.
            for task in (reply, outputs, questions):
                task.cancel()
            await asyncio.gather(reply, outputs, questions, return_exceptions=True)
        return Outcome(content.get("status") == "ok", count_of(content))

    async def _next(self, get: Callable[..., Awaitable[dict[str, Any]]], hearing: Hearing) -> dict[str, Any]:
        while True:
            try:
                message = await get(timeout=_POLL)
                if all(isinstance(message[part], _PARTS[part]) for part in _PARTS):
                    return message
            except Empty:
                if not await hearing.alive():
                    raise Died(DIED) from None
            except (ValueError, LookupError, TypeError, RecursionError):
                continue  # code in a kernel may send what is no message

    def _answers(self, channel: Any, hearing: Hearing) -> Callable[..., Awaitable[dict[str, Any]]]:
        return partial(replied, channel, self.client.session, hearing.most)

    async def _reply(self, wanted: str, hearing: Hearing) -> dict[str, Any]:
        while True:
            reply = await self._next(self._answers(self.client.shell_channel, hearing), hearing)
            if reply["parent_header"].get("msg_id") == wanted:
                return reply

    async def _outputs(self, wanted: str, hearing: Hearing) -> None:
        # An interrupt says busy and idle too, under the name of the cell that it interrupts (ipykernel 7).
        busy = 0
        while True:
            message = await self._next(partial(received, self.client, hearing.most, hearing.aside), hearing)
            kind, content = str(message["header"].get("msg_type")), message["content"]
            if message["parent_header"].get("msg_id") != wanted:
                if isinstance(content, Large):
                    await asyncio.to_thread(drop, content)
                continue
            if kind != "status" or isinstance(content, Large):
                hearing.message(kind, content)
                continue
            state = content.get("execution_state")
            if state == "busy" and not busy:
                hearing.begun()
            busy += (state == "busy") - (state == "idle")
            if busy <= 0:
                return

    async def _questions(self, wanted: str, hearing: Hearing) -> None:
        while True:
            message = await self._next(self._answers(self.client.stdin_channel, hearing), hearing)
            if message["parent_header"].get("msg_id") == wanted:
                content = message["content"]
                hearing.question(str(content.get("prompt", "")), bool(content.get("password", False)))
