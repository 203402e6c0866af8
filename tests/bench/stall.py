"""The longest that an edit in one room takes while a notebook of 50 MB is written, opened, joined, edited in another."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.peers import PINNED
from tests.conftest import Server
from tests.realtime.large import CONFIG, Day
from tests.realtime.probe import probing

ROUNDS = 3


async def _round(folder: Path) -> dict[str, Any]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    (data / "openpaas_config.py").write_text(CONFIG)
    server = Server(data, prefix=tuple(PINNED)).start()
    try:
        alice = server.login("alice")
        model = {"type": "file", "format": "text", "content": ""}
        alice.put("/api/contents/~/other.md", json=model).raise_for_status()
        found: dict[str, float] = {}
        async with probing(server, alice, "~/other.md", ("taskset", "-c", "1")) as probe:
            await asyncio.sleep(2)
            await probe.worst()
            async for step, _ in Day(server, alice).steps():
                worst, _count = await probe.worst()
                found[step] = max(worst, found.get(step, 0.0))
    finally:
        server.stop()
    return {"worst": max(found.values()), **found}


def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """The worst milliseconds of each step; a day is long, so that a few rounds are enough."""
    runs = []
    for _ in range(min(rounds, ROUNDS)):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(asyncio.run(_round(Path(folder))))
    return {"openpaas": runs}
