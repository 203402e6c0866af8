"""Pages of a sheet: what they are told when others change it in that moment, and in whose name."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
import websockets

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.sheets.gateway.page import SheetPage
from openpaas_workspace.sheets.service.bench import Bench
from tests.sheets.sheet import Page, Sheet, greet, open_page

pytestmark = pytest.mark.timeout(180)


class Room:
    """A room in which a change is told while a page waits for its welcome."""

    def __init__(self) -> None:
        self.told = 5
        self.live = SimpleNamespace(connections={}, ref=SimpleNamespace(id="f"))
        self.state = self

    async def ask(self, verb: str, *_arguments: Any) -> bytes:
        if verb == "views":
            return b"{}"
        assert verb == "about"
        seq, self.told = self.told, 6
        return json.dumps({"seq": seq, "tabs": [], "names": {}, "protections": []}).encode()


async def test_a_welcome_is_never_older_than_what_the_others_know() -> None:
    sent: asyncio.Queue[bytes] = asyncio.Queue()
    wire: Any = SimpleNamespace(put_out=sent.put_nowait, shut=print, waiting_bytes=0)
    page = SheetPage(Room(), Actor(kind="member", id="m"), wire, "F/s.sheet")  # type: ignore[arg-type]
    page.receive('{"type":"hello","client":"w"}')
    async with asyncio.timeout(10):
        welcome = await sent.get()
    assert json.loads(welcome[4:])["seq"] == 6


async def test_nobody_answers_for_another_members_window(sheet: Sheet) -> None:
    async with open_page(sheet, "bob") as socket, asyncio.timeout(60):
        page, welcome = await greet(socket, "bobs")
        await asyncio.to_thread(sheet.put, "alice", (0, 0, "alice's"), client="bobs", n=1)
        told = await page.next("applied")
        assert (told["client"], told["author"] == welcome["me"]) == ("", False)
        op = {"kind": "set_cells", "tab": "t1", "cells": [[1, 0, "bob's"]]}
        await page.send(type="submit", n=1, base_seq=told["seq"], op=op)
        told = await page.next("applied")
        assert (told["client"], told["n"], told["kind"]) == ("bobs", 1, "set_cells")
    assert sheet.values() == [["alice's"], ["bob's"]]


async def test_nobody_takes_away_the_answers_to_another_members_window(sheet: Sheet) -> None:
    async with open_page(sheet, "bob") as socket, open_page(sheet, "carol") as other, asyncio.timeout(60):
        page, welcome = await greet(socket, "bobs")
        false, _ = await greet(other, "bobs")
        for n in (1, 2):
            op = {"kind": "set_cells", "tab": "t1", "cells": [[0, 0, n]]}
            await page.send(type="submit", n=n, base_seq=welcome["seq"], op=op)
            told = await page.next("applied")
            assert (told["client"], told["n"]) == ("bobs", n)
            assert (await false.next("applied"))["client"] == ""


@pytest.mark.parametrize("odd", ["a\0b", 10**30, {"t": "f", "v": '="\0"'}])
async def test_what_no_log_keeps_is_refused_and_the_page_goes_on(sheet: Sheet, odd: Any) -> None:
    async with open_page(sheet, "bob") as socket, asyncio.timeout(60):
        page, welcome = await greet(socket, "w")
        op = {"kind": "set_cells", "tab": "t1", "cells": [[0, 0, odd]]}
        await page.send(type="submit", n=1, base_seq=welcome["seq"], op=op)
        assert (await page.next("refused"))["problem"]["status"] == 422
        await page.send(type="submit", n=2, base_seq=welcome["seq"], op={**op, "cells": [[0, 0, "good"]]})
        assert (await page.next("applied"))["n"] == 2
    assert sheet.values() == [["good"]]


async def test_answers_that_a_page_does_not_read_do_not_pile_up() -> None:
    sent: asyncio.Queue[bytes] = asyncio.Queue()
    closed: asyncio.Queue[int] = asyncio.Queue()
    wire: Any = SimpleNamespace(
        put_out=sent.put_nowait, shut=lambda code, _why: closed.put_nowait(code), waiting_bytes=0
    )
    page = SheetPage(Room(), Actor(kind="member", id="m"), wire, "F/s.sheet")  # type: ignore[arg-type]
    page.receive('{"type":"hello","client":"w"}')
    async with asyncio.timeout(10):
        assert json.loads((await sent.get())[4:])["type"] == "welcome"
        wire.waiting_bytes = 17 * 1024 * 1024
        page.receive('{"type":"views","id":1}')
        assert await closed.get() == 1013
    assert sent.empty()


async def test_a_cursor_that_runs_about_keeps_nobody_busy(sheet: Sheet) -> None:
    async with open_page(sheet, "carol") as socket, open_page(sheet, "bob") as other, asyncio.timeout(60):
        page, _ = await greet(socket, "carols")
        seen, _ = await greet(other, "bobs")
        for row in range(1_000):
            await page.send(type="cursor", tab="t1", row=row, column=0)
        rows = []
        while not rows or rows[-1] != 999:
            rows.append((await seen.next("cursor"))["row"])
        assert rows == sorted(rows)
        assert len(rows) < 500


async def test_hello_is_said_once(sheet: Sheet) -> None:
    async with open_page(sheet, "bob") as socket, asyncio.timeout(60):
        for _ in range(2):
            await socket.send('{"type":"hello","client":"w"}')
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await Page(socket).next("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400


def test_a_table_names_its_client_as_a_change_does(sheet: Sheet) -> None:
    for client in ("x" * 33, "a b", "a/b"):
        path = f"/sheets/{sheet.id}/tabs/{sheet.tab}/arrow"
        answer = sheet.ask("bob", "PUT", path, params={"client": client}, content=b"x")
        assert (answer.status_code, "client" in answer.json()["detail"]) == (422, True)


def test_one_cell_of_a_version_is_not_all_of_it(sheet: Sheet) -> None:
    seq = sheet.put("bob", (0, 0, "then"))["seq"]
    sheet.put("bob", (0, 0, "now"))
    answer = sheet.ask("bob", "POST", f"/files/{sheet.id}/restore", json={"seq": seq, "cell": "A1"})
    assert answer.status_code == 422
    assert sheet.values() == [["now"]]


def test_a_version_is_shown_though_the_log_holds_what_cannot_be_taken() -> None:
    bench = Bench()
    first = bench.blank("T")
    rows = [(2, "m", "op", b"rubbish")]
    assert bench.open("f", first, rows)[0] == [2]
    assert bench.earlier(first, rows) == bench.container("f")[1]
