"""Bring a database to the current version."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from openpaas_workspace.core.db import Database, sync_engine


def upgrade(database: Database, revision: str = "head") -> None:
    """Run every missing migration; safe to call twice, and from two processes on PostgreSQL."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    engine = sync_engine(database)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
