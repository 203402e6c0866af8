"""The kernels of this server: each has a record of whose it is, and is there only for those who may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from jupyter_client.multikernelmanager import DuplicateKernelError
from jupyter_core.utils import ensure_async
from jupyter_server import CallContext
from jupyter_server._tz import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from tornado.web import HTTPError
from traitlets import default

from openpaas_workspace.kernels import bubblewrap, cgroups, folder
from openpaas_workspace.kernels.config import Egress, Sandbox
from openpaas_workspace.kernels.connection import WorkspaceKernelConnection
from openpaas_workspace.kernels.engine import sentences
from openpaas_workspace.kernels.placement import (
    KernelAccess,
    KernelDoors,
    KernelEgress,
    KernelPlacement,
    KernelRecord,
    KernelWatch,
    OpenDoor,
    Placement,
)
from openpaas_workspace.kernels.provisioner import SandboxProvisioner, refuse_without_sandbox
from openpaas_workspace.kernels.proxy import Proxy
from openpaas_workspace.kernels.watcher import Watcher
from openpaas_workspace.kit.errors import WorkspaceError

_MOST_HEARD = 1024 * 1024
# Times that rules are asked that fail, and seconds between.
ASKED: Final = 3
ASKED_AGAIN_AFTER = 1.0
T = TypeVar("T")


class SandboxedKernelManager(ServerKernelManager):
    """One kernel; whatever its kernelspec asks for, it is provisioned in the sandbox."""

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        self.kernel_id = self.kernel_id or kw.pop("kernel_id")
        if self.provisioner is None:
            self.provisioner = SandboxProvisioner(
                parent=self, kernel_id=self.kernel_id, kernel_spec=self.kernel_spec
            )
        found: tuple[list[str], dict[str, Any]] = await super()._async_pre_start_kernel(**kw)
        return found

    async def _async_interrupt_kernel(self) -> None:
        # before a shutdown an idle kernel is left alone: the interrupt could meet the shutdown and undo it
        if not (self.shutting_down and self.execution_state == "idle"):
            await super()._async_interrupt_kernel()

    pre_start_kernel = _async_pre_start_kernel  # type: ignore[assignment]


class WorkspaceKernelManager(AsyncMappingKernelManager):
    """All kernels, with the rules of whose they are; `join` must be called before the first one starts."""

    transport_encryption = "required"
    cull_connected = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.records: dict[str, KernelRecord] = {}
        self.sandbox = Sandbox(parent=self)
        self.egress = Egress(parent=self)
        self.watcher = Watcher()
        self._swept = False
        self._placement: KernelPlacement | None = None
        self._access: KernelAccess | None = None
        self.watch = KernelWatch()
        self._doors: KernelDoors | None = None
        self._ways_out: KernelEgress | None = None
        self._proxies: set[Proxy] = set()

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return f"{__name__}.SandboxedKernelManager"

    @default("buffer_offline_messages")
    def _default_buffer_offline_messages(self) -> bool:
        # What a cell puts out is written by the server; kept for nobody it would fill the memory.
        return False

    @default("cull_idle_timeout")
    def _default_cull_idle_timeout(self) -> int:
        return self.sandbox.idle_timeout

    @default("cull_interval")
    def _default_cull_interval(self) -> int:
        return max(1, min(60, self.sandbox.idle_timeout // 10))

    def join(
        self,
        placement: KernelPlacement,
        access: KernelAccess,
        watch: KernelWatch | None = None,
        doors: KernelDoors | None = None,
        egress: KernelEgress | None = None,
    ) -> None:
        """Gives this server its rules; called once by app.py. Until then no kernel starts and none is seen."""
        self._placement, self._access = placement, access
        self.watch = watch or self.watch
        self._doors = doors
        self._ways_out = egress

    # who may

    async def may_see(self, user: Any, kernel_id: str) -> bool:
        """Whether a kernel exists for `user`; nobody (None) sees none."""
        record = self.records.get(kernel_id)
        return bool(record and user is not None and self._access and await self._access.may_see(user, record))

    async def may_execute(self, user: Any, kernel_id: str) -> bool:
        """Whether `user` may use a kernel; who may not see it may not use it."""
        record = self.records.get(kernel_id)
        if not (record and user is not None and self._access) or not await self._access.may_see(user, record):
            return False
        return await self._access.may_execute(user, record)

    async def recheck(self, kernel_id: str | None = None) -> None:
        """Asks the rules again after a grant changed: closes connections, ends kernels that lost their place.

        Each by itself, and all at once. What the rules cannot answer, also when asked again, counts as lost.
        """
        await self._each(self._recheck_connection, list(WorkspaceKernelConnection.of(self, kernel_id)))
        records = [record for key, record in self.records.items() if kernel_id in (None, key)]
        await self._each(self._recheck_kernel, records)

    async def _recheck_connection(self, connection: WorkspaceKernelConnection) -> None:
        if not await self._sure(lambda: self.may_execute(connection.user, connection.kernel_id)):
            connection.websocket_handler.close(4403, "You may no longer use this kernel.")

    async def _recheck_kernel(self, record: KernelRecord) -> None:
        before = record.placement
        if before is None or record.kernel_id not in self:
            return
        after = await self._sure(lambda: self._ask(record))
        if after is None or (after.principal, after.mounts) != (before.principal, before.mounts):
            await self.end(record.kernel_id, sentences.revoked())

    async def _each(self, check: Callable[[T], Awaitable[None]], them: Sequence[T]) -> None:
        for error in await asyncio.gather(*map(check, them), return_exceptions=True):
            if isinstance(error, Exception):
                self.log.error("Rights could not be asked again for a kernel", exc_info=error)

    async def _sure(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """What the rules answer; None when they refuse, or fail whenever they are asked."""
        for left in reversed(range(ASKED)):
            try:
                return await ask()
            except HTTPError:
                return None
            except Exception:
                self.log.exception("The rules of kernels failed")
            if left:
                await asyncio.sleep(ASKED_AGAIN_AFTER)
        return None

    # starting

    async def place(self, kernel_id: str) -> Placement:
        """Where a kernel belongs now; for the provisioner, at each start. Raises HTTPError."""
        record = self.records.get(kernel_id)
        if record is None:
            raise HTTPError(503, sentences.NOT_JOINED)
        record.placement = await self._ask(record)
        return record.placement

    def open_door(self, kernel_id: str, path: Path, uid: int | None) -> OpenDoor | None:
        """The kernel's own socket to the workspace, for the provisioner; None on a server that gives none."""
        record = self.records.get(kernel_id)
        return None if self._doors is None or record is None else self._doors.open(record, path, uid)

    async def open_proxy(self, kernel_id: str, path: Path, uid: int | None) -> OpenDoor | None:
        """The kernel's own way to hosts that are allowed, for the provisioner; None on a server that gives none."""
        record = self.records.get(kernel_id)
        if self._ways_out is None or record is None:
            return None
        proxy = Proxy(record, self._ways_out, self.egress, path, self._proxies.discard)
        await proxy.open(uid)
        self._proxies.add(proxy)
        return proxy

    async def recheck_connections(self) -> None:
        """A list of hosts changed: ends the connections that are not allowed any more."""
        for proxy in list(self._proxies):
            await proxy.recheck()

    async def preflight(self, user: Any, path: str) -> Placement:
        """Whether `user` could start a kernel for the notebook at `path` now; raises HTTPError with a sentence."""
        refuse_without_sandbox(self.sandbox, await asyncio.to_thread(bubblewrap.tools, self.sandbox.bwrap))
        if not self._swept:
            self._swept = True
            await asyncio.to_thread(folder.sweep, self.sandbox.runtime_dir)
        placement = await self._ask(KernelRecord("", user, path))
        running = list(self.records.values())
        if (
            sum(record.principal == placement.principal for record in running)
            >= self.sandbox.max_per_principal
        ):
            raise HTTPError(429, sentences.too_many(self.sandbox.max_per_principal))
        name = getattr(user, "username", None)
        if (
            sum(getattr(record.user, "username", None) == name for record in running)
            >= self.sandbox.max_per_member
        ):
            raise HTTPError(429, sentences.too_many(self.sandbox.max_per_member))
        return placement

    async def still_placed(self, user: Any, path: str, kernel_id: str) -> bool:
        """Whether a running kernel is the one that `user` would get for the notebook at `path` now."""
        record = self.records.get(kernel_id)
        if record is None or kernel_id not in self:
            return False
        try:
            return (await self._ask(KernelRecord(kernel_id, user, path))).principal == record.principal
        except HTTPError:
            return False

    async def _async_start_kernel(
        self, *, kernel_id: str | None = None, path: str | None = None, **kwargs: Any
    ) -> str:
        user = current_user()
        if kernel_id is not None and (kernel_id in self or kernel_id in self.records):
            raise DuplicateKernelError(f"Kernel already exists: {kernel_id}")
        placement = await self.preflight(user, path or "")
        # nothing is awaited between counting and this, so that two at once cannot both be the last
        kernel_id = kernel_id or self.new_kernel_id()
        self.records[kernel_id] = KernelRecord(kernel_id, user, path or "", placement)
        try:
            # a sandbox has its own working directory: no path of the machine is made from the request's
            started: str = await super()._async_start_kernel(kernel_id=kernel_id, path=None, **kwargs)
        except BaseException as error:
            self._forget(kernel_id)
            if isinstance(error, RuntimeError) and "transport_encryption" in str(error):
                raise HTTPError(503, sentences.NO_CURVE) from error
            raise
        self.watch.started(self.records[kernel_id])
        return started

    start_kernel = _async_start_kernel  # type: ignore[assignment]

    async def interrupt_kernel(self, kernel_id: str) -> None:  # type: ignore[override]  # asked for through ensure_async
        """Interrupts what runs in a kernel, as somebody asks in a page: whoever waits for it learns who that was."""
        user, record = current_user(), self.records.get(kernel_id)
        if record is None or user is None or not await self.watch.interrupts(record, user):
            await self.interrupt_at_once(kernel_id)

    async def interrupt_at_once(self, kernel_id: str) -> None:
        """Interrupts a kernel."""
        await ensure_async(super().interrupt_kernel(kernel_id))

    # ending

    async def end(self, kernel_id: str, sentence: str) -> None:
        """Shuts a kernel down and tells those connected and the listener why."""
        self.ended(kernel_id, sentence)
        try:
            await self.shutdown_kernel(kernel_id)  # type: ignore[no-untyped-call]
        except (HTTPError, KeyError):
            # Somebody else ended it meanwhile.
            if kernel_id in self:
                raise

    def ended(self, kernel_id: str, sentence: str) -> None:
        """Tells everybody connected to a kernel, and the listener, which limit it met."""
        record = self.records.get(kernel_id)
        if record is None:
            return
        self.log.warning("Kernel %s of %s: %s", kernel_id, record.principal, sentence)
        kernel = self._kernels.get(kernel_id)
        if kernel is not None:
            kernel.reason = sentence
        for connection in list(WorkspaceKernelConnection.of(self, kernel_id)):
            connection.say(sentence)
        self.watch.ended(record, sentence)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Ends a kernel that did nothing for too long, with a sentence."""
        kernel = self._kernels[kernel_id]
        if getattr(kernel, "execution_state", None) == "dead":
            await self.shutdown_kernel(kernel_id)  # type: ignore[no-untyped-call]
            return
        last = getattr(kernel, "last_activity", None)
        if last is None or kernel.execution_state == "busy":
            return
        if utcnow() - last > timedelta(seconds=self.cull_idle_timeout):
            await self.end(kernel_id, sentences.idle(self.cull_idle_timeout))

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forgets a kernel that is gone."""
        removed = super().remove_kernel(kernel_id)
        self._forget(kernel_id)
        return removed

    async def _async_shutdown_all(self, now: bool = False) -> None:
        """Shuts all kernels down; one that never started, or does not end, holds up nobody."""
        for kernel_id in [key for key in self._pending_kernels if key not in self._kernels]:
            task = self._pending_kernels.pop(kernel_id)
            task.cancel()
        ends = [
            self.shutdown_kernel(kernel_id, now=now)  # type: ignore[no-untyped-call]
            for kernel_id in self.list_kernel_ids()
        ]
        for result in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(result, Exception):
                self.log.warning("A kernel did not shut down: %s", result)

    shutdown_all = _async_shutdown_all  # type: ignore[assignment]

    def start_watching_activity(self, kernel_id: str) -> None:
        """As the stock one, but what is large only counts as activity: to read it would hold up everybody."""
        super().start_watching_activity(kernel_id)  # type: ignore[no-untyped-call]
        kernel = self._kernels[kernel_id]
        stream = vars(kernel)["_activity_stream"]
        stock = vars(stream)["_recv_callback"]

        def heard(frames: list[Any]) -> None:
            if sum(map(len, frames)) <= _MOST_HEARD:
                stock([frame.bytes for frame in frames])
            else:
                self.last_kernel_activity = kernel.last_activity = utcnow()

        stream.on_recv(heard, copy=False)

    # what is seen

    async def list_kernels(self) -> list[dict[str, Any]]:
        """The kernels that whoever asks may see."""
        user = current_user()
        models: list[dict[str, Any]] = super().list_kernels()  # type: ignore[no-untyped-call]
        return [model for model in models if await self.may_see(user, model["id"])]

    def cwd_for_path(self, path: str, **kwargs: Any) -> str:  # noqa: ARG002
        """Always the root: a kernel's working directory is inside its sandbox."""
        return "/"

    def group_places(self) -> dict[str, cgroups.Place]:
        """Where control groups may be made; what a killed server left is removed on the way."""
        return self._places

    @cached_property
    def _places(self) -> dict[str, cgroups.Place]:
        places = cgroups.places()
        cgroups.sweep(places)
        return places

    async def _ask(self, record: KernelRecord) -> Placement:
        if self._placement is None:
            raise HTTPError(503, sentences.NOT_JOINED)
        try:
            return await self._placement.place(record.kernel_id, record.user, record.path)
        except WorkspaceError as error:
            raise HTTPError(error.status, error.sentence) from error

    def _forget(self, kernel_id: str) -> None:
        self._pending_kernels.pop(kernel_id, None)
        self.records.pop(kernel_id, None)


def current_user() -> Any:
    """Who makes the request that is being answered; None outside of one."""
    handler = CallContext.get(CallContext.JUPYTER_HANDLER)
    return None if handler is None else handler.current_user
