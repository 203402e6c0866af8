"""Alembic's entry: runs on the connection that the runner hands over."""

from alembic import context

from openpaas_workspace.core.db import metadata


def run() -> None:
    """Run the migrations on the given connection."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7304912)")
    with context.begin_transaction():
        context.run_migrations()


run()
