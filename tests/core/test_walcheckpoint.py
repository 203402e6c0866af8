"""SQLite's write-ahead log is moved while others read and write, and nothing waits for it."""

import contextlib
import sqlite3
from pathlib import Path

from openpaas_workspace.core import walcheckpoint
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Database
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM


async def test_much_is_moved_and_little_is_left(tmp_path: Path) -> None:
    file = tmp_path / "one.db"
    database = Database(f"sqlite:///{file}")
    database.bus = Bus(database)
    database.workspace = workspace = Workspace(Settings(), database)
    assert walcheckpoint.waiting(file) == 0
    async with database.unit(SYSTEM) as work:
        await work.conn.exec_driver_sql("CREATE TABLE t (n INTEGER, data BLOB)")
    before = walcheckpoint.waiting(file)
    assert 0 < before < walcheckpoint.PAGES
    await walcheckpoint.run(workspace)
    assert walcheckpoint.waiting(file) == before, "not worth a sync"
    for number in range(1, 6):
        async with database.unit(SYSTEM) as work:
            await work.conn.exec_driver_sql("INSERT INTO t VALUES (?, zeroblob(1300000))", (number,))
    assert walcheckpoint.waiting(file) > walcheckpoint.PAGES, "no commit has moved it"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # a writer in the middle of its work
        other.execute("INSERT INTO t VALUES (6, NULL)")
        await walcheckpoint.run(workspace)
        assert walcheckpoint.waiting(file) == 0
        other.execute("COMMIT")
    async with database.read(SYSTEM) as work:
        rows = (await work.conn.exec_driver_sql("SELECT n, length(data) FROM t ORDER BY n")).all()
    assert [tuple(row) for row in rows] == [*((number, 1_300_000) for number in range(1, 6)), (6, None)]
    await database.close()
