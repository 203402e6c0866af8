"""The debugger is loaded with its first question, and then does what ipykernel's own does."""

import asyncio
from typing import Any

import pytest

from tests.kernels.house import House, execute

pytestmark = pytest.mark.timeout(120)


class Debugger:
    """A front end's side of the protocol (Debug Adapter Protocol in Jupyter's control channel)."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._seq = 0

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        self._seq += 1
        content = {"type": "request", "seq": self._seq, "command": command, "arguments": arguments}
        message = self._client.session.msg("debug_request", content)
        self._client.control_channel.send(message)
        while True:
            reply = await self._client.get_control_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return dict(reply["content"])


async def test_debugpy_is_loaded_when_it_is_asked_for_and_stops_at_a_breakpoint(house: House) -> None:
    kernel_id = await house.start()
    async with house.client(kernel_id) as client:
        assert (await execute(client, "import sys; print('debugpy' in sys.modules)")).text == "False\n"
        debugger = Debugger(client)
        assert (await debugger.ask("debugInfo"))["body"]["isStarted"] is False
        assert (await debugger.ask("initialize", clientID="test", adapterID=""))["success"]
        assert (await debugger.ask("attach"))["success"]
        code = "a = 6\nb = a * 7\nprint(b)"
        source = (await debugger.ask("dumpCell", code=code))["body"]["sourcePath"]
        points = await debugger.ask(
            "setBreakpoints", source={"path": source}, breakpoints=[{"line": 2}], sourceModified=False
        )
        assert points["body"]["breakpoints"][0]["verified"]
        assert (await debugger.ask("configurationDone"))["success"]
        client.execute(code)
        thread = await _stopped(client)
        frames = await debugger.ask("stackTrace", threadId=thread)
        assert frames["body"]["stackFrames"][0]["line"] == 2
        assert (await debugger.ask("continue", threadId=thread))["success"]
        assert await _printed(client) == "42\n"


async def _stopped(client: Any) -> int:
    async with asyncio.timeout(60):
        while True:
            heard = await client.get_iopub_msg(timeout=60)
            if heard["msg_type"] == "debug_event" and heard["content"].get("event") == "stopped":
                return int(heard["content"]["body"]["threadId"])


async def _printed(client: Any) -> str:
    async with asyncio.timeout(60):
        while True:
            heard = await client.get_iopub_msg(timeout=60)
            if heard["msg_type"] == "stream":
                return str(heard["content"]["text"])
