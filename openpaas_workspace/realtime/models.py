"""Rows of live objects: the log, its snapshots, who owns which client id, who hosts what."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, text

from openpaas_workspace.core.db import metadata

_NAMED = text("blob IS NOT NULL")

live_objects = Table(
    "live_objects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("type", String(32), nullable=False),
    Column("format", String(16), nullable=False),
    # Another epoch is another history: pages that hold an old one must not merge into it.
    Column("epoch", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),
    # Changes up to here were merged by compaction.
    Column("compacted_seq", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("object_id", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    # The oldest seq that this row holds; less than `seq` after compaction only.
    Column("first_seq", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("author", String(64), nullable=False),
    Column("author_kind", String(16), nullable=False),
    Column("behalf", String(64), nullable=False),
    # The connection, request or import that made it.
    Column("session", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    # Before the data: who reads only the times of large rows must not walk through them.
    Column("at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=True),
    Column("blob", String(64), nullable=True),
    # Each index is another page to sync at every commit.
    Index("ix_changes_blob", "blob", sqlite_where=_NAMED, postgresql_where=_NAMED),
    sqlite_with_rowid=False,
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("object_id", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    # A named version is kept for ever; the server's own snapshots have no name.
    Column("name", String(255), nullable=True),
    Column("author", String(64), nullable=False),
    Column("data", LargeBinary, nullable=True),
    Column("blob", String(64), nullable=True),
    Column("at", BigInteger, nullable=False),
    Index(None, "object_id", "epoch", "seq"),
    Index("ix_snapshots_blob", "blob", sqlite_where=_NAMED, postgresql_where=_NAMED),
)

# Outputs that are too large for a document, and which object holds or held them; they count for its space.
stored_outputs = Table(
    "stored_outputs",
    metadata,
    Column("object_id", String(64), primary_key=True),
    Column("blob", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),  # output | text
    Column("size", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "blob"),
)

client_ids = Table(
    "client_ids",
    metadata,
    Column("object_id", String(64), primary_key=True),
    Column("epoch", BigInteger, primary_key=True),
    Column("client_id", BigInteger, primary_key=True),
    Column("member_id", String(64), nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("resource", String(96), primary_key=True),
    Column("owner", String(160), nullable=False),
    Column("fence", BigInteger, nullable=False),
    # 0: as long as its owner is alive.
    Column("expires_at", BigInteger, nullable=False),
)
