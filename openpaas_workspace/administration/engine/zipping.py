"""A zip file made piece by piece, while it is being sent: nothing of it is kept."""

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import IO, Any

_SEPARATORS = re.compile(r"[\\/]+")


class _Taken(io.RawIOBase):
    """What was written since the last look."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class ZipStream:
    """Write entries, then take what there is to send."""

    def __init__(self) -> None:
        self._out = _Taken()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._open: IO[bytes] | None = None

    def begin(self, name: str, at: int) -> None:
        """Begin an entry; `at` is its time in milliseconds."""
        when = datetime.fromtimestamp(max(at, 315_619_200_000) / 1000, UTC)
        info = zipfile.ZipInfo(inside(name), when.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        self._open = self._zip.open(info, "w", force_zip64=True)

    def write(self, piece: bytes) -> None:
        """More of the entry that was begun."""
        if self._open is None:
            raise RuntimeError("no entry was begun")
        self._open.write(piece)

    def end(self) -> None:
        """The entry is whole."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def add(self, name: str, data: bytes, at: int) -> bytes:
        """A whole small entry, and what there is to send."""
        self.begin(name, at)
        self.write(data)
        self.end()
        return self.take()

    def take(self) -> bytes:
        """What was written since the last look."""
        return self._out.take()

    def close(self) -> bytes:
        """The end of the file."""
        self._zip.close()
        return self.take()


def inside(name: str) -> str:
    """The name such that no program unpacks it outside of the folder it unpacks into."""
    parts = [part for part in _SEPARATORS.split(name) if part not in {"", ".", ".."}]
    return "/".join(part.replace(":", "_") for part in parts) or "_"
