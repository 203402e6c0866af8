"""The timeline, comparisons and restores over HTTP: sessions, steps, names, cells, rights, rubbish."""

import asyncio

from sqlalchemy import update

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.models import changes, live_objects
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.compaction import compact_old
from tests.realtime.house import actor, until
from tests.realtime.page import notebook, open_page
from tests.realtime.test_history import API, get, type_in_turns
from tests.realtime.test_rooms import rows

HOUR = 3_600_000


async def at(house, object_id: str, times: dict[int, int]) -> None:
    """Say when changes were made."""
    async with house.workspace.db.unit(SYSTEM) as work:
        for seq, moment in times.items():
            mine = (changes.c.object_id == object_id) & (changes.c.seq == seq)
            await work.execute(update(changes).where(mine).values(at=moment))


async def write(house, object_id: str, text: str, who: Actor, base: int | None = None) -> int:
    return await house.host.write(object_id, text, who, base_seq=base)


async def send(house, method, object_id, what, who="alice", /, **json):
    return await house.request(method, f"{API}/{object_id}/{what}", who, json=json or None)


def shape(entries) -> list[tuple]:
    return [(e["kind"], e["first_seq"], e["seq"], [p["author"] for p in e["people"]]) for e in entries]


async def test_who_wrote_together_is_one_session_and_a_pause_ends_it(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    await type_in_turns(rooms, "a.txt", 3)
    await at(rooms, object_id, {1: HOUR, **{seq: 2 * HOUR + seq * 1000 for seq in range(2, 6)}})
    await at(rooms, object_id, {6: 3 * HOUR, 7: 3 * HOUR + 60_000})
    found = await get(rooms, object_id, "history")
    assert shape(found["entries"]) == [
        ("edit", 6, 7, ["alice", "bob"]),
        ("edit", 2, 5, ["alice", "bob"]),
        ("import", 1, 1, ["system"]),
    ]
    steps = await get(rooms, object_id, "history?grain=step&after=5&before=8")
    assert shape(steps["entries"]) == [("edit", 7, 7, ["bob"]), ("edit", 6, 6, ["alice"])]
    assert steps["before"] is None
    first = await get(rooms, object_id, "history?limit=1")
    rest = await get(rooms, object_id, f"history?before={first['before']}")
    assert first["entries"] + rest["entries"] == found["entries"]


async def test_outside_writes_kernels_and_restores_say_what_they_are(rooms):
    object_id = await rooms.file("a.txt", "one", bob="editor")
    await rooms.host.open(Ref("file", object_id))
    await write(rooms, object_id, "two", Actor(kind="system", id="outside", name="Outside"))
    await write(rooms, object_id, "three", Actor(kind="kernel", id="space:x", behalf="bob"))
    await write(rooms, object_id, "four", actor("bob"))
    assert (await send(rooms, "POST", object_id, "restore", seq=2)).json() == {"seq": 5}
    found = (await get(rooms, object_id, "history"))["entries"]
    assert [(e["kind"], e["seq"], e["author_kind"], e["restored"]) for e in found] == [
        ("restore", 5, "member", 2),
        ("edit", 4, "member", None),
        ("outside", 3, "system", None),
        ("import", 1, "system", None),
    ]
    assert [(p["author"], p["behalf"]) for p in found[2]["people"]] == [("outside", ""), ("space:x", "bob")]
    assert (await rooms.host.content(object_id)).value == "two"
    assert (await send(rooms, "POST", object_id, "restore", seq=4)).json() == {"seq": 6}
    assert (await rooms.host.content(object_id)).value == "four"


async def test_a_name_is_given_changed_and_taken_away(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    await type_in_turns(rooms, "a.txt", 2)
    made = await send(rooms, "POST", object_id, "versions", "bob", name="  Premier   jet ", seq=3)
    assert made.status_code == 201
    version = made.json()["id"]
    found = (await get(rooms, object_id, "history"))["entries"]
    assert [(e["seq"], e["name"], e["named_by"]) for e in found] == [
        (5, None, None), (3, "Premier jet", "bob"), (1, None, None),
    ]  # fmt: skip
    named = await get(rooms, object_id, "history?named=true")
    assert [(e["seq"], e["name"], e["version"]) for e in named["entries"]] == [(3, "Premier jet", version)]
    again = await send(rooms, "POST", object_id, "versions", name="Autre", seq=3)
    assert (again.json()["id"], again.json()["name"]) == (version, "Autre")
    renamed = await send(rooms, "PATCH", object_id, f"versions/{version}", name="Validé")
    assert renamed.json()["name"] == "Validé"
    assert (await send(rooms, "PATCH", object_id, f"versions/{version}", name="   ")).status_code == 422
    assert (await send(rooms, "PATCH", object_id, f"versions/{version}", name="x" * 256)).status_code == 422
    assert (await send(rooms, "DELETE", object_id, f"versions/{version}")).status_code == 204
    for method in ("PATCH", "DELETE"):
        gone = await send(
            rooms, method, object_id, f"versions/{version}", **{"name": "x"} if method == "PATCH" else {}
        )
        assert gone.status_code == 404
    assert (await get(rooms, object_id, "history?named=true"))["entries"] == []
    assert (await send(rooms, "POST", object_id, "restore", seq=3)).status_code == 200


async def test_named_versions_page_through(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    await type_in_turns(rooms, "a.txt", 3)
    for seq in range(2, 7):
        await send(rooms, "POST", object_id, "versions", name=f"v{seq}", seq=seq)
    first = await get(rooms, object_id, "history?named=true&limit=3")
    rest = await get(rooms, object_id, f"history?named=true&limit=3&before={first['before']}")
    assert [e["name"] for e in first["entries"] + rest["entries"]] == ["v6", "v5", "v4", "v3", "v2"]
    assert rest["before"] is None


async def test_a_comparison_says_what_became_of_each_cell(rooms):
    object_id = await rooms.file("a.ipynb", notebook("one", "two", "three"), bob="editor")
    value = (await rooms.host.content(object_id)).value
    cells = value["cells"]
    cells[0]["source"] = "one and more"
    cells[2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3\n"}]
    value["cells"] = [*cells[:1], cells[2]]
    await rooms.host.write(object_id, value, actor("bob"), base_seq=None)
    found = await get(rooms, object_id, "comparison?base=1&seq=2")
    assert found["counts"] == {"added": 0, "removed": 1, "changed": 2, "moved": 0}
    assert [(cell["op"], cell.get("outputs", False)) for cell in found["cells"]] == [
        ("changed", False), ("removed", False), ("changed", True),
    ]  # fmt: skip
    assert found["cells"][0]["lines"][0]["parts"][1] == {"op": "added", "text": " and more", "author": "bob"}
    assert found["cells"][2]["outputs_after"] == [{"kind": "text", "text": "3", "size": 1}]
    assert (found["people"][0]["author"], found["credited"]) == ("bob", True)
    now = await get(rooms, object_id, "comparison?base=1")
    assert (now["seq"], now["cells"]) == (2, found["cells"])
    assert (await get(rooms, object_id, "comparison?base=2"))["counts"] == {
        "added": 0, "removed": 0, "changed": 0, "moved": 0,
    }  # fmt: skip


async def test_of_two_writers_each_part_is_told_when_asked_for(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    await type_in_turns(rooms, "a.txt", 1)
    plain = await get(rooms, object_id, "comparison?base=1")
    assert not plain["credited"]
    found = await get(rooms, object_id, "comparison?base=1&credits=true")
    assert [(p["op"], p.get("author")) for line in found["lines"] for p in line["parts"]] == [
        ("same", None), ("added", "alice"), ("added", "bob"),
    ]  # fmt: skip


async def test_one_cell_is_brought_back_and_the_rest_stays(rooms):
    object_id = await rooms.file("a.ipynb", notebook("one", "two"), bob="editor")
    value = (await rooms.host.content(object_id)).value
    first, second = value["cells"]
    first["source"] = "ONE"
    value["cells"] = [first]
    await rooms.host.write(object_id, value, actor("bob"), base_seq=None)
    page = await open_page(rooms, "a.ipynb", "bob")
    back = await send(rooms, "POST", object_id, "restore", seq=1, cell=second["id"])
    assert back.json() == {"seq": 3}
    await until(lambda: [str(cell["source"]) for cell in page.cells] == ["ONE", "two"])
    back = await send(rooms, "POST", object_id, "restore", seq=1, cell=first["id"])
    await until(lambda: [str(cell["source"]) for cell in page.cells] == ["one", "two"])
    assert (await send(rooms, "POST", object_id, "restore", seq=1, cell="nowhere")).status_code == 404
    text = await rooms.file("b.txt", "x")
    await rooms.host.open(Ref("file", text))
    assert (await send(rooms, "POST", text, "restore", seq=1, cell="a")).status_code == 422
    await page.close()


async def test_what_a_version_held_can_be_read(rooms):
    object_id = await rooms.file("a.ipynb", notebook("one", "two"), bob="editor")
    found = await get(rooms, object_id, "history/1")
    assert [cell["source"] for cell in found["cells"]] == ["one", "two"]
    name = found["cells"][1]["id"]
    assert [cell["source"] for cell in (await get(rooms, object_id, f"history/1?cell={name}"))["cells"]] == [
        "two"
    ]
    for number in ("2", "99999999999", "x", "-1", "1.5", "%00", "९"):
        assert (await send(rooms, "GET", object_id, f"history/{number}")).status_code in {404, 422}


async def test_who_may_do_what(rooms):
    object_id = await rooms.file("a.txt", "start", bob="editor", carol="reader", dave="commenter")
    version = (await send(rooms, "POST", object_id, "versions", "bob", name="v")).json()["id"]
    looks = ("history", "history/1", "comparison?base=0", "blame")
    acts = (
        ("POST", "versions", {"name": "w"}, 201),
        ("PATCH", f"versions/{version}", {"name": "x"}, 200),
        ("POST", "restore", {"seq": 1}, 200),
        ("DELETE", f"versions/{version}", {}, 204),
    )
    for name, sees, does in (
        ("", 401, 401),
        ("mallory", 404, 404),
        ("carol", 200, 403),
        ("dave", 200, 403),
        ("bob", 200, 0),
    ):
        for what in looks:
            assert (await send(rooms, "GET", object_id, what, name)).status_code == sees, (name, what)
        for method, what, body, done in acts:
            answer = await send(rooms, method, object_id, what, name, **body)
            assert answer.status_code == (does or done), (name, what, answer.text)
            if answer.status_code >= 400:
                assert answer.json()["detail"].endswith(".")


async def test_rubbish_is_refused_with_a_sentence(rooms):
    object_id = await rooms.file("a.txt", "start")
    await rooms.host.open(Ref("file", object_id))
    for what in (
        "history?grain=week", "history?limit=0", "history?before=-1", "history?limit=501", "history?named=maybe",
        "comparison?base=-1", "comparison?base=5", "comparison?seq=7", "comparison?base=x", "comparison?more=1",
        "comparison?base=99999999999999999999",
    ):  # fmt: skip
        answer = await send(rooms, "GET", object_id, what)
        assert answer.status_code == 422, what
        assert answer.json()["detail"]
    for body in ({"seq": 0}, {"seq": -1}, {"seq": "1"}, {}, {"seq": 1, "cell": 5}):
        assert (await send(rooms, "POST", object_id, "restore", **body)).status_code == 422, body
    assert len(await rows(rooms, object_id)) == 1


async def test_twice_at_once_makes_two_changes_and_one_content(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    await type_in_turns(rooms, "a.txt", 2)
    answers = await asyncio.gather(
        *(send(rooms, "POST", object_id, "restore", name, seq=2) for name in ("alice", "bob"))
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (await rooms.host.content(object_id)).value == "start a0 "


async def test_merged_history_says_which_states_are_known(quick):
    object_id = await quick.file("a.txt", "start ", bob="editor")
    await type_in_turns(quick, "a.txt", 4)
    await send(quick, "POST", object_id, "versions", name="v", seq=5)
    async with quick.workspace.db.unit(SYSTEM) as work:
        await work.execute(update(changes).values(at=1))
        await work.execute(update(live_objects).values(created_at=1))
    await compact_old(quick.workspace)
    found = (await get(quick, object_id, "history?grain=author"))["entries"]
    known = {entry["seq"]: entry["exact"] for entry in found}
    assert known[5] is known[9] is True
    assert False in known.values()
    compared = await get(quick, object_id, "comparison?base=6&seq=9")
    assert compared["base"] == 5
    vague = next(seq for seq, exact in known.items() if not exact)
    assert (await send(quick, "GET", object_id, f"comparison?base=0&seq={vague}")).status_code == 422


async def test_checkpoints_stay_where_the_log_is_long(quick):
    object_id = await quick.file("a.txt", "x")
    live = await quick.host.open(Ref("file", object_id))
    for seq in range(500, 20_500, 500):
        await store.keep_snapshot(quick.workspace, object_id, live.epoch, seq, b"\0\0")

    async def kept(work: Work) -> list[int]:
        snapshots = store.snapshots
        mine = snapshots.c.object_id == object_id
        return [row.seq for row in await work.all(snapshots.select().where(mine).order_by(snapshots.c.seq))]

    async with quick.workspace.db.read(SYSTEM) as work:
        found = await kept(work)
    assert found[-3:] == [19_000, 19_500, 20_000]
    assert found[:-3] == [500, *range(2000, 19_000, 2000)]
