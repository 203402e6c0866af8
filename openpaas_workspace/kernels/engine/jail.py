"""The command line of bubblewrap for one kernel.

Two shapes. The server is root: the kernel runs under a uid of its own, dropped to by setpriv, and no user
namespace is made. The server is a service account: a user namespace maps that account to uid 1000.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

HOME = "/home/member"
KERNEL_DIR = "/run/kernel"
SOCKETS = f"{KERNEL_DIR}/s"
CONNECTION_FILE = f"{SOCKETS}/c.json"
STARTUP = f"{KERNEL_DIR}/startup"
TRUSTED = f"{STARTUP}/authorities.pem"
IPYTHON = "/run/ipython"
# What a principal installed, kept from kernel to kernel.
PACKAGES = "/environment"
INNER_UID = 1000
MB = 1024 * 1024

_SYSTEM = ("--ro-bind", "/usr", "/usr")
_MERGED = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
_ETC = (
    "alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types",
    "nsswitch.conf", "ssl/certs", "ssl/openssl.cnf", "timezone",
)  # fmt: skip
_OWN_ETC = ("passwd", "group", "hosts")
_ENTER = 'cd -- "$0" 2>/dev/null || cd; umask 077; exec "$@"'


@dataclass(frozen=True, slots=True)
class Bind:
    """An open folder or file and where the kernel finds it."""

    fd: int
    target: str
    writable: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What one kernel may use; `processes` and `file_bytes` are also kernel limits of each process."""

    processes: int
    file_bytes: int
    tmp_bytes: int


@dataclass(frozen=True, slots=True)
class Jail:
    """Everything the command line is made from; paths are the machine's unless said otherwise."""

    bwrap: str
    privileged: bool
    uid: int
    command: tuple[str, ...]
    cwd: str
    folder: str
    readable: tuple[str, ...]
    binds: tuple[Bind, ...]
    limits: Limits
    seccomp_fd: int | None = None
    disable_userns: bool = True
    system_links: tuple[tuple[str, str], ...] = ()
    keeps_home: bool = False
    cgroup_files: tuple[str, ...] = ()


def argv(jail: Jail) -> list[str]:
    """The whole command; the first words join the kernel's cgroups, before anything can fork."""
    out: list[str] = []
    if jail.cgroup_files:
        join = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 1; shift; n=$((n-1)); done; exec "$@"'
        out += ["/bin/sh", "-c", join, "sh", str(len(jail.cgroup_files)), *jail.cgroup_files]
    out.append(jail.bwrap)
    out += _namespaces(jail)
    out += _system(jail)
    out += _own(jail)
    if jail.seccomp_fd is not None:
        out += ["--seccomp", str(jail.seccomp_fd)]
    return [*out, "--", *_inner(jail)]


def _namespaces(jail: Jail) -> list[str]:
    out = ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--unshare-net"]
    out += ["--die-with-parent", "--new-session", "--hostname", "kernel", "--unsetenv", "JPY_PARENT_PID"]
    out += ["--cap-drop", "ALL"]
    if jail.privileged:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            out += ["--cap-add", capability]
        return out
    out += ["--unshare-user", "--uid", str(INNER_UID), "--gid", str(INNER_UID)]
    return [*out, "--disable-userns"] if jail.disable_userns else out


def _system(jail: Jail) -> list[str]:
    out = list(_SYSTEM)
    for target, source in jail.system_links:
        out += ["--symlink", source, target] if not source.startswith("/") else ["--ro-bind", source, target]
    out += ["--dir", "/etc"]
    for name in _ETC:
        out += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name in _OWN_ETC:
        out += ["--ro-bind", f"{jail.folder}/etc/{name}", f"/etc/{name}"]
    out += ["--proc", "/proc", "--dev", "/dev"]
    out += _tmpfs("/dev/shm", jail.limits.tmp_bytes)  # noqa: S108
    out += ["--remount-ro", "/dev"]
    out += _tmpfs("/tmp", jail.limits.tmp_bytes)  # noqa: S108
    out += _tmpfs("/run", MB)
    out += _tmpfs(IPYTHON, 16 * MB)
    return out


def _own(jail: Jail) -> list[str]:
    out: list[str] = []
    made: set[str] = {"/", "/usr", "/etc", "/tmp", "/run", "/dev", "/proc"}  # noqa: S108
    out += _parents((*jail.readable, HOME, *(bind.target for bind in jail.binds)), made)
    if not jail.keeps_home:
        out += _tmpfs(HOME, jail.limits.tmp_bytes)
    for path in jail.readable:
        out += ["--ro-bind", path, path]
    for bind in jail.binds:
        out += ["--bind-fd" if bind.writable else "--ro-bind-fd", str(bind.fd), bind.target]
    out += ["--perms", "0755", "--dir", KERNEL_DIR]
    out += ["--ro-bind", f"{jail.folder}/startup", STARTUP]
    out += ["--bind", f"{jail.folder}/s", SOCKETS]
    return [*out, "--remount-ro", "/run", "--remount-ro", "/"]


def _inner(jail: Jail) -> list[str]:
    limits = jail.limits
    out = ["/usr/bin/prlimit", f"--nproc={limits.processes}", "--core=0", "--memlock=65536"]
    if limits.file_bytes:
        out.append(f"--fsize={limits.file_bytes}")
    if jail.privileged:
        out += [
            "/usr/bin/setpriv",
            f"--reuid={jail.uid}",
            f"--regid={jail.uid}",
            "--clear-groups",
            "--no-new-privs",
        ]
        out += ["--inh-caps=-all", "--bounding-set=-all"]
    return [*out, "/bin/sh", "-c", _ENTER, jail.cwd, *jail.command]


def _tmpfs(target: str, size: int) -> list[str]:
    return ["--perms", "1777", "--size", str(size), "--tmpfs", target]


def _parents(targets: Iterable[str], made: set[str]) -> list[str]:
    """Makes each missing parent readable: bubblewrap would give it the mode of what is bound below."""
    out: list[str] = []
    for target in targets:
        for parent in reversed(PurePosixPath(target).parents):
            path = str(parent)
            if path in made or path.startswith(("/usr/", "/etc/")):
                continue
            made.add(path)
            out += ["--perms", "0755", "--dir", path]
    return out


def outermost(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths without those that lie below another of them or below /usr, which is bound anyway."""
    kept: list[str] = ["/usr"]
    for path in sorted(set(paths), key=lambda text: (len(PurePosixPath(text).parts), text)):
        if not any(is_below(path, other) for other in kept):
            kept.append(path)
    return tuple(kept[1:])


def is_below(path: str, other: str) -> bool:
    """Whether `path` is `other` or lies below it, by name."""
    return PurePosixPath(path).is_relative_to(PurePosixPath(other))
