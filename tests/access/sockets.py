"""Sockets as pages, programs and others open them."""

import asyncio
import contextlib
import json
import uuid
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from openpaas_workspace.core.web import API
from openpaas_workspace.realtime.engine import frames
from tests.access.world import World, cookie_header

DEADLINE = 30.0
PUSH = f"{API}/push"
LOBBY = "/api/collaboration/room/JupyterLab:globalAwareness"


def as_page(world: World, client: httpx.Client, origin: str | None = "") -> dict[str, str]:
    """The headers of a browser; `origin` None leaves it out."""
    headers = {"Cookie": cookie_header(client)}
    if origin is not None:
        headers["Origin"] = origin or world.server.url
    return headers


def opened(world: World, path: str, headers: dict[str, str]) -> connect:
    url = world.server.url.replace("http", "ws", 1) + path
    return connect(url, additional_headers=headers, max_size=None, open_timeout=DEADLINE)


def room(world: World, path: str) -> str:
    name, session = world.room(path)
    return f"/api/collaboration/room/{name}?sessionId={session}"


def channels(kernel: str) -> str:
    return f"/api/kernels/{kernel}/channels?session_id={uuid.uuid4()}"


async def outcome(world: World, path: str, headers: dict[str, str]) -> int:
    """101 for a socket that stays open and speaks, else the status or the close code that refused it."""
    try:
        async with opened(world, path, headers) as socket:
            await _first_word(socket, path)
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


async def _first_word(socket: ClientConnection, path: str) -> None:
    if path == PUSH:
        await socket.send('{"type":"hello"}')
    if "/channels" in path:
        await socket.send(json.dumps(request("kernel_info_request", {})))
    async with asyncio.timeout(DEADLINE):
        await socket.recv()


def request(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """A message to a kernel's shell."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}


async def ran(socket: ClientConnection, code: str) -> str:
    """What a cell prints."""
    message = request("execute_request", {"code": code, "silent": False, "store_history": False})
    await socket.send(json.dumps(message))
    text = ""
    async with asyncio.timeout(DEADLINE):
        while True:
            reply = json.loads(await socket.recv())
            if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if reply["msg_type"] == "stream":
                text += reply["content"]["text"]
            if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                return text


async def end_of(socket: ClientConnection) -> int:
    """The code with which the server closes, whatever it says before."""
    async with asyncio.timeout(DEADLINE):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code or 0


async def saved(socket: ClientConnection, number: int) -> dict[str, Any]:
    """Ask to save and wait for the answer: everything sent before has been worked on by then."""
    await socket.send(frames.save(number))
    while True:
        said = await raw_of(socket)
        if said.get("responseTo") == number:
            return said


async def raw_of(socket: ClientConnection) -> dict[str, Any]:
    """The next RAW message."""
    async with asyncio.timeout(DEADLINE):
        while True:
            frame = frames.decode(bytes(await socket.recv()))
            if isinstance(frame, frames.RawFrame):
                return frame.value


async def frame_of(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind from the push socket."""
    async with asyncio.timeout(DEADLINE):
        while True:
            found: dict[str, Any] = json.loads(await socket.recv())
            if found["type"] == kind:
                return found
