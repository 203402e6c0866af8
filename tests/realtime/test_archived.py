"""A space that is archived while people work in it: they read on, write nothing, and go on when it is back."""

import pytest

from openpaas_workspace.files.events import SpaceChanged
from openpaas_workspace.kit.errors import Forbidden
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import ARCHIVED
from openpaas_workspace.sharing.service import principals, rights, tree
from tests.realtime.house import actor, until
from tests.realtime.page import open_page
from tests.realtime.test_rooms import rows


async def archive(house, object_id: str, *, archived: bool) -> None:
    async with house.workspace.db.unit(actor("alice")) as work:
        space = Ref("space", (await rights.place(work, Ref("file", object_id)))[0])
        await tree.archive(work, space, archived=archived)
        work.publish(SpaceChanged(ref=str(space), fields=("archived_at",)))


async def test_open_rooms_are_downgraded_with_a_sentence_and_come_back(rooms):
    object_id = await rooms.file("a.txt", "", bob="editor", carol="reader")
    pages = {name: await open_page(rooms, "a.txt", name) for name in ("alice", "bob", "carol")}
    await pages["bob"].type("b")
    await pages["bob"].acked()
    await archive(rooms, object_id, archived=True)
    stored = len(await rows(rooms, object_id))
    for page in pages.values():
        await until(lambda page=page: page.role.get("why") == ARCHIVED)
        assert (page.role["role"], page.role["execute"]) == ("reader", False)
        await page.type("x")
        assert (await page.save())["type"] == "save"
    assert len(await rows(rooms, object_id)) == stored
    assert rooms.shelf.saved == []
    with pytest.raises(Forbidden) as refused:
        await rooms.host.write(object_id, "script", actor("alice"), base_seq=None)
    assert refused.value.sentence == ARCHIVED
    newcomer = await open_page(rooms, "a.txt", "bob")
    assert (newcomer.role["role"], newcomer.role["why"]) == ("reader", ARCHIVED)
    await archive(rooms, object_id, archived=False)
    for name, role in (("alice", "manager"), ("bob", "editor"), ("carol", "reader")):
        await until(lambda page=pages[name], role=role: page.role["role"] == role and "why" not in page.role)
    await until(lambda: newcomer.role["role"] == "editor")
    await newcomer.type("!")
    await newcomer.acked()
    assert (await rooms.host.content(object_id)).value == "b!"
    for page in (*pages.values(), newcomer):
        await page.close()


async def test_everything_asks_the_same_rule(rooms):
    object_id = await rooms.file("a.ipynb", {"cells": []}, bob="editor")
    file = Ref("file", object_id)
    await archive(rooms, object_id, archived=True)
    for name in ("history", "blame", "presence"):
        answer = await rooms.request("GET", f"/api/workspace/v1/files/{object_id}/{name}")
        assert answer.status_code in {200, 422}, name
    for path, body in (("versions", {"name": "v"}), ("restore", {"seq": 1})):
        answer = await rooms.request("POST", f"/api/workspace/v1/files/{object_id}/{path}", json=body)
        assert (answer.status_code, answer.json()["detail"]) == (403, ARCHIVED), path
    async with rooms.workspace.db.read(actor("alice")) as work:
        with pytest.raises(Forbidden, match="archived"):
            await principals.principal(work, file)
        assert not await principals.may_execute(work, file)
        assert (await rights.level(work, file, held=True)).name == "manager"
    await rooms.grant(object_id, "carol", "reader")
    await rooms.withdraw(object_id, "bob")
    assert (
        await rooms.request("GET", f"/api/workspace/v1/files/{object_id}/history", "bob")
    ).status_code == 404
    assert (
        await rooms.request("GET", f"/api/workspace/v1/files/{object_id}/history", "carol")
    ).status_code == 200
