"""The processes of a kernel, read from /proc."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """`root` and all below it, parents first; orphans inside a sandbox stay below its first process."""
    children: dict[int, list[int]] = defaultdict(list)
    for name in os.listdir(_PROC):
        if name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                children[_parent(int(name))].append(int(name))
    found = [root] if (_PROC / str(root)).exists() else []
    for pid in found:
        found.extend(children[pid])
    return found


def started(pid: int) -> int:
    """When a process was started, in clock ticks since boot: tells it from a later one of the same number; 0 if gone."""
    with suppress(OSError, IndexError, ValueError):
        return int((_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19])
    return 0


def resident(pids: list[int]) -> int:
    """The memory that the processes hold in RAM of their own, in bytes; what they share is counted once per process."""
    total = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError):
            _, rss, shared, *_ = (_PROC / str(pid) / "statm").read_text().split()
            total += (int(rss) - int(shared)) * _PAGE
    return total


def written(pids: list[int]) -> int | None:
    """The bytes that the processes and their ended children wrote to disk; None if this account may not know."""
    total: int | None = None
    for pid in pids:
        with suppress(OSError, ValueError):
            for line in (_PROC / str(pid) / "io").read_text().splitlines():
                if line.startswith("write_bytes:"):
                    total = (total or 0) + int(line.partition(":")[2])
    return total


def in_memory_files(pid: int, folders: tuple[str, ...]) -> int:
    """The bytes that lie in the memory file systems a sandbox has at `folders`, seen through its process `pid`."""
    total = 0
    for folder in folders:
        with suppress(OSError):
            about = os.statvfs(f"/proc/{pid}/root{folder}")
            total += (about.f_blocks - about.f_bfree) * about.f_frsize
    return total


def kill(pids: list[int]) -> None:
    """Ends the processes at once; those already gone are passed over."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def interrupt(root: int) -> bool:
    """Sends the interrupt signal to the kernel inside the sandbox whose outer process is `root`."""
    inner = [pid for pid in tree(root)[1:] if not _name(pid).startswith("bwrap")]
    if inner:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(inner[0], signal.SIGINT)
            return True
    return False


def _parent(pid: int) -> int:
    text = (_PROC / str(pid) / "stat").read_text()
    return int(text.rpartition(")")[2].split()[1])


def _name(pid: int) -> str:
    with suppress(OSError):
        return (_PROC / str(pid) / "comm").read_text().strip()
    return ""
