"""Reading and replacing one file that others may write to at the same moment. All of it blocks."""

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpaas_workspace.core import beneath
from openpaas_workspace.files.service.disk import seen

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file as it was read: its bytes, what a row keeps of its stat, and its hash."""

    data: bytes
    about: dict[str, Any]
    digest: str


def read(root: Path, path: str, limit: int) -> OnDisk:
    """A whole file; raises BlockingIOError while somebody writes to it, TooLarge, UnsafePath, FileNotFoundError."""
    with open(beneath.open_beneath(root, path), "rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size > limit:
            raise beneath.TooLarge(errno.EFBIG, "is larger than allowed", path)
        data = file.read(limit + 1)
        _unchanged(before, os.fstat(file.fileno()), len(data), path)
    return OnDisk(data, seen(before), hashlib.sha256(data).hexdigest())


def hashed(root: Path, path: str, limit: int) -> tuple[str | None, dict[str, Any]]:
    """The hash (None of a giant) and stat of a file, without holding it in memory; raises as `read`."""
    with open(beneath.open_beneath(root, path), "rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size > limit:
            return None, seen(before)
        sha, size = hashlib.sha256(), 0
        while (piece := file.read(_CHUNK)) and size <= limit:
            sha.update(piece)
            size += len(piece)
        _unchanged(before, os.fstat(file.fileno()), size, path)
    return sha.hexdigest(), seen(before)


def replace(
    root: Path, path: str, data: bytes, expected: dict[str, Any], *, in_place: bool = False
) -> tuple[dict[str, Any], bytes | None]:
    """Replace a file at once; also what it held, if that was not any more what was `expected`.

    `in_place`: its content only, so that whoever holds the file has the new one.
    """
    with open(beneath.open_beneath(root, path), "rb") as old:
        if in_place:
            before = old.read() if seen(os.fstat(old.fileno())) != expected else None
            return seen(beneath.rewrite_beneath(root, path, data)), before
        written = beneath.write_beneath(root, path, data)
        changed = seen(os.fstat(old.fileno())) != expected
        return seen(written), old.read() if changed else None


def _unchanged(before: os.stat_result, after: os.stat_result, size: int, path: str) -> None:
    if seen(before) != seen(after) or size != after.st_size:
        raise BlockingIOError(errno.EAGAIN, "somebody writes to it", path)
