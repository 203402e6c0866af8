"""Rows of kernels: the number of every principal, which gives its uid when the server is root."""

from sqlalchemy import Column, Integer, String, Table

from openpaas_workspace.core.db import metadata

principals = Table(
    "principals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("principal", String(64), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
