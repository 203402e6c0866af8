"""Making a backup beside a running server: first one view of the database, then the bytes that its rows name.

The log is the truth, and its rows are read at one moment. Blobs are written before their rows, so each is
there. Files are copied last, as they are found; what the logs of open notebooks and texts say wins over them
when the backup is put back.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from openpaas_workspace import __version__
from openpaas_workspace.app.backup import marker, rows
from openpaas_workspace.app.backup.archive import FORMAT, MANIFEST, Writer
from openpaas_workspace.core import beneath, blobs
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.db import Database
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.kit.errors import Invalid, NotFound
from openpaas_workspace.kit.ids import new_id

Progress = Callable[[str, int], None]
# Of this machine, made again at the next start, or copied in their own way.
NOT_COPIED = frozenset({"blobs", "empty", "incoming", "jupyter"})
_MOST = 1 << 40
_PART = ".part"


class Backup:
    """One backup on its way out. All methods block."""

    def __init__(self, data_dir: Path, database_url: str, progress: Progress) -> None:
        marker.check(data_dir)
        self._data_dir = data_dir
        self._database = Database(Settings(data_dir=str(data_dir), database_url=database_url).database())
        self._progress = progress
        self._blobs: set[str] = set()
        self.counts = {"rows": 0, "blobs": 0, "files": 0, "changing": 0}

    def write(self, stream: BinaryIO, *, packed: bool) -> None:
        """Write it all; raises Invalid when there is nothing to save, NotFound when a part is missing."""
        self._check()
        writer = Writer(stream, packed=packed)
        self._rows(writer)
        self._large(writer)
        for folder in sorted(self._data_dir.iterdir()):
            if folder.is_dir() and not folder.name.startswith(".") and folder.name not in NOT_COPIED:
                self._files(writer, folder)
        writer.close(**self.counts)

    def _check(self) -> None:
        if self._database.is_sqlite and not Path(str(self._database.url.database)).is_file():
            raise Invalid("There is no workspace in this folder; name its --data-dir.")

    def _rows(self, writer: Writer) -> None:
        tables = rows.tables()
        with rows.snapshot(self._database) as connection:
            version = rows.revision(connection)
            if not version:
                raise Invalid("There is no workspace in this database; name its --database-url.")
            writer.add_json(
                MANIFEST,
                {
                    "format": FORMAT,
                    "id": new_id(),
                    "version": __version__,
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "revision": version,
                    "tables": {table.name: [column.name for column in table.columns] for table in tables},
                },
            )
            named = {column.table.name: column.name for column in blobs.columns()}
            for table in tables:
                for number, (found, lines) in enumerate(rows.dumped(connection, table)):
                    writer.add(f"database/{table.name}/{number:06d}.jsonl", lines)
                    self._blobs.update(row[named[table.name]] for row in found if named.get(table.name))
                    self.counts["rows"] += len(found)
                    self._progress("rows", self.counts["rows"])
        self._blobs.discard(None)

    def _large(self, writer: Writer) -> None:
        store = Blobs(self._data_dir)
        for name in sorted(self._blobs):
            try:
                data = store.get(name)
            except NotFound as error:
                raise Invalid(
                    f"The blob {name} is missing or damaged in the store: {error.sentence}"
                ) from error
            writer.add(f"blobs/{name[:2]}/{name[2:4]}/{name}", data)
            self.counts["blobs"] += 1
            self._progress("blobs", self.counts["blobs"])

    def _files(self, writer: Writer, folder: Path) -> None:
        for path, entry in beneath.walk_beneath(folder, limit=_MOST):
            name = f"{folder.name}/{path}"
            if entry.kind == "folder":
                writer.add_folder(name, entry.stat)
            elif entry.kind == "file" and not (entry.name.startswith(".") and entry.name.endswith(_PART)):
                self._file(writer, folder, path, name)

    def _file(self, writer: Writer, folder: Path, path: str, name: str) -> None:
        try:
            descriptor = beneath.open_beneath(folder, path)
        except OSError:
            return  # gone meanwhile, or a link: its row tells
        with open(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            whole = writer.add_file(name, file, before)
            after = os.fstat(descriptor)
        if not whole or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            self.counts["changing"] += 1
        self.counts["files"] += 1
        self._progress("files", self.counts["files"])
