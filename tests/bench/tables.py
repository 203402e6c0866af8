"""Tables: XLSX in and out beside openpyxl and pandas; a large sheet from the click to its first cells in a page."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa

from openpaas_workspace.sheets.engine.arrow import write_stream
from openpaas_workspace.sheets.engine.files import formats
from openpaas_workspace.sheets.engine.workbook import Workbook
from tests.conftest import Server
from tests.sheets.sheet import API, PEOPLE, Sheet

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

ROWS = 100_000
SCREENS = 100
PAGE_ROWS = 1_000_000
_CELL = '.opw-Sheet [role="gridcell"]'
Results = dict[str, list[dict[str, Any]]]


def xlsx(rounds: int) -> Results:
    """100,000 rows of five floats, two integers, two texts and a date, in and out, in turns; pandas reads once."""
    frame = _frame()
    data = _by_openpyxl(frame)
    book = Workbook.from_container(formats.import_file(data, "bench.xlsx"))
    tab = book.book.tabs[0].id
    results: Results = {"openpaas": [], "openpyxl": [], "pandas": []}
    for _ in range(rounds):
        results["openpaas"].append(
            {
                "in_s": _seconds(lambda: formats.import_file(data, "bench.xlsx")),
                "out_s": _seconds(lambda: formats.export_file(book, "xlsx", tab, "en")),
            }
        )
        results["openpyxl"].append(
            {
                "in_s": _seconds(lambda: openpyxl.load_workbook(io.BytesIO(data))),
                "out_s": _seconds(lambda: _by_openpyxl(frame)),
            }
        )
    results["pandas"].append({"in_s": _seconds(lambda: pd.read_excel(io.BytesIO(data)))})
    return results


def _seconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return round(time.perf_counter() - begin, 2)


def _frame() -> pd.DataFrame:
    dice = np.random.default_rng(1)
    columns: dict[str, Any] = {f"f{n}": np.round(dice.random(ROWS) * 1000, 3) for n in range(5)}
    columns |= {f"i{n}": dice.integers(0, 1_000_000, ROWS) for n in range(2)}
    columns |= {f"t{n}": [f"commune {number}" for number in dice.integers(0, 5000, ROWS)] for n in range(2)}
    days = [date(2020, 1, 1) + timedelta(days=int(day)) for day in dice.integers(0, 2000, ROWS)]
    return pd.DataFrame(columns | {"d": days})


def _by_openpyxl(frame: pd.DataFrame) -> bytes:
    book, data = openpyxl.Workbook(write_only=True), io.BytesIO()
    page = book.create_sheet("S")
    page.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        page.append(row)
    book.save(data)
    return data.getvalue()


def painting(rounds: int) -> Results:
    """A million rows of ten columns, in a page that is open: milliseconds from the click in the file list to the first cells.

    `heap_mb` is what the page's heap holds more than before the first sheet, after scrolling through a hundred screens.
    """
    from playwright.sync_api import sync_playwright

    from tests.e2e.person import CHROMIUM, QUIET

    found = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "data").start()
        try:
            sheet = _large(server)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            context = browser.new_context()
            page = context.new_page()
            profiler = context.new_cdp_session(page)
            page.goto(f"{server.url}/login")
            page.fill("input[name=username]", "bob")
            page.fill("input[name=password]", "demo")
            page.click("button[type=submit]")
            page.goto(f"{server.url}/lab/tree/Finances?reset")
            item = page.locator(".jp-DirListing-item", has_text=sheet.path.rpartition("/")[2])
            shell = 0.0
            for round_ in range(rounds + 1):
                item.wait_for()
                shell = shell or _heap(profiler)
                begin = time.perf_counter()
                item.dblclick()
                page.locator(_CELL, has_text="n0").wait_for(timeout=60_000)
                taken = round((time.perf_counter() - begin) * 1000)
                page.locator(_CELL).first.click()
                for _ in range(SCREENS):
                    page.keyboard.press("PageDown")
                    page.wait_for_timeout(50)
                if round_:  # the first loads the view
                    found.append({"ms": taken, "heap_mb": round(_heap(profiler) - shell, 1)})
                page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").click()
                page.locator(_CELL).first.wait_for(state="detached")
            browser.close()
        finally:
            server.stop()
    return {"openpaas": found}


def _heap(profiler: CDPSession) -> float:
    """MiB of JavaScript that is in use."""
    profiler.send("HeapProfiler.collectGarbage")
    return float(profiler.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def _large(server: Server) -> Sheet:
    sheet = Sheet(server, {who: server.login(who) for who in PEOPLE}, "Grand")
    dice = np.random.default_rng(1)
    table = pa.table({f"n{number}": np.round(dice.random(PAGE_ROWS) * 1000, 2) for number in range(10)})
    kind = {"Content-Type": "application/vnd.apache.arrow.stream"}
    address = f"{API}/sheets/{sheet.id}/tabs/{sheet.tab}/arrow"
    sent = sheet.people["bob"].put(address, content=bytes(write_stream(table)), headers=kind, timeout=120)
    sent.raise_for_status()
    return sheet
