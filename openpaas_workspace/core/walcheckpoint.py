"""SQLite's write-ahead log is moved into the database beside the writers, not by one of them during its commit.

By itself SQLite lets the commit that fills a thousand pages do it, with two more syncs: whoever wrote then waits
several times as long as everybody else.
"""

import asyncio
import contextlib
import sqlite3
import struct
from pathlib import Path

from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace

PAGES = 1000
# The log's index beside the database (https://www.sqlite.org/walformat.html, 2.1 and 2.2).
_LAST_FRAME, _MOVED, _HEAD = 16, 96, 100


def waiting(database: Path) -> int:
    """How many pages of the write-ahead log are not in the database yet; 0 if there is no log."""
    try:
        with Path(f"{database}-shm").open("rb") as index:
            head = index.read(_HEAD)
    except OSError:
        return 0
    if len(head) < _HEAD:
        return 0
    (last,), (moved,) = struct.unpack_from("=I", head, _LAST_FRAME), struct.unpack_from("=I", head, _MOVED)
    return max(0, int(last) - int(moved))


def move(database: Path) -> None:
    """Move what no reader needs any more. Blocks, but no writer; does nothing to what it cannot move now."""
    with contextlib.closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


async def run(workspace: Workspace) -> None:
    """Look whether there is much to move, and move it in a thread."""
    if not workspace.db.is_sqlite or not workspace.db.url.database:
        return
    database = Path(workspace.db.url.database)
    if waiting(database) >= PAGES:
        await asyncio.to_thread(move, database)


JOBS = (Job("move SQLite's log", every=1.0, run=run),)
