"""Wake-ups between processes on PostgreSQL: LISTEN on a connection of its own; they carry no data.

A lost wake-up only delays: every dispatcher also looks once a second.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from psycopg import AsyncConnection, Error, sql
from sqlalchemy.engine import URL

_log = logging.getLogger(__name__)
_RETRY = 5.0


class Wakeup:
    """Calls `wake` whenever another process announced something on `channel`."""

    def __init__(self, url: URL, channel: str, wake: Callable[[], None]) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._channel = channel
        self._wake = wake
        self.backend: int | None = None  # the database's process that serves us
        self._task = asyncio.create_task(self._run(), name=f"listen {channel}")

    async def stop(self) -> None:
        """Close the connection."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    self.backend = connection.info.backend_pid
                    self._wake()
                    async for _ in connection.notifies():
                        self._wake()
            except (Error, OSError) as error:
                _log.warning("No wake-ups from the database (%s); looking once a second", error)
            await asyncio.sleep(_RETRY)
