"""What members can undo after a sheet was put away and opened again, and who never gets to read it."""

import io
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import Server
from tests.sheets.sheet import Sheet

pytestmark = pytest.mark.timeout(180)
EVERY = 5


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", f"--Realtime.snapshot_changes={EVERY}", name="reopened").start()


def test_a_member_undoes_what_they_did_before_the_server_started_again(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    sheet = Sheet(demo, people)
    assert sheet.type("bob", (0, 0, "a value of before")).status_code == 200
    assert sheet.type("bob", (0, 0, "12,50 €")).status_code == 200
    # More than enough for a snapshot: what came before it is not replayed.
    for number in range(3 * EVERY):
        sheet.put("alice", (1 + number, 1, number))
    demo.stop()
    demo.start()
    assert sheet.values()[0][0] == 12.5
    assert sheet.step("bob", "undo").status_code == 200
    assert sheet.values()[0][0] == "a value of before"
    assert sheet.step("bob", "redo").status_code == 200
    assert sheet.values()[0][0] == 12.5
    demo.kill()
    demo.start()
    assert [sheet.step("bob", "undo").status_code for _ in range(3)] == [200, 200, 409]
    assert sheet.values()[0] == [None, None]
    assert sheet.values()[1] == [None, 0]


def test_no_file_of_a_sheet_holds_what_was_there_before(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    sheet = Sheet(demo, people)
    sheet.put("bob", (0, 0, "a secret that was taken back"))
    for number in range(3 * EVERY):
        sheet.put("bob", (0, 0, number))
    copy = sheet.path.replace(".sheet", " copy.sheet")
    earlier = sheet.path.replace(".sheet", " earlier.sheet")
    for made in ({"path": copy}, {"path": earlier, "seq": 3 * EVERY}):
        answer = sheet.ask("bob", "POST", "/files", json={"copy_of": sheet.path, **made})
        assert answer.status_code == 201, answer.text
    for path in (sheet.path, copy, earlier):
        answer = sheet.ask("carol", "GET", f"/../../../files/{quote(path)}", params={"download": "1"})
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.namelist() == ["tabs/0.parquet", "workbook.json"]
