"""Killed (-9) in the middle of large pastes: what was acknowledged is there, everything else wholly or not at all."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from tests.sheets.blocks import block, columns, paste, whole
from tests.sheets.sheet import Sheet, workers

pytestmark = pytest.mark.timeout(300)
WIDTH = 10
RANDOM = random.Random(20261126)


class Paster:
    """Pastes blocks of 200,000 cells side by side, one after the other, until it is refused."""

    def __init__(self, sheet: Sheet, blocks: int) -> None:
        self.sheet = sheet
        self.blocks = blocks
        self.acknowledged: list[int] = []
        self.underway = threading.Semaphore(0)

    def run(self) -> None:
        for number in range(self.blocks):
            data = block(number)
            self.underway.release()
            try:
                answer = paste(self.sheet, "bob", number, data, column=number * WIDTH)
            except httpx.HTTPError:
                return
            if answer.status_code != 200:
                return
            self.acknowledged.append(number)


@pytest.mark.parametrize("moment", [0, 1, *(pytest.param(later, marks=pytest.mark.long) for later in (2, 3))])
def test_a_server_killed_in_the_middle_of_a_paste(sheet: Sheet, moment: int) -> None:
    paster = Paster(sheet, 6)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(paster.run)
        for _ in range(3):
            assert paster.underway.acquire(timeout=60)
        threading.Event().wait(RANDOM.uniform(0, 0.25))
        sheet.server.kill()
        done.result()
    sheet.server.start()
    there = whole(columns(sheet), WIDTH)
    assert there[: len(paster.acknowledged)] == paster.acknowledged
    assert there == list(range(len(there)))
    assert len(there) <= len(paster.acknowledged) + 1
    # Sent again, each is done once: also the one whose answer was lost.
    head = sheet.about()["seq"]
    for number in range(len(paster.acknowledged) + 1):
        assert paste(sheet, "bob", number, block(number), column=number * WIDTH).status_code == 200
    assert whole(columns(sheet), WIDTH) == list(range(len(paster.acknowledged) + 1))
    assert sheet.about()["seq"] == head + len(paster.acknowledged) + 1 - len(there)


@pytest.mark.parametrize("moment", range(3))
def test_a_process_of_sheets_killed_in_the_middle_of_a_paste(sheet: Sheet, moment: int) -> None:
    paster = Paster(sheet, 5)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(paster.run)
        for _ in range(2):
            assert paster.underway.acquire(timeout=60)
        threading.Event().wait(RANDOM.uniform(0, 0.1))
        for one in workers(sheet.server):
            one.kill()
        done.result()
    assert psutil.pid_exists(sheet.server.process.pid if sheet.server.process else 0)
    there = whole(columns(sheet), WIDTH)
    assert there[: len(paster.acknowledged)] == paster.acknowledged
    for number in range(5):
        answer = paste(sheet, "bob", number, block(number), column=number * WIDTH)
        assert answer.status_code == 200, answer.text
    assert whole(columns(sheet), WIDTH) == list(range(5))
    # One change each, and the import of the empty sheet.
    assert sheet.about()["seq"] == 6


@pytest.mark.long
def test_large_changes_of_two_people_at_once_are_not_confused(sheet: Sheet) -> None:
    """What a process keeps of a large change between its check and its commit is that change's own."""

    def put(who: str, column: int, n: int) -> int:
        cells = [[row, column, f"{who} {n} {row}"] for row in range(4_000)]
        op = {"kind": "set_cells", "tab": sheet.tab, "cells": cells}
        return sheet.send(who, op=op, client=who, n=n).status_code

    with ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(put, who, column * 3 + n % 3, n)
            for n in range(6)
            for column, who in enumerate(("alice", "bob"))
        ]
        assert [job.result() for job in jobs] == [200] * len(jobs)
    found = columns(sheet)
    for place, column in enumerate(found):
        who = ("alice", "bob")[place // 3]
        authors = {tuple(value.split()[:2]) for value in column}
        assert len(authors) == 1, (place, authors)
        assert authors <= {(who, str(place % 3)), (who, str(place % 3 + 3))}
    sheet.server.kill()
    sheet.server.start()
    assert columns(sheet) == found
