"""Ten writers on one notebook while the server is killed (-9) at random moments and started again."""

import asyncio
import json
import os
import random
from urllib.parse import quote

import pytest

from tests.chaos.writer import TOKEN, Writer
from tests.realtime.page import notebook

KILLS = int(os.environ.get("OPENPAAS_KILLS", "2"))
SEED = int(os.environ.get("OPENPAAS_SEED", "20261123"))
PEOPLE = ("alice", "bob", "carol", "dave")
PATH = "~/chaos.ipynb"


def prepare(server):
    """A notebook of alice that the others may edit; (session, cookies by name, ids by name)."""
    clients = {name: server.login(name) for name in PEOPLE}
    alice = clients["alice"]
    made = alice.put(
        f"/api/contents/{PATH}",
        json={"type": "notebook", "format": "json", "content": notebook("start", "second")},
    )
    assert made.status_code in {200, 201}, made.text
    session = alice.put(
        f"/api/collaboration/session/{quote(PATH, safe='')}", json={"format": "json", "type": "notebook"}
    ).json()
    ids = {name: client.get("/api/workspace/v1/me").json()["id"] for name, client in clients.items()}
    for name in PEOPLE[1:]:
        answer = alice.put(
            f"/api/workspace/v1/objects/file:{session['fileId']}/grants",
            json={"subject": f"member:{ids[name]}", "level": "editor"},
        )
        assert answer.status_code == 200, answer.text
    return clients, session, ids


def page_of(server, clients, session, number, seed):
    name = PEOPLE[number % len(PEOPLE)]
    cookies = "; ".join(f"{key}={value}" for key, value in clients[name].cookies.items())
    room = f"json:notebook:{session['fileId']}"
    return Writer(
        server.url,
        room,
        session["sessionId"],
        {"Cookie": cookies, "Origin": server.url},
        name=name,
        number=number,
        seed=seed,
    )


async def outside(server, writers, number):
    """While nobody types, a program changes the file on disk and moves it away and back."""
    for writer in writers:
        writer.paused = True
    await asyncio.gather(*(writer.settle(120) for writer in writers))
    assert (await writers[0].save(1000 + number))["status"] == "success"
    path = next((server.data_dir / "files").glob("*/chaos.ipynb"))
    token = f"<{99}.{number}>"
    content = json.loads(path.read_text())
    content["cells"].append({"cell_type": "raw", "id": f"outside-{number}", "metadata": {}, "source": token})
    path.write_text(json.dumps(content, indent=1))
    async with asyncio.timeout(120):
        while not all(token in writer.tokens() for writer in writers):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    moved = path.with_name("moved.ipynb")
    for source, target in ((path, moved), (moved, path)):
        source.rename(target)
        await asyncio.sleep(1.0)
    for writer in writers:
        writer.paused = False
    return token


async def storm(server, writers, kills):
    """Kill and start again while everybody writes; answers what came from outside."""
    strange = []
    rnd = random.Random(SEED)
    tasks = [asyncio.create_task(writer.run()) for writer in writers]
    for number in range(kills):
        before = [writer.reconnects for writer in writers]
        await asyncio.sleep(rnd.uniform(0.2, 2.0))
        server.kill()
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(120):
            while any(w.reconnects <= b for w, b in zip(writers, before, strict=True)):
                for task in tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.02)
        if number % 5 == 0:
            strange.append(await outside(server, writers, number))
    await asyncio.sleep(0.5)
    for writer in writers:
        writer.stopping = True
    await asyncio.gather(*tasks)
    await asyncio.gather(*(writer.settle(120) for writer in writers))
    return strange


@pytest.mark.timeout(120 + 60 * KILLS)
async def test_every_acknowledged_change_is_there_once_with_its_author(make_server):
    server = make_server("--demo", name="chaos").start()
    clients, session, ids = prepare(server)
    writers = [page_of(server, clients, session, number, SEED + number) for number in range(10)]
    for writer in writers:
        await writer.open()
    strange = await storm(server, writers, KILLS)

    expected = sorted([*strange, *(token for writer in writers for token in writer.written)])
    cells = {"cell-0", "cell-1", *(cell for writer in writers for cell in writer.made_cells)}
    cells |= {f"outside-{token[4:-1]}" for token in strange}
    async with asyncio.timeout(60):
        while len({tuple(writer.tokens()) for writer in writers}) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    for writer in writers:
        assert writer.acked_tokens == writer.written
        assert sorted(writer.tokens()) == expected
        found = [str(cell["id"]) for cell in writer.cells]
        assert len(found) == len(set(found))
        assert set(found) == cells

    reader = clients["alice"]
    content = reader.get(f"/api/contents/{PATH}").json()["content"]
    ours = ["".join(cell["source"]) for cell in content["cells"]]
    assert ours == [str(cell["source"]) for cell in writers[0].cells]
    blame = reader.get(f"/api/workspace/v1/files/{session['fileId']}/blame").json()
    author = {f"<{writer.number}": ids[writer.name] for writer in writers}
    seen = []
    for part in blame["parts"]:
        for run in part["runs"]:
            for token in TOKEN.findall(run["text"]):
                by = author.get(token.partition(".")[0])
                assert run["author"] == by or (by is None and run["author"] not in ids.values()), token
                seen.append(token)
    assert sorted(seen) == expected
    history = reader.get(f"/api/workspace/v1/files/{session['fileId']}/history?limit=500").json()
    assert sum(entry["count"] for entry in history["entries"]) <= history["head"]
    for writer in writers:
        await writer.close()
    server.stop()
    assert min(writer.reconnects for writer in writers) >= KILLS
