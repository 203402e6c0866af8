"""The history of a notebook of ten thousand changes: how long the list, an entry, who wrote what take, and
for how long the server's loop stands still meanwhile."""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from pycrdt import Array, Doc
from sqlalchemy import insert, update

from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.outside import merge_outside
from openpaas_workspace.realtime.models import changes, client_ids, live_objects
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.host import Host

CHANGES = 10_000
CELLS = 60
PEOPLE = ("alice", "bob", "carol", "dave")
_NOTHING = b"\0\0"
_TICK = 0.002


def written(count: int = CHANGES) -> list[tuple[str, bytes]]:
    """Authors and updates: a notebook with outputs, then single keys of four people all over it."""
    dice = random.Random(1)
    first = merge_outside(_NOTHING, _NOTHING, "notebook", _notebook())
    docs: list[Doc[Any]] = [Doc(client_id=number + 10) for number in range(len(PEOPLE))]
    for doc in docs:
        doc.apply_update(first)
    found = [("system", first)]
    while len(found) < count:
        number = dice.randrange(len(docs))
        doc = docs[number]
        made: list[bytes] = []
        heard = doc.observe(lambda event, made=made: made.append(event.update))  # type: ignore[misc]
        source = doc.get("cells", type=Array)[dice.randrange(CELLS)]["source"]
        length = len(str(source))
        at = dice.randrange(length)
        if dice.random() < 0.2:
            del source[at : at + 1]
        else:
            source.insert(at, dice.choice("abc defg\n"))
        doc.unobserve(heard)
        for other in docs:
            if other is not doc:
                other.apply_update(made[0])
        found.append((PEOPLE[number], made[0]))
    return found


def _notebook() -> dict[str, Any]:
    output = {"output_type": "stream", "name": "stdout", "text": "0.123 " * 300}
    cell = {"cell_type": "code", "source": "import pandas as pd\n" * 10, "metadata": {}, "outputs": [output]}
    cells = [{**cell, "id": f"c{number}", "execution_count": number} for number in range(CELLS)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


async def fill(house: Any, object_id: str, log: list[tuple[str, bytes]]) -> None:
    """Write the log into the database as if it had come over days, with the snapshots that the server keeps."""
    live = await house.host.open(Ref("file", object_id))
    epoch, fence = live.epoch, live.head.fence
    await house.host.forget(object_id, "filled")
    host: Host = house.host
    state: Doc[Any] = Doc()
    began = now() - len(log) * 20_000
    rows = []
    for seq, (author, data) in enumerate(log, 1):
        # Sessions of two hundred changes, an hour apart.
        at = began + seq * 2_000 + seq // 200 * 3_600_000
        kind = "import" if seq == 1 else "update"
        who = {"author": author, "author_kind": "member" if seq > 1 else "system", "behalf": ""}
        about = {"object_id": object_id, "seq": seq, "first_seq": seq, "epoch": epoch, "session": author}
        rows.append({**about, **who, "kind": kind, "data": data, "blob": None, "at": at})
    owners = [
        {"object_id": object_id, "epoch": epoch, "client_id": number + 10, "member_id": name}
        for number, name in enumerate(PEOPLE)
    ]
    async with host.workspace.db.unit(house.actor) as work:
        await work.execute(changes.delete().where(changes.c.object_id == object_id))
        await work.execute(client_ids.delete().where(client_ids.c.object_id == object_id))
        await work.execute(insert(changes), rows)
        await work.execute(insert(client_ids), owners)
        moved = update(live_objects).where(live_objects.c.id == object_id)
        await work.execute(moved.values(head_seq=len(log), fence=fence))
    for seq, (_, data) in enumerate(log, 1):
        state.apply_update(data)
        if seq % host.config.snapshot_changes == 0:
            await store.keep_snapshot(host.workspace, object_id, epoch, seq, state.get_update())


class Loop:
    """Watches how long the event loop stands still."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def watch(self) -> None:
        """Tick for ever; remember the longest pause beyond a tick."""
        last = time.perf_counter()
        while True:
            await asyncio.sleep(_TICK)
            moment = time.perf_counter()
            self.worst = max(self.worst, moment - last - _TICK)
            last = moment


def _ask(url: str, object_id: str, head: int, rounds: int) -> dict[str, float]:
    with httpx.Client(base_url=f"{url}/api/workspace/v1/files/{object_id}", timeout=60) as client:
        client.headers["X-Member"] = "alice"

        def timed(path: str) -> float:
            begin = time.perf_counter()
            client.get(path).raise_for_status()
            return (time.perf_counter() - begin) * 1000

        timed("/history?limit=1")
        dice = random.Random(2)
        starts = [dice.randrange(1, head - 200) for _ in range(rounds)]
        questions = {
            "list": ["/history?limit=50" for _ in starts],
            "older": [f"/history?limit=50&before={seq}" for seq in starts],
            "steps": [f"/history?grain=step&after={seq}&before={seq + 200}" for seq in starts],
            "entry": [f"/comparison?base={seq}&seq={seq + 200}" for seq in starts],
            "now": [f"/comparison?base={seq}" for seq in starts],
            "credits": [f"/comparison?base={seq}&seq={seq + 200}&credits=true" for seq in starts],
            "blame": ["/blame" for _ in starts],
        }
        return {
            f"{name}_ms": round(statistics.median(timed(path) for path in paths), 1)
            for name, paths in questions.items()
        }


async def _run(rounds: int) -> dict[str, float]:
    from tests.realtime.house import actor, house

    log = written()
    with tempfile.TemporaryDirectory() as folder:
        async with house(f"sqlite:///{folder}/bench.sqlite", Path(folder)) as rooms:
            rooms.actor = actor("alice")
            object_id = await rooms.file("a.ipynb", {"cells": [], "metadata": {}, "nbformat": 4})
            await fill(rooms, object_id, log)
            loop = Loop()
            watch = asyncio.create_task(loop.watch())
            found = await asyncio.to_thread(_ask, rooms.url, object_id, len(log), rounds)
            watch.cancel()
            return {**found, "loop_worst_ms": round(loop.worst * 1000, 1)}


def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """One run of all questions; each figure is already the median of `rounds` of them."""
    return {"openpaas": [asyncio.run(_run(rounds))]}
