"""Presence of the whole server: who is in a file is who is in its room, told to who may read it."""

import asyncio
import contextlib
import json
from typing import Any

from websockets.asyncio.client import ClientConnection

from openpaas_workspace.core.web import API
from tests.access.sockets import DEADLINE, PUSH, as_page, end_of, frame_of, opened, raw_of, room
from tests.access.world import World

GONE = 4404


async def following(world: World, who: str, stack: Any, *topics: str) -> ClientConnection:
    """A page of somebody that follows these objects."""
    socket: ClientConnection = await stack.enter_async_context(
        opened(world, PUSH, as_page(world, world.clients[who]))
    )
    await socket.send('{"type":"hello"}')
    await frame_of(socket, "welcome")
    await socket.send(json.dumps({"type": "sub", "topics": list(topics)}))
    return socket


async def until(socket: ClientConnection, known: dict[str, Any], expected: dict[str, str]) -> None:
    """Wait until exactly these members are shown so; `known` is what was told before."""
    async with asyncio.timeout(DEADLINE):
        while {key: value["state"] for key, value in known.items() if value} != expected:
            found = json.loads(await socket.recv())
            if found["type"] in {"topic+", "eph"}:
                known |= found["values"]


async def test_a_room_shows_its_readers_to_readers_only(world: World) -> None:
    file = world.file()
    ref = file["ref"]
    ids = {who: world.clients[who].get(f"{API}/me").json()["id"] for who in ("owner", "reader", "stranger")}
    async with contextlib.AsyncExitStack() as stack:
        owner = await following(world, "owner", stack, ref)
        await frame_of(owner, "topic+")
        stranger = await following(world, "stranger", stack, ref)
        assert (await frame_of(stranger, "error"))["code"] == "NotFound"
        claims = {"type": "here", "state": "active", "at": ref, "member": ids["reader"]}
        await stranger.send(json.dumps(claims))
        closed = await stack.enter_async_context(
            opened(world, room(world, file["path"]), as_page(world, world.clients["stranger"]))
        )
        assert await end_of(closed) == GONE
        reader = await stack.enter_async_context(
            opened(world, room(world, file["path"]), as_page(world, world.clients["reader"]))
        )
        await raw_of(reader)
        known: dict[str, Any] = {}
        await until(owner, known, {f"present:{ids['reader']}": "active"})
        answer = await asyncio.to_thread(world.clients["reader"].get, f"{API}/files/{file['id']}/presence")
        assert answer.json() == {"present": [{"member": ids["reader"], "role": "reader", "state": "active"}]}
        refused = await asyncio.to_thread(world.clients["stranger"].get, f"{API}/files/{file['id']}/presence")
        assert refused.status_code == 404
        inside = await following(world, "owner", stack, f"space:{file['space_id']}")
        assert f"present:{ids['reader']}" in (await frame_of(inside, "topic+"))["values"]
        await reader.close()
        await until(owner, known, {})
