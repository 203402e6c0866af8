"""Rows of accounts. Times are milliseconds; secrets are stored as digests only."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from openpaas_workspace.core.db import metadata

members = Table(
    "members",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("username", String(64), nullable=False),
    Column("username_key", String(256), nullable=False, unique=True),
    Column("display_name", String(128), nullable=False),
    Column("email", String(254), nullable=False, default=""),
    Column(
        "email_key", String(512), unique=True
    ),  # null when there is no address: null is never equal to null
    Column("locale", String(16), nullable=False, default=""),
    Column("color", String(32), nullable=False),
    Column("unit", String(128), nullable=False, default=""),
    Column("time_zone", String(64), nullable=False, default=""),
    Column("photo", String(32), nullable=False, default=""),  # which one; empty: none
    Column("administrator", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False),
    Column("password_hash", Text, nullable=False, default=""),  # empty: no password yet, nobody can log in
    Column("password_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger),  # the last sign of life, also of sessions that are over
    Column("disabled_at", BigInteger),
    Column("erased_at", BigInteger),  # the row stays: the log names people by id, and this was the only name
)

photos = Table(
    "photos",
    metadata,
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # a small JPEG that this server made
    Column("at", BigInteger, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("name_key", String(1024), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", ForeignKey("groups.id"), nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    PrimaryKeyConstraint("group_id", "member_id"),
    Index("ix_group_members_member_id", "member_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("address", String(64), nullable=False),
    Column("agent", String(256), nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("name", String(128), nullable=False),
    Column("scopes", Text, nullable=False),  # words, separated by one space
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # setup | reset
    Column("member_id", ForeignKey("members.id"), index=True),  # null for setup
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    # a digest: somebody may have typed a password into the field of the name
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("blocked_until", BigInteger, nullable=False),
)
