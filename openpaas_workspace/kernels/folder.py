"""A kernel's own folder on the machine: its connection file, its sockets, the small files its sandbox shows."""

from __future__ import annotations

import importlib.util
import json
import os
import py_compile
import secrets
import shutil
import stat
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from openpaas_workspace.core import beneath
from openpaas_workspace.kernels.engine import jail
from openpaas_workspace.kernels.placement import Mount

_LONGEST_SOCKET = 107
_STARTUP = Path(__file__).parent / "startup"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
TRUSTED = Path(jail.TRUSTED).name


class Unmountable(Exception):
    """What a placement names cannot be given to a kernel."""


def new(runtime: str) -> Path:
    """Makes a private folder with an unguessable name; raises OSError, or ValueError if `runtime` is too long."""
    base = Path(runtime)
    base.mkdir(mode=0o711, parents=True, exist_ok=True)
    about = base.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        raise PermissionError(f"{base} does not belong to this server")
    folder = base / str(os.getpid()) / secrets.token_hex(12)
    if len(str(folder / "s" / "k-99")) > _LONGEST_SOCKET:
        raise ValueError(f"Sandbox.runtime_dir is too long for sockets: {runtime}")
    folder.mkdir(mode=0o700, parents=True)
    return folder


def prepare(folder: Path, connection: Path, uid: int | None) -> None:
    """Fills the folder before each start: an empty place for sockets and what the kernel may read of it."""
    with suppress(FileNotFoundError):
        beneath.rmtree_beneath(folder, "s")
    sockets = folder / "s"
    sockets.mkdir(mode=0o700)
    # the kernel rewrites its connection file: it gets a copy, and the server never reads that one
    inside = json.loads(connection.read_bytes()) | {"ip": f"{jail.SOCKETS}/k"}
    copy = sockets / Path(jail.CONNECTION_FILE).name
    copy.write_text(json.dumps(inside))
    copy.chmod(0o600)
    if uid is not None:
        os.chown(copy, uid, uid)
        os.chown(sockets, uid, uid)
    if not (folder / "etc").exists():
        _furnish(folder, jail.INNER_UID if uid is None else uid)


def _furnish(folder: Path, number: int) -> None:
    """The files that a sandbox shows and no kernel changes."""
    (folder / "startup").mkdir(mode=0o755)
    (folder / "startup" / "__pycache__").mkdir(mode=0o755)
    for name, data in _first().items():
        (folder / "startup" / name).write_bytes(data)
        (folder / "startup" / name).chmod(0o444)
    # Followed here: where the machine keeps it need not be seen inside.
    with suppress(FileNotFoundError):
        shutil.copyfile(_AUTHORITIES, folder / "startup" / TRUSTED)
        (folder / "startup" / TRUSTED).chmod(0o444)
    (folder / "etc").mkdir(mode=0o755)
    contents = {
        "passwd": f"root:x:0:0::/:/bin/false\nmember:x:{number}:{number}::{jail.HOME}:/bin/sh\n",
        "group": f"root:x:0:\nmember:x:{number}:\n",
        "hosts": "127.0.0.1 localhost kernel\n::1 localhost\n",
    }
    for name, text in contents.items():
        (folder / "etc" / name).write_text(text)
        (folder / "etc" / name).chmod(0o444)


@cache
def _first() -> dict[str, bytes]:
    """What each Python of a sandbox runs first, and the same compiled: a sandbox keeps nothing for the next one."""
    source = _STARTUP / "sitecustomize.py"
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "compiled"
        py_compile.compile(
            str(source),
            str(compiled),
            dfile=f"{jail.STARTUP}/{source.name}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        cached = Path(importlib.util.cache_from_source(source.name))
        return {source.name: source.read_bytes(), str(cached): compiled.read_bytes()}


def remove(folder: Path) -> None:
    """Removes the folder and whatever the kernel left in it."""
    with suppress(FileNotFoundError):
        beneath.rmtree_beneath(folder.parent, folder.name)


def sweep(runtime: str) -> None:
    """Removes what ended servers left behind; call before this server's first kernel."""
    with suppress(FileNotFoundError):
        for entry in beneath.scandir_beneath(runtime):
            running = entry.name != str(os.getpid()) and Path(f"/proc/{entry.name}").exists()
            if entry.kind == "folder" and entry.stat.st_uid == os.geteuid() and not running:
                with suppress(OSError):
                    beneath.rmtree_beneath(runtime, entry.name)


def open_mount(mount: Mount, uid: int | None) -> int:
    """A descriptor of what a mount names, never through a link, owned by `uid` if given; raises Unmountable."""
    try:
        about = beneath.stat_beneath(mount.source, mount.below)
        if stat.S_ISDIR(about.st_mode):
            fd = beneath.open_folder_beneath(mount.source, mount.below)
        else:
            fd = beneath.open_beneath(mount.source, mount.below)
    except OSError as error:
        raise Unmountable(f"{mount.target}: {error.strerror}") from error
    try:
        if uid is not None and mount.writable:
            _give(fd, uid)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _give(fd: int, uid: int) -> None:
    """Gives what the server made as root to the kernel's uid; what belongs to another kernel is refused."""
    about = os.fstat(fd)
    if about.st_uid == uid:
        return
    if about.st_uid != 0:
        raise Unmountable("the folder belongs to another principal")
    if stat.S_ISDIR(about.st_mode):
        for path, entry in beneath.walk_beneath(fd):
            if entry.kind != "other" and entry.stat.st_uid == 0:
                _give_one(fd, path, uid)
    os.fchown(fd, uid, uid)


def _give_one(root: int, path: str, uid: int) -> None:
    with suppress(FileNotFoundError):
        parent, _, name = path.rpartition("/")
        folder = beneath.open_folder_beneath(root, parent)
        try:
            os.chown(name, uid, uid, dir_fd=folder, follow_symlinks=False)
        finally:
            os.close(folder)
