"""Two server processes on one database: one of them holds a sheet; the one that was silent too long steps down."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.core.databases import BACKENDS, database_url, eventually
from tests.sheets.blocks import block, columns, paste
from tests.sheets.sheet import PEOPLE, Page, Sheet, greet, open_page

pytestmark = pytest.mark.timeout(300)
LEASE = 4.0


# Where several servers are meant to be; on the other one too in `make test-all`.
LAST = [*(pytest.param(one, marks=pytest.mark.long) for one in BACKENDS[:-1]), BACKENDS[-1]]


@pytest.fixture(params=LAST)
async def servers(
    request: pytest.FixtureRequest,
    make_server: Callable[..., Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Server, Server]]:
    """Two on one database and one data folder."""
    folder = tmp_path_factory.mktemp("owners")
    async with database_url(request.param, folder) as url:
        arguments = ("--demo", "--database-url", url, f"--Realtime.lease={LEASE}")
        first = make_server(*arguments, name="owners").start()
        second = Server(first.data_dir, arguments).start()
        yield first, second
        second.stop()
        first.stop()


def seen_by(sheet: Sheet, server: Server, people: dict[str, httpx.Client]) -> Sheet:
    """The same sheet through another server."""
    other = object.__new__(Sheet)
    other.__dict__.update(sheet.__dict__)
    other.server, other.people = server, people
    return other


def cell(n: int, row: int, value: str) -> dict[str, object]:
    op = {"kind": "set_cells", "tab": "t1", "cells": [[row, 0, value]]}
    return {"type": "submit", "n": n, "base_seq": 2**39, "op": op}


async def ended(page: Page) -> int:
    """The code with which a page was closed; nothing was acknowledged to it before."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await page.next("applied")
    assert closed.value.rcvd is not None
    return int(closed.value.rcvd.code)


async def when_taken_over(sheet: Sheet) -> None:
    """Until the second server may hold the sheet: the lease of the first has run out."""

    async def held() -> bool:
        answer = await asyncio.to_thread(sheet.ask, "carol", "GET", f"/sheets/{sheet.id}")
        return answer.status_code == 200

    await eventually(held, 60)


async def test_the_stale_one_appends_nothing_and_steps_down(servers: tuple[Server, Server]) -> None:
    first, second = servers
    people = {who: first.login(who) for who in PEOPLE}
    others = {who: second.login(who) for who in PEOPLE}
    old = Sheet(first, people)
    new = seen_by(old, second, others)
    old.put("bob", (0, 0, "first"))
    refused = new.ask("bob", "GET", f"/sheets/{new.id}")
    assert (refused.status_code, refused.json()["title"]) == (503, "Unavailable")
    assert "Another server process" in refused.json()["detail"]
    async with open_page(old, "bob") as one, open_page(old, "carol") as other, asyncio.timeout(200):
        bob, welcome = await greet(one, "w1", "en")
        carol, _ = await greet(other, "w2", "en")
        assert first.process is not None
        os.kill(first.process.pid, signal.SIGSTOP)
        try:
            # It is told of these when it wakes, as if they had been on their way.
            await bob.send(**cell(1, 1, "late"))
            late = asyncio.create_task(
                asyncio.to_thread(paste, old, "bob", 7, block(7), column=3, client="late")
            )
            await when_taken_over(new)
            taken = new.put("bob", (2, 0, "second"))
            assert taken["seq"] == welcome["seq"] + 1
        finally:
            os.kill(first.process.pid, signal.SIGCONT)
        assert (await ended(bob), await ended(carol)) == (1013, 1013)
        assert (await late).status_code == 503
        # It says where the sheet is now, and its pages go there and say again what was not acknowledged.
        assert old.ask("bob", "GET", f"/sheets/{old.id}").status_code == 503
        async with open_page(new, "bob") as again:
            page, welcome = await greet(again, "w1", "en")
            assert welcome["seq"] == taken["seq"]
            await page.send(**cell(1, 1, "late"))
            assert (await page.next("applied"))["seq"] == taken["seq"] + 1
    assert [row[0] for row in new.values(bottom=3)] == ["first", "late", "second"]
    answer = await asyncio.to_thread(paste, new, "bob", 7, block(7), column=3, client="late")
    assert answer.status_code == 200, answer.text
    assert {value for column in columns(new)[3:13] for value in column} == {7}
    # The second dies; the first takes over what the log has, and both have shown the same.
    shown = columns(new)
    second.kill()
    await when_taken_over(old)
    assert columns(old) == shown
    assert json.loads(old.step("bob", "undo").content)["seq"] == taken["seq"] + 3
    for client in [*people.values(), *others.values()]:
        client.close()
