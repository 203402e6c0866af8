"""Sheets whose state is too large for a row: opened from a file of the store, written once."""

from collections.abc import Callable, Iterator

import httpx
import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from openpaas_workspace.sheets.engine.arrow import write_stream
from openpaas_workspace.sheets.schemas.calls import Record
from openpaas_workspace.sheets.service.room import number_of
from tests.conftest import Server
from tests.sheets.sheet import PEOPLE, Sheet

pytestmark = pytest.mark.timeout(180)
ROWS = 160_000


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="large").start()


@pytest.fixture
def people(demo: Server) -> Iterator[dict[str, httpx.Client]]:
    found = {who: demo.login(who) for who in PEOPLE}
    yield found
    for one in found.values():
        one.close()


def frame() -> pd.DataFrame:
    dice = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "number": np.round(dice.random(ROWS) * 1000, 2),
            "count": dice.integers(0, 2**40, ROWS),
            "day": pd.date_range("2020-01-01", periods=ROWS, freq="min"),
            "yes": dice.random(ROWS) > 0.5,
            "text": [f"text {number % 977}" for number in range(ROWS)],
        }
    )


def write(sheet: Sheet, data: bytes) -> int:
    answer = sheet.ask(
        "bob", "PUT", f"/sheets/{sheet.id}/tabs/t1/arrow", content=data, params={"client": "b", "n": 7}
    )
    answer.raise_for_status()
    return int(answer.json()["seq"])


def table(sheet: Sheet) -> bytes:
    answer = sheet.ask("carol", "GET", f"/sheets/{sheet.id}/tabs/t1/arrow")
    answer.raise_for_status()
    return answer.content


@pytest.mark.long
def test_opened_from_the_store_it_is_what_it_was_and_can_be_worked_on(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    sheet = Sheet(demo, people)
    given = frame()
    seq = write(sheet, write_stream(pa.Table.from_pandas(given)))
    sheet.type("bob", (0, 5, "=SUM(A:A)"), (1, 5, '=SUMIFS(A:A,E:E,"text 5")'), locale="en")
    # An odd text in a column of numbers.
    sheet.put("bob", (3, 0, "odd"))
    before, values = table(sheet), sheet.values(bottom=8)
    demo.stop()
    assert blobs(demo) > 0
    demo.start()
    assert (table(sheet), sheet.values(bottom=8)) == (before, values)
    # Cells that came without a copy are changed, and whole columns calculated.
    sheet.put("bob", (3, 0, 1), (4, 1, 2**41), (5, 3, True), (6, 4, "new"))
    given.loc[3, "number"] = 1
    assert sheet.values(bottom=2)[1][5] == pytest.approx(given["number"].sum())
    assert [row[index] for row, index in zip(sheet.values(bottom=8)[4:8], (0, 1, 3, 4), strict=True)] == [
        1,
        2**41,
        True,
        "new",
    ]
    # Killed, it is made of the same file and the changes after it.
    kept, values = table(sheet), sheet.values(bottom=8)
    demo.kill()
    demo.start()
    assert (table(sheet), sheet.values(bottom=8)) == (kept, values)
    assert write(sheet, write_stream(pa.Table.from_pandas(given))) == seq


def test_a_damaged_file_of_the_store_is_said_to_be_so(demo: Server, people: dict[str, httpx.Client]) -> None:
    sheet = Sheet(demo, people)
    write(sheet, write_stream(pa.Table.from_pandas(frame())))
    demo.stop()
    for path in (demo.data_dir / "blobs").glob("*/*/*"):
        data = bytearray(path.read_bytes())
        if data.startswith(b"PK"):
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
    demo.start()
    answer = sheet.ask("carol", "GET", f"/sheets/{sheet.id}")
    assert answer.status_code == 404
    assert "damaged" in answer.json()["detail"]


@pytest.mark.parametrize("client", ["reader", "châop-1", "âop" * 10])
def test_a_record_without_its_end_says_whose_it_is(client: str) -> None:
    op = msgspec.Raw(msgspec.msgpack.encode({"kind": "x", "op": b"\xa2op" * 5000}))
    data = msgspec.msgpack.encode(Record(client=client, n=12, base_seq=3, now=1.5, seed=4, op=op))
    assert number_of(data) == number_of(data[:4096]) == 12
    with pytest.raises(ValueError, match="record"):
        number_of(b"\xa2op")


def blobs(server: Server) -> int:
    return sum(1 for path in (server.data_dir / "blobs").glob("*/*/*") if path.read_bytes()[:2] == b"PK")
