"""Two pages in a room of their own: how long an edit of one takes to the other, while something large happens elsewhere.

`python -m tests.realtime.probe URL ROOM SESSION HEADERS` edits 50 times a second; each line on its
standard input asks for the worst milliseconds since the last, and how many edits that were.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from urllib.parse import quote

from tests.realtime.page import Page

PAUSE = 0.02


class Probe:
    """Edits of another room, measured in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def worst(self) -> tuple[float, int]:
        """The worst milliseconds and the number of edits since the last question."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the probe ended")
        milliseconds, count = json.loads(line)
        return milliseconds, count


@contextlib.asynccontextmanager
async def probing(server, client, path: str, prefix: tuple[str, ...] = ()) -> AsyncIterator[Probe]:
    """A probe in the room of the text file at `path`."""
    url, room, session, headers = address(server, client, path, "file")
    command = [*prefix, sys.executable, "-m", "tests.realtime.probe", url, room, session, json.dumps(headers)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        yield Probe(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def address(server, client, path: str, kind: str) -> tuple[str, str, str, dict[str, str]]:
    """What a `Page` needs to open the room of a file in the name of a logged-in client."""
    body = {"type": kind, "format": "json" if kind == "notebook" else "text"}
    answer = client.put(f"/api/collaboration/session/{quote(path, safe='')}", json=body, timeout=120)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    cookies = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
    room = f"{found['format']}:{found['type']}:{found['fileId']}"
    return server.url, room, found["sessionId"], {"Cookie": cookies, "Origin": server.url}


class _Pages:
    def __init__(self, writer: Page, reader: Page) -> None:
        self._writer, self._reader = writer, reader
        self._took: list[float] = []
        self._since: float | None = None

    async def run(self) -> None:
        while True:
            before = len(self._reader.updates)
            self._since = time.perf_counter()
            await self._writer.type("x")
            while len(self._reader.updates) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            self._took.append(time.perf_counter() - self._since)
            self._since = None
            await asyncio.sleep(PAUSE)

    def take(self) -> tuple[float, int]:
        found, self._took = self._took, []
        waiting = time.perf_counter() - self._since if self._since is not None else 0.0
        return round(max([waiting, *found]) * 1000, 1), len(found)


async def main() -> None:
    url, room, session, headers = sys.argv[1:]
    pages = [await Page(url, room, session, json.loads(headers)).open() for _ in range(2)]
    measured = _Pages(*pages)
    editing = asyncio.create_task(measured.run())
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        if editing.done():
            editing.result()
        print(json.dumps(measured.take()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
