"""Starts each kernel in a sandbox of its own, or not at all."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from tornado.web import HTTPError

from openpaas_workspace.kernels import bubblewrap, cgroups, folder, processes
from openpaas_workspace.kernels.config import MB, Egress, Sandbox
from openpaas_workspace.kernels.engine import jail, sentences
from openpaas_workspace.kernels.engine.environment import DOOR, PACKAGES, environment, own_packages, way_out
from openpaas_workspace.kernels.placement import OpenDoor, Placement
from openpaas_workspace.kernels.watcher import Watched, Watcher

_SAID = 16384
_CHANNELS = 5
# Seconds; whoever connects to one that is slower waits there.
_LISTENS = 10.0

log = logging.getLogger(__name__)


class Host(Protocol):
    """What the provisioner needs of the kernel manager above it."""

    sandbox: Sandbox
    egress: Egress
    watcher: Watcher

    async def place(self, kernel_id: str) -> Placement:
        """Asks again where the kernel belongs; raises HTTPError."""

    def ended(self, kernel_id: str, sentence: str) -> None:
        """Hears which limit ended the kernel."""

    def open_door(self, kernel_id: str, path: Path, uid: int | None) -> OpenDoor | None:
        """The kernel's own socket to the workspace; None where there is none."""

    async def open_proxy(self, kernel_id: str, path: Path, uid: int | None) -> OpenDoor | None:
        """The kernel's own way to hosts that are allowed; None where there is none."""

    def group_places(self) -> dict[str, cgroups.Place]:
        """Where control groups may be made."""


class SandboxProvisioner(LocalProvisioner):
    """A LocalProvisioner whose kernels run in bubblewrap: ipc, Curve, no network, their principal's files only.

    Fails closed: without a sandbox the start raises an HTTP 503 of one sentence, unless `Sandbox.single_member`.
    """

    _folder: Path | None = None
    _group: cgroups.Group | None = None
    _placement: Placement | None = None
    _fds: tuple[int, ...] = ()
    _said: int | None = None
    _watched = False
    _doors: tuple[OpenDoor, ...] = ()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepares the sandbox and its command; raises HTTPError if the kernel may or can not be started."""
        try:
            return await self._prepare(**kwargs)
        except BaseException:
            await self.cleanup()
            raise

    async def _prepare(self, **kwargs: Any) -> dict[str, Any]:
        host = self._host()
        tools = refuse_without_sandbox(
            host.sandbox, await asyncio.to_thread(bubblewrap.tools, host.sandbox.bwrap)
        )
        self._placement = placement = await host.place(self.kernel_id)
        manager: Any = self.parent
        if self._folder is None:
            self._folder = folder.new(host.sandbox.runtime_dir)
            manager.transport, manager.cache_ports = "ipc", False
            manager.connection_file = str(self._folder / "c.json")
            manager.ip = str(self._folder / "s" / "k")
            (self._folder / "s").mkdir(mode=0o700)
        session = {"JPY_SESSION_NAME": placement.label}
        kwargs = await super().pre_launch(**{**kwargs, "env": session})
        kwargs = {name: value for name, value in kwargs.items() if name not in ("env", "cwd", "cmd")} | {
            "cmd": kwargs["cmd"],
            "env": self._environment(placement),
            "cwd": "/",
        }
        if host.sandbox.single_member:
            kwargs = self._unsandboxed(kwargs, placement)
            kwargs["env"][DOOR] = str(self._folder / "s" / "w")
            self._keep(host.open_door(self.kernel_id, self._folder / "s" / "w", None))
            return kwargs
        try:
            await asyncio.to_thread(self._confine, kwargs, host, tools, placement)
            uid = host.sandbox.first_uid + placement.uid_number if os.geteuid() == 0 else None
            # Its folder is empty yet: nothing can have been planted where the sockets come to lie.
            self._keep(host.open_door(self.kernel_id, self._folder / "s" / "w", uid))
            if self._keep(await host.open_proxy(self.kernel_id, self._folder / "s" / "x", uid)):
                trusted = (self._folder / "startup" / folder.TRUSTED).exists()
                kwargs["env"] |= way_out(host.egress.package_index, trusted=trusted)
        except (folder.Unmountable, OSError) as error:
            self.log.warning("Kernel %s cannot be confined: %s", self.kernel_id, error)
            raise HTTPError(503, sentences.UNPLACED) from error
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Starts the process from the main thread: it must die with the server, not with a worker thread."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("kernels are started from the main thread only")
        try:
            info = await super().launch_kernel(cmd, **kwargs)
        finally:
            self._release()
        self._watch()
        await self._listening()
        return info

    async def _listening(self) -> None:
        """Until the kernel listens: who connects before that tries again only after a tenth of a second."""
        folder, deadline = self._folder, time.monotonic() + _LISTENS
        while folder is not None and time.monotonic() < deadline and await self.poll() is None:
            with suppress(OSError):
                if sum(name.startswith("k-") for name in os.listdir(folder / "s")) >= _CHANNELS:
                    return
            await asyncio.sleep(0.004)

    async def send_signal(self, signum: int) -> None:
        """Signals the kernel: an interrupt reaches the process inside, anything else the whole sandbox."""
        if signum == signal.SIGINT and self.pid and not self._host().sandbox.single_member:
            await asyncio.to_thread(processes.interrupt, self.pid)
            return
        await super().send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """Removes the control groups and, unless the kernel restarts, its folder."""
        self._release()
        doors, self._doors = self._doors, ()
        for door in doors:
            await door.close()
        self._log_what_it_said()
        if self._watched:
            self._watched = False
            await self._host().watcher.drop(self.kernel_id)
        group, self._group = self._group, None
        if group is not None:
            await asyncio.to_thread(group.kill)
            for _ in range(100):
                if group.remove():
                    break
                await asyncio.sleep(0.02)
        if not restart and self._folder is not None:
            gone, self._folder = self._folder, None
            with suppress(OSError):
                await asyncio.to_thread(folder.remove, gone)
        await super().cleanup(restart=restart)

    def resolve_path(self, path_str: str) -> str | None:  # noqa: ARG002
        """Paths inside a sandbox are nothing on this machine: always None."""
        return None

    def _host(self) -> Host:
        host: Host | None = getattr(self.parent, "parent", None)
        if host is None or not hasattr(host, "place"):
            raise HTTPError(503, sentences.NOT_JOINED)
        return host

    def _keep(self, door: OpenDoor | None) -> bool:
        """Whether there is a door; it is closed with the kernel."""
        self._doors += () if door is None else (door,)
        return door is not None

    def _environment(self, placement: Placement) -> dict[str, str]:
        found = environment(
            python_bin=str(Path(sys.prefix) / "bin"),
            label=placement.label,
            locale=placement.locale,
            server=os.environ,
            spec=dict(self.kernel_spec.env),
        )
        keeps_packages = any(mount.target == jail.PACKAGES for mount in placement.mounts)
        return own_packages(found) if keeps_packages else found

    def _confine(
        self, kwargs: dict[str, Any], host: Host, tools: bubblewrap.Tools, placement: Placement
    ) -> None:
        sandbox = host.sandbox
        root = os.geteuid() == 0
        uid = sandbox.first_uid + placement.uid_number if root else None
        own = cast("Path", self._folder)
        folder.prepare(own, own / "c.json", uid)
        readable = jail.outermost(
            [*bubblewrap.python_folders(), *map(os.path.realpath, sandbox.read_only_binds)]
        )
        self._refuse_leaks(readable, placement, sandbox)
        binds: list[jail.Bind] = []
        for mount in placement.mounts:
            fd = folder.open_mount(mount, uid)
            self._fds = (*self._fds, fd)
            binds.append(jail.Bind(fd, mount.target, mount.writable))
        caps = cgroups.Caps(sandbox.memory_mb * MB, sandbox.pids, sandbox.cpu)
        self._group = cgroups.make(host.group_places(), caps)
        described = jail.Jail(
            bwrap=tools.path,
            privileged=root,
            uid=uid or jail.INNER_UID,
            command=tuple(self._inside(word) for word in kwargs["cmd"]),
            cwd=placement.cwd,
            folder=str(own),
            readable=readable,
            binds=tuple(sorted(binds, key=lambda bind: bind.target)),
            limits=jail.Limits(
                # with a real uid the system counts all kernels of the principal together
                processes=_allowed(sandbox.pids * (sandbox.max_per_principal if root else 1)),
                file_bytes=sandbox.home_mb * MB,
                tmp_bytes=sandbox.tmp_mb * MB,
            ),
            seccomp_fd=self._filter(),
            disable_userns=tools.disable_userns,
            system_links=bubblewrap.system_links(),
            keeps_home=any(mount.target == jail.HOME for mount in placement.mounts),
            cgroup_files=self._group.join_files if self._group else (),
        )
        kwargs |= {"cmd": jail.argv(described), "pass_fds": self._fds}
        kwargs["stdout"] = kwargs["stderr"] = self._said = _small_file()

    def _inside(self, word: str) -> str:
        """A word of the kernel's command, with the connection file where the sandbox shows it."""
        return (
            jail.CONNECTION_FILE
            if self._folder and word == os.path.realpath(self._folder / "c.json")
            else word
        )

    def _filter(self) -> int | None:
        code = bubblewrap.seccomp_program()
        if code is None:
            return None
        fd = os.memfd_create("seccomp")
        self._fds = (*self._fds, fd)
        os.write(fd, code)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def _refuse_leaks(self, readable: tuple[str, ...], placement: Placement, sandbox: Sandbox) -> None:
        """What every kernel may read must not hold what only some may."""
        private = [os.path.realpath(mount.source) for mount in placement.mounts] + [
            os.path.realpath(sandbox.runtime_dir)
        ]
        for path in private:
            for open_to_all in ("/usr", *readable):
                if jail.is_below(path, open_to_all):
                    raise folder.Unmountable(f"{path} lies in {open_to_all}, which every kernel may read")

    def _unsandboxed(self, kwargs: dict[str, Any], placement: Placement) -> dict[str, Any]:
        for mount in placement.mounts:
            if jail.is_below(placement.cwd, mount.target):
                here = mount.source / mount.below / Path(placement.cwd).relative_to(mount.target)
                kwargs["cwd"] = str(here if here.is_dir() else mount.source)
        for name in (
            "HOME",
            "IPYTHONDIR",
            "MPLCONFIGDIR",
            "PYTHONPATH",
            "TMPDIR",
            "USER",
            "LOGNAME",
            PACKAGES,
        ):
            kwargs["env"].pop(name, None)
            if name in os.environ and name != "PYTHONPATH":
                kwargs["env"][name] = os.environ[name]
        return kwargs

    def _watch(self) -> None:
        host, placement = self._host(), self._placement
        if self.pid is None or placement is None or host.sandbox.single_member:
            return
        sandbox = host.sandbox
        watched = Watched(
            pid=self.pid,
            memory_mb=sandbox.memory_mb,
            home_mb=sandbox.home_mb,
            home_files=sandbox.home_files,
            folders=tuple((mount.source, mount.below) for mount in placement.mounts if mount.writable),
            group=self._group,
            ended=lambda sentence: host.ended(self.kernel_id, sentence),
            own=self._folder,
        )
        self._watched = True
        host.watcher.add(self.kernel_id, watched)

    def _log_what_it_said(self) -> None:
        """What a kernel wrote outside of its cells: why it failed to start, if it did."""
        fd, self._said = self._said, None
        if fd is not None:
            text = os.pread(fd, _SAID, 0).rstrip(b"\0").decode(errors="replace")
            os.close(fd)
            failed = any(word in text for word in ("bwrap:", "Error"))
            self.log.log(
                logging.WARNING if failed else logging.DEBUG,
                "Kernel %s wrote: %r",
                self.kernel_id,
                text[-2000:],
            )

    def _release(self) -> None:
        fds, self._fds = self._fds, ()
        for fd in fds:
            with suppress(OSError):
                os.close(fd)


def _small_file() -> int:
    """Where a kernel's own standard output goes: it neither fills the server's log nor writes into it."""
    fd = os.memfd_create("said", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    os.ftruncate(fd, _SAID)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return fd


def refuse_without_sandbox(sandbox: Sandbox, tools: bubblewrap.Tools) -> bubblewrap.Tools:
    """Passes the tools on if kernels can be isolated here, or need not be; raises HTTPError 503 else."""
    if not sandbox.enabled:
        raise HTTPError(503, sentences.OFF)
    if not tools.path and not sandbox.single_member:
        log.error("No sandbox: %s", tools.why)
        raise HTTPError(503, sentences.NO_SANDBOX)
    return tools


def _allowed(processes: int) -> int:
    """As many as this machine lets anybody have: who asks for more gets no kernel at all."""
    most = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    return processes if most == resource.RLIM_INFINITY else min(processes, most)
