"""Sheets on a real server: order, rights, once, undo, what a kill leaves, what everybody sees."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import Server
from tests.sheets.sheet import API, Sheet, greet, open_page, workers

pytestmark = pytest.mark.timeout(180)


def test_each_sheet_has_its_own_cells(demo: Server, people: dict[str, httpx.Client]) -> None:
    one, other = Sheet(demo, people), Sheet(demo, people)
    one.put("bob", (0, 0, "one's"))
    other.put("bob", (0, 0, "other's"))
    assert (one.values(), other.values()) == ([["one's"]], [["other's"]])


def test_what_is_typed_in_french_is_calculated_and_read_in_both_languages(sheet: Sheet) -> None:
    assert sheet.type("bob", (0, 0, "3,5"), (1, 0, "1 200,25 €"), (2, 0, "=SOMME(A1:A2)")).status_code == 200
    assert [row[0] for row in sheet.values()] == [3.5, 1200.25, 1203.75]
    query = {"tab": sheet.tab, "row": 2, "column": 0}
    french = sheet.ask("carol", "GET", f"/sheets/{sheet.id}/cell", params={**query, "locale": "fr"}).json()
    english = sheet.ask("carol", "GET", f"/sheets/{sheet.id}/cell", params={**query, "locale": "en"}).json()
    assert (french["local"], english["local"], french["value"]) == ("=SOMME(A1:A2)", "=SUM(A1:A2)", 1203.75)
    refused = sheet.type("bob", (3, 0, "=SOMME(A1;"))
    assert refused.status_code == 422
    assert len(sheet.values()) == 3


def test_the_same_change_sent_again_is_done_once(sheet: Sheet) -> None:
    first = sheet.put("bob", (0, 0, 1), client="b", n=1)
    assert sheet.put("bob", (0, 0, 2), client="b", n=1) == first
    assert sheet.values() == [[1]]
    # Another member's change of the same number is another's.
    assert sheet.put("alice", (0, 1, 3), client="b", n=1)["seq"] == first["seq"] + 1
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: sheet.put("bob", (1, 0, 5), client="b", n=2)["seq"], range(4)))
    assert len(set(answers)) == 1
    sheet.server.kill()
    sheet.server.start()
    again = Sheet.put(sheet, "bob", (0, 0, 9), client="b", n=1)
    assert again["seq"] == first["seq"]
    assert sheet.values() == [[1, 3], [5, None]]


def test_who_may_what(sheet: Sheet) -> None:
    sheet.put("alice", (0, 0, 1))
    op = {"kind": "set_cells", "tab": sheet.tab, "cells": [[0, 0, 2]]}
    assert sheet.send("carol", op=op).status_code == 403
    assert sheet.send("dave", op=op).status_code == 404
    assert sheet.step("carol", "undo").status_code == 403
    for path in (
        "",
        "/window?tab=t1",
        "/cell?tab=t1&row=0&column=0",
        "/find?tab=t1&text=1",
        "/tabs/t1/arrow",
    ):
        assert sheet.ask("carol", "GET", f"/sheets/{sheet.id}{path}").status_code == 200, path
        assert sheet.ask("dave", "GET", f"/sheets/{sheet.id}{path}").status_code == 404, path
    assert sheet.ask("dave", "PUT", f"/sheets/{sheet.id}/tabs/t1/arrow", content=b"x").status_code == 404
    assert sheet.ask("carol", "PUT", f"/sheets/{sheet.id}/tabs/t1/arrow", content=b"x").status_code == 403
    assert sheet.values() == [[1]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"op": {"kind": "nothing"}},
        {"op": {"kind": "undo", "of": 1, "parts": []}},
        {"op": {"kind": "set_cells", "tab": "t1", "cells": [[0, 0, 1]]}, "typed": {"tab": "t1", "cells": []}},
        {"op": {"kind": "set_cells", "tab": "nowhere", "cells": [[0, 0, 1]]}},
        {"op": {"kind": "set_cells", "tab": "t1", "cells": [[0, 2**30, 1]]}},
        {"op": {"kind": "set_cells", "tab": "t1", "cells": [[2**39, 0, 1]]}},
        {"op": {"kind": "set_block", "tab": "t1", "row": 0, "column": 0, "data": "AAAA"}},
        {"op": {"kind": "fill_formula", "tab": "t1", "column": 0, "first": 0, "last": 3, "text": "=SUM("}},
        {"typed": {"tab": "t1", "cells": [[0, 0, "=" + "(" * 300 + "1" + ")" * 300]]}},
        {"typed": {"tab": "t1", "cells": [[0, 0, "=" + "1+" * 9000 + "1"]]}},
        {"typed": {"tab": "t1", "cells": [[0, 0, "x" * 39_000]]}},
    ],
)
def test_rubbish_is_refused_with_a_sentence_and_changes_nothing(
    sheet: Sheet, body: dict[str, object]
) -> None:
    before = sheet.about()["seq"]
    answer = sheet.send("bob", **body)
    assert answer.status_code in {404, 409, 413, 422}, answer.text
    assert len(answer.json()["detail"]) > 10
    assert sheet.about()["seq"] == before


def test_gigantic_formulas_are_an_error_in_the_cell_and_hold_nobody_up(sheet: Sheet) -> None:
    sheet.type(
        "bob",
        (0, 0, '=REPT("x"; 1000000000)'),
        (1, 0, "=SEQUENCE(1000000000)"),
        (2, 0, "=A3"),
        (3, 0, "=1+1"),
    )
    rows = [row[0] for row in sheet.values()]
    assert [isinstance(value, dict) and value["t"] == "e" for value in rows[:3]] == [True] * 3, rows
    assert rows[3] == 2


def test_undo_takes_back_mine_and_says_what_it_left(sheet: Sheet) -> None:
    sheet.put("bob", (0, 0, 1), (1, 0, 2))
    sheet.put("alice", (1, 0, 20))
    taken = sheet.step("bob", "undo")
    assert taken.status_code == 200, taken.text
    assert taken.json()["skipped"] == 1
    assert [row[0] for row in sheet.values()] == [None, 20]
    assert sheet.step("bob", "redo").status_code == 200
    assert [row[0] for row in sheet.values()] == [1, 20]
    assert sheet.step("carol", "redo").status_code == 403
    assert sheet.step("alice", "redo").status_code == 409


def test_the_loser_of_a_cell_is_known_to_the_winner(sheet: Sheet) -> None:
    base = sheet.put("bob", (0, 0, 1))["seq"]
    sheet.put("alice", (0, 0, 2), base_seq=base)
    outcome = sheet.put("bob", (0, 0, 3), base_seq=base)
    assert [(lost["row"], lost["column"], lost["input"]) for lost in outcome["lost"]] == [(0, 0, 2)]


def test_what_is_for_a_deleted_row_is_given_back(sheet: Sheet) -> None:
    sheet.put("bob", (0, 0, 1), (1, 0, 2), (2, 0, 3))
    gone = sheet.send("alice", op={"kind": "delete_rows", "tab": sheet.tab, "first": 1, "last": 1})
    assert gone.status_code == 200, gone.text
    op = {"kind": "set_cells", "tab": sheet.tab, "cells": [[1, 0, "à garder"]]}
    refused = sheet.send("bob", op=op)
    assert refused.status_code == 409
    assert refused.json()["cells"] == [[1, 0, "à garder"]]
    assert [row[0] for row in sheet.values()] == [1, 3]


async def test_everybody_sees_at_once_and_the_author_is_told_of_it(sheet: Sheet) -> None:
    async with open_page(sheet, "bob") as one, open_page(sheet, "carol") as other, asyncio.timeout(60):
        bob, welcome = await greet(one, "w1")
        carol, read = await greet(other, "w2", "en")
        assert (welcome["level"], read["level"]) == ("editor", "reader")
        assert welcome["sheet"]["path"] == sheet.path
        await bob.send(
            type="submit", n=1, base_seq=welcome["seq"], typed={"tab": "t1", "cells": [[0, 0, "=1+1"]]}
        )
        mine, theirs = await bob.next("applied"), await carol.next("applied")
        assert (mine["n"], mine["client"], theirs["client"]) == (1, "w1", "w1")
        assert theirs["changed"] == [{"tab": "t1", "structure": False, "cells": [[0, 0, 1]]}]
        await carol.send(type="window", id=7, tab="t1", top=0, bottom=10, left=0, right=5)
        shown = await carol.next("window")
        assert (shown["id"], shown["window"]["columns"][0]["values"]) == (7, [2])
        await carol.send(
            type="submit", n=1, base_seq=0, op={"kind": "set_cells", "tab": "t1", "cells": [[0, 0, 5]]}
        )
        await bob.send(type="cursor", tab="t1", row=3, column=2)
        assert (await carol.next("cursor"))["client"] == "w1"
        await one.close()
        assert (await carol.next("left"))["client"] == "w1"


async def test_a_page_that_sends_again_is_told_again_and_its_changes_keep_their_order(sheet: Sheet) -> None:
    async with asyncio.timeout(60):
        async with open_page(sheet, "bob") as socket:
            page, welcome = await greet(socket, "w")
            for n in range(1, 30):
                op = {"kind": "set_cells", "tab": "t1", "cells": [[0, 0, n]]}
                await page.send(type="submit", n=n, base_seq=welcome["seq"], op=op)
            seqs = [(frame := await page.next("applied"))["n"] for _ in range(29)]
            assert seqs == list(range(1, 30))
            seq = frame["seq"]
        async with open_page(sheet, "bob") as socket:
            page, welcome = await greet(socket, "w")
            await page.send(type="submit", n=29, base_seq=welcome["seq"], op=op)
            told = await page.next("applied")
            assert (told["n"], told["seq"], told["kind"]) == (29, seq, "again")
    assert sheet.values() == [[29]]


async def test_a_reader_is_refused_and_rubbish_closes(sheet: Sheet) -> None:
    async with open_page(sheet, "carol") as socket, asyncio.timeout(60):
        page, _ = await greet(socket, "w", "fr")
        op = {"kind": "set_cells", "tab": "t1", "cells": [[0, 0, 1]]}
        await page.send(type="submit", n=1, base_seq=0, op=op)
        refused = await page.next("refused")
        assert (refused["n"], refused["problem"]["status"]) == (1, 403)
        assert "éditeur" in refused["problem"]["detail"]
        await socket.send("no JSON")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await page.next("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400
    async with open_page(sheet, "dave") as socket, asyncio.timeout(60):
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404


async def test_a_right_that_is_withdrawn_is_gone_in_open_pages(sheet: Sheet) -> None:
    dave = sheet.ask("dave", "GET", "/me").json()["id"]
    grant = f"/objects/file:{sheet.id}/grants"
    body = {"subject": f"member:{dave}", "level": "editor"}
    assert sheet.ask("alice", "PUT", grant, json=body).status_code < 300
    async with open_page(sheet, "dave") as socket, asyncio.timeout(60):
        page, welcome = await greet(socket, "w")
        assert welcome["level"] == "editor"
        assert sheet.ask("alice", "PUT", grant, json={**body, "level": "reader"}).status_code < 300
        assert (await page.next("level"))["level"] == "reader"
        assert sheet.ask("alice", "DELETE", f"{grant}/member:{dave}").status_code < 300
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await page.next("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_a_process_that_dies_loses_nothing_and_no_page_notices(sheet: Sheet) -> None:
    sheet.put("bob", (0, 0, 1))
    async with open_page(sheet, "bob") as socket, asyncio.timeout(60):
        page, welcome = await greet(socket, "w")
        for n in range(1, 4):
            for one in workers(sheet.server):
                os.kill(one.pid, signal.SIGKILL)
            op = {"kind": "set_cells", "tab": "t1", "cells": [[n, 0, n + 1]]}
            await page.send(type="submit", n=n, base_seq=welcome["seq"], op=op)
            assert (await page.any())["seq"] == welcome["seq"] + n
        # What can be undone is still known.
        await page.send(type="undo", n=4)
        assert (await page.any())["kind"] == "undo"
    assert [row[0] for row in sheet.values()][:3] == [1, 2, 3]
    sheet.put("bob", (1, 0, 5))
    assert [row[0] for row in sheet.values()][:3] == [1, 5, 3]


def test_killed_in_the_middle_of_many_changes_all_acknowledged_are_there(sheet: Sheet) -> None:
    acknowledged: list[int] = []

    def work() -> None:
        for number in range(400):
            try:
                sheet.put("bob", (number, 0, number), client="k", n=number)
            except Exception:
                return
            acknowledged.append(number)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        while len(acknowledged) < 40:
            assert not done.done()
        sheet.server.kill()
        done.result()
    sheet.server.start()
    found = [row[0] for row in sheet.values(bottom=500, right=1)]
    assert found[: len(acknowledged)] == acknowledged
    assert found == list(range(len(found)))
    assert len(found) <= len(acknowledged) + 1


@pytest.mark.long
def test_many_sheets_are_opened_at_once_by_a_server_that_has_just_started(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    sheets = [Sheet(demo, people, "many") for _ in range(24)]
    for number, one in enumerate(sheets):
        one.put("alice", (0, 0, number))
    demo.kill()
    demo.start()
    with ThreadPoolExecutor(len(sheets)) as pool:
        found = list(pool.map(lambda one: one.values(), sheets))
    assert found == [[[number]] for number in range(len(sheets))]


def test_versions_are_named_restored_and_copied(sheet: Sheet) -> None:
    seq = sheet.put("bob", (0, 0, 1))["seq"]
    named = sheet.ask("bob", "POST", f"/files/{sheet.id}/versions", json={"name": "avant", "seq": seq})
    assert named.status_code < 300, named.text
    sheet.put("alice", (0, 0, 2))
    restored = sheet.ask("bob", "POST", f"/files/{sheet.id}/restore", json={"seq": seq})
    assert restored.status_code < 300, restored.text
    assert sheet.values() == [[1]]
    compared = sheet.ask("bob", "GET", f"/files/{sheet.id}/comparison", params={"base": seq})
    assert compared.status_code == 422
    copy = {"path": sheet.path.replace(".sheet", " copie.sheet"), "copy_of": sheet.id, "seq": seq}
    made = sheet.ask("bob", "POST", "/files", json=copy)
    assert made.status_code < 300, made.text
    window = sheet.ask("bob", "GET", f"/sheets/{made.json()['id']}/window", params={"tab": "t1"})
    assert window.json()["columns"][0]["values"] == [1]


def test_a_text_is_found_where_a_view_shows_it(sheet: Sheet) -> None:
    cells = [[row, 0, text] for row, text in enumerate(("b", "ab", "c", "abc"))]
    assert sheet.send("alice", op={"kind": "set_cells", "tab": sheet.tab, "cells": cells}).status_code == 200
    view = {"sort": [{"column": 0, "descending": True}], "filter": []}
    op = {"kind": "set_view", "tab": sheet.tab, "mine": True, "view": view}
    assert sheet.send("alice", op=op).status_code == 200

    def found(who: str, **more: str) -> Any:
        return sheet.ask(
            who, "GET", f"/sheets/{sheet.id}/find", params={"tab": sheet.tab, "text": "ab", **more}
        )

    assert found("alice").json() == [[1, 0], [3, 0]]
    # c, b, abc, ab
    assert found("alice", view="mine").json() == [[2, 0], [3, 0]]
    assert found("bob", view="mine").json() == [[1, 0], [3, 0]]
    refused = found("alice", view="bob")
    assert refused.status_code == 422
    assert "view" in refused.json()["detail"]


def test_who_may_only_read_filters_without_keeping_it(sheet: Sheet) -> None:
    sheet.put("bob", (0, 0, 3), (1, 0, 1), (2, 0, 2))
    seq = sheet.about()["seq"]

    def shown(who: str, view: str) -> httpx.Response:
        return sheet.ask(who, "GET", f"/sheets/{sheet.id}/window", params={"tab": sheet.tab, "view": view})

    view = '{"sort": [{"column": 0}], "filter": [{"column": 0, "test": ">", "values": [1]}]}'
    assert shown("carol", view).json()["columns"][0]["values"] == [2, 3]
    assert shown("dave", view).status_code == 404
    assert [values[0] for values in sheet.values()] == [3, 1, 2]
    for rubbish in (
        "{",
        '{"filter": 5}',
        '{"filter": [{"column": 0, "test": "~"}]}',
        '{"x": 1}',
        '{"a":' * 600,
        "[]",
    ):
        refused = shown("carol", rubbish)
        assert (refused.status_code, "written out" in refused.json()["detail"]) == (422, True), rubbish
    many = '{"filter": [' + ", ".join(['{"column": 0, "test": "filled"}'] * 11) + "]}"
    keys = '{"sort": [' + ", ".join(f'{{"column": {column}}}' for column in range(4)) + "]}"
    for much in (many, keys):
        refused = shown("carol", much)
        assert (refused.status_code, "at most" in refused.json()["detail"]) == (413, True)
    assert shown("carol", "{" + " " * 5000 + "}").status_code == 422
    assert sheet.about()["seq"] == seq


def test_what_a_table_or_a_frame_held_first_is_credited_to_who_made_a_sheet_of_it(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    folder = Sheet(demo, people)  # for its people and path only
    path = folder.path.replace(".sheet", ".csv")
    sent = people["bob"].put(f"{API}/content", params={"path": path}, content=b"n\n1\n2\n")
    sent.raise_for_status()
    made = folder.ask("alice", "POST", "/sheets/import", json={"path": path})
    assert made.status_code == 201, made.text
    alice = folder.ask("alice", "GET", "/me").json()["id"]
    told = folder.ask("carol", "GET", f"/files/{made.json()['id']}/history").json()["entries"]
    assert [(entry["kind"], [by["author"] for by in entry["people"]]) for entry in told] == [
        ("import", [alice])
    ]
