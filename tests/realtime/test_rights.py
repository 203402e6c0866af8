"""Who may what in a room: asked before anything is made, and again whenever rights change."""

import asyncio
import contextlib

import httpx
import pytest
import websockets
from pycrdt import Doc, Text

from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.realtime.engine import frames
from openpaas_workspace.realtime.gateway.lobby import Lobby
from tests.realtime.house import until
from tests.realtime.page import Page, open_page
from tests.realtime.test_rooms import rows


def room_of(house, path):
    return house.shelf.bounds[house.shelf.paths[path]].room


async def refused(house, room, **headers):
    with pytest.raises(websockets.InvalidStatus) as caught:
        await Page(house.url, room, "1", headers).open()
    return caught.value.response.status_code


async def test_nobody_and_foreign_pages_leave_no_room(rooms):
    await rooms.file("a.txt", "secret")
    room = room_of(rooms, "a.txt")
    assert await refused(rooms, room) in {401, 403}
    assert await refused(rooms, "JupyterLab:globalAwareness") in {401, 403}
    assert await refused(rooms, room, **{"X-Member": "alice", "Origin": "https://evil.example"}) == 403
    assert await refused(rooms, "any:name", **{"X-Member": "alice"}) == 404
    assert await refused(rooms, "JupyterLab:other", **{"X-Member": "alice"}) == 404
    assert (await rooms.session("a.txt", "")).status_code in {401, 403}
    assert rooms.host.objects == {}
    assert rooms.workspace.get(Lobby).connections == {}
    assert rooms.shelf.first_asked == 0


async def test_a_stranger_learns_nothing(rooms):
    await rooms.file("a.txt", "secret")
    missing = await rooms.request(
        "PUT", "/api/collaboration/session/none.txt", "mallory", json={"format": "text", "type": "file"}
    )
    found = await rooms.session("a.txt", "mallory")
    assert (found.status_code, found.json()) == (missing.status_code, missing.json())
    assert found.status_code == 404
    page = Page(rooms.url, room_of(rooms, "a.txt"), "1", {"X-Member": "mallory"})
    await page.open(wait=False)
    closed = await page.gone()
    ghost = Page(rooms.url, "text:file:01none", "1", {"X-Member": "mallory"})
    await ghost.open(wait=False)
    assert await ghost.gone() == closed
    assert closed[0] == 4404
    assert rooms.host.objects == {}
    assert page.updates == []


async def test_a_reader_reads_and_writes_nothing(rooms):
    object_id = await rooms.file("a.txt", "text", bob="reader", carol="commenter")
    alice = await open_page(rooms, "a.txt", "alice")
    for name in ("bob", "carol"):
        session = (await rooms.session("a.txt", name)).json()
        page = await open_page(rooms, "a.txt", name)
        assert page.role["role"] == session["role"]
        assert page.role["execute"] is False
        await page.type("x")
        page.edit(lambda p: p.text.insert(0, "y"))
        await page.send(frames.step2(page.doc.get_update()))
        await page.save()
        await alice.type(".")
        await alice.acked()
        await until(lambda page=page: str(page).count(".") == str(alice).count("."))
        assert page.acks == []
        await page.close()
    assert (await rooms.host.content(object_id)).value == "text.."
    assert {row.author for row in await rows(rooms, object_id)} == {"system", "alice"}
    assert rooms.shelf.saved == []
    answer = await rooms.request(
        "POST", f"/api/workspace/v1/files/{object_id}/restore", "bob", json={"seq": 1}
    )
    assert answer.status_code == 403
    answer = await rooms.request(
        "POST", f"/api/workspace/v1/files/{object_id}/versions", "bob", json={"name": "v"}
    )
    assert answer.status_code == 403
    await alice.close()


async def test_a_token_that_may_only_read_is_a_reader(quick):
    object_id = await quick.file("a.txt", "text")
    answer = await quick.session("a.txt", "alice", headers={"X-Scopes": "files:read"})
    assert answer.json()["role"] == "reader"
    session = answer.json()["sessionId"]
    page = await Page(
        quick.url, room_of(quick, "a.txt"), session, {"X-Member": "alice", "X-Scopes": "files:read"}
    ).open()
    await page.type("no")
    await page.save()
    await quick.host.recheck()
    await page.type("no")
    await page.save(2)
    assert (await quick.host.content(object_id)).value == "text"
    assert [role["role"] for role in page.roles] == ["reader"]
    await page.close()


async def test_withdrawn_while_typing_nothing_comes_after_the_withdrawal(rooms):
    """Bob types as fast as he can; what commits after the withdrawal committed is not his."""
    object_id = await rooms.file("a.txt", "", bob="editor")
    bob = await open_page(rooms, "a.txt", "bob")

    async def storm():
        while bob.closed is None:
            try:
                await bob.type("b")
            except websockets.ConnectionClosed:
                return
            await asyncio.sleep(0)

    typing = asyncio.create_task(storm())
    await until(lambda: len(bob.acks) > 20)
    await rooms.withdraw(object_id, "bob")
    # Committed now: the number of the log at this moment is the last that may be Bob's.
    last = len(await rows(rooms, object_id))
    assert (await bob.gone())[0] == 4403
    await typing
    await asyncio.sleep(0.2)
    logged = await rows(rooms, object_id)
    assert len(logged) == last
    assert (await rooms.session("a.txt", "bob")).status_code == 404


async def test_downgraded_and_upgraded_while_connected(rooms):
    object_id = await rooms.file("a.txt", "x", bob="editor")
    bob = await open_page(rooms, "a.txt", "bob")
    await bob.type("1")
    await bob.acked()
    await rooms.grant(object_id, "bob", "reader")
    await until(lambda: bob.role["role"] == "reader")
    await bob.type("2")
    await bob.save()
    assert (await rooms.host.content(object_id)).value == "x1"
    await rooms.grant(object_id, "bob", "editor")
    await until(lambda: bob.role["role"] == "editor")
    await bob.close()
    await bob.open()
    await bob.acked()
    assert (await rooms.host.content(object_id)).value == "x12"
    await bob.close()


async def test_the_end_of_a_session_closes_its_sockets(rooms):
    object_id = await rooms.file("a.txt", "x", bob="editor")
    bob = await open_page(rooms, "a.txt", "bob")
    lobby = await Page(rooms.url, "JupyterLab:globalAwareness", "", {"X-Member": "bob"}).open()
    rooms.workspace.get(Sessions).ended("session-bob", "bob")
    assert (await bob.gone(20))[0] == 4401
    assert (await lobby.gone(20))[0] == 4401
    assert rooms.host.objects[next(iter(rooms.host.objects))].connections == {}
    assert (await rooms.host.content(object_id)).value == "x"


async def test_a_stale_session_is_refused_before_its_first_update(rooms):
    object_id = await rooms.file("a.txt", "x")
    await rooms.session("a.txt")
    for session in ("", "1", "not-a-session"):
        page = Page(rooms.url, room_of(rooms, "a.txt"), session, {"X-Member": "alice"})
        page.text.insert(0, "STALE")
        await page.open(wait=False)
        with contextlib.suppress(websockets.ConnectionClosed):
            await page.send(frames.update(page.doc.get_update()))
        code, reason = await page.gone()
        assert code == 1003
        assert '"reason": "unknown_session"' in reason
    assert (await rooms.host.content(object_id)).value == "x"
    assert len(await rows(rooms, object_id)) == 1


async def test_a_forged_client_id_is_refused_while_its_victim_types(rooms):
    object_id = await rooms.file("a.txt", "", bob="editor")
    alice = await open_page(rooms, "a.txt", "alice")
    await alice.type("a")
    await alice.acked()

    async def victim():
        for _ in range(50):
            await alice.type("a")
            await asyncio.sleep(0.005)

    typing = asyncio.create_task(victim())
    for attempt in range(5):
        mallory = await open_page(rooms, "a.txt", "bob")
        forged = Doc(client_id=alice.doc.client_id)
        forged.apply_update(mallory.doc.get_update())
        state = forged.get_state()
        forged.get("source", type=Text).insert(0, f"FORGED{attempt}")
        await mallory.send(frames.update(forged.get_update(state)))
        assert (await mallory.gone())[0] == 4400
    await typing
    await alice.acked()
    assert (await rooms.host.content(object_id)).value == "a" * 51 == str(alice)
    assert {row.author for row in await rows(rooms, object_id)} == {"system", "alice"}
    await alice.close()
    again = await open_page(rooms, "a.txt", "alice")
    assert str(again) == "a" * 51
    await again.close()


async def test_client_ids_stay_owned_after_the_object_was_unloaded(rooms):
    object_id = await rooms.file("a.txt", "", bob="editor")
    alice = await open_page(rooms, "a.txt", "alice")
    await alice.type("a")
    await alice.acked()
    await alice.close()
    rooms.host.config.idle_unload = 0.0
    await until(lambda: not rooms.host.objects[next(iter(rooms.host.objects))].connections)
    await rooms.host.tidy()
    assert rooms.host.objects == {}
    mallory = await open_page(rooms, "a.txt", "bob")
    forged = Doc(client_id=alice.doc.client_id)
    forged.apply_update(mallory.doc.get_update())
    state = forged.get_state()
    forged.get("source", type=Text).insert(0, "FORGED")
    await mallory.send(frames.update(forged.get_update(state)))
    assert (await mallory.gone())[0] == 4400
    assert (await rooms.host.content(object_id)).value == "a"


async def test_forgotten_files_close_with_4404(quick):
    object_id = await quick.file("a.txt", "x")
    page = await open_page(quick, "a.txt")
    del quick.shelf.bounds[object_id]
    await quick.host.forget(object_id, "This file is in the trash.")
    assert await page.gone() == (4404, "This file is in the trash.")


async def test_history_routes_ask_the_right(rooms):
    object_id = await rooms.file("a.txt", "x")
    await rooms.session("a.txt")
    for method, path, body in (
        ("GET", "history", None),
        ("GET", "blame", None),
        ("GET", "presence", None),
        ("POST", "versions", {"name": "v"}),
        ("POST", "restore", {"seq": 1}),
    ):
        answer: httpx.Response = await rooms.request(
            method, f"/api/workspace/v1/files/{object_id}/{path}", "mallory", json=body
        )
        assert answer.status_code == 404, path
