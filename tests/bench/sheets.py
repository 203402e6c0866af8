"""Sheets: the engine beside IronCalc, formualizer and numpy; a server with many editors, large sheets and many small ones."""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.arrow import write_stream
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.conftest import Server
from tests.sheets.sheet import PEOPLE, Sheet, greet, open_page

ROWS = 1_000_000
EDITORS = 50
A_SECOND = 5
SECONDS = 6
SMALL = 300
_SETTLED = 8.0  # seconds, after which memory and idle processes are what they stay
_MB = 1024 * 1024
Results = dict[str, list[dict[str, Any]]]


def _ms(work: Callable[[], Any], times: int = 1) -> float:
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return round(statistics.median(found) * 1000, 2)


class _Engine:
    """One workbook of a tab."""

    def __init__(self) -> None:
        self.book = Workbook()
        self.do(s.AddTab(id="t1", name="Sheet1"))

    def do(self, op: s.MemberOp) -> None:
        checked = self.book.check(op, self.book.seq, "a")
        self.book.apply(self.book.seq + 1, "a", checked, 46_000.5, 7, base_seq=self.book.seq)


def _columns(count: int, rows: int = ROWS) -> pd.DataFrame:
    dice = np.random.default_rng(1)
    return pd.DataFrame({f"n{number}": np.round(dice.random(rows) * 1000, 2) for number in range(count)})


def engine(rounds: int) -> Results:
    """A million rows: two formula columns calculated, one cell changed under SUM(A:A) and SUMIFS; numpy is the floor."""
    results: Results = {"openpaas": [], "numpy": [], "ironcalc": [], "formualizer": []}
    frame = _columns(3)
    for _ in range(rounds):
        results["openpaas"].append(_ours(frame))
        results["numpy"].append(_numpy(frame))
    # They take half a minute each.
    results["ironcalc"].append(_ironcalc(frame))
    results["formualizer"].append(_formualizer(frame))
    return results


def _ours(frame: pd.DataFrame) -> dict[str, float]:
    one = _Engine()
    one.do(s.ReplaceTable(tab="t1", data=bytes(write_stream(pa.Table.from_pandas(frame)))))
    one.do(s.FillFormula(tab="t1", column=3, first=0, last=ROWS - 1, text="=A2*B2+C2"))
    one.do(s.FillFormula(tab="t1", column=4, first=10, last=ROWS - 1, text="=SUM(A3:A12)"))
    formulas = (("=SUM(A:A)", 0), ('=SUMIFS(B:B,A:A,">500")', 1))
    one.do(s.SetCells(tab="t1", cells=[(row, 5, s.Formula(v=text)) for text, row in formulas]))
    calculate = _ms(one.book.recalculate, 3)
    rows = iter(range(500, 600))
    edit = _ms(lambda: one.do(s.SetCells(tab="t1", cells=[(next(rows), 0, 3.0)])), 15)
    window = _ms(lambda: one.book.window("t1", 500_000, 500_100, (0, 6)), 15)
    return {"calculate_ms": calculate, "edit_ms": edit, "window_ms": window}


def _numpy(frame: pd.DataFrame) -> dict[str, float]:
    a, b, c = (frame[name].to_numpy() for name in ("n0", "n1", "n2"))

    def calculate() -> None:
        sums = np.concatenate(([0.0], np.cumsum(a)))
        _ = (a * b + c, sums[10:] - sums[:-10], a.sum(), b[a > 500].sum())

    return {"calculate_ms": _ms(calculate, 3), "edit_ms": _ms(lambda: (a.sum(), b[a > 500].sum()), 15)}


def _ironcalc(frame: pd.DataFrame, rows: int = 100_000) -> dict[str, float]:
    """On a tenth of the rows, told as of all: it calculates the whole workbook in proportion to its cells."""
    import ironcalc

    model = ironcalc.create("bench", "en", "UTC", "en")
    for row, values in enumerate(frame.head(rows).itertuples(index=False), 1):
        for column, value in enumerate(values, 1):
            model.set_user_input(0, row, column, str(value))
        model.set_user_input(0, row, 4, f"=A{row}*B{row}+C{row}")
        model.set_user_input(0, row, 5, f"=SUM(A{max(1, row - 9)}:A{row})")
    model.set_user_input(0, 1, 6, "=SUM(A:A)")
    model.set_user_input(0, 2, 6, '=SUMIFS(B:B,A:A,">500")')
    scale = ROWS / rows
    calculate = _ms(model.evaluate, 3) * scale

    def edit() -> None:
        model.set_user_input(0, 500, 1, "3")
        model.evaluate()

    return {"calculate_ms": round(calculate, 1), "edit_ms": round(_ms(edit, 5) * scale, 1)}


def _formualizer(frame: pd.DataFrame, rows: int = 100_000) -> dict[str, float]:
    """As `_ironcalc`."""
    import formualizer as fz

    book = fz.Workbook(mode=fz.WorkbookMode.Ephemeral)
    book.add_sheet("S")
    book.set_values_batch("S", 1, 1, frame.head(rows).to_numpy().tolist())
    first = [[f"=A{row}*B{row}+C{row}", f"=SUM(A{max(1, row - 9)}:A{row})"] for row in range(1, rows + 1)]
    book.set_formulas_batch("S", 1, 4, first)
    book.set_formula("S", 1, 6, "=SUM(A:A)")
    book.set_formula("S", 2, 6, '=SUMIFS(B:B,A:A,">500")')
    scale = ROWS / rows
    calculate = _ms(book.evaluate_all) * scale
    values = iter(range(100))

    def edit() -> None:
        book.set_value("S", 500, 1, float(next(values)))
        book.evaluate_cell("S", 1, 6)
        book.evaluate_cell("S", 2, 6)

    return {"calculate_ms": round(calculate, 1), "edit_ms": round(_ms(edit, 5), 2)}


def serving(rounds: int) -> Results:
    """A real server: many editors at once, a million rows opened anew, many small sheets open."""
    runs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder) / "data").start()
            try:
                runs.append(_serving(server))
            finally:
                server.stop()
    return {"openpaas": runs}


def _serving(server: Server) -> dict[str, float]:
    people = {who: server.login(who) for who in PEOPLE}
    found = asyncio.run(_editors(Sheet(server, people)))
    large = Sheet(server, people)
    data = bytes(write_stream(pa.Table.from_pandas(_columns(20))))
    begin = time.perf_counter()
    sent = large.ask("bob", "PUT", f"/sheets/{large.id}/tabs/t1/arrow", content=data)
    sent.raise_for_status()
    found["write_1M_x_20_s"] = round(time.perf_counter() - begin, 2)
    begin = time.perf_counter()
    large.ask("bob", "GET", f"/sheets/{large.id}/tabs/t1/arrow").raise_for_status()
    found["read_1M_x_20_s"] = round(time.perf_counter() - begin, 2)
    query = {"tab": "t1", "top": 500_000, "bottom": 500_100, "right": 20}
    window = f"/sheets/{large.id}/window"
    found["window_ms"] = asyncio.run(_window(large))
    server.stop()
    server.start()
    people = {who: server.login(who) for who in PEOPLE}
    large.people = people
    # A server that runs, not one that is just starting.
    time.sleep(_SETTLED)
    before = _memory(server)
    begin = time.perf_counter()
    large.ask("carol", "GET", window, params={**query, "top": 0, "bottom": 100}).raise_for_status()
    found["open_1M_x_20_ms"] = round((time.perf_counter() - begin) * 1000)
    # Until its process has read all of it, and the next one is started ahead.
    time.sleep(_SETTLED)
    found["open_1M_x_20_times_arrow"] = round((_memory(server) - before) / (len(data) / _MB), 2)
    # What the large sheet takes and gives back again is not theirs.
    server.stop()
    server.start()
    return {**found, **_many_small(server, {who: server.login(who) for who in PEOPLE})}


async def _window(sheet: Sheet) -> float:
    """Milliseconds until a page that scrolls has what it asked for."""
    taken = []
    async with open_page(sheet, "carol") as socket:
        page, _ = await greet(socket, "reader")
        for number in range(15):
            begin = time.perf_counter()
            top = 10_000 * number
            await page.send(type="window", id=number, tab="t1", top=top, bottom=top + 100, left=0, right=20)
            await page.next("window")
            taken.append(time.perf_counter() - begin)
    return round(statistics.median(taken) * 1000, 2)


async def _editors(sheet: Sheet) -> dict[str, float]:
    """All are there before the first edit; one counts as seen when its author's own page is told of it.

    Every page takes every frame, and reads those of its own changes: fifty browsers have processors of their own.
    """
    taken: list[float] = []
    together = asyncio.Barrier(EDITORS)

    async def edit(number: int) -> None:
        async with open_page(sheet, "bob" if number % 2 else "alice") as socket:
            page, welcome = await greet(socket, f"e{number}")
            own = f'"client":"e{number}"'.encode()
            sent: dict[int, float] = {}
            base, heard = welcome["seq"], asyncio.Event()

            async def hear() -> None:
                nonlocal base
                while True:
                    said = await socket.recv(decode=False)
                    if own in said and (frame := json.loads(said))["type"] == "applied":
                        base = frame["seq"]
                        taken.append(time.perf_counter() - sent.pop(frame["n"]))
                        heard.set()

            await together.wait()
            hearing = asyncio.create_task(hear())
            await asyncio.sleep(number / EDITORS / A_SECOND)
            for n in range(A_SECOND * SECONDS):
                sent[n] = time.perf_counter()
                op = {"kind": "set_cells", "tab": sheet.tab, "cells": [[n, number, n]]}
                await page.send(type="submit", n=n, base_seq=base, op=op)
                await asyncio.sleep(1 / A_SECOND)
            async with asyncio.timeout(60):
                while sent:
                    heard.clear()
                    await heard.wait()
                # Who is done first goes on reading.
                await together.wait()
            hearing.cancel()

    await asyncio.gather(*(edit(number) for number in range(EDITORS)))
    values = sheet.values(bottom=A_SECOND * SECONDS, right=EDITORS)
    lost = sum(value != row for row, line in enumerate(values) for value in line)
    ordered = sorted(taken)
    at = [round(ordered[int(len(ordered) * part)] * 1000, 1) for part in (0.5, 0.95)]
    return {"edit_p50_ms": at[0], "edit_p95_ms": at[1], "edits_lost": lost}


def _memory(server: Server) -> float:
    """MiB of the server and its processes."""
    assert server.process is not None
    top = psutil.Process(server.process.pid)
    # What several processes share counts once.
    return sum(one.memory_full_info().uss for one in [top, *top.children(recursive=True)]) / _MB


def _many_small(server: Server, people: dict[str, Any]) -> dict[str, float]:
    first = Sheet(server, people)
    first.put("bob", (0, 0, 1))
    before = _memory(server)
    for number in range(SMALL):
        one = Sheet(server, people)
        one.put("bob", (0, 0, number), (1, 0, {"t": "f", "v": "=A1*2"}), (50, 5, "texte"))
    return {"small_300_mb": round(_memory(server) - before, 1)}
