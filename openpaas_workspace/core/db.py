"""The database and the unit of work.

SQLite (WAL, one writer at a time, synced at every commit) or PostgreSQL, by URL.
A unit is one short write transaction: its rows and its events commit together, and
nothing but SQL is awaited inside it.
"""

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, MetaData, Row, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from openpaas_workspace.core.events import Event
from openpaas_workspace.core.onehop import OneHopDbapi
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import DiskFull

if TYPE_CHECKING:
    from openpaas_workspace.core.bus import Bus
    from openpaas_workspace.core.workspace import Workspace

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_PG_DISK_FULL = "53100"
_SQLITE_AWAY = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
)
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    # Moved by `walcheckpoint` beside the commits; by a commit itself only when that cannot keep up (64 MB).
    "wal_autocheckpoint=16000",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "temp_store=MEMORY",
)


class Work:
    """One unit of work: who acts, the open transaction, the events to publish."""

    def __init__(self, workspace: "Workspace", actor: Actor, conn: AsyncConnection) -> None:
        self.workspace = workspace
        self.actor = actor
        self.conn = conn
        self.events: list[Event] = []
        self.callbacks: list[Callable[[], None]] = []

    async def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> int:
        """Run a statement that writes; returns the number of rows touched."""
        result = await self.conn.execute(statement, parameters)
        return result.rowcount

    async def all(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """All rows of a select."""
        return (await self.conn.execute(statement, parameters)).all()

    async def first(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Row[Any] | None:
        """The first row of a select, or None."""
        return (await self.conn.execute(statement, parameters)).first()

    async def scalar(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return (await self.conn.execute(statement, parameters)).scalar()

    def publish(self, fact: Event) -> None:
        """Record a fact with this transaction; listeners hear of it after commit."""
        self.events.append(fact)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call something quick once the transaction is durable; not called if it fails."""
        self.callbacks.append(callback)


class Database:
    """Engines for writing and reading, and the lock that makes SQLite's one writer fair."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        driver = "sqlite+aiosqlite" if self.is_sqlite else "postgresql+psycopg"
        async_url = self.url.set(drivername=driver)
        if self.is_sqlite:
            driver_module = OneHopDbapi()
            self._writer = create_async_engine(async_url, module=driver_module, pool_size=1, max_overflow=0)
            # None beyond these: to open one costs more than to wait for the next that is free.
            self._reader = create_async_engine(async_url, module=driver_module, pool_size=8, max_overflow=0)
            _prepare_sqlite(self._writer, "BEGIN IMMEDIATE")
            _prepare_sqlite(self._reader, "BEGIN")
        else:
            self._writer = self._reader = create_async_engine(async_url, pool_size=10, max_overflow=10)
        self.write_lock: asyncio.Lock | nullcontext[None] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )
        self.bus: Bus
        self.workspace: Workspace

    @asynccontextmanager
    async def unit(self, actor: Actor) -> AsyncIterator[Work]:
        """A write transaction for `actor`; committed at the end, rolled back on any error. Raises DiskFull."""
        try:
            async with self.write_lock, self._writer.begin() as conn:
                work = Work(self.workspace, actor, conn)
                yield work
                if work.events:
                    await self.bus.record(work)
        except DBAPIError as error:
            if is_full(error):
                raise DiskFull from error
            raise
        for callback in work.callbacks:
            callback()
        if work.events:
            self.bus.wake()

    @asynccontextmanager
    async def read(self, actor: Actor) -> AsyncIterator[Work]:
        """A read transaction: one consistent view; publishing in it is an error."""
        async with self._reader.connect() as conn:
            work = Work(self.workspace, actor, conn)
            yield work
            if work.events:
                raise RuntimeError("a read published an event")

    async def close(self) -> None:
        """Give back all connections."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def is_full(error: BaseException | None) -> bool:
    """Whether the system, SQLite or PostgreSQL says that there is no room left."""
    if isinstance(error, DBAPIError):
        return is_full(error.orig)
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", "") == _PG_DISK_FULL


def is_away(error: BaseException) -> bool:
    """Whether the database did not answer, or had no room for one more question: to ask again may help."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    event.listen(engine.sync_engine, "connect", prepare_sqlite_connection)

    def begin_later(conn: Any) -> None:
        conn.connection.dbapi_connection.begin_with(begin)

    event.listen(engine.sync_engine, "begin", begin_later)


def prepare_sqlite_connection(connection: Any, _record: object) -> None:
    """Pragmas of every SQLite connection; transactions are begun by us, not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def sync_engine(database: Database) -> Engine:
    """A synchronous engine on the same database, for a dedicated writer thread."""
    from sqlalchemy import create_engine

    if not database.is_sqlite:
        return create_engine(database.url.set(drivername="postgresql+psycopg"), pool_size=1)
    engine = create_engine(
        database.url.set(drivername="sqlite+pysqlite"),
        pool_size=1,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", prepare_sqlite_connection)
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def sqlite_version() -> str:
    """The SQLite library in use, for `openpaas doctor`."""
    return sqlite3.sqlite_version
