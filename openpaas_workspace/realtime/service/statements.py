"""Statements of the log's hot path: compiled by SQLAlchemy once, run on the driver's own cursor.

Running them through SQLAlchemy costs more time of the processor than the commit itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.expression import ClauseElement

Parameters = Mapping[str, Any]


class Statement:
    """One compiled statement; `names` are its parameters where SQLAlchemy cannot know them (inserts)."""

    def __init__(self, engine: Engine, clause: ClauseElement, names: Sequence[str] | None = None) -> None:
        keys = list(names) if names is not None else None
        compiled: Any = clause.compile(dialect=engine.dialect, column_keys=keys)
        self.sql = str(compiled)
        self._order: list[str] | None = compiled.positiontup

    def run(self, cursor: Any, parameters: Parameters) -> Any:
        """Run it once; answers the cursor."""
        cursor.execute(self.sql, self._bound(parameters))
        return cursor

    def run_many(self, cursor: Any, rows: Sequence[Parameters]) -> None:
        """Run it for each row."""
        if len(rows) == 1:
            cursor.execute(self.sql, self._bound(rows[0]))
        elif rows:
            cursor.executemany(self.sql, [self._bound(row) for row in rows])

    def _bound(self, parameters: Parameters) -> Any:
        if self._order is None:
            return parameters
        return [parameters[name] for name in self._order]


class Line:
    """One connection kept for one thread; thrown away after any failure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._connection: PoolProxiedConnection | None = None

    def begin(self) -> Any:
        """A cursor in a new transaction."""
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        cursor = self._connection.cursor()
        if self._is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        return cursor

    def commit(self) -> None:
        """Make the transaction durable."""
        if self._connection is not None:
            self._connection.commit()

    def undo(self) -> None:
        """Forget the transaction; nothing failed, the connection is kept."""
        if self._connection is not None:
            self._connection.rollback()

    def rollback(self) -> None:
        """Forget the transaction, and the connection with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
