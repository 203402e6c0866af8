"""A sheet of one test's own, and people who work on it."""

import itertools
import json
import uuid
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import Server

API = "/api/workspace/v1"
PEOPLE = ("alice", "bob", "carol", "dave")


class Sheet:
    """In Finances: alice manages, bob edits, carol reads, dave is a stranger."""

    def __init__(self, server: Server, people: dict[str, httpx.Client], name: str = "") -> None:
        self.server = server
        self.people = people
        self.path = f"Finances/{name or 'sheet'} {uuid.uuid4().hex[:8]}.sheet"
        made = self.ask("alice", "POST", "/sheets", json={"path": self.path})
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]
        self.tab = made.json()["tabs"][0]["id"]
        self._numbers = itertools.count(1)

    def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        return self.people[who].request(method, f"{API}{path}", timeout=60, **more)

    def send(
        self, who: str, *, client: str = "", n: int | None = None, base_seq: int = 2**39, **what: Any
    ) -> httpx.Response:
        body = {
            "client": client or who,
            "n": next(self._numbers) if n is None else n,
            "base_seq": base_seq,
            **what,
        }
        return self.ask(who, "POST", f"/sheets/{self.id}/ops", json=body)

    def put(self, who: str, *cells: tuple[int, int, Any], **more: Any) -> dict[str, Any]:
        """Put inputs into cells (row id, column id); the outcome."""
        op = {"kind": "set_cells", "tab": self.tab, "cells": [list(cell) for cell in cells]}
        answer = self.send(who, op=op, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def type(self, who: str, *cells: tuple[int, int, str], locale: str = "fr", **more: Any) -> httpx.Response:
        """Type texts into cells."""
        typed = {"tab": self.tab, "cells": [list(cell) for cell in cells], "locale": locale}
        return self.send(who, typed=typed, **more)

    def step(self, who: str, word: str, n: int | None = None) -> httpx.Response:
        body = {"client": who, "n": next(self._numbers) if n is None else n}
        return self.ask(who, "POST", f"/sheets/{self.id}/{word}", json=body)

    def values(self, who: str = "carol", bottom: int = 10, right: int = 6) -> list[list[Any]]:
        """What the grid shows, row by row."""
        query = {"tab": self.tab, "bottom": bottom, "right": right}
        found = self.ask(who, "GET", f"/sheets/{self.id}/window", params=query)
        assert found.status_code == 200, found.text
        return [
            list(row) for row in zip(*(column["values"] for column in found.json()["columns"]), strict=True)
        ]

    def about(self, who: str = "carol") -> dict[str, Any]:
        return dict(self.ask(who, "GET", f"/sheets/{self.id}").json())


class Page:
    """A window on a sheet over its socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def any(self) -> dict[str, Any]:
        """The next frame, whatever it is."""
        return dict(json.loads(await self.socket.recv()))

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; others are passed over."""
        while True:
            frame = await self.any()
            if frame["type"] == kind:
                return frame


def open_page(sheet: Sheet, who: str) -> Any:
    """The socket of one more window."""
    cookie = "; ".join(f"{name}={value}" for name, value in sheet.people[who].cookies.items())
    return connect(
        f"{sheet.server.url.replace('http', 'ws')}{API}/sheets/{sheet.id}/socket",
        additional_headers={"Cookie": cookie, "Origin": sheet.server.url},
        max_size=None,
    )


async def greet(socket: ClientConnection, client: str, locale: str = "fr") -> tuple[Page, dict[str, Any]]:
    """Say hello; the page and its welcome."""
    page = Page(socket)
    await page.send(type="hello", client=client, locale=locale)
    return page, await page.next("welcome")


def workers(server: Server) -> list[psutil.Process]:
    """The processes that hold sheets, without their own children."""
    assert server.process is not None
    children = psutil.Process(server.process.pid).children()
    return [one for one in children if any("sheets.service.worker" in word for word in one.cmdline())]
