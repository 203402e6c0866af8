"""Two system calls the standard library lacks: openat2, which follows no link, renameat2, which replaces nothing."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache

Resolver = Callable[[int, tuple[str, ...], int, int], int]

_SYS_OPENAT2 = 437  # the same number on every architecture of Linux
_RESOLVE = 0x02 | 0x04 | 0x08  # no magic links, no symbolic links, beneath
_RENAME_NOREPLACE = 1
_RETRIES = 16
_DIRECTORY = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_RDONLY
_PATH = getattr(os, "O_PATH", 0)

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


@cache
def resolver() -> Resolver:
    """The best way this system has to open ``parts`` below a descriptor without following a link."""
    if not sys.platform.startswith("linux"):
        return by_component
    fd = os.open("/", _DIRECTORY)
    try:
        os.close(by_openat2(fd, (), _DIRECTORY, 0))
    except OSError:
        return by_component
    finally:
        os.close(fd)
    return by_openat2


def by_openat2(top: int, parts: tuple[str, ...], flags: int, mode: int) -> int:
    """Opens ``parts`` below ``top`` in one system call; raises OSError (ELOOP at a link)."""
    how = _OpenHow(flags, mode if flags & os.O_CREAT else 0, _RESOLVE)
    path = os.fsencode("/".join(parts) or ".")
    code = errno.EAGAIN
    for _ in range(_RETRIES):
        fd = int(_libc.syscall(_SYS_OPENAT2, top, path, ctypes.byref(how), ctypes.sizeof(how)))
        if fd >= 0:
            return fd
        code = ctypes.get_errno()
        if code not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(code, os.strerror(code))


def by_component(top: int, parts: tuple[str, ...], flags: int, mode: int) -> int:
    """The same, folder by folder, each opened without following a link; raises OSError."""
    here = os.dup(top)
    try:
        for part in parts[:-1]:
            below = os.open(part, _DIRECTORY | _PATH, dir_fd=here)
            os.close(here)
            here = below
        return os.open(parts[-1] if parts else ".", flags, mode, dir_fd=here)
    finally:
        os.close(here)


def rename_new(old: int, old_name: str, new: int, new_name: str) -> None:
    """Moves a name to a place that must be free; raises FileExistsError. Not atomic where renameat2 is missing."""
    if hasattr(_libc, "renameat2"):
        done = _libc.renameat2(old, os.fsencode(old_name), new, os.fsencode(new_name), _RENAME_NOREPLACE)
        code = 0 if done == 0 else ctypes.get_errno()
        if code == 0:
            return
        if code not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(code, os.strerror(code), new_name)
    with suppress(FileNotFoundError):
        os.stat(new_name, dir_fd=new, follow_symlinks=False)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new_name)
    os.rename(old_name, new_name, src_dir_fd=old, dst_dir_fd=new)
