"""Rows of every table as lines of JSON, out of one consistent view and into an empty database of either kind."""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

from openpaas_workspace.core.db import Database, metadata, prepare_sqlite_connection

_CHUNK = 4 * 1024 * 1024
_AT_ONCE = 100
VERSION = "alembic_version"


def tables() -> list[Table]:
    """Every table of every domain, those that others name first."""
    from openpaas_workspace.app.domains import all_domains

    all_domains()
    return list(metadata.sorted_tables)


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """One view of the whole database, as of now, while others go on writing."""
    if database.is_sqlite:
        engine = create_engine(database.url.set(drivername="sqlite+pysqlite"))
        event.listen(engine, "connect", prepare_sqlite_connection)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        engine = create_engine(
            database.url.set(drivername="postgresql+psycopg"), isolation_level="REPEATABLE READ"
        )
    try:
        with engine.connect() as connection:
            if not database.is_sqlite:
                connection.execute(text("SET TRANSACTION READ ONLY"))
            yield connection.execution_options(yield_per=_AT_ONCE)
    finally:
        engine.dispose()


def revision(connection: Connection) -> str:
    """The version of the tables; empty where there are none."""
    if not inspect(connection).has_table(VERSION):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION}")).scalar() or "")  # noqa: S608


def dumped(connection: Connection, table: Table) -> Iterator[tuple[list[dict[str, Any]], bytes]]:
    """The rows of a table in portions of some megabytes: as they are, and as lines."""
    rows: list[dict[str, Any]] = []
    lines: list[bytes] = []
    size = 0
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
        rows.append(row._asdict())
        lines.append(json.dumps(_plain(row), ensure_ascii=True).encode() + b"\n")
        size += len(lines[-1])
        if size >= _CHUNK:
            yield rows, b"".join(lines)
            rows, lines, size = [], [], 0
    if lines:
        yield rows, b"".join(lines)


def _plain(row: Iterable[Any]) -> list[Any]:
    return [
        {"b": base64.b64encode(value).decode()} if isinstance(value, bytes | memoryview) else value
        for value in row
    ]


class Loader:
    """Puts rows into an empty database, in the caller's transaction."""

    def __init__(self, connection: Connection, names: Iterable[str]) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        found = MetaData()
        found.reflect(connection, only=sorted(names))
        self.tables = found.tables
        self._later: dict[str, list[dict[str, Any]]] = {}

    def take(self, name: str, columns: list[str], lines: bytes) -> int:
        """Insert a portion; returns how many rows."""
        table = self.tables[name]
        own = [column.name for column in table.columns if _names_itself(column)]
        rows = []
        for line in lines.splitlines():
            row = dict(zip(columns, map(_stored, json.loads(line)), strict=True))
            for column in own:
                if row[column] is not None:
                    self._later.setdefault(name, []).append(
                        {**_key(table, row), f"new_{column}": row[column]}
                    )
                    row[column] = None
            rows.append(row)
        self._connection.execute(insert(table), rows)
        return len(rows)

    def finish(self) -> None:
        """Join rows that name rows of their own table, and let numbers go on where they were."""
        for name, rows in self._later.items():
            table = self.tables[name]
            for column in (column for column in table.columns if _names_itself(column)):
                mine = [row for row in rows if f"new_{column.name}" in row]
                where = [key == bindparam(f"key_{key.name}") for key in table.primary_key.columns]
                statement = update(table).where(*where).values({column.name: bindparam(f"new_{column.name}")})
                self._connection.execute(statement, mine)
        if self._is_sqlite:
            return
        for table in self.tables.values():
            for key in table.primary_key.columns:
                if isinstance(key.type, Integer):
                    self._go_on(table, key)

    def _go_on(self, table: Table, key: Column[Any]) -> None:
        sequence = self._connection.execute(
            select(func.pg_get_serial_sequence(f'"{table.name}"', key.name))
        ).scalar()
        last = self._connection.execute(select(func.max(key))).scalar()
        if sequence and last is not None:
            self._connection.execute(select(func.setval(sequence, last)))


def filled(connection: Connection) -> str:
    """The name of a table that holds rows; empty when none does."""
    there = set(inspect(connection).get_table_names())
    for table in tables():
        if table.name in there and connection.execute(select(table).limit(1)).first() is not None:
            return table.name
    return ""


def _names_itself(column: Column[Any]) -> bool:
    return any(key.column.table is column.table for key in column.foreign_keys)


def _key(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {f"key_{column.name}": row[column.name] for column in table.primary_key.columns}


def _stored(value: Any) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value
