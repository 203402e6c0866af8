"""History: who, what, when; named versions, restore, authorship; the same before and after it is made short."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from openpaas_workspace.core.blobs import Blobs, sweep_blobs
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.models import changes, live_objects
from openpaas_workspace.realtime.service import heavy, store
from openpaas_workspace.realtime.service.compaction import compact, compact_old
from tests.realtime.house import actor, until
from tests.realtime.page import notebook, open_page
from tests.realtime.test_rooms import rows

NODE = Path(__file__).parent / "node"
API = "/api/workspace/v1/files"


async def get(rooms, object_id, what, name="alice"):
    answer = await rooms.request("GET", f"{API}/{object_id}/{what}", name)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def type_in_turns(rooms, path, turns=12):
    pages = {name: await open_page(rooms, path, name) for name in ("alice", "bob")}
    for turn in range(turns):
        for name, page in pages.items():
            await page.type(f"{name[0]}{turn} ")
            await page.acked()
            await until(lambda: str(pages["alice"]) == str(pages["bob"]))
    for page in pages.values():
        await page.close()
    return str(pages["alice"])


async def test_history_names_authors_and_versions_and_pages_through(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    await type_in_turns(rooms, "a.txt", 3)
    named = await rooms.request(
        "POST", f"{API}/{object_id}/versions", "bob", json={"name": "Première", "seq": 3}
    )
    assert named.status_code == 201
    found = await get(rooms, object_id, "history?grain=author")
    assert found["head"] == 7
    assert [(one["author"], one["count"]) for one in found["entries"]] == [
        ("bob", 1), ("alice", 1), ("bob", 1), ("alice", 1), ("bob", 1), ("alice", 1), ("system", 1),
    ]  # fmt: skip
    assert [(one["seq"], one["name"]) for one in found["entries"] if one["name"]] == [(3, "Première")]
    first = await get(rooms, object_id, "history?grain=author&limit=3")
    rest = await get(rooms, object_id, f"history?grain=author&limit=100&before={first['before']}")
    assert first["entries"] + rest["entries"] == found["entries"]


async def test_restore_is_a_new_change_and_pages_follow(rooms):
    object_id = await rooms.file("a.ipynb", notebook("one"), bob="editor")
    page = await open_page(rooms, "a.ipynb", "bob")
    page.edit(lambda p: p.cells[0]["source"].insert(0, "typed "))
    await page.flush()
    await page.acked()
    answer = await rooms.request("POST", f"{API}/{object_id}/restore", "alice", json={"seq": 1})
    assert answer.json() == {"seq": 3}
    await until(lambda: str(page.cells[0]["source"]) == "one")
    assert [row.author for row in await rows(rooms, object_id)] == ["system", "bob", "alice"]
    await rooms.request("POST", f"{API}/{object_id}/restore", "alice", json={"seq": 2})
    await until(lambda: str(page.cells[0]["source"]) == "typed one")
    missing = await rooms.request("POST", f"{API}/{object_id}/restore", "alice", json={"seq": 99})
    assert missing.status_code == 422
    await page.close()


def by_author(blame):
    """Runs of one author next to each other joined: what compaction must keep."""
    found = []
    for run in (run for part in blame["parts"] for run in part["runs"]):
        if found and found[-1][0] == run["author"]:
            found[-1][1] += run["text"]
        else:
            found.append([run["author"], run["text"]])
    return found


async def test_blame_versions_and_text_are_equal_before_and_after_compaction(rooms):
    object_id = await rooms.file("a.txt", "start ", bob="editor")
    text = await type_in_turns(rooms, "a.txt")
    live = await rooms.host.open(Ref("file", object_id))
    middle = live.seq // 2
    await rooms.request("POST", f"{API}/{object_id}/versions", "alice", json={"name": "v", "seq": middle})
    at_middle = (await rooms.host.state_at(live, middle)).hex()
    before = by_author(await get(rooms, object_id, "blame"))
    async with rooms.workspace.db.unit(SYSTEM) as work:
        await work.execute(update(changes).values(at=1))
        await work.execute(update(live_objects).values(created_at=1))
    count = len(await rows(rooms, object_id))
    await compact_old(rooms.workspace)
    merged = await rows(rooms, object_id)
    assert len(merged) < count / 3
    assert by_author(await get(rooms, object_id, "blame")) == before
    assert (await rooms.host.state_at(live, middle)).hex() == at_middle
    for _ in range(2):
        rooms.host.config.idle_unload = 0.0
        await until(lambda: not rooms.host.objects[Ref("file", object_id)].connections)
        await rooms.host.tidy()
        assert (await rooms.host.content(object_id)).value == text
        assert by_author(await get(rooms, object_id, "blame")) == before
    vague = await rooms.request("POST", f"{API}/{object_id}/restore", "alice", json={"seq": middle - 1})
    assert vague.status_code == 422
    await rooms.request("POST", f"{API}/{object_id}/restore", "alice", json={"seq": middle})
    page = await open_page(rooms, "a.txt", "alice")
    assert str(page) == text[: len(str(page))]
    assert len(str(page)) < len(text)
    await page.close()


async def test_an_hour_of_progress_and_many_keystrokes_stay_small(quick):
    """A short version of it: a bar that is drawn anew, and typing; stored at most five times the document."""
    object_id = await quick.file("a.ipynb", notebook("x"))
    page = await open_page(quick, "a.ipynb")
    for step in range(400):
        bar = f"{'#' * (step % 60)} {step}/400"
        page.edit(lambda p, b=bar: p.cells[0].update({"bar": b}))
        page.edit(lambda p: p.cells[0]["source"].insert(0, "k"))
        await page.flush()
    await page.acked(60)
    live = await quick.host.open(Ref("file", object_id))
    document = len(live.state.dump())
    await compact(quick.workspace, object_id, live.epoch, live.seq)
    size = func.sum(func.length(changes.c.data))
    async with quick.workspace.db.read(SYSTEM) as work:
        stored = await work.scalar(select(size).where(changes.c.object_id == object_id))
    assert stored <= 5 * document, (stored, document)
    await page.close()
    assert str((await quick.host.content(object_id)).value["cells"][0]["source"]).startswith("k" * 400)


async def test_yjs_in_node_reads_what_the_server_stored(rooms):
    """An independent reader: every row of the log, emoji and CJK from Python included."""
    object_id = await rooms.file("a.ipynb", notebook("import 📊", "日本語 é"), bob="editor")
    page = await open_page(rooms, "a.ipynb", "bob")
    page.edit(lambda p: p.cells[0]["source"].insert(0, "🎉漢字 "))
    await page.flush()
    await page.acked()
    value = (await rooms.host.content(object_id)).value
    value["cells"][1]["source"] = "日本📊語 é modifié"
    await rooms.host.write(object_id, value, actor("alice"), base_seq=None)
    await until(lambda: "modifié" in str(page.cells[1]["source"]))
    live = await rooms.host.open(Ref("file", object_id))
    listed = await store.all_changes(rooms.workspace, object_id, live.epoch, live.seq)
    asked = {"op": "notebook", "updates": [change.data.hex() for change in listed]}
    answer = await asyncio.to_thread(
        subprocess.run,
        ["node", "oracle.cjs"],
        cwd=NODE,
        input=json.dumps(asked) + "\n",
        text=True,
        capture_output=True,
        timeout=60,
        check=True,
    )
    read = json.loads(answer.stdout)["value"]
    assert [cell["source"] for cell in read["cells"]] == ["🎉漢字 import 📊", "日本📊語 é modifié"]
    assert [cell["source"] for cell in read["cells"]] == [str(cell["source"]) for cell in page.cells]
    await page.close()


def test_blobs_are_kept_once_checked_and_swept(tmp_path):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"hello")
    assert blobs.put(b"hello") == name
    assert blobs.get(name) == b"hello"
    assert blobs.sweep(lambda _: False) == 0
    assert blobs.sweep({name}.__contains__, grace=-1) == 0
    path = next(tmp_path.glob("blobs/*/*/*"))
    path.write_bytes(b"hallo")
    with pytest.raises(NotFound):
        blobs.get(name)
    assert blobs.sweep(lambda _: False, grace=-1) == 1
    for wrong in (name, "../../etc/passwd", "", name.upper()):
        with pytest.raises(NotFound):
            blobs.get(wrong)


async def test_the_sweeper_keeps_what_rows_name(rooms, tmp_path, monkeypatch):
    await rooms.file("a.ipynb", notebook("1"))
    page = await open_page(rooms, "a.ipynb")
    page.edit(lambda p: p.meta.update({"large": "x" * 400_000}))
    await page.flush()
    await page.acked()
    await page.close()
    monkeypatch.setattr("openpaas_workspace.core.blobs.GRACE", -10.0)
    stray = rooms.workspace.get(Blobs).put(b"nobody names me")
    await sweep_blobs(rooms.workspace)
    left = [path.name for path in tmp_path.glob("blobs/*/*/*")]
    assert len(left) == 1
    assert stray not in left


async def test_a_helper_answers_what_a_thread_does(quick, monkeypatch):
    """Structs that come back from a helper process, too."""
    object_id = await quick.file("a.ipynb", notebook("x = 1", "y = 2"), bob="editor")
    for name in ("alice", "bob"):
        page = await open_page(quick, "a.ipynb", name)
        page.edit(lambda p, name=name: p.cells[0]["source"].insert(0, f"# {name}\n"))
        await page.flush()
        await page.acked()
        await page.close()
    questions = [
        f"/api/workspace/v1/files/{object_id}/{path}" for path in ("comparison?base=1&credits=true", "blame")
    ]
    before = [(await quick.request("GET", path)).json() for path in questions]
    monkeypatch.setattr(heavy, "MANY", -1)
    after = [await quick.request("GET", path) for path in questions]
    assert [answer.status_code for answer in after] == [200, 200]
    assert [answer.json() for answer in after] == before
    assert {run["author"] for part in before[1]["parts"] for run in part["runs"]} == {
        "alice",
        "bob",
        "system",
    }
