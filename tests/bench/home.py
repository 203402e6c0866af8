"""Home and search in a large workspace: 1,000 spaces, 100,000 files, 500 members; one of them sees everything."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.home.service.home import home
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.search.schemas import SearchQuery
from openpaas_workspace.search.service.finding import search
from tests.home.conftest import open_home
from tests.home.crowd import fill

EVERYTHING, LITTLE = "m0", "m7"
TYPED = ("b", "bud", "budget 12", "md")


def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Milliseconds at the server, by who asks."""
    return asyncio.run(_measure(rounds))


async def _measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    results: dict[str, list[dict[str, Any]]] = {"sees everything": [], "sees little": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_home(f"sqlite:///{folder}/home.db", folder) as world:
            await fill(world, members=500, spaces=1_000, files=100_000, events=20_000)
            for round_ in range(rounds + 1):
                for who, member in zip(results, (EVERYTHING, LITTLE), strict=True):
                    row = await _one(Acting(world.workspace, Actor(kind="member", id=member)))
                    if round_:  # the first fills the caches
                        results[who].append(row)
    return results


async def _one(who: Acting) -> dict[str, Any]:
    begin = time.process_time()
    row = {"home_ms": await _taken(lambda: home(who))}
    row["home_cpu_ms"] = round((time.process_time() - begin) * 1000, 1)
    for typed in TYPED:
        row[f"search {typed!r} ms"] = await _taken(lambda typed=typed: _search(who, typed))
    return row


async def _search(who: Acting, typed: str) -> None:
    async with who.workspace.db.read(who.actor) as work:
        await search(work, SearchQuery(q=typed))


async def _taken(call: Callable[[], Awaitable[Any]]) -> float:
    begin = time.perf_counter()
    await call()
    return round((time.perf_counter() - begin) * 1000, 1)
