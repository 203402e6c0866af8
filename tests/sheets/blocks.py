"""Large blocks of cells: how they are pasted, and whether they are there wholly or not at all."""

import io
from typing import Any

import httpx
import numpy as np
import pyarrow as pa

from openpaas_workspace.sheets.engine.arrow import write_stream
from tests.sheets.sheet import API, Sheet

ROWS = 20_000


def block(value: int, rows: int = ROWS, columns: int = 10) -> bytes:
    """An Arrow stream in which every cell holds `value`."""
    named = {f"c{number}": np.full(rows, value, dtype=np.int64) for number in range(columns)}
    return bytes(write_stream(pa.table(named)))


def paste(
    sheet: Sheet, who: str, n: int, data: bytes, *, row: int = 0, column: int = 0, client: str = "p"
) -> httpx.Response:
    """Paste a block as the client's `n`-th change."""
    query: dict[str, Any] = {"row": row, "column": column, "client": client, "n": n}
    path = f"{API}/sheets/{sheet.id}/tabs/{sheet.tab}/block"
    return sheet.people[who].post(path, params=query, content=data, timeout=120)


def columns(sheet: Sheet, who: str = "carol") -> list[list[Any]]:
    """All cells of the tab, column by column."""
    answer = sheet.ask(who, "GET", f"/sheets/{sheet.id}/tabs/{sheet.tab}/arrow")
    assert answer.status_code == 200, answer.text
    table = pa.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    return [column.to_pylist() for column in table.columns]


def whole(found: list[list[Any]], width: int, rows: int = ROWS) -> list[int]:
    """Which blocks of `width` columns side by side are there; each is there wholly or not at all."""
    there = []
    for number in range(0, len(found), width):
        values = {value for column in found[number : number + width] for value in column}
        assert len(values) == 1, f"block {number // width} is there by half: {sorted(map(str, values))[:5]}"
        if values != {None}:
            assert values == {number // width}
            assert all(len(column) == rows for column in found[number : number + width])
            there.append(number // width)
    return there
