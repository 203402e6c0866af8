"""A sheet's log of 100,000 edits of single cells by three people, before and after old changes are made fewer."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import func, insert, select

from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.realtime.models import changes, live_objects
from openpaas_workspace.realtime.service import shortening, store
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.schemas.calls import Record
from openpaas_workspace.sheets.service.bench import Bench
from openpaas_workspace.sheets.service.records import OP
from openpaas_workspace.sheets.service.sheetkind import SheetKind
from tests.realtime.house import House, house

EDITS = 100_000
PEOPLE = ("ann", "bob", "cyd")
ROWS, COLUMNS = 2_000, 10
# Somebody writes a cell every two seconds, for half an hour at a time.
APART, SITTING, PAUSE = 2_000, 900, 3_600_000
_pack = msgspec.msgpack.Encoder().encode


def written(count: int = EDITS) -> list[dict[str, Any]]:
    """Rows of the log."""
    dice = np.random.default_rng(1)
    places = np.stack((dice.integers(0, ROWS, count), dice.integers(0, COLUMNS, count)), axis=1).tolist()
    values = np.round(dice.random(count) * 1000, 2).tolist()
    rows = [_row(1, "ann", 1, s.AddTab(id="t", name="T"))]
    at = 1
    for number, ((row, column), value) in enumerate(zip(places, values, strict=True), 2):
        at += APART if number % SITTING else PAUSE
        op = s.SetCells(tab="t", cells=[(row, column, s.Formula(v="=A1*2") if number % 50 == 0 else value)])
        rows.append(_row(number, PEOPLE[number % 3], at, op))
    return rows


def _row(seq: int, who: str, at: int, op: s.MemberOp) -> dict[str, Any]:
    record = Record(client=who, n=seq, base_seq=seq - 1, now=46_000.5, seed=seq, op=msgspec.Raw(_pack(op)))
    return {
        "object_id": "log", "seq": seq, "first_seq": seq, "epoch": 1, "author": who, "author_kind": "member",
        "behalf": "", "session": who, "kind": OP, "at": at, "data": _pack(record), "blob": None,
    }  # fmt: skip


async def _sizes(rooms: House) -> tuple[int, int]:
    async with rooms.workspace.db.read(SYSTEM) as work:
        found = await work.first(select(func.count(), func.sum(func.length(changes.c.data))))
    assert found is not None
    return found[0], found[1]


async def _open(rooms: House, seq: int) -> float:
    """Seconds of processor time until the state is there, built from the log alone."""
    begin = time.process_time()
    stored = await store.read(rooms.workspace, "log", 1, seq)
    Bench().open("it", stored.snapshot, [(one.seq, one.author, one.kind, one.data) for one in stored.changes])
    return time.process_time() - begin


async def _run(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with house(f"sqlite:///{folder}/bench.sqlite", Path(folder)) as rooms:
            head = {
                "id": "log", "kind": "file", "type": "sheet", "format": "binary", "epoch": 1, "fence": 1,
                "head_seq": count + 1, "compacted_seq": 0, "created_at": 1, "changed_at": 1,
            }  # fmt: skip
            rows = written(count)
            async with rooms.workspace.db.unit(SYSTEM) as work:
                await work.execute(insert(live_objects), head)
                for at in range(0, len(rows), 5000):
                    await work.execute(insert(changes), rows[at : at + 5000])
            before, opened = await _sizes(rooms), await _open(rooms, count + 1)
            from openpaas_workspace.sheets.domain import set_up

            await set_up(rooms.workspace)
            begin = time.perf_counter()
            await shortening.shorten(rooms.workspace, SheetKind(rooms.workspace), "log", 2**53)
            taken = time.perf_counter() - begin
            after, again = await _sizes(rooms), await _open(rooms, count + 1)
            return {
                "rows_before": before[0], "rows_after": after[0],
                "mb_before": round(before[1] / 1e6, 2), "mb_after": round(after[1] / 1e6, 2),
                "open_s_before": round(opened, 2), "open_s_after": round(again, 2),
                "shorten_s": round(taken, 1),
            }  # fmt: skip


def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Each round is a log of its own."""
    return {"openpaas": [asyncio.run(_run(EDITS)) for _ in range(rounds)]}
