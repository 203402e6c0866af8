"""Pages in a room: joining, editing, confirming, presence, saving."""

import asyncio

import pytest
from sqlalchemy import select

from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.realtime.models import changes, live_objects
from openpaas_workspace.realtime.service.jupyter import JupyterDocuments
from tests.realtime.house import actor, until
from tests.realtime.page import Page, notebook, open_page


async def rows(house, object_id):
    async with house.workspace.db.read(SYSTEM) as work:
        return await work.all(select(changes).where(changes.c.object_id == object_id).order_by(changes.c.seq))


async def test_two_pages_see_each_other_and_every_edit_has_its_author(rooms):
    object_id = await rooms.file("a.txt", "Grüße 📊\n", bob="editor")
    alice = await open_page(rooms, "a.txt", "alice")
    bob = await open_page(rooms, "a.txt", "bob")
    assert str(alice) == str(bob) == "Grüße 📊\n"
    await alice.type("alice é📊 ")
    await bob.type("bob ", at=0)
    await asyncio.gather(alice.acked(), bob.acked())
    await until(lambda: str(alice) == str(bob) and "alice é📊" in str(bob))
    logged = await rows(rooms, object_id)
    assert [row.seq for row in logged] == [1, 2, 3]
    assert logged[0].author == "system"
    assert logged[0].kind == "import"
    assert sorted(row.author for row in logged[1:]) == ["alice", "bob"]
    assert (await rooms.host.content(object_id)).value == str(alice)
    assert len(alice.acks) == len(bob.acks) == 1
    await alice.close()
    await bob.close()


async def test_role_comes_first_and_stock_pages_get_no_ack(rooms):
    object_id = await rooms.file("a.ipynb", notebook("1 + 1"))
    page = await open_page(rooms, "a.ipynb", "alice", ack=False)
    assert page.raws[0] == page.role
    assert page.role["role"] == "manager"
    assert page.role["epoch"] == rooms.host.objects[next(iter(rooms.host.objects))].epoch
    page.edit(lambda p: p.meta.update({"x": 1.0}))
    await page.flush()
    other = await open_page(rooms, "a.ipynb", "alice")
    await until(lambda: "x" in other.meta)
    assert page.acks == []
    assert (await rooms.host.content(object_id)).value["cells"][0]["source"] == "1 + 1"
    await page.close()
    await other.close()


async def test_many_openers_at_once_import_once(rooms):
    object_id = await rooms.file("a.txt", "once", bob="editor", carol="reader")
    pages = await asyncio.gather(*(open_page(rooms, "a.txt", name) for name in ["alice", "bob", "carol"] * 4))
    assert {str(page) for page in pages} == {"once"}
    assert len(await rows(rooms, object_id)) == 1
    await asyncio.gather(*(page.close() for page in pages))


async def test_unreadable_file_creates_nothing_and_says_so(rooms):
    object_id = await rooms.file("a.ipynb", {"cells": "no"})
    answer = await rooms.session("a.ipynb")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    async with rooms.workspace.db.read(SYSTEM) as work:
        assert await work.all(select(live_objects)) == []
    assert not rooms.host.live(object_id)
    rooms.shelf.values[object_id] = notebook("ok")
    assert (await rooms.session("a.ipynb")).status_code == 200


async def test_a_file_has_one_shape(quick):
    await quick.file("a.ipynb", notebook("1"))
    answer = await quick.session("a.ipynb", body={"format": "text", "type": "file"})
    assert answer.status_code == 422
    assert "notebook" in answer.json()["message"]


async def test_presence_is_stamped_and_echoed_and_ends(quick):
    await quick.file("a.txt", "", bob="reader")
    alice = await open_page(quick, "a.txt", "alice")
    await alice.say({"user": {"name": "Bob", "username": "bob"}, "cursors": [1]})
    await until(lambda: alice.presences)
    state = alice.presences[alice.doc.client_id]
    assert state["user"]["username"] == "alice"
    assert state["cursors"] == [1]
    bob = await open_page(quick, "a.txt", "bob")
    await until(lambda: alice.doc.client_id in bob.presences)
    assert bob.presences[alice.doc.client_id]["user"]["display_name"] == "Alice"
    again = await open_page(quick, "a.txt", "alice")
    reply = await quick.request(
        "GET", f"/api/workspace/v1/files/{quick.shelf.paths['a.txt']}/presence", "bob"
    )
    assert {one["member"]: one["role"] for one in reply.json()["present"]} == {
        "alice": "manager",
        "bob": "reader",
    }
    await again.close()
    await bob.say({"user": {}}, client=alice.doc.client_id, clock=9)
    await bob.say({"user": {}, "mine": True})
    await until(lambda: bob.doc.client_id in alice.presences)
    assert alice.presences[alice.doc.client_id]["user"]["username"] == "alice"
    await alice.close()
    await until(lambda: bob.presences[alice.doc.client_id] is None)
    await bob.close()


async def test_lobby_tells_who_is_here_but_not_what_is_open(quick):
    alice = await Page(quick.url, "JupyterLab:globalAwareness", "", {"X-Member": "alice"}).open()
    bob = await Page(quick.url, "JupyterLab:globalAwareness", "", {"X-Member": "bob"}).open()
    await alice.say({"user": {"username": "root"}, "current": "secret.ipynb", "documents": ["secret.ipynb"]})
    await until(lambda: alice.doc.client_id in bob.presences)
    state = bob.presences[alice.doc.client_id]
    assert state["user"]["username"] == "alice"
    assert set(state) == {"user"}
    await alice.close()
    await until(lambda: bob.presences[alice.doc.client_id] is None)
    await bob.close()


async def test_save_writes_the_file_for_editors_and_says_success_to_readers(quick):
    object_id = await quick.file("a.txt", "x", bob="reader")
    alice = await open_page(quick, "a.txt", "alice")
    bob = await open_page(quick, "a.txt", "bob")
    assert (await bob.save(7))["status"] == "success"
    assert quick.shelf.saved == []
    assert (await alice.save(8))["status"] == "success"
    assert quick.shelf.saved == [object_id]
    await alice.close()
    await bob.close()


async def test_offline_edits_are_logged_at_reconnect_and_a_reconnect_alone_is_not(rooms):
    object_id = await rooms.file("a.txt", "start ")
    page = await open_page(rooms, "a.txt")
    await page.type("one ")
    page.edit(lambda p: p.text.__delitem__(slice(0, 2)))
    await page.flush()
    await page.acked()
    await page.close()
    await page.open()
    await page.acked()
    assert page.sent == 1  # its deletions are always told again
    before = len(await rows(rooms, object_id))
    assert before == 3
    await page.close()
    page.edit(lambda p: p.text.insert(0, "offline "))
    await page.open()
    await page.acked()
    logged = await rows(rooms, object_id)
    assert len(logged) == before + 1
    assert logged[-1].author == "alice"
    assert (await rooms.host.content(object_id)).value == str(page)
    await page.close()


async def test_writes_of_programs_join_what_is_typed(rooms):
    object_id = await rooms.file("a.ipynb", notebook("a", "b"), bob="editor")
    page = await open_page(rooms, "a.ipynb")
    base = (await rooms.host.content(object_id)).seq
    page.edit(lambda p: p.cells[0]["source"].insert(1, " typed"))
    await page.flush()
    await page.acked()
    seq = await rooms.host.write(object_id, notebook("a", "b written"), actor("bob"), base_seq=base)
    await until(lambda: "written" in str(page.cells[1]["source"]))
    assert [str(cell["source"]) for cell in page.cells] == ["a typed", "b written"]
    value = (await rooms.host.content(object_id)).value
    assert await rooms.host.write(object_id, value, actor("bob"), base_seq=None) == seq
    logged = await rows(rooms, object_id)
    assert (logged[-1].author, logged[-1].kind, logged[-1].seq) == ("bob", "write", seq)
    assert rooms.shelf.changes[-1] == (object_id, seq)
    await page.close()


async def test_other_extensions_get_a_copy_and_no_way_to_write_without_an_author(quick):
    object_id = await quick.file("a.ipynb", notebook("1 + 1"))
    documents = quick.workspace.get(JupyterDocuments)
    assert await documents.get_document(room_id=f"json:notebook:{object_id}") is None
    document = await documents.get_document(room_id=f"json:notebook:{object_id}", create=True)
    assert document.get()["cells"][0]["source"] == "1 + 1"
    document.set(notebook("changed"))
    assert (await quick.host.content(object_id)).value["cells"][0]["source"] == "1 + 1"
    with pytest.raises(Invalid):
        await documents.get_document(room_id=f"json:notebook:{object_id}", copy=False)
