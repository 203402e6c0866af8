"""Every socket, opened by everybody and from everywhere; every message of those who may not send it."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection

from openpaas_workspace.core.web import API
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.engine import awareness, frames
from openpaas_workspace.realtime.engine.awareness import Presence
from tests.access.matrix import running
from tests.access.sockets import (
    DEADLINE,
    LOBBY,
    PUSH,
    as_page,
    channels,
    end_of,
    frame_of,
    opened,
    outcome,
    ran,
    raw_of,
    request,
    room,
    saved,
)
from tests.access.world import ABSENT_KERNEL, STANDINGS, World

SOON = 2.0  # what the product promises; the tests wait ten times as long
GONE = 4404


def sockets_of(world: World) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Every socket, and what stranger, reader, editor, manager, administrator are answered."""
    things = running(world)
    inside, users = (GONE, 101, 101, 101, GONE), (404, 404, 101, 101, 404)
    return {
        "push": (PUSH, (101,) * 5),
        "lobby": (LOBBY, (101,) * 5),
        "room": (room(world, things["path"]), inside),
        "room of another": (room(world, "~/secret.txt"), (GONE,) * 5),
        "room of nothing": (f"/api/collaboration/room/text:file:{new_id()}?sessionId=1", (GONE,) * 5),
        "no room": ("/api/collaboration/room/nothing", (404,) * 5),
        "kernel": (channels(things["kernel"]), users),
        "kernel of another": (channels(things["own_kernel"]), (404,) * 5),
        "no kernel": (channels(ABSENT_KERNEL), (404,) * 5),
    }


async def test_who_opens_which_socket(world: World) -> None:
    tokens = {"narrow": world.token("owner", "nothing:read"), "dead": world.bearer("opw_" + "x" * 40)}
    for name, (path, expected) in sockets_of(world).items():
        for who, wanted in zip(STANDINGS, expected, strict=True):
            assert await outcome(world, path, as_page(world, world.clients[who])) == wanted, (name, who)
        assert await outcome(world, path, {"Origin": world.server.url}) == 401, name
        refused = [await outcome(world, path, dict(client.headers)) for client in tokens.values()]
        assert refused == [403, 401], name


async def test_a_token_of_the_right_scope_opens_a_socket_without_a_page(world: World) -> None:
    things = running(world)
    for scope, path in (
        ("events:read", PUSH),
        ("files:read", LOBBY),
        ("files:read", room(world, things["path"])),
        ("kernels:write", channels(things["kernel"])),
    ):
        program = {"Authorization": world.token("owner", scope).headers["Authorization"]}
        assert await outcome(world, path, program) == 101, path
        secret = program["Authorization"].removeprefix("Bearer ")
        mark = "&" if "?" in path else "?"
        assert await outcome(world, f"{path}{mark}token={secret}", {"Origin": world.server.url}) == 401, path


async def test_no_page_of_another_origin_opens_a_socket(world: World) -> None:
    things = running(world)
    url = world.server.url
    origins = (
        None, "null", "http://evil.example", "http://127.0.0.1", "http://localhost", url + ".evil.example",
        url.replace("127.0.0.1", "127.0.0.1.evil.example"), f"http://evil.example/?{url}", f"http://x@{url[7:]}.evil",
        "http://127.0.0.1:1", "file://", "not an origin",
    )  # fmt: skip
    for path in (PUSH, LOBBY, room(world, things["path"]), channels(things["kernel"])):
        for origin in origins:
            assert await outcome(world, path, as_page(world, world.owner, origin)) == 403, (path, origin)


# rooms


def written(text: str) -> bytes:
    """An update that writes into a text file."""
    doc: Doc = Doc()
    doc.get("source", type=Text).insert(0, text)
    return doc.get_update()


async def content(world: World, file: dict[str, Any]) -> bytes:
    answer = await asyncio.to_thread(world.owner.get, f"{API}/files/{file['id']}/content")
    return answer.content


async def test_a_reader_may_look_and_be_seen_and_nothing_else(world: World) -> None:
    file = world.file()
    path = room(world, file["path"])
    before = await content(world, file)
    async with (
        opened(world, path, as_page(world, world.clients["reader"])) as reader,
        opened(world, path, as_page(world, world.clients["editor"])) as editor,
    ):
        assert (await raw_of(reader))["role"] == "reader"
        assert (await raw_of(editor))["role"] == "editor"
        for message in (frames.update(written("graffiti ")), frames.step2(written("graffiti "))):
            await reader.send(message)
        await reader.send(frames.raw({"type": "hello", "ack": True, "role": "manager", "level": 4}))
        await reader.send(frames.raw({"type": "role", "role": "manager"}))
        await reader.send(frames.update(written("graffiti ")))
        assert (await saved(reader, 1))["status"] == "success"
        assert await content(world, file) == before
        await reader.send(frames.step1(b"\x00"))
        await reader.send(forged(7))
        seen = await presence_of(editor, 7)
        assert seen["user"]["username"] == "carol", "who it is, not who it says it is"
        await editor.send(frames.update(written("mine ")))
        assert (await saved(editor, 2))["status"] == "success"
        assert b"mine " in await content(world, file), "the same update of an editor does count"


def forged(client: int) -> bytes:
    state = {"user": {"username": "alice", "name": "Alice Martin"}, "current": "x"}
    return frames.awareness(awareness.encode([Presence(client, 1, state)]))


async def presence_of(socket: ClientConnection, client: int) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE):
        while True:
            frame = frames.decode(bytes(await socket.recv()))
            if isinstance(frame, frames.AwarenessFrame):
                for one in awareness.decode(frame.payload):
                    if one.client == client and one.state is not None:
                        return one.state


RUBBISH = (
    b"", b"\x00", b"\x00\x09", b"\x03abc", b"\x01\xff\xff\xff\xff\xff", b"\x02\x05hello", b"\x02\x02[]",
    b"\x00\x00\x05ab", frames.step1(b"\xff" * 9), b"\xff" * 100, frames.awareness(b"\x01\x01\x01\x02{]"),
    frames.raw({"type": "nothing"}),
)  # fmt: skip


@pytest.mark.parametrize("who", ["reader", "editor"])
async def test_rubbish_in_a_room_harms_nobody(world: World, who: str) -> None:
    file = world.file()
    path = room(world, file["path"])
    async with (
        opened(world, path, as_page(world, world.clients[who])) as rude,
        opened(world, path, as_page(world, world.owner)) as other,
    ):
        for message in RUBBISH:
            await rude.send(message)
        await rude.send("text, not bytes")
        assert (await saved(rude, 3))["status"] == "success", "a little rubbish is dropped"
        for _ in range(120):
            await rude.send(b"\x09rubbish")
        assert await end_of(rude) == frames.Close.BAD_REQUEST
        assert (await saved(other, 4))["status"] == "success", "the others did not notice"
    assert await content(world, file) == b"One line.\n"


async def test_the_lobby_says_who_is_here_and_not_what_they_have_open(world: World) -> None:
    async with (
        opened(world, LOBBY, as_page(world, world.clients["stranger"])) as stranger,
        opened(world, LOBBY, as_page(world, world.owner)) as owner,
    ):
        for message in RUBBISH:
            await stranger.send(message)
        await stranger.send(frames.update(written("graffiti")))
        await stranger.send(forged(9))
        state = await presence_of(owner, 9)
        assert state == {"user": state["user"]}
        assert state["user"]["username"] == "dave"


# push


async def welcomed(socket: ClientConnection) -> None:
    await socket.send('{"type":"hello"}')
    await frame_of(socket, "welcome")


async def test_nobody_follows_what_he_may_not_see(world: World) -> None:
    things = world.things
    hidden = [f"file:{things['secret']}", f"file:{new_id()}", f"member:{world.ids['owner']}"]
    inside = [f"file:{things['file']}", f"space:{things['space']}"]
    for who in STANDINGS:
        async with opened(world, PUSH, as_page(world, world.clients[who])) as socket:
            await welcomed(socket)
            refused = hidden + (inside if who in {"stranger", "administrator"} else [])
            for topic in refused:
                await socket.send(json.dumps({"type": "sub", "topics": [topic], "id": 1}))
                error = await frame_of(socket, "error")
                assert (error["code"], error["topic"]) == ("NotFound", topic), who
                await socket.send(json.dumps({"type": "eph", "topic": topic, "kind": "typing", "value": 1}))
                assert (await frame_of(socket, "error"))["code"] == "Invalid", who


async def test_events_reach_only_those_who_may_see_them(world: World) -> None:
    async with AsyncExitStack() as stack:
        sockets = {}
        for who in STANDINGS:
            path = opened(world, PUSH, as_page(world, world.clients[who]))
            sockets[who] = await stack.enter_async_context(path)
            await welcomed(sockets[who])
        made = await asyncio.to_thread(world.file)
        group = await asyncio.to_thread(world.group)
        heard = {who: await heard_until(socket, f"group:{group}") for who, socket in sockets.items()}
    saw = {who for who, refs in heard.items() if f"file:{made['id']}" in refs}
    assert saw == {"reader", "editor", "manager"}


async def heard_until(socket: ClientConnection, last: str) -> set[str]:
    """The refs of all events up to one that everybody hears."""
    refs: set[str] = set()
    while last not in refs:
        refs |= {event["ref"] for event in (await frame_of(socket, "ev"))["e"]}
    return refs


async def test_rubbish_on_the_push_socket_is_answered(world: World) -> None:
    async with opened(world, PUSH, as_page(world, world.clients["stranger"])) as socket:
        await socket.send('{"type":"sub","topics":[]}')
        assert (await frame_of(socket, "error"))["code"] == "Invalid", "hello comes first"
        await welcomed(socket)
        for message in (
            "", "x", "[]", "{}", '{"type":"hello"}', '{"type":"nothing"}', b"bytes", '{"type":"sub","topics":"x"}',
            '{"type":"sub","topics":["nothing"]}', '{"type":"sub","topics":["a:b\\u0000"]}', '{"type":"sub","topics":[1]}',
            '{"type":"eph","topic":"x","kind":"nothing"}', "[" * 30_000, '{"type":"sub","topics":[],"more":1}',
        ):  # fmt: skip
            await socket.send(message)
            error = await frame_of(socket, "error")
            assert error["code"] in {"Invalid", "TooMany"}, message
            assert error["detail"].endswith("."), error
            await asyncio.sleep(error.get("retry_after") or 0)
        await socket.send('{"type":"hb"}')


# kernels, and what ends


async def test_the_kernel_of_a_space_serves_its_editors_alone(world: World) -> None:
    things = running(world)
    async with opened(world, channels(things["kernel"]), as_page(world, world.clients["editor"])) as editor:
        assert await ran(editor, "print(6 * 7)") == "42\n"
        for message in ("", "x", "[]", "{}", b"\x00", b"\xff" * 50, json.dumps(request("nothing", {}))):
            await editor.send(message)
        async with opened(
            world, channels(things["kernel"]), as_page(world, world.clients["manager"])
        ) as again:
            assert await ran(again, "print(2)") == "2\n", "rubbish of one does not stop the others"


async def close_code_within(sockets: dict[str, ClientConnection], what: Any) -> dict[str, int]:
    """Do it in a thread; the close code of each socket. Fails when one stays open for ten times what is promised."""
    ends = {name: asyncio.create_task(end_of(socket)) for name, socket in sockets.items()}
    await asyncio.to_thread(what)
    async with asyncio.timeout(SOON * 10):
        await asyncio.gather(*ends.values())
    return {name: task.result() for name, task in ends.items()}


async def test_who_loses_a_right_loses_the_sockets(world: World) -> None:
    things = running(world)
    name = world.name("leaving")
    subject = f"member:{await asyncio.to_thread(world.member, name)}"
    where = f"{API}/objects/space:{things['space']}/grants"
    grant = {"subject": subject, "level": "editor"}
    assert world.owner.put(where, json=grant).status_code == 200
    leaving = await asyncio.to_thread(world.page_of, name)
    paths = {"kernel": channels(things["kernel"]), "room": room(world, things["path"])}
    async with AsyncExitStack() as stack:
        sockets = {
            kind: await stack.enter_async_context(opened(world, path, as_page(world, leaving)))
            for kind, path in paths.items()
        }
        push = await stack.enter_async_context(opened(world, PUSH, as_page(world, leaving)))
        assert await ran(sockets["kernel"], "print(1)") == "1\n"
        assert (await raw_of(sockets["room"]))["role"] == "editor"
        await welcomed(push)
        await push.send(json.dumps({"type": "sub", "topics": [f"space:{things['space']}"]}))
        await frame_of(push, "topic+")
        codes = await close_code_within(
            sockets, lambda: world.owner.delete(f"{where}/{subject}").raise_for_status()
        )
        assert codes == {"kernel": 4403, "room": 4403}
        assert (await frame_of(push, "topic-"))["topic"] == f"space:{things['space']}"
    assert [await outcome(world, path, as_page(world, leaving)) for path in paths.values()] == [404, GONE]
    assert await outcome(world, paths["kernel"], as_page(world, world.clients["editor"])) == 101, (
        "the others stay"
    )


async def own_sockets(
    stack: AsyncExitStack, world: World, headers: dict[str, str], kernel: str
) -> dict[str, Any]:
    paths = {
        "push": PUSH,
        "lobby": LOBBY,
        "room": room(world, world.things["path"]),
        "kernel": channels(kernel),
    }
    sockets = {}
    for kind, path in paths.items():
        sockets[kind] = await stack.enter_async_context(opened(world, path, headers))
    await welcomed(sockets["push"])
    await raw_of(sockets["room"])
    assert await ran(sockets["kernel"], "print(1)") == "1\n"
    return sockets


@pytest.mark.parametrize("by", ["page", "token"])
async def test_a_disabled_member_is_out_within_two_seconds(world: World, by: str) -> None:
    things, name = running(world), world.name("ending")
    member = await asyncio.to_thread(world.member, name)
    grant = {"subject": f"member:{member}", "level": "editor"}
    assert world.owner.put(f"{API}/objects/space:{things['space']}/grants", json=grant).status_code == 200
    page = await asyncio.to_thread(world.page_of, name)
    made = page.post(f"{API}/tokens", json={"name": "mine", "scopes": ["all"]}).json()
    program = world.bearer(made["secret"])
    headers = as_page(world, page) if by == "page" else {"Authorization": program.headers["Authorization"]}
    async with AsyncExitStack() as stack:
        sockets = await own_sockets(stack, world, headers, things["kernel"])
        disable = f"{API}/members/{member}/disable"
        codes = await close_code_within(sockets, lambda: world.owner.post(disable).raise_for_status())
    assert all(code >= 4000 for code in codes.values()), codes
    for client in (page, program):
        assert client.get(f"{API}/me").status_code == 401
        assert client.get(f"/files/{things['path']}").status_code == 401
    with pytest.raises(AssertionError):
        world.page_of(name)


async def test_a_session_or_token_that_ends_takes_its_sockets_along(world: World) -> None:
    things = running(world)
    page = await asyncio.to_thread(world.page_of, "bob")
    session = next(one["id"] for one in page.get(f"{API}/sessions").json() if one["current"])
    made = world.api("editor", "POST", "/tokens", json={"name": "mine", "scopes": ["all"]}).json()
    program = {"Authorization": f"Bearer {made['secret']}"}
    for headers, what in (
        (as_page(world, page), f"/sessions/{session}"),
        (program, f"/tokens/{made['token']['id']}"),
    ):
        async with AsyncExitStack() as stack:
            sockets = await own_sockets(stack, world, headers, things["kernel"])
            codes = await close_code_within(
                sockets, lambda what=what: world.api("editor", "DELETE", what).raise_for_status()
            )
        assert all(code >= 4000 for code in codes.values()), codes
    assert world.bearer(made["secret"]).get(f"{API}/me").status_code == 401
    assert page.get(f"{API}/me").status_code == 401
