"""No room left on the server's disk: refused in one sentence, unchanged for everybody, and done once when there is room."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.core.databases import eventually
from tests.sheets.blocks import block, columns, paste
from tests.sheets.sheet import API, PEOPLE, Page, Sheet, greet, open_page

pytestmark = pytest.mark.timeout(300)
FULL = "The disk is full; nothing was changed. Tell an administrator."
FULL_FOR_LONG = "The server's disk is full; what was saved is kept. Tell an administrator."


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 64 MB for one server alone."""
    folder = tmp_path_factory.mktemp("disk")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("this account may not mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def demo(disk: Path) -> Iterator[Server]:
    # A process that cannot write cannot renew its lease either; that has its own test.
    made = Server(disk / "data", ("--demo", "--Realtime.lease=600")).start()
    yield made
    with contextlib.suppress(subprocess.TimeoutExpired):
        made.stop()


@contextlib.contextmanager
def full(disk: Path, *, left: int = 0) -> Iterator[None]:
    """The disk is filled up to the last byte but `left`."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 65_536)
    os.truncate(ballast, max(0, ballast.stat().st_size - left))
    try:
        yield
    finally:
        ballast.unlink()


def filler(sheet: Sheet) -> dict[str, Any]:
    """A change of 30 KB."""
    return {"kind": "set_cells", "tab": sheet.tab, "cells": [[5, 0, "x" * 30_000]]}


async def refusal(sheet: Sheet) -> httpx.Response:
    """The first answer that is no yes, once what is left in the pages of the database's own files is used up."""
    for number in range(2000):
        answer = await asyncio.to_thread(sheet.send, "alice", op=filler(sheet), client="fill", n=number)
        if answer.status_code != 200:
            return answer
    raise AssertionError("the disk is never full")


async def quiet(sheet: Sheet, page: Page) -> None:
    """The page was told of nothing: the next thing that it hears is the answer to its own question."""
    await page.send(type="window", id=99, tab=sheet.tab, top=0, bottom=10, left=0, right=5)
    frame = await page.any()
    assert (frame["type"], frame["id"]) == ("window", 99)


async def test_a_small_change_is_refused_and_then_done_once(
    demo: Server, people: dict[str, httpx.Client], disk: Path
) -> None:
    sheet = Sheet(demo, people)
    sheet.put("bob", (0, 0, "before"))
    before = sheet.about()
    async with open_page(sheet, "bob") as one, open_page(sheet, "carol") as other, asyncio.timeout(120):
        bob, _ = await greet(one, "w1", "en")
        carol, _ = await greet(other, "w2", "en")
        op = {"kind": "set_cells", "tab": sheet.tab, "cells": [[0, 0, "after"]]}
        change = {"type": "submit", "n": 1, "base_seq": before["seq"], "op": op}
        with full(disk):
            answer = await refusal(sheet)
            assert (answer.status_code, answer.json()["detail"]) == (507, FULL), answer.text
            head = sheet.about()["seq"]
            told = before["seq"]
            while told < head:
                told = (await carol.next("applied"))["seq"]
            await bob.send(**change)
            problem = (await bob.next("refused"))["problem"]
            assert (problem["status"], problem["detail"]) == (507, FULL)
            await quiet(sheet, carol)
            assert sheet.about()["seq"] == head
            assert sheet.values(bottom=1) == [["before"]]
        await bob.send(**change)
        assert (await bob.next("applied"))["seq"] == head + 1
        assert (await carol.next("applied"))["seq"] == head + 1
        await bob.send(**change)
        assert (await bob.next("applied"))["kind"] == "again"
    assert sheet.about()["seq"] == head + 1
    assert sheet.values(bottom=1) == [["after"]]
    demo.kill()
    demo.start()
    assert sheet.values(bottom=1) == [["after"]]


async def test_a_large_block_is_refused_before_its_row_and_then_done_once(
    demo: Server, people: dict[str, httpx.Client], disk: Path
) -> None:
    sheet = Sheet(demo, people)
    assert paste(sheet, "bob", 1, block(1, rows=100)).status_code == 200
    before = columns(sheet)
    async with open_page(sheet, "carol") as socket, asyncio.timeout(120):
        carol, welcome = await greet(socket, "w", "en")
        # The upload itself fits, its blob does not.
        for left in (0, 2 * 1024**2):
            with full(disk, left=left):
                answer = await asyncio.to_thread(paste, sheet, "bob", 2, block(2))
                assert (answer.status_code, answer.json()["detail"]) == (507, FULL), answer.text
                await quiet(sheet, carol)
                assert columns(sheet) == before
        answer = await asyncio.to_thread(paste, sheet, "bob", 2, block(2))
        assert answer.status_code == 200, answer.text
        assert answer.json()["seq"] == welcome["seq"] + 1
        assert (await carol.next("applied"))["seq"] == welcome["seq"] + 1
        again = await asyncio.to_thread(paste, sheet, "bob", 2, block(3))
        assert again.json()["seq"] == answer.json()["seq"]
    assert {value for column in columns(sheet) for value in column} == {2}


@pytest.mark.long
async def test_a_disk_that_is_full_for_longer_than_a_lease_is_called_so(disk: Path) -> None:
    """No other server is blamed, and when there is room all is as it was."""
    server = Server(disk / "short", ("--demo", "--Realtime.lease=2")).start()
    try:
        people = {who: server.login(who) for who in PEOPLE}
        sheet = Sheet(server, people)
        sheet.put("bob", (0, 0, "before"))
        async with open_page(sheet, "carol") as socket, asyncio.timeout(120):
            page, _ = await greet(socket, "w", "en")
            with full(disk):
                await refusal(sheet)
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await page.next("never")
                assert closed.value.rcvd is not None
                assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, FULL_FOR_LONG)
                for answer in (
                    sheet.ask("carol", "GET", f"/sheets/{sheet.id}"),
                    sheet.send("bob", op=filler(sheet), client="late", n=1),
                ):
                    assert (answer.status_code, answer.json()["detail"]) == (503, FULL_FOR_LONG)

            async def open_again() -> bool:
                return sheet.ask("carol", "GET", f"/sheets/{sheet.id}").status_code == 200

            await eventually(open_again, 60)
        assert sheet.values(bottom=1) == [["before"]]
        assert sheet.send("bob", op=filler(sheet), client="late", n=1).status_code == 200
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.stop()


def test_whatever_else_is_written_to_a_full_disk_is_refused_in_the_same_words(
    demo: Server, people: dict[str, httpx.Client], disk: Path
) -> None:
    alice = people["alice"]
    with full(disk):
        for number in range(5000):
            answer = alice.post(f"{API}/spaces", json={"name": f"Full {number}"})
            if answer.status_code != 201:
                break
        assert (answer.status_code, answer.json()["detail"]) == (507, FULL)
    assert alice.post(f"{API}/spaces", json={"name": "Room"}).status_code == 201
