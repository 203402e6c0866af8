"""The drill: a server dies, its backup comes back elsewhere, while a page of the old one is still open."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.realtime.house import until
from tests.realtime.page import Page

API = "/api/workspace/v1"
PATH = "Finances/budget-2027.csv"


def openpaas(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openpaas_workspace.cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)


def cookies(client: httpx.Client) -> dict[str, str]:
    """What a browser sends with a socket."""
    pairs = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Cookie": pairs, "Origin": str(client.base_url).rstrip("/")}


def session(client: httpx.Client, path: str) -> dict:
    answer = client.put(f"/api/collaboration/session/{path}", json={"format": "text", "type": "file"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def page_of(server: Server, client: httpx.Client, opened: dict) -> Page:
    room = f"text:file:{opened['fileId']}"
    return Page(server.url, room, opened["sessionId"], cookies(client))


async def pushed(server: Server, client: httpx.Client, **hello) -> dict:
    url = f"{server.url.replace('http', 'ws')}{API}/push"
    async with websockets.connect(url, additional_headers=cookies(client)) as socket:
        await socket.send(json.dumps({"type": "hello", "client": "drill", **hello}))
        return json.loads(await socket.recv())


def marks(text: str) -> list[int]:
    return [int(word[1:]) for word in text.split() if word.startswith("w") and word[1:].isdigit()]


class Drill:
    """The old server with a page that types, the backup, the new server."""

    def __init__(self, make_server, folder: Path) -> None:
        self.old, self.new = make_server("--demo", name="old").start(), make_server("--demo", name="new")
        self.backup = folder / "backup"
        self.alice = self.old.login("alice")
        self.opened = session(self.alice, PATH)
        self.page = page_of(self.old, self.alice, self.opened)
        self.safe: int = 0

    async def type_through_a_backup(self) -> list[int]:
        """Numbers in order, without pause; the answer is what the page holds, and all of it was acknowledged."""
        stop = asyncio.Event()

        async def type_on() -> None:
            number = 0
            while not stop.is_set():
                await self.page.type(f" w{number}")
                number += 1
                await asyncio.sleep(0.02)

        typing = asyncio.create_task(type_on())
        await until(lambda: len(self.page.acks) > 20)
        self.safe = len(self.page.acks) - 5
        data_dir = str(self.old.data_dir)
        done = await asyncio.to_thread(openpaas, "backup", "--data-dir", data_dir, str(self.backup))
        assert "Saved: " in done.stderr
        assert self.backup.stat().st_mode & 0o777 == 0o600
        later = len(self.page.acks)
        await until(lambda: len(self.page.acks) > later + 10)
        stop.set()
        await typing
        await self.page.acked()
        return marks(str(self.page))

    async def restore_elsewhere(self) -> None:
        """The old server dies; the new one stands at its address, while the page types on without a connection."""
        self.old.kill()
        await self.page.gone()
        self.page.edit(lambda p: p.text.insert(len(p.text), " OFFLINE"))
        openpaas("restore", "--data-dir", str(self.new.data_dir), str(self.backup))
        self.new.port = self.old.port
        self.new.start()

    async def on_disk(self, wanted: list[int]) -> None:
        """The file holds these numbers, after a moment."""
        (file,) = (self.new.data_dir / "files").rglob(Path(PATH).name)
        async with asyncio.timeout(30):
            while marks(file.read_text()) != wanted:  # noqa: ASYNC110  (a disk tells nobody)
                await asyncio.sleep(0.2)


@pytest.mark.long
async def test_nothing_doubles_and_nothing_is_silently_replaced(make_server, tmp_path: Path) -> None:
    drill = Drill(make_server, tmp_path)
    page, new = await drill.page.open(), drill.new
    welcome = await pushed(drill.old, drill.alice)
    typed = await drill.type_through_a_backup()
    await drill.restore_elsewhere()

    # The page comes back with what it has: its session is over, and after a new login its history is another one.
    with pytest.raises(websockets.InvalidStatus):
        await page.open(wait=False)
    assert drill.alice.get(f"{API}/me").status_code == 401
    again = new.login("alice")
    page.headers = cookies(again)
    await page.open(wait=False)
    code, reason = await page.gone()
    assert (code, "unknown_session" in reason) == (1003, True)
    assert marks(str(page)) == typed, "the page keeps its copy"
    resumed = await pushed(new, again, resume={"epoch": welcome["epoch"], "seq": welcome["seq"]})
    assert resumed["resumed"] is False
    assert resumed["epoch"] != welcome["epoch"]

    reopened = session(again, PATH)
    assert reopened["fileId"] == drill.opened["fileId"]
    assert reopened["sessionId"] != drill.opened["sessionId"]
    fresh = await page_of(new, again, reopened).open()
    kept = marks(str(fresh))
    assert kept == typed[: len(kept)], "each once, in order, none left out"
    assert drill.safe <= len(kept) < len(typed)
    assert "OFFLINE" not in str(fresh)
    await fresh.type(" w999999")
    await fresh.acked()
    await fresh.close()
    await drill.on_disk([*kept, 999999])
    _is_whole(again, drill.opened["fileId"])
    new.stop()


def _is_whole(client: httpx.Client, file_id: str) -> None:
    """The log of events is unbroken, nobody wrote from outside, no name is there twice."""
    assert client.get(f"{API}/events/verify").json()["ok"] is True
    history = client.get(f"{API}/files/{file_id}/history").json()
    assert {entry["author_kind"] for entry in history["entries"]} <= {"member", "system"}
    folder = client.get(f"{API}/files", params={"path": "Finances"}).json()
    names = [entry["name"] for entry in folder["entries"]]
    assert len(names) == len(set(names))
