"""Databases of a test's own: SQLite in a file, PostgreSQL in a schema that is dropped."""

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import create_mock_engine, func, inspect, select

from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Database, metadata, sync_engine
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.core.stream import events_table
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM

POSTGRES = "postgresql://root@127.0.0.1:5432/test"


def postgres_is_here() -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", 5432), timeout=2):
        return True
    return False


BACKENDS = ["sqlite", *(["postgresql"] if postgres_is_here() else [])]


async def eventually(check: Callable[[], Awaitable[bool]], patience: float = 30.0) -> None:
    """Wait until `check` is true; a TimeoutError if it never is."""
    async with asyncio.timeout(patience):
        while not await check():  # noqa: ASYNC110  (the rows of a database give no signal)
            await asyncio.sleep(0.01)


async def told(workspace: Workspace) -> None:
    """Wait until every committed event is numbered and told to this process."""

    async def check() -> bool:
        async with workspace.db.read(SYSTEM) as work:
            waiting = await work.scalar(select(func.count()).where(events_table.c.seq.is_(None)))
            last = await work.scalar(select(func.max(events_table.c.seq)))
        return not waiting and workspace.db.bus.head >= (last or 0)

    await eventually(check)


@asynccontextmanager
async def database_url(backend: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database."""
    if backend == "sqlite":
        yield f"sqlite:///{folder}/{uuid.uuid4().hex}.db"
        return
    schema = f"t_{uuid.uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(POSTGRES, autocommit=True) as admin:
        await admin.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
        finally:
            await admin.execute(f"DROP SCHEMA {schema} CASCADE")


@cache
def _script(dialect: str, tables: frozenset[str]) -> str:
    """What creates these tables, as one script: to ask for each table first takes a second on PostgreSQL."""
    lines: list[str] = []
    engine = create_mock_engine(
        f"{dialect}://", lambda ddl, *_args, **_more: lines.append(str(ddl.compile(dialect=engine.dialect)))
    )
    metadata.create_all(engine, tables=[metadata.tables[name] for name in tables], checkfirst=False)
    return ";\n".join(lines)


def create_tables(db: Database) -> None:
    """Create every registered table that is missing."""
    engine = sync_engine(db)
    try:
        if inspect(engine).get_table_names():
            metadata.create_all(engine)
            return
        script = _script(engine.dialect.name, frozenset(metadata.tables))
        connection = engine.raw_connection()
        if db.is_sqlite:
            connection.driver_connection.executescript(f"BEGIN IMMEDIATE;{script};COMMIT")
        else:
            connection.cursor().execute(script)
            connection.commit()
        connection.close()
    finally:
        engine.dispose()


@asynccontextmanager
async def open_workspace(url: str, folder: Path, *, start: bool = True) -> AsyncIterator[Workspace]:
    """A workspace without domains: database and bus."""
    db = Database(url)
    settings = Settings()
    settings.data_dir = str(folder)
    workspace = Workspace(settings, db)
    db.workspace, db.bus = workspace, Bus(db)
    workspace.put(Bus, db.bus)
    await asyncio.to_thread(create_tables, db)
    if start:
        await db.bus.start()
    try:
        yield workspace
    finally:
        await db.bus.stop()
        await db.close()
