"""Rows of the permission core: objects, their ancestors, grants, and who asks for one."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from openpaas_workspace.core.db import metadata

objects = Table(
    "objects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("space_id", String(64), nullable=False),
    Column("parent_id", String(64), ForeignKey("objects.id"), nullable=True),
    # The member whose personal space this is: set on such a space's own row only.
    Column("owner_id", String(64), nullable=True),
    # All of it is only read: set on a space's own row.
    Column("archived", Boolean, nullable=False, server_default=false()),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "space_id", "kind"),
    Index(None, "parent_id"),
)

object_ancestors = Table(
    "object_ancestors",
    metadata,
    Column("object_id", String(64), ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("ancestor_id", String(64), ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("depth", Integer, nullable=False),
    Index(None, "ancestor_id", "object_id"),
    sqlite_with_rowid=False,
)

grants = Table(
    "grants",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("object_id", String(64), ForeignKey("objects.id", ondelete="CASCADE"), nullable=False),
    Column("subject_kind", String(10), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("level", Integer, nullable=False),
    Column("execute", Boolean, nullable=False),
    Column("granted_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=True),
    UniqueConstraint("object_id", "subject_kind", "subject_id"),
    Index(None, "subject_kind", "subject_id", "object_id"),
    Index(None, "expires_at"),
    CheckConstraint("level BETWEEN 1 AND 4", name="level"),
)

# One row for each member and object asked for. An object that is not there gets a row like any other: who asks must
# not learn the difference.
access_requests = Table(
    "access_requests",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("object_kind", String(20), nullable=False),
    Column("object_id", String(64), nullable=False),
    Column("member_id", String(64), nullable=False),
    Column("level", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger, nullable=True),
    Column("granted", Boolean, nullable=False),
    UniqueConstraint("object_id", "object_kind", "member_id"),
    Index(None, "member_id", "created_at"),
    Index(None, "created_at"),
)
