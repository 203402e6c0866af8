"""Notebooks of members on a real server that has an index of packages, and the lists of hosts."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from openpaas_workspace.core.i18n import translator
from tests.conftest import Server
from tests.kernels.test_server import run

API = "/api/workspace/v1"


Opens = Callable[..., Any]
TUNNEL = """
import http.client
def tunnel(host, port, path='/hello'):
    client = http.client.HTTPConnection('127.0.0.1', 3128, timeout=30)
    client.set_tunnel(host, port)
    try:
        client.request('GET', path)
        return client.getresponse().read()
    except OSError as error:
        return type(error).__name__, str(error)
"""
PROXIED = """
import http.client
def proxied(url, method='GET', **headers):
    client = http.client.HTTPConnection('127.0.0.1', 3128, timeout=30)
    client.request(method, url, headers=headers)
    answer = client.getresponse()
    return answer.status, answer.read()
"""


class Notebook:
    """A member with a kernel."""

    def __init__(self, client: httpx.Client, kernel: str, channel: Any) -> None:
        self.client, self.kernel, self.channel = client, kernel, channel

    async def run(self, code: str) -> str:
        said = await run(self.channel, code)
        return re.sub(r"\x1b\[[0-9;]*m", "", said["stdout"] + said["stderr"]).strip()

    async def restart(self) -> None:
        self.client.post(f"/api/kernels/{self.kernel}/restart").raise_for_status()
        for _ in range(20):
            # A request that was sent while the channels were joined again is answered by nobody.
            with suppress(TimeoutError):
                async with asyncio.timeout(5):
                    if await self.run("print('here')") == "here":
                        return
        raise AssertionError("it did not come back")


class Lists:
    """The lists of hosts, through the pages' own routes."""

    def __init__(self, demo: Server) -> None:
        self.demo = demo
        self.alice = demo.login("alice")

    def space(self, who: str, name: str) -> str:
        with self.demo.login(who) as client:
            spaces = client.get(f"{API}/spaces").json()
        return str(next(one["id"] for one in spaces if one["path"] == name))

    def ask(self, who: str, space: str, host: str) -> str:
        with self.demo.login(who) as client:
            body = {"host": host, "reason": "Packages."}
            answer = client.post(f"{API}/spaces/{self.space(who, space)}/egress", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def decide(self, host_id: str, state: str) -> None:
        answer = self.alice.patch(f"{API}/administration/egress/{host_id}", json={"state": state})
        assert answer.status_code == 200, answer.text

    def allow(self, who: str, space: str, host: str) -> str:
        host_id = self.ask(who, space, host)
        self.decide(host_id, "allowed")
        return host_id

    def reached(self, **fields: Any) -> list[dict[str, Any]]:
        """The facts in the log about connections of this kind, waited for."""
        for _ in range(600):
            events = self.alice.get(f"{API}/events", params={"type": "HostReached", "limit": 200}).json()[
                "events"
            ]
            found = [one for one in events if fields.items() <= (one | one["data"]).items()]
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"not in the log: {fields}")


def until(holds: Callable[[], bool]) -> None:
    """Wait for something."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("never")


def reason(sentence: str) -> str:
    """A sentence in French, as the answer of the proxy can hold it."""
    return translator("fr_FR").sentence(sentence).translate(str.maketrans("’“”", '\'""'))
