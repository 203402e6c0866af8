"""Rows of the index of names: one for each word of each name, folded.

A plain sorted table answers "begins with" on both databases alike, in order and without ranking everything. What
is *in* files gets an index of its own beside it.
"""

from sqlalchemy import Column, Index, String, Table

from openpaas_workspace.core.db import metadata

# Compared byte for byte: a range of a language's collation would miss words.
_WORD = String(64).with_variant(String(64, collation="C"), "postgresql")

name_words = Table(
    "name_words",
    metadata,
    Column("word", _WORD, primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # file | folder | space | member
    Index(None, "object_id"),
    sqlite_with_rowid=False,
)
