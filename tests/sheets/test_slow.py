"""A slow sheet on a real server: its neighbours notice nothing, and what takes too long is taken back for good."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

from tests.conftest import Server
from tests.sheets.blocks import block, paste
from tests.sheets.sheet import PEOPLE, Sheet, greet, open_page, workers

pytestmark = pytest.mark.timeout(300)
# Each row looks at some thousands of others.
SLOW = "=SUMPRODUCT((A$1:A$3000>A1)*1)"


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    """One process for all small sheets."""
    arguments = ("--demo", "--Sheets.hosts=1", "--Sheets.slow_seconds=0.3", "--Sheets.host_seconds=12")
    return make_server(*arguments, name="slow").start()


def fill(sheet: Sheet, rows: int, column: int = 1) -> dict[str, Any]:
    about = {"tab": sheet.tab, "column": column, "first": 0, "last": rows - 1}
    return {"kind": "fill_formula", "text": SLOW, **about}


@contextmanager
def hasty(demo: Server, sheet: Sheet, seconds: int) -> Iterator[None]:
    """In place of a server that was killed, one whose sheets may work for so long only."""
    other = Server(demo.data_dir, ("--demo", f"--Sheets.host_seconds={seconds}")).start()
    try:
        sheet.server, sheet.people = other, {who: other.login(who) for who in PEOPLE}
        yield
    finally:
        other.stop()
        demo.start()


async def test_pages_of_other_sheets_notice_nothing(demo: Server, people: dict[str, httpx.Client]) -> None:
    slow, quick = Sheet(demo, people, "slow"), Sheet(demo, people, "quick")
    assert paste(slow, "bob", 1, block(1, rows=15_000, columns=1)).status_code == 200
    quick.put("bob", (0, 0, "before"))
    order: list[str] = []
    async with open_page(quick, "bob") as socket, asyncio.timeout(120):
        page, welcome = await greet(socket, "w", "en")
        calculated = asyncio.create_task(
            asyncio.to_thread(slow.send, "bob", op=fill(slow, 15_000), client="f", n=1)
        )
        # It takes seconds, so that what others wrote meanwhile is told before it.
        calculated.add_done_callback(lambda _: order.append("formula"))
        while len(await asyncio.to_thread(history, slow)) < 3:  # noqa: ASYNC110  (until it is logged)
            await asyncio.sleep(0.02)
        for n in range(1, 11):
            op = {"kind": "set_cells", "tab": "t1", "cells": [[n, 0, n]]}
            await page.send(type="submit", n=n, base_seq=2**39, op=op)
            applied = await page.next("applied")
            assert (applied["n"], applied["seq"]) == (n, welcome["seq"] + n)
            order.append("edit")
        assert (await calculated).status_code == 200
    assert order == ["edit"] * 10 + ["formula"]
    assert [row[0] for row in quick.values(bottom=11)] == ["before", *range(1, 11)]
    # Undo reaches back before the sheet went to another process.
    for _ in range(11):
        assert quick.step("bob", "undo").status_code == 200
    assert {row[0] for row in quick.values(bottom=11)} == {None}
    assert slow.values(bottom=2)[0][1] == 0


def history(sheet: Sheet) -> list[dict[str, Any]]:
    answer = sheet.ask("carol", "GET", f"/files/{sheet.id}/history", params={"limit": 50})
    return [entry for entry in answer.json()["entries"] for _ in range(entry["count"])]


@pytest.mark.long
async def test_a_change_that_takes_too_long_is_taken_back_for_good(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    sheet, other = Sheet(demo, people, "endless"), Sheet(demo, people, "neighbour")
    assert paste(sheet, "bob", 1, block(1, rows=200_000, columns=1)).status_code == 200
    other.put("bob", (0, 0, "there"))
    async with open_page(other, "carol") as socket, asyncio.timeout(120):
        neighbour, _ = await greet(socket, "n", "en")
        op = fill(sheet, 200_000)
        refused = await asyncio.to_thread(sheet.send, "bob", op=op, client="f", n=1)
        assert refused.status_code == 413, refused.text
        assert "taken back" in refused.json()["detail"]
        await neighbour.send(type="window", id=1, tab="t1", top=0, bottom=1, left=0, right=1)
        assert (await neighbour.any())["type"] == "window"
    assert sheet.values(bottom=2) == [[1], [1]]
    # Sent again it is refused and not even tried, also by a server that has just started.
    head = sheet.about()["seq"]
    again = sheet.send("bob", op=op, client="f", n=1)
    assert (again.status_code, again.json()["detail"]) == (413, refused.json()["detail"])
    demo.kill()
    demo.start()
    assert sheet.send("bob", op=op, client="f", n=1).status_code == 413
    assert sheet.about()["seq"] == head
    sheet.put("bob", (0, 0, 5))
    assert sheet.values(bottom=2) == [[5], [1]]


@pytest.mark.long
def test_a_sheet_whose_changes_take_longer_together_than_one_may_opens_again(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    """What was acknowledged is there, however long it takes to do it all again."""
    sheet = Sheet(demo, people, "many")
    assert paste(sheet, "bob", 1, block(1, rows=6_000, columns=1)).status_code == 200
    for column in range(1, 6):
        assert sheet.send("bob", op=fill(sheet, 1_500, column), client="f", n=column).status_code == 200
    shown, head = sheet.values(bottom=3, right=7), sheet.about()["seq"]
    demo.kill()
    with hasty(demo, sheet, seconds=1):
        assert sheet.values(bottom=3, right=7) == shown
        assert sheet.about()["seq"] == head


@pytest.mark.long
def test_a_change_that_a_killed_server_was_at_does_not_keep_the_sheet_shut(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    """It was in the log and acknowledged to nobody: it is void, as if its process had been ended."""
    sheet = Sheet(demo, people, "cut")
    assert paste(sheet, "bob", 1, block(1, rows=100_000, columns=1)).status_code == 200
    head = sheet.about()["seq"]
    op = {**fill(sheet, 100_000), "text": "=SUMPRODUCT((A$1:A$100000>A1)*1)"}
    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(sheet.send, "bob", op=op, client="f", n=1)
        while len(history(sheet)) < head + 1:
            assert not cut.done()
        demo.kill()
        with pytest.raises(httpx.HTTPError):
            cut.result()
    with hasty(demo, sheet, seconds=2):
        assert sheet.values(bottom=2) == [[1], [1]]
        refused = sheet.send("bob", op=op, client="f", n=1)
        assert refused.status_code == 413, refused.text
        assert "taken back" in refused.json()["detail"]
        sheet.put("bob", (0, 0, 5))
        assert sheet.values(bottom=2) == [[5], [1]]


@pytest.mark.long
def test_all_processes_end_with_the_server(demo: Server, people: dict[str, httpx.Client]) -> None:
    sheet = Sheet(demo, people)
    for end in (demo.kill, demo.stop):
        children = workers(demo)
        assert children
        children += [child for one in children for child in one.children(recursive=True)]
        end()
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == []
        demo.start()
        assert sheet.values() == []
