"""Large bytes, kept once under their SHA-256 in the data folder.

Bytes are on disk, synced, before the row that names them is written. What no row names is
swept a day later; `refer` tells the sweeper where rows name blobs.
"""

import asyncio
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Column, Table, select

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import NotFound

INLINE = 256 * 1024
GRACE = 24 * 3600.0
_PIECE = 4 * 1024 * 1024
_MISSING = "A part of this is missing from the store; restore it from a backup."
DAMAGED = "A part of this is damaged in the store; restore it from a backup."
_columns: list[Column[str | None]] = []


def refer(table: Table, column: str = "blob") -> None:
    """Rows of `table` name blobs in `column`: the sweeper and backups keep those. Say it when imported."""
    found = table.c[column]
    if all(found is not known for known in _columns):
        _columns.append(found)


def columns() -> tuple[Column[str | None], ...]:
    """Where rows name blobs."""
    return tuple(_columns)


class Blobs:
    """The store of one data folder. All methods block: call them in a thread."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "blobs"
        self._lock = threading.Lock()

    def put(self, data: bytes) -> str:
        """Keep `data`; returns its hash once it is safe against power loss."""
        name = hashlib.sha256(data).hexdigest()
        path, view = self._path(name), memoryview(data)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with temporary.open("xb") as file:
                # Synced piece by piece: what others commit meanwhile waits for one piece, not for all.
                for at in range(0, len(data), _PIECE):
                    file.write(view[at : at + _PIECE])
                    file.flush()
                    os.fdatasync(file.fileno())
                os.fsync(file.fileno())
            with self._lock:
                # Written again even when it is there: its fresh time keeps the sweeper away.
                temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, self._root):
            _sync_folder(folder)
        return name

    def keep(self, path: Path) -> str:
        """Keep a file of the same disk, which is moved here; returns its hash once it is safe."""
        sha = hashlib.sha256()
        with path.open("rb+") as file:
            while piece := file.read(_PIECE):
                sha.update(piece)
            os.fsync(file.fileno())
        name = sha.hexdigest()
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        with self._lock:
            path.replace(target)
        for folder in (target.parent, target.parent.parent, self._root):
            _sync_folder(folder)
        return name

    def open(self, name: str) -> BinaryIO:
        """The file under this hash, unchecked; raises NotFound."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            raise NotFound(_MISSING) from None

    def reader(self) -> Callable[[str], bytes]:
        """`get` as a function that can be sent to a helper; raises LookupError for what is missing or damaged."""
        return partial(_read, self._root.parent)

    def has(self, name: str) -> bool:
        """Whether something is kept under this hash."""
        return self._path(name).is_file()

    def get(self, name: str) -> bytes:
        """The bytes under this hash; raises NotFound, also when they are damaged."""
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            raise NotFound(_MISSING) from None
        if hashlib.sha256(data).hexdigest() != name:
            raise NotFound(DAMAGED)
        return data

    def sweep(self, used: Callable[[str], bool], *, grace: float = GRACE) -> int:
        """Delete what is older than `grace` seconds and not `used`; returns how many files went."""
        limit = time.time() - grace
        gone = 0
        for path in self._root.glob("*/*/*"):
            if path.stat().st_mtime > limit or (not path.name.startswith(".") and used(path.name)):
                continue
            with self._lock:
                if path.stat().st_mtime <= limit:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise NotFound
        return self._root / name[:2] / name[2:4] / name


async def sweep_blobs(workspace: Workspace) -> None:
    """Job: delete blobs that no row has named for a day."""
    blobs = workspace.get(Blobs)
    names: set[str] = set()
    started = time.time()
    async with workspace.db.read(SYSTEM) as work:
        for column in _columns:
            names.update(row[0] for row in await work.all(select(column).where(column.is_not(None))))
    # Only what was already old when the rows were read may go.
    grace = GRACE + (time.time() - started)
    await asyncio.to_thread(blobs.sweep, names.__contains__, grace=grace)


def _read(data_dir: Path, name: str) -> bytes:
    try:
        return Blobs(data_dir).get(name)
    except NotFound as error:
        raise LookupError(name) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
