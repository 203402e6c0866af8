"""A notebook of 50 MB of outputs, and what a day does to it."""

import asyncio
import base64
import json
import random
import time
from collections.abc import AsyncIterator

from pycrdt import Map

from openpaas_workspace.realtime.engine import frames
from tests.realtime.page import Page, notebook
from tests.realtime.probe import address

PATH = "~/large.ipynb"
PATIENCE = 120.0  # how long a step takes is not what is measured
# Unloaded soon; and a test that is busy with 50 MB of JSON itself answers no pings meanwhile.
CONFIG = """
c.Realtime.idle_unload = 3.0
c.Realtime.heartbeat = 120.0
c.Realtime.silence = 300.0
"""


def large(megabytes: int) -> dict:
    """A notebook whose outputs are pictures of half a megabyte."""
    value, rnd = notebook("start"), random.Random(1)
    for number in range(megabytes * 2):
        picture = base64.b64encode(rnd.randbytes(375_000)).decode()
        data = {"image/png": picture, "text/plain": "<Figure>"}
        output = {"output_type": "display_data", "metadata": {}, "data": data}
        cell = notebook(f"plot({number})")["cells"][0]
        value["cells"].append({**cell, "id": f"plot-{number}", "outputs": [output]})
    return value


class Day:
    """One large notebook of alice on a running server."""

    def __init__(self, server, client, megabytes: int = 50) -> None:
        self._server, self._client, self._size = server, client, megabytes
        self.pages: list[Page] = []
        self._saves = 0

    async def steps(self) -> AsyncIterator[tuple[str, float]]:
        """Do one thing after another; each gives its name and how many seconds it took."""
        for step in (
            self.put, self.open, self.join, self.join, self.edit, self.save, self.grow, self.read,
            self.write, self.outside, self.blame, self.name, self.leave, self.reopen,
        ):  # fmt: skip
            begin = time.perf_counter()
            await step()
            yield step.__name__, time.perf_counter() - begin

    async def put(self) -> None:
        """A script writes the file."""
        model = {"type": "notebook", "format": "json", "content": large(self._size)}
        await self._ask("PUT", f"/api/contents/{PATH}", content=json.dumps(model))

    async def open(self) -> None:
        """The first page opens it: its log begins."""
        self.address = await asyncio.to_thread(address, self._server, self._client, PATH, "notebook")
        self._id = self.address[1].rpartition(":")[2]

    async def join(self) -> None:
        self.pages.append(await Page(*self.address).open())
        assert len(self.pages[-1].cells) == 2 * self._size + 1

    async def edit(self) -> None:
        one, other = self.pages
        for _ in range(20):
            one.edit(lambda page: page.cells[0]["source"].insert(0, "y"))
            await one.flush()
        await one.acked(PATIENCE)
        await self._see(other, "y" * 20 + "start")

    async def save(self) -> None:
        self._saves += 1
        assert self.pages[0].closed is None
        await self.pages[0].send(frames.save(self._saves))
        answer = await self.pages[0].raw(lambda raw: raw.get("responseTo") == self._saves, PATIENCE)
        assert answer["status"] == "success"

    async def grow(self) -> None:
        """One output of five megabytes more, in one message."""
        picture = base64.b64encode(random.Random(2).randbytes(3_700_000)).decode()
        output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}
        self.pages[0].edit(lambda page: page.cells[1]["outputs"].append(Map(output)))
        await self.pages[0].flush()
        await self.pages[0].acked(PATIENCE)

    async def read(self) -> None:
        """A script reads it."""
        answer = await self._ask("GET", f"/api/contents/{PATH}?content=1")
        self._model = answer.json()
        assert self._model["content"]["cells"][0]["source"] == "y" * 20 + "start"
        assert len(self._model["content"]["cells"][1]["outputs"]) == 2

    async def write(self) -> None:
        """A script writes it, while it is open."""
        self._model["content"]["cells"][0]["source"] = "by script"
        body = {key: self._model[key] for key in ("type", "format", "content", "version")}
        await self._ask("PUT", f"/api/contents/{PATH}", content=json.dumps(body))
        await self._see(self.pages[1], "by script")

    async def outside(self) -> None:
        """A program writes the file on disk."""
        await self.save()
        path = next((self._server.data_dir / "files").glob("*/large.ipynb"))
        value = json.loads(path.read_text())
        value["cells"][0]["source"] = "from outside"
        path.write_text(json.dumps(value, indent=1))
        await self._see(self.pages[1], "from outside")

    async def blame(self) -> None:
        await self._ask("GET", f"/api/workspace/v1/files/{self._id}/blame")

    async def name(self) -> None:
        await self._ask("POST", f"/api/workspace/v1/files/{self._id}/versions", json={"name": "one"})

    async def leave(self) -> None:
        for page in self.pages:
            await page.close()
        self.pages.clear()
        await asyncio.sleep(10)  # the server was told to unload it after a few seconds

    async def reopen(self) -> None:
        await self.open()
        await asyncio.gather(*(self._one() for _ in range(4)))

    async def _one(self) -> None:
        page = await Page(*self.address).open()
        assert str(page.cells[0]["source"]) == "from outside"
        await page.close()

    async def _see(self, page: Page, text: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while str(page.cells[0]["source"]) != text:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def _ask(self, method: str, path: str, **more):
        answer = await asyncio.to_thread(self._client.request, method, path, timeout=PATIENCE, **more)
        assert answer.status_code < 300, answer.text[:500]
        return answer
