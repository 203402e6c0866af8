"""The generation of rights: a number that grows in every transaction after which somebody may have lost a right.

Who judges by rights and then writes (the log of rooms) takes the shared side of one lock as the last thing
before its commit and reads the number; who changes rights takes the other side as its last thing. So a
change is either committed before the withdrawal, or sees it: on SQLite because one transaction writes at a
time, on PostgreSQL by an advisory lock, taken last so that it deadlocks with nothing.
"""

from sqlalchemy import BigInteger, Column, Integer, Select, Table, func, insert, select, text, update

from openpaas_workspace.core.db import Work, metadata

LOCK = 0x6F70_6772

generation_table = Table(
    "rights_generation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)
_g = generation_table.c

READ: Select[tuple[int]] = select(_g.value)
SHARE = text(f"SELECT pg_advisory_xact_lock_shared({LOCK})")


async def advance(work: Work) -> None:
    """Say, as the last thing of a unit, that rights change with it."""
    if not work.workspace.db.is_sqlite:
        await work.conn.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if not await work.execute(update(generation_table).values(value=_g.value + 1)):
        await work.execute(insert(generation_table).values(id=1, value=1))
