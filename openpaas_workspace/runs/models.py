"""Rows of runs: notebooks that were executed as a whole."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from openpaas_workspace.core.db import metadata

executions = Table(
    "executions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("file_id", String(64), nullable=False),
    Column("output_id", String(64), nullable=False),
    Column("by", String(32), nullable=False),
    Column("parameters", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Index(None, "file_id", "created_at"),
    Index(None, "state"),
)
