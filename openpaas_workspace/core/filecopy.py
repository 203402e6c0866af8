"""Bytes into a new file, by the system itself where it can."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

_MOST: Final = 1024**3
_CHUNK: Final = 1024 * 1024
_NEW: Final = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_RDWR | os.O_CREAT | os.O_EXCL
_MOVED: Final = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_RDWR


def bring(folder: int, name: str, data: bytes | BinaryIO | Path) -> int:
    """A new file in an open folder that holds `data`, as a descriptor; a path is moved there. Blocks."""
    if not isinstance(data, Path):
        return _made(folder, name, data)
    try:
        os.rename(data, name, dst_dir_fd=folder)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with data.open("rb") as source:
            return _made(folder, name, source)
    return os.open(name, _MOVED, dir_fd=folder)


def take_back(folder: int, name: str, data: bytes | BinaryIO | Path) -> None:
    """Undo `bring`: what was moved is where it was, what was made is gone."""
    with suppress(OSError):
        if isinstance(data, Path) and not data.exists():
            os.rename(name, data, src_dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def _made(folder: int, name: str, data: bytes | BinaryIO) -> int:
    fd = os.open(name, _NEW, 0o600, dir_fd=folder)
    try:
        with open(fd, "wb", closefd=False) as file:
            _fill(file, data)
    except BaseException:
        os.close(fd)
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
    return fd


def _fill(target: BinaryIO, data: bytes | BinaryIO) -> None:
    if isinstance(data, bytes):
        target.write(data)
        return
    try:
        while os.copy_file_range(data.fileno(), target.fileno(), _MOST):
            pass
    except (AttributeError, OSError):
        # Not on this system, or not between these two; what was copied has moved both positions.
        shutil.copyfileobj(data, target, _CHUNK)
