"""Files below a folder that somebody else may write to: never through a link, never out of the folder.

A kernel owns the folders it is given and may plant symbolic links, hard links, FIFOs, sparse giants, or
swap a folder while the server walks it. Every function here takes a *root* (a path the server trusts, or a
descriptor of it) and a path relative to it, resolves it without following any link, and touches only
folders and regular files with one link. All of it blocks: call it in a thread.

When the server is root, what it creates takes the owner of its folder, so that the kernel's own uid can
go on using it.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from openpaas_workspace.core import openat2
from openpaas_workspace.core.filecopy import bring, take_back

Root = int | str | os.PathLike[str]

DEFAULT_LIMIT = 256 * 1024 * 1024
MAX_ENTRIES = 100_000
_CHUNK = 1024 * 1024
_BASE = os.O_CLOEXEC | os.O_NOFOLLOW
_PATH = getattr(os, "O_PATH", 0)
_DIRECTORY = _BASE | os.O_DIRECTORY | os.O_RDONLY


class UnsafePath(OSError):
    """The path leaves its root, or names a link, a FIFO, a device, or a file with several names."""


class TooLarge(OSError):
    """The file, or the folder's list, is larger than the caller allowed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder; ``kind`` is ``other`` for whatever the server must not open."""

    name: str
    kind: Literal["file", "folder", "other"]
    stat: os.stat_result


def split(relpath: str) -> tuple[str, ...]:
    """The components of a relative path (``""`` and ``"."`` are the root); raises UnsafePath on any other trick."""
    if relpath in ("", "."):
        return ()
    parts = tuple(relpath.split("/"))
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise _unsafe(relpath, "is not a plain relative path")
    return parts


def open_beneath(root: Root, relpath: str, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
    """A descriptor of the regular file with one link at ``relpath``; raises UnsafePath, FileNotFoundError.

    ``O_TRUNC`` is applied only after the checks. Never blocks on a FIFO. The caller closes.
    """
    split(relpath)
    wanted = (flags & ~os.O_TRUNC) | _BASE | os.O_NONBLOCK | os.O_NOCTTY
    with _folder(root) as top:
        fd = _open(top, relpath, wanted, mode)
        try:
            _plain(os.fstat(fd), relpath)
            os.set_blocking(fd, True)
            if flags & os.O_CREAT:
                _adopt(fd, top, relpath)
            if flags & os.O_TRUNC:
                os.ftruncate(fd, 0)
        except BaseException:
            os.close(fd)
            raise
    return fd


def open_folder_beneath(root: Root, relpath: str) -> int:
    """A descriptor of the folder at ``relpath``; raises UnsafePath, FileNotFoundError. The caller closes."""
    with _folder(root) as top:
        return _open(top, relpath, _DIRECTORY, 0)


def read_beneath(root: Root, relpath: str, *, limit: int = DEFAULT_LIMIT) -> bytes:
    """The bytes of a file of at most ``limit`` bytes; raises TooLarge, UnsafePath, FileNotFoundError."""
    fd = open_beneath(root, relpath)
    with open(fd, "rb") as file:
        if os.fstat(fd).st_size > limit:
            raise _too_large(relpath)
        data = file.read(limit + 1)
    if len(data) > limit:
        raise _too_large(relpath)
    return data


def stat_beneath(root: Root, relpath: str) -> os.stat_result:
    """What lies at ``relpath``, a link being itself; raises UnsafePath, FileNotFoundError."""
    if not split(relpath):
        with _folder(root) as top:
            return os.fstat(top)
    with _parent(root, relpath) as (folder, name):
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


def write_beneath(
    root: Root,
    relpath: str,
    data: bytes | BinaryIO | Path,
    *,
    mode: int | None = None,
    replace: bool = True,
    sync: bool = True,
) -> os.stat_result:
    """Writes a file at once or not at all and returns its stat; raises UnsafePath, FileExistsError, OSError.

    ``data`` may be a file that is open for reading: the system copies what is left of it; or the path of a file of
    the server's own, which is moved there (and stays where it is if that fails).
    A new file has ``mode`` or 0600, a replaced one keeps its permissions; a link or a FIFO in its place is
    replaced, never followed. ``sync`` makes it survive a power cut before the call returns.
    """
    with _parent(root, relpath) as (folder, name):
        temporary = f".{secrets.token_hex(8)}.part"
        fd = bring(folder, temporary, data)
        try:
            with open(fd, "rb"):
                os.fchmod(fd, _mode(folder, name) if mode is None else mode)
                _own(fd, folder)
                if sync:
                    os.fsync(fd)
                written = os.fstat(fd)
            if replace:
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                openat2.rename_new(folder, temporary, folder, name)
        except BaseException:
            take_back(folder, temporary, data)
            raise
        if sync:
            os.fsync(folder)
        return written


def rewrite_beneath(root: Root, relpath: str, data: bytes) -> os.stat_result:
    """Writes the content of a file that is there, in place, synced; who has it open sees the new one. Not atomic."""
    with open(open_beneath(root, relpath, os.O_WRONLY), "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        file.truncate(len(data))
        os.fsync(file.fileno())
        return os.fstat(file.fileno())


def scandir_beneath(root: Root, relpath: str = "", *, limit: int = MAX_ENTRIES) -> list[Entry]:
    """What a folder holds, by name; names that are not UTF-8 are left out; raises TooLarge, UnsafePath."""
    found: list[Entry] = []
    with _open_folder(root, relpath) as folder, os.scandir(folder) as entries:
        for entry in entries:
            if len(found) >= limit:
                raise _too_large(relpath or ".")
            with suppress(FileNotFoundError, UnicodeEncodeError):
                entry.name.encode()
                about = entry.stat(follow_symlinks=False)
                found.append(Entry(entry.name, kind_of(about), about))
    return sorted(found, key=lambda entry: entry.name)


def walk_beneath(root: Root, relpath: str = "", *, limit: int = MAX_ENTRIES) -> Iterator[tuple[str, Entry]]:
    """Everything below a folder as (path from the root, entry), folders before their content.

    A folder that vanishes, is swapped or may not be read is passed over; raises TooLarge after ``limit`` entries.
    """
    left = limit
    waiting = [relpath if split(relpath) else ""]
    with _folder(root) as top:
        while waiting:
            here = waiting.pop()
            try:
                entries = scandir_beneath(top, here, limit=left)
            except TooLarge:
                raise
            except OSError:
                continue
            left -= len(entries)
            for entry in entries:
                path = f"{here}/{entry.name}" if here else entry.name
                if entry.kind == "folder":
                    waiting.append(path)
                yield path, entry


def mkdir_beneath(
    root: Root, relpath: str, mode: int = 0o700, *, parents: bool = False, exist_ok: bool = False
) -> None:
    """Makes a folder; raises FileExistsError (unless ``exist_ok`` and it is a folder), FileNotFoundError, UnsafePath."""
    parts = split(relpath)
    for count in range(1 if parents else len(parts), len(parts) + 1):
        path, last = "/".join(parts[:count]), count == len(parts)
        with _parent(root, path) as (folder, name):
            try:
                os.mkdir(name, mode, dir_fd=folder)
            except FileExistsError:
                if last and not exist_ok:
                    raise
                with _open_folder(folder, name):  # raises unless it is a real folder
                    continue
            with _open_folder(folder, name) as made:
                _own(made, folder)


def rename_beneath(
    root: Root,
    source: str,
    target: str,
    *,
    target_root: Root | None = None,
    replace: bool = False,
    sync: bool = True,
) -> None:
    """Moves a file or folder, within one file system; raises FileExistsError unless ``replace``, UnsafePath."""
    with (
        _parent(root, source) as (old, old_name),
        _parent(root if target_root is None else target_root, target) as (new, new_name),
    ):
        if replace:
            os.rename(old_name, new_name, src_dir_fd=old, dst_dir_fd=new)
        else:
            openat2.rename_new(old, old_name, new, new_name)
        if sync:
            os.fsync(new)
            os.fsync(old)


def unlink_beneath(root: Root, relpath: str) -> None:
    """Removes one name that is not a folder, a link being itself; raises FileNotFoundError, IsADirectoryError."""
    with _parent(root, relpath) as (folder, name):
        os.unlink(name, dir_fd=folder)


def rmtree_beneath(root: Root, relpath: str) -> None:
    """Removes a folder and all below it, however deep; no link is followed; raises FileNotFoundError, UnsafePath."""
    with _parent(root, relpath) as (folder, name):
        doomed = f".{secrets.token_hex(8)}.gone"
        if not stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise _unsafe(relpath, "is not a folder")
        os.rename(name, doomed, src_dir_fd=folder, dst_dir_fd=folder)
        if not _unlock(folder, doomed):
            return
        with _open_folder(folder, doomed) as top:
            waiting: list[str | None] = [None]
            while waiting:
                waiting.extend(_empty(top, waiting.pop()))
        os.rmdir(doomed, dir_fd=folder)


def kind_of(about: os.stat_result) -> Literal["file", "folder", "other"]:
    """What the server may treat it as; a regular file with a second name is ``other``."""
    if stat.S_ISDIR(about.st_mode):
        return "folder"
    return "file" if stat.S_ISREG(about.st_mode) and about.st_nlink == 1 else "other"


def _empty(top: int, name: str | None) -> list[str]:
    """Empties ``top/name`` (``top`` itself for None), lifting its folders to ``top``, so that depth costs nothing."""
    if name is not None and not _unlock(top, name):
        return []
    lifted: list[str] = []
    with _open_folder(top, name or "") as folder:
        with os.scandir(folder) as entries:
            names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for child, is_folder in names:
            if is_folder and _unlock(folder, child):
                lifted.append(secrets.token_hex(8))
                os.rename(child, lifted[-1], src_dir_fd=folder, dst_dir_fd=top)
            elif not is_folder:
                os.unlink(child, dir_fd=folder)
    if name is not None:
        os.rmdir(name, dir_fd=top)
    return lifted


def _unlock(parent: int, name: str) -> bool:
    """Makes a folder ours to empty; what was swapped for something else since is removed, and False returned."""
    try:
        fd = os.open(name, _DIRECTORY | _PATH, dir_fd=parent)
    except NotADirectoryError:
        os.unlink(name, dir_fd=parent)
        return False
    try:
        if os.geteuid() and _PATH:
            os.chmod(f"/proc/self/fd/{fd}", 0o700)  # chmod by name would follow a link put there since
    finally:
        os.close(fd)
    return True


@contextmanager
def _folder(root: Root) -> Iterator[int]:
    if isinstance(root, int):
        yield root
        return
    fd = os.open(root, os.O_CLOEXEC | os.O_DIRECTORY | os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _open_folder(root: Root, relpath: str) -> Iterator[int]:
    fd = open_folder_beneath(root, relpath)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _parent(root: Root, relpath: str) -> Iterator[tuple[int, str]]:
    parts = split(relpath)
    if not parts:
        raise _unsafe(relpath, "is the root itself")
    with _open_folder(root, "/".join(parts[:-1])) as folder:
        yield folder, parts[-1]


def _open(top: int, relpath: str, flags: int, mode: int) -> int:
    parts = split(relpath)
    try:
        return openat2.resolver()(top, parts, flags, mode)
    except OSError as error:
        # a FIFO without a reader answers ENXIO, a link in the place of a folder ENOTDIR or ELOOP
        if error.errno in (errno.ELOOP, errno.EXDEV, errno.ENXIO):
            raise _unsafe(relpath, "is or passes a link or a special file") from error
        if error.errno == errno.ENOTDIR and _has_link(top, parts):
            raise _unsafe(relpath, "is or passes a link") from error
        raise OSError(error.errno, error.strerror, relpath) from error


def _has_link(top: int, parts: tuple[str, ...]) -> bool:
    """Whether the first component that is no folder is a link: only to choose the error."""
    here = os.dup(top)
    try:
        for part in parts:
            if stat.S_ISLNK(os.stat(part, dir_fd=here, follow_symlinks=False).st_mode):
                return True
            below = os.open(part, _DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
    except OSError:
        return False
    finally:
        os.close(here)
    return False


def _plain(about: os.stat_result, relpath: str) -> None:
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), relpath)
    if not stat.S_ISREG(about.st_mode):
        raise _unsafe(relpath, "is not a regular file")
    if about.st_nlink != 1:
        raise _unsafe(relpath, "has several names")


def _mode(folder: int, name: str) -> int:
    with suppress(OSError):
        about = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISREG(about.st_mode):
            return stat.S_IMODE(about.st_mode) & 0o777
    return 0o600


def _own(fd: int, folder: int) -> None:
    if os.geteuid() == 0:
        about = os.fstat(folder)
        os.fchown(fd, about.st_uid, about.st_gid)


def _adopt(fd: int, top: int, relpath: str) -> None:
    if os.geteuid() == 0 and os.fstat(fd).st_uid == 0:
        with _parent(top, relpath) as (folder, _):
            _own(fd, folder)


def _unsafe(relpath: str, why: str) -> UnsafePath:
    return UnsafePath(errno.EPERM, f"{relpath!r} {why}", relpath)


def _too_large(relpath: str) -> TooLarge:
    return TooLarge(errno.EFBIG, f"{relpath!r} is larger than allowed", relpath)
