"""A process with a dispatcher of its own: publishes and numbers, then prints what its listener heard."""

import asyncio
import sys
from pathlib import Path

from openpaas_workspace.core.events import Event
from openpaas_workspace.kit.actors import SYSTEM
from tests.core.databases import open_workspace


class Stamped(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""

    n: int


async def main(url: str, folder: str, count: int, total: int) -> None:
    heard: list[int] = []
    async with open_workspace(url, Path(folder)) as workspace:
        done = asyncio.Event()

        async def listener(batch) -> None:
            heard.extend(event.seq for event in batch)
            if heard[-1] >= total:
                done.set()

        workspace.db.bus.listen("test", listener)
        print("ready", workspace.db.bus.head, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for n in range(count):
            async with workspace.db.unit(SYSTEM) as work:
                work.publish(Stamped(ref="test:x", n=n))
        await asyncio.wait_for(done.wait(), 60)
        print(*heard, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
