"""Putting a backup back into an empty server.

Everything is received beside its place and checked against its sums first; only then it is put into place, and
at last every history gets another epoch, so that pages of the old server merge nothing into it. A marker in the
data folder says how far it is: until it is gone no server starts there, and the same command goes on or begins
anew.
"""

import asyncio
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, delete, insert, inspect, select, update

from openpaas_workspace.app.backup import marker, rows
from openpaas_workspace.app.backup.archive import Member, Reader
from openpaas_workspace.app.backup.marker import Marker
from openpaas_workspace.app.offline import opened
from openpaas_workspace.core import beneath
from openpaas_workspace.core.db import Database, sync_engine
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.migrations.runner import upgrade

Progress = Callable[[str, int], None]
_STAGE = ".restore"
# What may lie in an empty data folder: the administrator's own settings.
_OWN = frozenset({"openpaas_config.py", marker.NAME, f".{marker.NAME}", _STAGE})
# Of the old server's own life: who was logged in there, which links it gave, what it worked on.
_FORGOTTEN = ("sessions", "one_time_links", "login_attempts", "leases")
_DOMAINS = ("accounts", "sharing", "realtime", "files")


class Restore:
    """One restore. `run` does it all."""

    def __init__(self, data_dir: Path, database_url: str, progress: Progress) -> None:
        self._data_dir = data_dir
        self._url = database_url
        self._stage = data_dir / _STAGE
        self._progress = progress
        self._target = Database(Settings(data_dir=str(data_dir), database_url=database_url).database())
        self.counts = {"rows": 0, "blobs": 0, "files": 0}

    async def run(self, stream: io.BufferedReader) -> dict[str, int]:
        """Receive, check, put into place, begin a new epoch; raises Invalid with what to do."""
        await asyncio.to_thread(self._prepare)
        reader = await asyncio.to_thread(Reader, stream)
        begun = marker.read(self._data_dir)
        if begun is not None and begun.backup != reader.manifest["id"]:
            raise Invalid(
                "Another backup was being restored into this folder. Finish that one, or empty the folder."
            )
        if begun is None or not await asyncio.to_thread(self._received, begun):
            begun = Marker(backup=reader.manifest["id"], epoch=new_id())
            await asyncio.to_thread(self._receive, reader, begun)
        await asyncio.to_thread(self._place)
        await self._settle()
        await asyncio.to_thread(self._finish)
        return self.counts

    # receiving

    def _prepare(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._data_dir.chmod(0o700)
        if marker.read(self._data_dir) is not None:
            return
        if found := sorted(entry.name for entry in self._data_dir.iterdir() if entry.name not in _OWN):
            raise Invalid(
                f"The folder {self._data_dir} is not empty ({found[0]}): restore into an empty one."
            )
        if self._target.is_sqlite:
            if self._file().exists():
                raise Invalid("The database is there already: restore into an empty one.")
            return
        with self._engine() as connection:
            if table := rows.filled(connection):
                raise Invalid(f"The database is not empty ({table}): restore into an empty one.")

    def _received(self, begun: Marker) -> bool:
        """Whether everything was received, checked and committed before the interruption."""
        if not begun.placing:
            return False
        if self._target.is_sqlite:
            return True
        with self._engine() as connection:
            return self._epoch(connection) == begun.epoch

    def _receive(self, reader: Reader, begun: Marker) -> None:
        marker.write(self._data_dir, begun)
        if self._stage.exists():
            beneath.rmtree_beneath(self._data_dir, _STAGE)
        self._stage.mkdir(mode=0o700)
        database = self._staged()
        upgrade(database, reader.manifest["revision"])
        with self._engine(database) as connection:
            loader = rows.Loader(connection, reader.manifest["tables"])
            folders: list[tuple[Path, int]] = []
            for member in reader.members():
                self._take(member, reader, loader, folders)
            loader.finish()
            self._forget(connection, loader, begun.epoch)
            for folder, mtime_ns in reversed(folders):
                os.utime(folder, ns=(mtime_ns, mtime_ns))
            os.sync()
            marker.write(self._data_dir, Marker(backup=begun.backup, epoch=begun.epoch, placing=True))
            connection.commit()

    def _take(
        self, member: Member, reader: Reader, loader: rows.Loader, folders: list[tuple[Path, int]]
    ) -> None:
        top, *rest = beneath.split(member.name)
        if not rest or top.startswith("."):
            raise Invalid(f"This backup holds what no backup holds: {member.name}")
        if top == "database":
            columns = reader.manifest["tables"].get(rest[0])
            if columns is None:
                raise Invalid(f"This backup holds rows of a table that it does not name: {rest[0]}")
            self.counts["rows"] += loader.take(rest[0], columns, member.data())
            self._progress("rows", self.counts["rows"])
            return
        path = self._stage.joinpath(top, *rest)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if member.is_folder:
            path.mkdir(exist_ok=True, mode=0o700)
            folders.append((path, member.mtime_ns))
            return
        with path.open("xb") as file:
            file.writelines(member.pieces())
        path.chmod(member.mode)
        os.utime(path, ns=(member.mtime_ns, member.mtime_ns))
        if top == "blobs" and member.sha.hexdigest() != path.name:
            raise Invalid(f"This backup is damaged at {member.name}. Take another copy of it.")
        what = "blobs" if top == "blobs" else "files"
        self.counts[what] += 1
        self._progress(what, self.counts[what])

    def _forget(self, connection: Connection, loader: rows.Loader, epoch: str) -> None:
        for name in _FORGOTTEN:
            if name in loader.tables:
                connection.execute(delete(loader.tables[name]))
        stream = loader.tables["event_stream"]
        if not connection.execute(update(stream).values(epoch=epoch)).rowcount:
            fresh = {"id": 1, "epoch": epoch, "seq": 0, "chain": b"", "pruned_seq": 0, "pruned_chain": b""}
            connection.execute(insert(stream), fresh)

    # putting into place

    def _place(self) -> None:
        if self._target.is_sqlite and self._partial().exists():
            with closing(sqlite3.connect(self._partial())) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._partial().replace(self._file())
        for folder in sorted(self._stage.iterdir()) if self._stage.exists() else ():
            folder.rename(self._data_dir / folder.name)
        marker.sync(self._data_dir)

    async def _settle(self) -> None:
        """Another epoch for every history, and rows and files that agree."""
        from openpaas_workspace.files.service.afterwards import settle
        from openpaas_workspace.realtime.service import epochs

        domains = [import_module(f"openpaas_workspace.{name}.domain").domain for name in _DOMAINS]
        async with opened(self._data_dir, self._url, domains, restoring=True) as workspace:
            async with workspace.db.unit(SYSTEM) as work:
                await epochs.renew(work)
            await settle(workspace, lambda done: self._progress("agree", done))

    def _finish(self) -> None:
        if self._stage.exists():
            beneath.rmtree_beneath(self._data_dir, _STAGE)
        marker.remove(self._data_dir)

    # the database

    def _file(self) -> Path:
        return Path(str(self._target.url.database))

    def _partial(self) -> Path:
        return self._file().with_name(f".{self._file().name}.restore")

    def _staged(self) -> Database:
        """The database to load into: on SQLite a file beside its place."""
        if not self._target.is_sqlite:
            return self._target
        for left in self._partial().parent.glob(f"{self._partial().name}*"):
            left.unlink()
        return Database(f"sqlite:///{self._partial()}")

    @contextmanager
    def _engine(self, database: Database | None = None) -> Iterator[Connection]:
        engine = sync_engine(database or self._target)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @staticmethod
    def _epoch(connection: Connection) -> str:
        from openpaas_workspace.core.stream import stream_table

        if not inspect(connection).has_table(stream_table.name):
            return ""
        return str(connection.execute(select(stream_table.c.epoch)).scalar() or "")
