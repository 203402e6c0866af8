"""The push socket, the description and the event log of a real server, as a browser and a script use them."""

import asyncio
import contextlib
import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

API = "/api/workspace/v1"


def cookies(client: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def open_push(server, **headers: str):
    return connect(
        f"{server.url.replace('http', 'ws')}{API}/push", additional_headers=headers, max_queue=None
    )


async def call(client: httpx.Client, method: str, path: str, **more) -> httpx.Response:
    return await asyncio.to_thread(client.request, method, f"{API}{path}", **more)


async def welcomed(socket) -> dict:
    await socket.send('{"type":"hello","client":"test"}')
    return await frame(socket, "welcome")


async def frame(socket, type_: str) -> dict:
    async with asyncio.timeout(30):
        while True:
            found = json.loads(await socket.recv())
            if found["type"] == type_:
                return found


async def event(socket, type_: str) -> dict:
    while True:
        for found in (await frame(socket, "ev"))["e"]:
            if found["type"] == type_:
                return found


async def closed(socket) -> int | None:
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


async def test_a_change_of_one_member_reaches_the_window_of_another_and_the_log(server) -> None:
    alice, bob = server.login("alice"), server.login("bob")
    async with open_push(server, Cookie=cookies(bob), Origin=server.url) as socket:
        await welcomed(socket)
        made = await call(alice, "POST", "/groups", json={"name": "Push test"})
        assert made.status_code in {200, 201}, made.text
        ref = f"group:{made.json()['id']}"
        assert (await event(socket, "GroupCreated"))["ref"] == ref
        assert (await call(alice, "DELETE", f"/groups/{made.json()['id']}")).status_code == 204
        assert (await event(socket, "GroupDeleted"))["ref"] == ref
    log = (await call(alice, "GET", "/events", params={"ref": ref})).json()
    assert [entry["type"] for entry in log["events"]] == ["GroupDeleted", "GroupCreated"]
    assert log["names"][log["events"][0]["actor"]]
    assert (await call(alice, "GET", "/events/verify")).json()["ok"] is True
    assert (await call(alice, "GET", "/events.csv")).text.startswith("\ufeffseq,time,")
    refused = await call(bob, "GET", "/events")
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, "application/problem+json")


async def test_logging_out_closes_the_window_within_two_seconds(server) -> None:
    bob, elsewhere = server.login("bob"), server.login("bob")
    async with (
        open_push(server, Cookie=cookies(bob), Origin=server.url) as mine,
        open_push(server, Cookie=cookies(elsewhere), Origin=server.url) as other,
    ):
        await welcomed(mine)
        await welcomed(other)
        assert (await call(bob, "DELETE", "/sessions")).status_code in {200, 204}
        started = asyncio.get_running_loop().time()
        assert await closed(other) == 4401
        assert asyncio.get_running_loop().time() - started < 20
        await mine.send('{"type":"nope"}')
        assert (await frame(mine, "error"))["code"] == "Invalid"


async def test_a_visitor_a_foreign_page_and_a_narrow_token_get_no_socket(server) -> None:
    bob = server.login("bob")
    for headers in (
        {},
        {"Cookie": cookies(bob), "Origin": "https://evil.example"},
        {"Authorization": "Bearer opw_wrong"},
    ):
        with pytest.raises(InvalidStatus) as refused:
            async with open_push(server, **headers):
                pass
        assert refused.value.response.status_code in {401, 403}


async def test_the_description_is_for_members(server) -> None:
    bob = server.login("bob")
    described = (await call(bob, "GET", "/openapi.json")).json()
    assert described["openapi"] == "3.1.0"
    assert "/openapi.json" in described["paths"]
    nobody = httpx.Client(base_url=server.url)
    assert (await call(nobody, "GET", "/openapi.json")).status_code == 401
