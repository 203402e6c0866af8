"""Rows of Home: what each member opened last, pinned, and when each was here."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from openpaas_workspace.core.db import metadata

visits = Table(
    "visits",
    metadata,
    Column("member_id", String(32), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index(None, "member_id", "at"),
)

pins = Table(
    "pins",
    metadata,
    Column("member_id", String(32), primary_key=True),
    Column("object_id", String(64), ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "object_id"),
)

# `since` is where the visit before this one ended: what came after it is new.
attendances = Table(
    "attendances",
    metadata,
    Column("member_id", String(32), primary_key=True),
    Column("since_at", BigInteger, nullable=False),
    Column("since_seq", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("seen_seq", BigInteger, nullable=False),
)
