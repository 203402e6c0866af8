"""The system calls that a kernel is refused, as a classic BPF program for `bwrap --seccomp`.

Refused: new namespaces and mounts, tracing and reading other processes, keyrings, bpf, userfaultfd, io_uring,
modules, clocks, handles that reach around mounts, and every kind of socket but Unix, IP and netlink.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_LD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000
_NEW_NAMESPACES = 0x02000000 | 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink


@dataclass(frozen=True, slots=True)
class _Machine:
    audit_arch: int
    clone: int
    clone3: int
    socket: int
    refused: tuple[int, ...]


# 424-442 and 449-460 have one number on every architecture
_COMMON = (
    425, 426, 427,  # io_uring
    428, 429, 430, 431, 432, 433, 442,  # open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
    438, 440, 443,  # pidfd_getfd, process_madvise, quotactl_fd
)  # fmt: skip

MACHINES = {
    "x86_64": _Machine(
        0xC000003E, 56, 435, 41,
        (
            101, 155, 161, 163, 164, 165, 166, 167, 168, 169,  # ptrace pivot_root chroot acct settime mount swap reboot
            103, 153, 154, 159, 172, 173, 174, 175, 176, 177, 178, 179, 180,  # syslog, ldt, adjtimex, ports, modules
            212, 227, 246, 248, 249, 250, 256, 272, 279,  # keys, clock_settime, kexec, unshare, move/migrate_pages
            298, 303, 304, 305, 308, 310, 311, 312, 313, 320, 321, 323,  # perf, handles, setns, vm_readv, bpf, uffd
            *_COMMON,
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7, 220, 435, 198,
        (
            39, 40, 41, 42, 51, 60, 89, 97, 104, 105, 106, 112, 116, 117, 142, 170, 171,
            217, 218, 219, 224, 225, 238, 239, 241, 264, 265, 266, 268, 270, 271, 272, 273, 280, 282, 294,
            *_COMMON,
        ),
    ),
}  # fmt: skip


def program(machine: str) -> bytes | None:
    """The filter for a machine as `platform.machine()` names it; None where we have none."""
    about = MACHINES.get(machine)
    if about is None:
        return None
    code = [_load(_ARCH), *_unless(_JEQ, about.audit_arch, _EPERM), _load(_NUMBER)]
    if machine == "x86_64":
        code += _when(_JGE, _X32, _EPERM)
    code += _when(_JEQ, about.clone3, _ENOSYS)  # the C library then uses clone, whose flags can be read
    for number in sorted(set(about.refused)):
        code += _when(_JEQ, number, _EPERM)
    code += [_step(_JEQ, about.clone, 0, 3), _load(_FIRST_ARGUMENT), *_when(_JSET, _NEW_NAMESPACES, _EPERM)]
    code += [_load(_NUMBER), _step(_JEQ, about.socket, 0, len(_FAMILIES) + 2), _load(_FIRST_ARGUMENT)]
    code += [_step(_JEQ, family, len(_FAMILIES) - place, 0) for place, family in enumerate(_FAMILIES)]
    code += [_refuse(_EAFNOSUPPORT), _step(_RET, _ALLOW)]
    return b"".join(code)


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, if_true, if_false, value)


def _load(offset: int) -> bytes:
    return _step(_LD, offset)


def _refuse(code: int) -> bytes:
    return _step(_RET, _ERRNO | code)


def _when(test: int, value: int, code: int) -> list[bytes]:
    return [_step(test, value, 0, 1), _refuse(code)]


def _unless(test: int, value: int, code: int) -> list[bytes]:
    return [_step(test, value, 1, 0), _refuse(code)]
