"""Protected cells on a real server: no way round them, and managers always through."""

import httpx
import pytest

from tests.sheets.sheet import Sheet, greet, open_page

pytestmark = pytest.mark.timeout(180)


def me(sheet: Sheet, who: str) -> str:
    return str(sheet.ask(who, "GET", "/me").json()["id"])


def protect(sheet: Sheet, who: str, members: list[str] | None, **where: object) -> httpx.Response:
    return sheet.send(who, op={"kind": "protect", "id": "p", "tab": sheet.tab, "members": members, **where})


def test_a_version_the_file_and_an_older_change_are_no_way_round_a_protection(sheet: Sheet) -> None:
    seq = sheet.put("bob", (0, 0, 1), (1, 0, 1))["seq"]
    old = sheet.ask("bob", "GET", f"/files/{sheet.id}/content").content
    sheet.put("alice", (0, 0, 2))
    sheet.put("bob", (0, 1, "mine"))
    area = {"top": 0, "left": 0, "bottom": 0, "right": 0}
    assert protect(sheet, "alice", [me(sheet, "alice")], range=area).status_code == 200
    refused = sheet.type("bob", (0, 0, "9"))
    assert (refused.status_code, refused.json()["protection"]) == (403, "p")
    restored = sheet.ask("bob", "POST", f"/files/{sheet.id}/restore", json={"seq": seq})
    assert restored.status_code == 403, restored.text
    written = sheet.ask("bob", "PUT", f"/files/{sheet.id}/content", content=old)
    assert written.status_code == 403, written.text
    assert sheet.step("bob", "undo").status_code == 200  # beside it
    assert sheet.step("bob", "undo").json()["skipped"] == 1  # alice's in the range, one row below is mine
    assert [row[0] for row in sheet.values()] == [2, None]
    assert sheet.ask("alice", "POST", f"/files/{sheet.id}/restore", json={"seq": seq}).status_code < 300
    assert [row[0] for row in sheet.values()] == [1, 1]
    assert sheet.about()["protections"] == []


def test_a_manager_lifts_what_an_editor_protected_and_everybody_is_told(sheet: Sheet) -> None:
    sheet.put("bob", (0, 0, 1))
    assert protect(sheet, "bob", [me(sheet, "bob")], columns=[0]).status_code == 200
    told = sheet.about()["protections"]
    assert [(one["by"], one["members"], one["columns"]) for one in told] == [
        (me(sheet, "bob"), [me(sheet, "bob")], [0])
    ]
    sheet.put("alice", (0, 0, 2))
    assert protect(sheet, "alice", None).status_code == 200
    assert sheet.about()["protections"] == []


@pytest.mark.asyncio
async def test_pages_hear_of_protections_and_of_where_they_go(sheet: Sheet) -> None:
    sheet.put("alice", (3, 3, 1))
    async with open_page(sheet, "carol") as socket:
        page, welcome = await greet(socket, "carol")
        assert welcome["sheet"]["protections"] == []
        area = {"top": 1, "left": 1, "bottom": 2, "right": 2}
        protect(sheet, "alice", [], range=area)
        told = await page.next("applied")
        assert [one["range"] for one in told["protections"]] == [[1, 1, 3, 3]]
        sheet.send("bob", op={"kind": "insert_rows", "tab": sheet.tab, "before": 0, "count": 2})
        told = await page.next("applied")
        assert [one["range"] for one in told["protections"]] == [[3, 1, 5, 3]]
        protect(sheet, "alice", None)
        assert (await page.next("applied"))["protections"] == []
