"""Rooms that know sheets, and what makes their logs short without a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from openpaas_workspace.realtime.binding import Bound
from openpaas_workspace.realtime.service import shortening
from openpaas_workspace.realtime.service.kinds import Shortener
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.domain import set_up
from openpaas_workspace.sheets.service.bench import Bench
from openpaas_workspace.sheets.service.records import REMEMBERED
from openpaas_workspace.sheets.service.sheetkind import SheetKind
from tests.core.databases import database_url
from tests.realtime.house import House, house
from tests.sheets.host import everything
from tests.sheets.logs import Log

FAR = 10**12


@asynccontextmanager
async def sheets(backend: str, folder: Path) -> AsyncIterator[House]:
    """Rooms that know sheets."""
    async with database_url(backend, folder) as url, house(url, folder) as built:
        await set_up(built.workspace)
        yield built


class Near(Shortener):
    """As a sheet's, without a process."""

    def __init__(self) -> None:
        self.bench = Bench()

    async def begin(self, snapshot: bytes | None, listed: Any, seq: int) -> None:
        self.bench.follow("", snapshot, [row(one) for one in listed])
        self.seq = seq

    async def shorten(self, listed: Any, kept: Any, head: int) -> dict[int, bytes] | None:
        made = self.bench.shorten("", [row(one) for one in listed], kept, head - REMEMBERED)
        self.seq = listed[-1].seq
        return None if made is None else dict(made)

    def end(self) -> None:
        self.bench.close("")


class NearKind(SheetKind):
    def shortener(self) -> Shortener:
        return Near()


def row(change: Change) -> tuple[int, str, str, bytes]:
    return change.seq, change.behalf or change.author, change.kind, change.data


def fresh() -> Log:
    """A sheet with an empty tab `t`."""
    log = Log()
    log.add(s.AddTab(id="t", name="T"), "system")
    log.add(s.AddTab(id="u", name="U"), "system")
    return log


async def shorten(rooms: House, log: Log, limit: int = FAR) -> tuple[int, int]:
    return await shortening.shorten(rooms.workspace, NearKind(rooms.workspace), log.id, limit, always=True)


def edited(log: Log, count: int = 40) -> None:
    """Three people who write beside each other; nobody looks but at the end."""
    log.seen = False
    for number in range(count):
        log.put(number % 7, number % 3, number, ("ann", "bob", "cyd")[number % 3])
    log.seen = True
    log.states[log.seq] = everything(log.book)


def register(rooms: House, log: Log) -> None:
    """The file of a log."""
    rooms.shelf.bounds[log.id] = Bound(log.id, "binary", "sheet")
