"""A kernel of one shared file, in the real sandbox: what members write reaches it, what it writes reaches them."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.files.world import notebook
from tests.kernels.test_server import run

API = "/api/workspace/v1"
INSIDE = "/home/member/commun.ipynb"


def channels(server: Server, client: httpx.Client, kernel: str) -> Any:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return websockets.connect(
        f"{server.url.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=held",
        additional_headers={"Cookie": cookie, "Origin": server.url},
        open_timeout=60,
        max_size=None,
    )


def sources(client: httpx.Client) -> list[str]:
    answer = client.get("/api/contents/~/commun.ipynb", params={"content": "1"})
    assert answer.status_code == 200, answer.text
    return [cell["source"] for cell in answer.json()["content"]["cells"]]


@pytest.fixture(scope="module")
def shared(make_server: Callable[..., Server]) -> tuple[Server, httpx.Client, httpx.Client, str]:
    """Alice's notebook, open, that Bob may edit."""
    server = make_server("--demo", name="held").start()
    alice, bob = server.login("alice"), server.login("bob")
    made = alice.put(
        "/api/contents/~/commun.ipynb",
        json={"type": "notebook", "format": "json", "content": notebook("first")},
    )
    assert made.status_code in {200, 201}, made.text
    opened = alice.put(
        "/api/collaboration/session/~/commun.ipynb", json={"format": "json", "type": "notebook"}
    ).json()
    who = bob.get(f"{API}/me").json()["id"]
    grant = {"subject": f"member:{who}", "level": "editor"}
    answer = alice.put(f"{API}/objects/file:{opened['fileId']}/grants", json=grant)
    assert answer.status_code == 200, answer.text
    return server, alice, bob, opened["fileId"]


async def test_the_kernel_of_a_file_sees_what_members_write_and_they_what_it_writes(shared) -> None:
    server, alice, bob, _ = shared
    body = {"path": "~alice/commun.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    session = bob.post("/api/sessions", json=body)
    assert session.status_code == 201, session.text
    async with channels(server, bob, session.json()["kernel"]["id"]) as channel:
        assert "first" in (await run(channel, f"print(open({INSIDE!r}).read())"))["stdout"]
        for number in range(3):
            changed = {"type": "notebook", "format": "json", "content": notebook("first", f"typed {number}")}
            assert alice.put("/api/contents/~/commun.ipynb", json=changed).status_code == 200
            read = await run(channel, f"print(open({INSIDE!r}).read())")
            assert f"typed {number}" in read["stdout"], read
        write = (
            "import json\n"
            f"book = json.load(open({INSIDE!r}))\n"
            "book['cells'][0]['source'] = 'by the kernel'\n"
            f"open({INSIDE!r}, 'w').write(json.dumps(book))"
        )
        assert not (await run(channel, write))["stderr"]
        for _ in range(600):
            if sources(alice) == ["by the kernel", "typed 2"]:
                break
            await run(channel, "import time; time.sleep(0.1)")
        assert sources(alice) == ["by the kernel", "typed 2"]
        again = notebook("by the kernel", "typed after")
        assert (
            alice.put(
                "/api/contents/~/commun.ipynb", json={"type": "notebook", "format": "json", "content": again}
            ).status_code
            == 200
        )
        assert "typed after" in json.dumps(await run(channel, f"print(open({INSIDE!r}).read())"))
    bob.delete(f"/api/sessions/{session.json()['id']}")
