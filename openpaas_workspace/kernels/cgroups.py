"""Control groups: the sum of a kernel's processes is capped where this server may make groups of its own.

Version 1 (one tree per controller) and version 2 (one tree) are both used, mixed if the machine mixes them.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

WANTED = ("memory", "pids", "cpu")
_PREFIX = "openpaas-"
_PERIOD = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where groups for one controller may be made."""

    version: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Caps:
    """What all processes of one kernel may use together; with `cpu` 0 a kernel competes as one process would."""

    memory_bytes: int
    pids: int
    cpu: float


class Group:
    """The control groups of one kernel."""

    def __init__(self, folders: dict[str, Place]) -> None:
        self._folders = folders
        self._seen = 0

    def __contains__(self, controller: str) -> bool:
        return controller in self._folders

    @property
    def join_files(self) -> tuple[str, ...]:
        """The files into which a process writes its number to be counted here."""
        return tuple(sorted({str(place.folder / "cgroup.procs") for place in self._folders.values()}))

    def out_of_memory(self) -> bool:
        """Whether the system stopped a process here for memory since this was last asked."""
        place = self._folders.get("memory")
        if place is None:
            return False
        name = "memory.events" if place.version == 2 else "memory.oom_control"
        count = _fields(place.folder / name).get("oom_kill", 0)
        grown, self._seen = count > self._seen, max(count, self._seen)
        return grown

    def processes(self) -> list[int]:
        """The processes here, as the server sees their numbers."""
        found: set[int] = set()
        for path in self.join_files:
            with suppress(OSError, ValueError):
                found.update(int(line) for line in Path(path).read_text().split())
        return sorted(found)

    def kill(self) -> None:
        """Ends every process here, also those that are being made meanwhile."""
        for place in self._folders.values():
            with suppress(OSError):
                (place.folder / "cgroup.kill").write_text("1")
        for _ in range(50):
            alive = self.processes()
            if not alive:
                return
            for pid in alive:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    def remove(self) -> bool:
        """Removes the groups; False if a process is still ending."""
        done = True
        for folder in {place.folder for place in self._folders.values()}:
            try:
                folder.rmdir()
            except FileNotFoundError:
                continue
            except OSError:
                done = False
        return done


def places(
    mounts: Path = Path("/proc/self/mounts"), own: Path = Path("/proc/self/cgroup")
) -> dict[str, Place]:
    """Where this process may make groups, by controller; a controller that is missing cannot be used here."""
    found: dict[str, Place] = {}
    memberships = dict(_memberships(own))
    for kind, folder, options in _mounts(mounts):
        if kind == "cgroup2":
            base = _inside(folder, memberships.get("", "/"))
            for name in _enabled(base):
                found.setdefault(name, Place(2, base))
            continue
        for name in WANTED:
            if name in options:
                base = _inside(folder, memberships.get(name, "/"))
                if os.access(base, os.W_OK):
                    found[name] = Place(1, base)
    return found


def make(where: dict[str, Place], caps: Caps) -> Group | None:
    """A group for one kernel, or None where none can be made."""
    name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"
    folders: dict[str, Place] = {}
    for controller, place in where.items():
        folder = place.folder / name
        try:
            folder.mkdir(exist_ok=True)
            _limit(controller, place.version, folder, caps)
        except OSError:
            with suppress(OSError):
                if not any(other.folder == folder for other in folders.values()):
                    folder.rmdir()
            continue
        folders[controller] = Place(place.version, folder)
    return Group(folders) if folders else None


def sweep(where: dict[str, Place]) -> None:
    """Removes the groups that a server left behind when it was killed."""
    for place in where.values():
        for folder in place.folder.glob(f"{_PREFIX}*-*"):
            pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
            if pid.isdigit() and not Path(f"/proc/{pid}").exists():
                with suppress(OSError):
                    folder.rmdir()


def _limit(controller: str, version: int, folder: Path, caps: Caps) -> None:
    def write(name: str, value: object, *, needed: bool = True) -> None:
        try:
            (folder / name).write_text(str(value))
        except OSError:
            if needed:
                raise

    quota = int(caps.cpu * _PERIOD)
    if controller == "pids":
        write("pids.max", caps.pids)
    elif controller == "memory" and version == 2:
        write("memory.max", caps.memory_bytes)
        write("memory.swap.max", 0, needed=False)
    elif controller == "memory":
        write("memory.limit_in_bytes", caps.memory_bytes)
        write("memory.memsw.limit_in_bytes", caps.memory_bytes, needed=False)
    elif version == 2:
        write("cpu.weight", 100)
        write("cpu.max", f"{quota or 'max'} {_PERIOD}")
    else:
        write("cpu.shares", 1024)
        write("cpu.cfs_quota_us", quota or -1, needed=bool(quota))


def _enabled(base: Path) -> list[str]:
    """The controllers that children of a version 2 group can have, after asking for them."""
    wanted = [name for name in WANTED if name in _words(base / "cgroup.controllers")]
    if not wanted or not os.access(base, os.W_OK):
        return []
    if not set(wanted) <= set(_words(base / "cgroup.subtree_control")):
        ask = " ".join(f"+{name}" for name in wanted)
        try:
            (base / "cgroup.subtree_control").write_text(ask)
        except OSError:
            _step_aside(base)
            with suppress(OSError):
                (base / "cgroup.subtree_control").write_text(ask)
    given = _words(base / "cgroup.subtree_control")
    return [name for name in wanted if name in given]


def _step_aside(base: Path) -> None:
    """Moves this server into a leaf: version 2 gives controllers to children of an empty group only."""
    with suppress(OSError):
        leaf = base / "server"
        leaf.mkdir(exist_ok=True)
        for pid in _words(base / "cgroup.procs"):
            (leaf / "cgroup.procs").write_text(pid)


def _inside(mount: Path, path: str) -> Path:
    """Our own group below a mount; in a container the mount itself may already be it."""
    inside = mount / path.lstrip("/")
    return inside if inside.is_dir() else mount


def _memberships(own: Path) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for line in own.read_text().splitlines():
            _, names, path = line.split(":", 2)
            for name in names.split(","):
                yield name, path


def _mounts(mounts: Path) -> Iterator[tuple[str, Path, list[str]]]:
    with suppress(OSError):
        for line in mounts.read_text().splitlines():
            _, folder, kind, options, *_ = line.split(" ")
            if kind in ("cgroup", "cgroup2"):
                yield kind, Path(folder), options.split(",")


def _fields(path: Path) -> dict[str, int]:
    with suppress(OSError, ValueError):
        return {name: int(value) for name, value in (line.split() for line in path.read_text().splitlines())}
    return {}


def _words(path: Path) -> list[str]:
    with suppress(OSError):
        return path.read_text().split()
    return []
