"""Rows of kernels: the number of every principal, which gives its uid when the server is root; hosts of the Internet."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from openpaas_workspace.core.db import metadata

principals = Table(
    "principals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("principal", String(64), nullable=False, unique=True),
    sqlite_autoincrement=True,
)

# What the notebooks of a space may reach, or somebody wishes them to.
hosts = Table(
    "egress_hosts",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("space_id", String(26), ForeignKey("spaces.id", ondelete="CASCADE"), nullable=False),
    Column("host", String(255), nullable=False),  # in ASCII; `*.` before it: all that lies below
    Column("port", Integer, nullable=False),  # 0: the usual ones
    Column("state", String(8), nullable=False),  # asked | allowed | refused
    Column("reason", Text, nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("decided_by", String(64), nullable=False, default=""),
    Column("decided_at", BigInteger),
    Column("answer", Text, nullable=False, default=""),
    Index(None, "space_id", "host", "port", unique=True),
    Index(None, "state", "asked_at"),
)
