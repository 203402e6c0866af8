"""Rows of files: spaces, their old names, uploads, folders and files.

`parent_id` of a node directly below its space is the id of the space. `trash_id` is the id of the node that
was thrown away: the node itself or a folder above it. `name_key` is what may be there once in a folder.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text, text

from openpaas_workspace.core.db import metadata

spaces = Table(
    "spaces",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("kind", String(16), nullable=False),  # personal | team | organisation
    Column("name", String(255), nullable=False),
    Column("name_key", String(1024), nullable=False, unique=True),
    Column("description", Text, nullable=False, default=""),
    Column("owner_id", String(64), unique=True),  # the member of a personal space
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),
    Column("quota_bytes", BigInteger),  # of this space; the settings' when there is none
)

aliases = Table(
    "space_aliases",
    metadata,
    Column("name_key", String(1024), primary_key=True),
    Column("space_id", String(26), ForeignKey("spaces.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

# What is being received in pieces; the bytes lie in the server's folder for that.
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("actor_id", String(64), nullable=False),
    Column("space_id", String(26), ForeignKey("spaces.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", String(26), nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("conflict", String(8), nullable=False),  # refuse | replace | keep
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("file_id", String(26)),  # what it has become
    Index(None, "actor_id"),
    Index(None, "expires_at"),
)

nodes = Table(
    "nodes",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("space_id", String(26), ForeignKey("spaces.id"), nullable=False),
    Column("parent_id", String(26), nullable=False),
    Column("kind", String(8), nullable=False),  # folder | file
    Column("name", String(255), nullable=False),  # as on disk, byte for byte
    Column("name_key", String(1280), nullable=False),
    # The file as it was last seen, to notice what others do to it.
    Column("size", BigInteger, nullable=False, default=0),
    Column("mtime_ns", BigInteger, nullable=False, default=0),
    Column("inode", BigInteger, nullable=False, default=0),
    Column("hash", String(64)),
    # Of a file with a log: the file with projected_hash holds the log up to projected_seq;
    # the next pair is written before the file is replaced and becomes the first pair after.
    Column("projected_seq", BigInteger),
    Column("projected_hash", String(64)),
    Column("next_seq", BigInteger),
    Column("next_hash", String(64)),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_by", String(64), nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("trashed_at", BigInteger),
    Column("trashed_by", String(64)),
    Column("trash_id", String(26)),
    Column("lost", Boolean, nullable=False, default=False),  # deleted on disk: only a log can bring it back
    Index(
        "uq_nodes_parent_name",
        "parent_id",
        "name_key",
        unique=True,
        sqlite_where=text("trashed_at IS NULL"),
        postgresql_where=text("trashed_at IS NULL"),
    ),
    Index(None, "space_id", "parent_id"),
    Index(None, "parent_id"),
    Index(None, "trash_id"),
    Index(None, "inode"),
)
