"""Which failures of a database may be over when somebody asks again."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from openpaas_workspace.core.db import is_away


def failure(url: str, statement: str) -> SQLAlchemyError:
    engine = create_engine(url, connect_args={"timeout": 0.05} if url.startswith("sqlite") else {})
    try:
        with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
    return caught.value


@pytest.mark.parametrize("statement", ["SELECT nothing", "SELECT * FROM nothing", "SELEC 1", "SELECT '"])
def test_a_fault_of_the_program_stays_one(tmp_path: Path, statement: str) -> None:
    assert not is_away(failure(f"sqlite:///{tmp_path}/a.db", statement))


def test_a_database_that_is_locked_or_gone_or_has_no_connection_left_is_away(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert is_away(failure(f"sqlite:///{tmp_path}/a.db", "CREATE TABLE t (x)"))
    assert is_away(failure(f"sqlite:///{tmp_path}/no/folder.db", "SELECT 1"))
    assert is_away(failure("postgresql+psycopg://nobody@127.0.0.1:1/none", "SELECT 1"))
    assert is_away(PoolTimeout("no connection is free"))
