"""PostgreSQL ends the server's connections while people write: every change once, by who sent it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from tests.conftest import Server
from tests.core.databases import POSTGRES, database_url, postgres_is_here
from tests.sheets.sheet import PEOPLE, Sheet

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not postgres_is_here(), reason="there is no PostgreSQL here"),
]
CHANGES = 40
CUTS = 6


@pytest.fixture
async def server(
    make_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Server, str]]:
    """One on PostgreSQL, and what its connections are told apart by."""
    async with database_url("postgresql", tmp_path_factory.mktemp("cut")) as url:
        parts = urlsplit(url)
        assert parse_qs(parts.query), "the schema is in the URL"
        named = f"{url}&application_name=openpaas-cut"
        made = make_server("--demo", "--database-url", named, name="cut").start()
        yield made, "openpaas-cut"
        made.stop()


async def cut(name: str) -> int:
    """End all connections of the server; how many."""
    async with await psycopg.AsyncConnection.connect(POSTGRES, autocommit=True) as admin:
        found = await admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s",
            [name],
        )
        row = await found.fetchone()
    return int(row[0]) if row else 0


class Writer:
    """Writes one cell after the other, and sends each until it is acknowledged; every third is undone."""

    def __init__(self, sheet: Sheet, who: str, column: int) -> None:
        self.sheet, self.who, self.column = sheet, who, column
        self.seqs: list[int] = []

    def send(self, row: int, n: int) -> httpx.Response:
        op = {"kind": "set_cells", "tab": self.sheet.tab, "cells": [[row, self.column, row]]}
        return self.sheet.send(self.who, op=op, client=self.who, n=n)

    async def until(self, ask: Callable[[], httpx.Response]) -> None:
        """Sent again and again: what a cut leaves open, or unanswered, is for the client to ask."""
        async with asyncio.timeout(120):
            while True:
                with contextlib.suppress(httpx.RemoteProtocolError):
                    answer = await asyncio.to_thread(ask)
                    if answer.status_code == 200:
                        break
                    assert answer.status_code == 503, answer.text
        self.seqs.append(answer.json()["seq"])

    async def run(self) -> None:
        n = 0
        for row in range(CHANGES):
            n += 1
            await self.until(lambda row=row, n=n: self.send(row, n))  # type: ignore[misc]
            if row % 3 == 2:
                n += 1
                await self.until(lambda n=n: self.sheet.step(self.who, "undo", n))  # type: ignore[misc]


async def test_every_change_is_there_once_by_who_sent_it(server: tuple[Server, str]) -> None:
    demo, name = server
    people = {who: demo.login(who) for who in PEOPLE}
    sheet = Sheet(demo, people)
    head = sheet.about()["seq"]
    writers = [Writer(sheet, "alice", 0), Writer(sheet, "bob", 1)]
    writing = asyncio.gather(*(writer.run() for writer in writers))
    for number in range(CUTS):
        reached = (number + 1) * CHANGES // (CUTS + 1)
        while len(writers[0].seqs) < reached and not writing.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        assert await cut(name) > 0
    await writing
    seqs = sorted(seq for writer in writers for seq in writer.seqs)
    assert len(set(seqs)) == len(seqs) == 2 * (CHANGES + CHANGES // 3)
    # Nothing else came into the log.
    final = await settled(sheet)
    assert final["seq"] == head + len(seqs)
    wanted = [[None if row % 3 == 2 else row] * 2 for row in range(CHANGES)]
    assert sheet.values(bottom=CHANGES, right=2)[: len(wanted) - 1] == wanted[:-1]
    found = sheet.ask("carol", "GET", f"/files/{sheet.id}/history", params={"limit": 500}).json()
    ids = {who: people[who].get("/api/workspace/v1/me").json()["id"] for who in ("alice", "bob")}
    for writer in writers:
        mine = [by for one in found["entries"] for by in one["people"] if by["author"] == ids[writer.who]]
        # The first content is alice's too where she made the sheet.
        assert sum(by["count"] for by in mine) - len(writer.seqs) in {0, head if writer.who == "alice" else 0}
    for client in people.values():
        client.close()


async def settled(sheet: Sheet) -> dict[str, int]:
    """The sheet as it is once the last cut is over."""
    async with asyncio.timeout(60):
        while "seq" not in (found := await asyncio.to_thread(sheet.about)):
            pass
    return found
