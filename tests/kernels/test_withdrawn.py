"""A kernel, and a page's way to it, end with the right behind it, however that right was held."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.files.world import notebook
from tests.kernels.test_held import channels
from tests.kernels.test_server import run

API = "/api/workspace/v1"


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="withdrawn").start()


def kernel_of(client: httpx.Client, path: str) -> str:
    content = {"type": "notebook", "format": "json", "content": notebook("1")}
    client.put(f"/api/contents/{path}", json=content).raise_for_status()
    body = {"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    made = client.post("/api/sessions", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["kernel"]["id"])


async def ended(channel: Any) -> int:
    """The code with which the page's connection is closed."""
    async with asyncio.timeout(60):
        try:
            while True:
                await channel.recv()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


async def test_who_leaves_a_group_leaves_its_kernels(demo: Server) -> None:
    alice, bob = demo.login("alice"), demo.login("bob")
    name = f"Groupe {uuid.uuid4().hex[:6]}"
    space = alice.post(f"{API}/spaces", json={"name": name}).json()
    group = alice.post(f"{API}/groups", json={"name": name}).json()["id"]
    who = bob.get(f"{API}/me").json()["id"]
    member = f"{API}/groups/{group}/members/{who}"
    assert alice.put(member).status_code < 300
    grant = {"subject": f"group:{group}", "level": "editor"}
    assert alice.put(f"{API}/objects/{space['ref']}/grants", json=grant).status_code < 300
    kernel = kernel_of(bob, f"{name}/a.ipynb")
    theirs = kernel_of(alice, f"{name}/b.ipynb")
    async with channels(demo, bob, kernel) as one, channels(demo, bob, theirs) as other:
        assert (await run(one, "print(1)"))["stdout"] == "1\n"
        assert alice.delete(member).status_code < 300
        assert await ended(one) in {4403, 1000}
        assert await ended(other) == 4403
    # What others started goes on.
    async with channels(demo, alice, theirs) as channel:
        assert (await run(channel, "print(2)"))["stdout"] == "2\n"


async def test_a_disabled_member_has_no_kernel_any_more(demo: Server) -> None:
    alice, carol = demo.login("alice"), demo.login("carol")
    kernel = kernel_of(carol, "~/a.ipynb")
    who = carol.get(f"{API}/me").json()["id"]
    async with channels(demo, carol, kernel) as channel:
        forever = "import threading, time\ndef go():\n    while True:\n        open('n', 'a').write('.'); time.sleep(0.05)\nthreading.Thread(target=go).start()"
        assert not (await run(channel, forever))["stderr"]
        assert alice.post(f"{API}/members/{who}/disable").status_code < 300
        await ended(channel)
    try:
        home = demo.data_dir
        counts = [path for path in home.rglob("n") if path.is_file()]
        assert counts
        # Its end may meet a write: what counts is that the file grows no more.
        size, before = counts[0].stat().st_size, -1
        async with asyncio.timeout(60):
            while size != before:
                await asyncio.sleep(0.5)
                before, size = size, counts[0].stat().st_size
    finally:
        assert alice.post(f"{API}/members/{who}/enable").status_code < 300
