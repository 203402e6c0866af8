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


async def test_nothing_doubles_and_nothing_is_silently_replaced(make_server, tmp_path: Path) -> None:
    old = make_server("--demo", name="old").start()
    alice = old.login("alice")
    path = "Finances/budget-2027.csv"
    opened = session(alice, path)
    page = await page_of(old, alice, opened).open()
    welcome = await pushed(old, alice)
    stop = asyncio.Event()

    async def type_on() -> None:
        number = 0
        while not stop.is_set():
            await page.type(f" w{number}")
            number += 1
            await asyncio.sleep(0.02)

    typing = asyncio.create_task(type_on())
    await until(lambda: len(page.acks) > 20)
    safe = len(page.acks) - 5
    backup = tmp_path / "backup"
    done = await asyncio.to_thread(openpaas, "backup", "--data-dir", str(old.data_dir), str(backup))
    assert "Saved: " in done.stderr
    assert backup.stat().st_mode & 0o777 == 0o600
    later = len(page.acks)
    await until(lambda: len(page.acks) > later + 10)
    stop.set()
    await typing
    await page.acked()
    typed = marks(str(page))
    old.kill()
    await page.gone()
    page.edit(lambda p: p.text.insert(len(p.text), " OFFLINE"))

    new = make_server("--demo", name="new")
    openpaas("restore", "--data-dir", str(new.data_dir), str(backup))
    new.port = old.port
    new.start()
    # The page comes back with what it has: its session is over, and after a new login its history is another one.
    with pytest.raises(websockets.InvalidStatus):
        await page.open(wait=False)
    assert alice.get(f"{API}/me").status_code == 401
    again = new.login("alice")
    page.headers = cookies(again)
    await page.open(wait=False)
    code, reason = await page.gone()
    assert (code, "unknown_session" in reason) == (1003, True)
    assert marks(str(page)) == typed, "the page keeps its copy"
    resumed = await pushed(new, again, resume={"epoch": welcome["epoch"], "seq": welcome["seq"]})
    assert resumed["resumed"] is False
    assert resumed["epoch"] != welcome["epoch"]

    reopened = session(again, path)
    assert reopened["fileId"] == opened["fileId"]
    assert reopened["sessionId"] != opened["sessionId"]
    fresh = await page_of(new, again, reopened).open()
    kept = marks(str(fresh))
    assert kept == typed[: len(kept)], "each once, in order, none left out"
    assert safe <= len(kept) < len(typed)
    assert "OFFLINE" not in str(fresh)
    await fresh.type(" w999999")
    await fresh.acked()
    await fresh.close()

    async def on_disk() -> str:
        (file,) = (new.data_dir / "files").rglob("budget-2027.csv")
        return file.read_text()

    async with asyncio.timeout(30):
        while marks(await on_disk()) != [*kept, 999999]:  # noqa: ASYNC110  (a disk tells nobody)
            await asyncio.sleep(0.2)
    assert again.get(f"{API}/events/verify").json()["ok"] is True
    history = again.get(f"{API}/files/{opened['fileId']}/history").json()
    assert {entry["author_kind"] for entry in history["entries"]} <= {"member", "system"}
    listed = [
        entry["name"] for entry in again.get(f"{API}/files", params={"path": "Finances"}).json()["entries"]
    ]
    assert len(listed) == len(set(listed))
    new.stop()
