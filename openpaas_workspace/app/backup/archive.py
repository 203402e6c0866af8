"""The container of a backup: a tar stream that any tool can read, with a checksum for every member and a last word.

`manifest.json` is first; `sums/…` lists the SHA-256 of the members before it, so that damage is named where it is
met; `end.json` is last, so that a stream that was cut off is known as such.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import time
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any, BinaryIO, cast

from openpaas_workspace.kit.errors import Invalid

FORMAT = 1
MANIFEST, SUMS, END = "manifest.json", "sums/", "end.json"
_LISTED = 500
_CUT_OFF = "This backup is cut off: its end is missing. Take another copy of it."
_DAMAGED = "This backup is damaged at {name}. Take another copy of it."
_OTHER = "This is not a backup of a workspace, or it is damaged at its beginning."


_BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error)


class _Hashed(io.RawIOBase):
    """Reads exactly `size` bytes, zeros where the file has become shorter, and knows their hash."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source, self._left = source, size
        self.sha = hashlib.sha256()
        self.short = False

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._source.read(wanted) or b""
        if len(data) < wanted:
            self.short = True
            data += bytes(wanted - len(data))
        self._left -= len(data)
        self.sha.update(data)
        return data


class Writer:
    """Writes members one after another; nothing is held in memory but a list of the last names."""

    def __init__(self, stream: BinaryIO, *, packed: bool) -> None:
        self._packed = gzip.GzipFile("", "wb", 1, stream) if packed else None
        self._tar = tarfile.open(  # noqa: SIM115  (closed by `close`)
            fileobj=cast("IO[bytes]", self._packed or stream), mode="w|", format=tarfile.PAX_FORMAT
        )
        self._sums: list[str] = []
        self._members = self._lists = 0

    def add(self, name: str, data: bytes) -> None:
        """A member from memory."""
        info = tarfile.TarInfo(name)
        info.size, info.mtime = len(data), int(time.time())
        self._put(info, io.BytesIO(data))

    def add_json(self, name: str, value: Any) -> None:
        """A member that people may read."""
        self.add(name, json.dumps(value, indent=1).encode())

    def add_file(self, name: str, file: IO[bytes], about: os.stat_result) -> bool:
        """A file as long as `about` says; false if it was shorter by the time it was read."""
        info = tarfile.TarInfo(name)
        info.size = about.st_size
        _date(info, about)
        return self._put(info, file)

    def add_folder(self, name: str, about: os.stat_result) -> None:
        """A folder, so that an empty one comes back too."""
        info = tarfile.TarInfo(name)
        info.type = tarfile.DIRTYPE
        _date(info, about)
        self._tar.addfile(info)
        self._tar.members.clear()  # type: ignore[attr-defined]  # it keeps them all

    def close(self, **last: Any) -> None:
        """Write the last word; without it the backup counts as cut off."""
        self._list()
        self.add_json(END, {"members": self._members, **last})
        self._tar.close()
        if self._packed is not None:
            self._packed.close()

    def _put(self, info: tarfile.TarInfo, source: IO[bytes]) -> bool:
        reader = _Hashed(source, info.size)
        self._tar.addfile(info, cast("IO[bytes]", reader))
        self._tar.members.clear()  # type: ignore[attr-defined]
        if not info.name.startswith(SUMS):
            self._members += 1
            self._sums.append(f"{reader.sha.hexdigest()}  {info.name}\n")
            if len(self._sums) >= _LISTED:
                self._list()
        return not reader.short

    def _list(self) -> None:
        if self._sums:
            text, self._sums = "".join(self._sums), []
            self._lists += 1
            self.add(f"{SUMS}{self._lists:06d}.txt", text.encode("utf-8", "surrogateescape"))


class Member:
    """One member on its way in; read it whole before the next."""

    def __init__(self, info: tarfile.TarInfo, source: IO[bytes] | None) -> None:
        self.name = info.name
        self.is_folder = info.isdir()
        self.mode = info.mode & 0o777
        self.size = info.size
        self.mtime_ns = int(Decimal(info.pax_headers.get("mtime", str(info.mtime))) * 10**9)
        self.sha = hashlib.sha256()
        self._source = source

    def pieces(self) -> Iterator[bytes]:
        """Its bytes."""
        while piece := self._piece():
            self.sha.update(piece)
            yield piece

    def _piece(self) -> bytes:
        try:
            return self._source.read(1024 * 1024) if self._source is not None else b""
        except _BROKEN as error:
            raise Invalid(_CUT_OFF) from error

    def data(self) -> bytes:
        """All its bytes at once."""
        return b"".join(self.pieces())


class Reader:
    """Reads members in their order; raises Invalid where the stream is damaged, cut off or something else."""

    def __init__(self, stream: io.BufferedReader) -> None:
        packed = stream.peek(2)[:2] == b"\x1f\x8b"
        source = gzip.GzipFile(fileobj=stream, mode="rb") if packed else stream
        self._sums: dict[str, str] = {}
        self._members = 0
        try:
            self._tar = tarfile.open(fileobj=cast("IO[bytes]", source), mode="r|")  # noqa: SIM115  (the caller's)
            first = self._next()
            if first is None or first.name != MANIFEST:
                raise Invalid(_OTHER)
            self.manifest: dict[str, Any] = json.loads(first.data())
        except (*_BROKEN, ValueError, Invalid) as error:
            raise Invalid(_OTHER) from error
        self._count(first)
        if self.manifest.get("format") != FORMAT:
            raise Invalid("This backup was made by another version of the workspace; use that version.")

    def members(self) -> Iterator[Member]:
        """Every member that holds something; at the end everything is known to be whole."""
        while (member := self._next()) is not None:
            if member.name == END:
                self._end(json.loads(member.data()))
                return
            if member.name.startswith(SUMS):
                self._compare(member.data())
                continue
            yield member
            for _rest in member.pieces():
                pass
            if not member.is_folder:
                self._count(member)
        raise Invalid(_CUT_OFF)

    def _next(self) -> Member | None:
        try:
            info = self._tar.next()
        except _BROKEN as error:
            raise Invalid(_CUT_OFF) from error
        self._tar.members.clear()  # type: ignore[attr-defined]
        if info is None:
            return None
        if not (info.isfile() or info.isdir()):
            raise Invalid(_DAMAGED.format(name=info.name))
        return Member(info, self._tar.extractfile(info) if info.isfile() else None)

    def _count(self, member: Member) -> None:
        self._members += 1
        self._sums[member.name] = member.sha.hexdigest()

    def _compare(self, listed: bytes) -> None:
        for line in listed.decode("utf-8", "surrogateescape").splitlines():
            digest, _, name = line.partition("  ")
            if self._sums.pop(name, None) != digest:
                raise Invalid(_DAMAGED.format(name=name))

    def _end(self, last: dict[str, Any]) -> None:
        if self._sums or last.get("members") != self._members:
            raise Invalid(_CUT_OFF)


def _date(info: tarfile.TarInfo, about: os.stat_result) -> None:
    info.mode, info.mtime = about.st_mode & 0o777, int(about.st_mtime)
    seconds, rest = divmod(about.st_mtime_ns, 10**9)
    info.pax_headers = {"mtime": f"{seconds}.{rest:09d}"}
