"""Hashes of what comes in pieces, kept up with while it comes: the end of an upload need not read all of it again."""

import asyncio
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Final

_STEP: Final = 8 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
_MOST: Final = 1000


class Digests:
    """SHA-256 of files that only grow, by the id of their upload. `workspace.get(Digests)`."""

    def __init__(self) -> None:
        self._growing: dict[str, _Growing] = {}

    def follow(self, upload_id: str, pieces: Path, length: int) -> None:
        """So much is there; what is new is read in a thread once it is worth it. Never blocks."""
        one = self._growing.get(upload_id)
        if one is None:
            if length < _STEP or len(self._growing) >= _MOST:
                return
            one = self._growing[upload_id] = _Growing(pieces)
        one.follow(length)

    async def whole(self, upload_id: str, pieces: Path) -> str:
        """The hash of all that has come. Raises FileNotFoundError."""
        one = self._growing.get(upload_id) or _Growing(pieces)
        return await one.whole()

    def forget(self, upload_id: str) -> None:
        """It ended."""
        self._growing.pop(upload_id, None)

    def forget_others(self, known: Collection[str]) -> None:
        """Only these uploads are still to come."""
        for upload_id in self._growing.keys() - set(known):
            self.forget(upload_id)


class _Growing:
    def __init__(self, pieces: Path) -> None:
        self._pieces = pieces
        self._sha = hashlib.sha256()
        self._at = 0
        self._reading: asyncio.Future[None] | None = None

    def follow(self, length: int) -> None:
        if length - self._at >= _STEP and (self._reading is None or self._reading.done()):
            self._reading = asyncio.ensure_future(asyncio.to_thread(self._read, length))

    async def whole(self) -> str:
        while self._reading is not None and not self._reading.done():
            await asyncio.wait([self._reading])
        self._reading = asyncio.ensure_future(asyncio.to_thread(self._read, None))
        await asyncio.shield(self._reading)
        return self._sha.hexdigest()

    def _read(self, upto: int | None) -> None:
        with self._pieces.open("rb") as file:
            file.seek(self._at)
            while upto is None or self._at < upto:
                chunk = file.read(_CHUNK if upto is None else min(_CHUNK, upto - self._at))
                if not chunk:
                    return
                self._sha.update(chunk)
                self._at += len(chunk)
