"""Makes a log short and is killed in the middle of its transaction: `python -m tests.sheets.killed URL FOLDER LOG`."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from openpaas_workspace.realtime.service import shortening
from tests.realtime.house import house
from tests.sheets.rooms import FAR, NearKind


def kill(_table: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, folder: str, log: str) -> None:
    async with house(url, Path(folder), people=False) as rooms:
        shortening.insert = kill
        await shortening.shorten(rooms.workspace, NearKind(rooms.workspace), log, FAR, always=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
