"""SQLite behind asyncio with one way to its thread for each statement.

As it comes, SQLAlchemy's adapter goes there five times for a statement (cursor, execute, fetch,
close, and BEGIN in the same four), and each way costs more than most statements.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import EMPTY_DICT


class Found(NamedTuple):
    """What a statement left behind."""

    description: Any
    rowcount: int
    lastrowid: int
    rows: Sequence[Any]


_NOTHING = Found(None, -1, 0, ())


def _run(raw: sqlite3.Connection, begin: str | None, many: bool, sql: str, parameters: Any) -> Found:
    """In the connection's thread: the transaction's beginning, if it is due, the statement, its rows."""
    cursor = raw.cursor()
    try:
        if begin is not None:
            cursor.execute(begin)
        if many:
            cursor.executemany(sql, parameters)
        elif parameters is None:
            cursor.execute(sql)
        else:
            cursor.execute(sql, parameters)
        rows = cursor.fetchall() if cursor.description else ()
        return Found(cursor.description, cursor.rowcount, cursor.lastrowid or 0, rows)
    finally:
        cursor.close()


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor whose rows are here once it has run."""

    __slots__ = ("_found",)
    _adapt_connection: "OneHopConnection"

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection  # noqa: SLF001  (as its own class does)
        self._soft_closed_memoized = EMPTY_DICT
        self._rows = deque()
        self._found = _NOTHING

    @property
    def description(self) -> Any:
        return self._found.description

    @property
    def rowcount(self) -> int:
        return self._found.rowcount

    @property
    def lastrowid(self) -> int:
        return self._found.lastrowid

    async def _async_soft_close(self) -> None:
        """Nothing is open."""

    def close(self) -> None:
        self._rows.clear()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        await self._go(False, operation, parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        await self._go(True, operation, seq_of_parameters)

    async def _go(self, many: bool, sql: str, parameters: Any) -> None:
        adapted = self._adapt_connection
        async with adapted._execute_mutex:  # noqa: SLF001
            raw: Any = self._connection
            begin = adapted.take_begin()
            self._found = await raw._execute(_run, raw._conn, begin, many, sql, parameters)  # noqa: SLF001
        self._rows = deque(self._found.rows)


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """Begins its transaction with the first statement, and ends none that has not begun."""

    __slots__ = ("_begin", "_open")
    _cursor_cls = OneHopCursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin: str | None = None
        self._open = False

    def begin_with(self, sql: str) -> None:
        """The next statement begins a transaction in this way."""
        self._begin = sql

    def take_begin(self) -> str | None:
        """What must run before the statement that is sent now."""
        begin, self._begin = self._begin, None
        if begin is not None:
            self._open = True
        return begin

    def rollback(self) -> None:
        self._finish(super().rollback)

    def commit(self) -> None:
        self._finish(super().commit)

    def _finish(self, end: Callable[[], None]) -> None:
        self._begin = None
        if self._open:
            # Stays open if this fails or is cancelled: the next one ends it.
            end()
            self._open = False


class OneHopDbapi(AsyncAdapt_aiosqlite_dbapi):
    """The driver as SQLAlchemy's dialect for aiosqlite wants it: `create_async_engine(url, module=...)`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> OneHopConnection:
        return OneHopConnection(self, super().connect(*arg, **kw)._connection)  # noqa: SLF001
