"""Runs and the kernels of this server, joined."""

import asyncio
import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from jupyter_server import CallContext
from tornado.web import HTTPError

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels.manager import WorkspaceKernelManager
from openpaas_workspace.kernels.placement import KernelRecord
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Conflict, Forbidden, TooMany, Unauthenticated, Unavailable
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.push.service.hub import Push
from openpaas_workspace.runs.service.run import Run, RunningKernel, member_of

_NONE = "This notebook has no running kernel; start one, then run it again."
_SHOWN_AFTER = 5.0


@dataclass
class LiveKernel:
    """A running kernel, as runs need it."""

    workspace: Workspace
    manager: WorkspaceKernelManager
    record: KernelRecord

    @property
    def id(self) -> str:
        """The kernel's id."""
        return self.record.kernel_id

    @property
    def principal(self) -> str:
        """As whom it runs."""
        return self.record.principal

    def channel(self) -> Any:
        """A client of it, of the server's own."""
        return self.manager.get_kernel(self.id).client()

    def life(self) -> int | None:
        """The process that it is now: another after a restart."""
        if self.id not in self.manager:
            return None
        found: int | None = getattr(self.manager.get_kernel(self.id).provisioner, "pid", None)
        return found

    async def alive(self) -> bool:
        """Whether its process is there."""
        if self.manager.records.get(self.id) is not self.record or self.id not in self.manager:
            return False
        manager: Any = self.manager.get_kernel(self.id)
        return bool(await manager.is_alive())

    async def admits(self, actor: Actor) -> bool:
        """Whether somebody may run code in it now: as they are now, not as when they asked."""
        try:
            async with self.workspace.db.read(SYSTEM) as work:
                member = await actor_of_member(work, member_of(actor))
        except Unauthenticated:
            return False
        asks = member if actor.kind == "member" else actor
        return await self.manager.may_execute(_user(asks), self.id)

    async def before(self, actor: Actor) -> None:
        """Remember whose request runs; write what the code will read."""
        async with self.workspace.db.read(SYSTEM) as work:
            member = await actor_of_member(work, member_of(actor))
        self.record.last_request, self.record.last_user = {}, _user(member)
        self.manager.watch.ran(self.record, self.record.last_user)
        first = self.manager.watch.before_run()
        if first is not None:
            await first

    async def interrupt(self) -> None:
        """Stop what runs in it."""
        if self.id in self.manager:
            manager: Any = self.manager
            await manager.interrupt_at_once(self.id)


class WorkspaceRunKernels:
    """Finds the kernel of a notebook."""

    def __init__(self, workspace: Workspace, manager: WorkspaceKernelManager) -> None:
        self._workspace = workspace
        self._manager = manager

    async def of(self, actor: Actor, file_id: str, kernel_id: str) -> LiveKernel:
        """As the protocol says."""
        wanted = str(Ref("file", file_id))
        for record in self._manager.records.values():
            placed = record.placement is not None and record.placement.object_id == wanted
            if placed and kernel_id in {"", record.kernel_id} and record.kernel_id in self._manager:
                kernel = LiveKernel(self._workspace, self._manager, record)
                if not await kernel.admits(actor):
                    raise Forbidden("You may not run code in this notebook; ask a manager of the space.")
                return kernel
        raise Conflict(_NONE)


class WorkspaceOwnKernels:
    """Kernels of executions."""

    def __init__(self, workspace: Workspace, manager: WorkspaceKernelManager) -> None:
        self._workspace = workspace
        self._manager = manager

    async def start(self, actor: Actor, path: str) -> LiveKernel:
        """As the protocol says."""
        # The manager asks whose request it is; a task has a context of its own.
        return await asyncio.create_task(self._start(actor, path))

    async def _start(self, actor: Actor, path: str) -> LiveKernel:
        CallContext.set(CallContext.JUPYTER_HANDLER, SimpleNamespace(current_user=_user(actor)))
        manager: Any = self._manager
        try:
            kernel_id = await manager.start_kernel(path=path, kernel_name="python3")
        except HTTPError as error:
            kind = TooMany if error.status_code == TooMany.status else Unavailable
            raise kind(str(error.log_message or error)) from error
        kernel = LiveKernel(self._workspace, self._manager, self._manager.records[kernel_id])
        client = kernel.channel()
        client.start_channels(stdin=False, control=False)
        try:
            await client.wait_for_ready(timeout=60)
        except RuntimeError as error:
            await self.end(kernel)
            raise Unavailable("The kernel did not start in time; try again.") from error
        finally:
            client.stop_channels()
        return kernel

    async def end(self, kernel: RunningKernel) -> None:
        """As the protocol says."""
        if kernel.id in self._manager:
            manager: Any = self._manager
            await manager.shutdown_kernel(kernel.id, now=True)


def teller(workspace: Workspace) -> Any:
    """Shows each run to those who follow its notebook."""

    def told(run: Run) -> None:
        push = workspace.find(Push)
        if push is None:
            return
        value = {
            "state": run.state,
            "by": member_of(run.by),
            "stopped_by": run.stopped_by,
            "version": run.version,
            "asks": run.question is not None,
        }
        push.ephemeral(
            str(Ref("file", run.file)), f"run:{run.id}", value, ttl=_SHOWN_AFTER if run.over else math.inf
        )

    return told


def _user(actor: Actor) -> Any:
    return SimpleNamespace(actor=actor, username=actor.name)
