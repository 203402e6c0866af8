"""Walls that a process puts around itself for good: no network, no file but those of its own program to read, no other program.

Each is put up where the kernel has it: a network of its own (`unshare`), no sockets and no programs (seccomp), and
Landlock for files. What this process has open stays open; children that it forks stand behind the same walls.
"""

import ctypes
import os
import platform
import site
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

NETWORK: Final = "network"
FILES: Final = "files"

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_USER, _NEW_NET, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2

# socket, ptrace, process_vm_readv, process_vm_writev, execve, execveat by machine; io_uring and pidfd_getfd are the same
# on all.
_MACHINES: Final = {
    "x86_64": (0xC000003E, (41, 101, 310, 311, 59, 322)),
    "aarch64": (0xC00000B7, (198, 117, 270, 271, 221, 281)),
}
_EVERYWHERE: Final = (425, 426, 427, 438)
_X32: Final = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_WRITE, _READ, _LIST = 2, 4, 8
# Rights over files, over TCP, and what is kept inside, by the first version of Landlock that has them.
_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")


def close_off() -> list[str]:
    """Put them up; which of `NETWORK` and `FILES` hold. For a process with one thread; never raises."""
    if not sys.platform.startswith("linux"):
        return []
    _libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    alone = _own_network()
    held = [FILES] if _own_files() else []
    # The last one: it refuses what the others are made with.
    if _no_calls() or alone:
        held.append(NETWORK)
    return sorted(held)


@cache
def probe() -> tuple[str, ...]:
    """Which of them this machine has, tried in a process apart. Blocks for a moment, once."""
    script = f"from {__name__} import close_off; print(*close_off())"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(done.stdout.decode().split())


def _own_network() -> bool:
    """An empty network namespace; as root without a namespace of users where that is refused."""
    return any(_libc.unshare(extra | _NEW_NET | _NEW_IPC) == 0 for extra in (_NEW_USER, 0))


def _no_calls() -> bool:
    about = _MACHINES.get(platform.machine())
    if about is None:
        return False
    architecture, refused = about
    step = struct.Struct("=HBBI").pack
    code = [
        step(_LOAD, 0, 0, 4),
        step(_EQUAL, 1, 0, architecture),
        step(_RETURN, 0, 0, _REFUSE),
        step(_LOAD, 0, 0, 0),
    ]
    code += [step(_AT_LEAST, 0, 1, _X32), step(_RETURN, 0, 0, _REFUSE)]
    for number in (*refused, *_EVERYWHERE):
        code += [step(_EQUAL, 0, 1, number), step(_RETURN, 0, 0, _REFUSE)]
    code.append(step(_RETURN, 0, 0, _ALLOW))
    steps = ctypes.create_string_buffer(b"".join(code))
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(steps))
    return bool(_libc.prctl(_SET_SECCOMP, _FILTER, ctypes.c_char_p(program), 0, 0) == 0)


def _own_files() -> bool:
    version = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    rights = (1 << max(bits for first, bits in _FILE_RIGHTS if first <= version)) - 1
    told = [rights] + [3] * (version >= 4) + [3] * (version >= 6)
    wanted = struct.pack(f"={len(told)}Q", *told)
    ruleset = _libc.syscall(_CREATE, ctypes.c_char_p(wanted), ctypes.c_size_t(len(wanted)), 0)
    if ruleset < 0:
        return False
    try:
        for path in _needed():
            _allow(ruleset, path, _READ | _LIST)
        # A checkout is found by its name in the folder around it.
        _allow(ruleset, str(_PACKAGE.parent), _LIST)
        _allow(ruleset, "/dev/null", _READ | _WRITE)
        return bool(_libc.syscall(_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= ~_LIST
        beneath = struct.pack("=Qi", rights, place)
        _libc.syscall(_ADD, ruleset, 1, ctypes.c_char_p(beneath), 0)
    finally:
        os.close(place)


def _needed() -> list[str]:
    """Python, its packages and ours."""
    roots = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    roots += [entry for entry in sys.path if Path(entry).name in {"site-packages", "dist-packages"}]
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [*_SYSTEM, *roots, *own, str(Path(sys.executable).resolve()), str(_PACKAGE)]
