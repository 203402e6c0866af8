"""A large sheet is open before all of it is read; its process reads on while nobody asks, and then has no file any more."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pytest

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.lazy import FIRST
from openpaas_workspace.sheets.service.hosts import Hosts
from tests.realtime.house import until
from tests.sheets.host import Host, table_bytes
from tests.sheets.test_hosts import Log, put, running

pytestmark = pytest.mark.timeout(120)
ROWS = 60_000


@pytest.fixture
async def hosts() -> AsyncIterator[Hosts]:
    async with running() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = Host(tabs=())
    made.do(s.AddTab(id="t1", name="Sheet1"))
    named = {f"c{number}": np.arange(float(ROWS)) + number for number in range(30)}
    made.do(s.ReplaceTable(tab="t1", data=table_bytes(named)))
    path = tmp_path / "snapshot"
    path.write_bytes(made.book.to_container(undo=True))
    return path


async def opened(hosts: Hosts, file: Path) -> Log:
    log = Log(hosts, "one")
    with file.open("rb") as snapshot:
        assert await log.state.taken(snapshot, []) == set()
    return log


def holds(log: Log, file: Path) -> bool:
    return any(one.path == str(file) for one in psutil.Process(log.pid).memory_maps())


async def test_a_process_reads_on_while_nobody_asks_and_lets_go_of_the_file(hosts: Hosts, file: Path) -> None:
    log = await opened(hosts, file)
    assert (await log.values(3)) == ["c0", 0.0, 1.0]
    await until(lambda: not holds(log, file))
    where = ("t1", ROWS, ROWS + 1, 0, 30)
    assert b'"values":[59999.0]' in await log.state.ask("window", where, None, False, ("", True))
    log.state.close()


async def test_what_is_asked_before_all_is_read_is_answered_of_the_whole_sheet(
    hosts: Hosts, file: Path
) -> None:
    log = await opened(hosts, file)
    log.changes = [log.add("import", b"") for _ in range(log.state._upto)]
    await log.do(put(FIRST + 5, 7.5))
    await log.do(s.SetCells(tab="t1", cells=[(0, 30, s.Formula(v="=SUM(AD:AD)"))]))
    assert (await log.values(FIRST + 9))[FIRST + 6] == 7.5
    window = await log.state.ask("window", ("t1", 1, 2, 30, 31), None, False, ("", True))
    total = float((np.arange(float(ROWS)) + 29).sum())
    assert f'"values":[{total}]'.encode() in window
    await until(lambda: not holds(log, file))
    table = pa.ipc.open_stream(await log.state.ask("table", "t1", None, False, ("", True))).read_all()
    assert table["c29"].to_pylist() == (np.arange(ROWS) + 29).tolist()
    assert log.lost == []
    log.state.close()
