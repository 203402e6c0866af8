"""What runs in a kernel, or speaks to it, tries more than it may."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_server.services.kernels.connection.base import serialize_binary_message, serialize_msg_to_ws_v1
from tornado.web import Application

from openpaas_workspace.accounts.gateway import doors
from openpaas_workspace.accounts.gateway.doors import Door
from openpaas_workspace.kernels.config import Egress
from openpaas_workspace.kernels.connection import WorkspaceKernelConnection
from openpaas_workspace.kernels.engine import sentences
from openpaas_workspace.kernels.placement import KernelRecord
from openpaas_workspace.kernels.proxy import Proxy
from tests.kernels.house import House, execute
from tests.kernels.test_proxy import Rules

V1 = "v1.kernel.websocket.jupyter.org"


def messages(kind: str, content: dict[str, Any], channel: str = "shell") -> list[tuple[str | None, Any]]:
    """The same message in each of the forms that a page may send it in, with their protocols."""
    header = {"msg_id": "1", "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel}
    parts = [json.dumps(whole[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    return [
        (None, json.dumps(whole)),
        (None, serialize_binary_message({**whole, "buffers": [b"x"]})),
        (V1, bytes(serialize_msg_to_ws_v1(parts, channel))),
    ]


@pytest.mark.parametrize(
    ("kind", "content", "runs"),
    [
        ("execute_request", {"code": "1"}, True), ("comm_msg", {"comm_id": "a", "data": {}}, True),
        ("comm_open", {"comm_id": "a"}, True), ("debug_request", {"command": "evaluate"}, True),
        ("debug_request", {"command": "debugInfo"}, False), ("debug_request", [], True),
        ("kernel_info_request", {}, False), ("complete_request", {"code": "a"}, False),
    ],
)  # fmt: skip
def test_whoever_has_code_run_is_known_in_whatever_form_it_is_asked(
    kind: str, content: dict[str, Any], runs: bool
) -> None:
    for protocol, message in messages(kind, content, "control"):
        connection: Any = SimpleNamespace(subprotocol=protocol)
        found = WorkspaceKernelConnection.asks_to_run(connection, message)
        assert (found or {}).get("msg_type") == (kind if runs else None), (protocol, message)


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\0", b"\0\0\0\1\0\0\0\x08[]", b"\xff" * 8, b"\x7f" + b"\xff" * 15, b"\0" * 64, "", "[]", "5", "null",
        '{"header": 3}', "[" * 100_000,
    ],
)  # fmt: skip
def test_rubbish_asks_for_nothing(message: Any) -> None:
    for protocol in (None, V1):
        connection: Any = SimpleNamespace(subprotocol=protocol)
        assert WorkspaceKernelConnection.asks_to_run(connection, message) is None


@pytest.fixture
async def door(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Path, Door]]:
    monkeypatch.setattr(doors, "MOST_CONNECTIONS", 8)

    async def speaks() -> None:
        return None

    made = Door(Application([]), runtime / "w", speaks)
    yield runtime / "w", made
    await made.close()


async def answered(path: Path) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(path))
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return await reader.readline()
    except OSError:
        return b""
    finally:
        writer.close()


async def test_a_door_has_so_many_connections_and_no_more(door: tuple[Path, Door]) -> None:
    path, _ = door
    held = [await asyncio.open_unix_connection(str(path)) for _ in range(20)]
    async with asyncio.timeout(20):
        # Those beyond are closed at once; the others wait for a request.
        ends = [asyncio.create_task(reader.read()) for reader, _ in held]
        ended = asyncio.as_completed(ends)
        for _ in range(12):
            await next(ended)
        assert sum(end.done() for end in ends) == 12
        assert await answered(path) == b""
        for _, writer in held:
            writer.close()
        for _ in range(600):
            if (said := await answered(path)) == b"HTTP/1.1 404 Not Found\r\n":
                break
            await asyncio.sleep(0.01)
        assert said


async def test_silent_connections_to_the_proxy_are_ended(runtime: Path) -> None:
    path = runtime / "x"
    proxy = Proxy(KernelRecord("k", SimpleNamespace(), "a.ipynb"), Rules(), Egress(connections=2), path)
    await proxy.open()
    held = [await asyncio.open_unix_connection(str(path)) for _ in range(30)]
    ends = [asyncio.create_task(reader.read()) for reader, _ in held]
    async with asyncio.timeout(20):
        ended = asyncio.as_completed(ends)
        for _ in range(20):
            await next(ended)
    assert sum(not end.done() for end in ends) >= 2
    await proxy.close()
    await asyncio.gather(*ends, return_exceptions=True)


async def test_a_kernel_that_puts_something_else_in_the_place_of_its_sockets_ends_all_the_same(
    runtime: Path,
) -> None:
    async def speaks() -> None:
        return None

    proxy = Proxy(KernelRecord("k", SimpleNamespace(), "a.ipynb"), Rules(), Egress(), runtime / "x")
    await proxy.open()
    for path, opened in (
        (runtime / "w", Door(Application([]), runtime / "w", speaks)),
        (runtime / "x", proxy),
    ):
        path.unlink()
        path.mkdir()
        (path / "more").write_text("x")
        await opened.close()


@pytest.mark.parametrize(
    "code",
    [
        "open('/run/kernel/s/large', 'wb').write(bytes(16 << 20))",
        "[open(f'/run/kernel/s/{n}', 'w').close() for n in range(2000)]",
    ],
)
async def test_the_folder_of_sockets_is_no_place_for_files(house: House, code: str) -> None:
    kernel_id = await house.start()
    async with house.client(kernel_id) as client:
        filling = asyncio.ensure_future(execute(client, f"{code}\nimport time\ntime.sleep(600)"))
        await house.until(lambda: house.ended, "ended")
        filling.cancel()
    assert house.ended == [sentences.SOCKETS]
