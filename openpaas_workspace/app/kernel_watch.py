"""What happens to kernels becomes facts, and a login that ends takes its connections along."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service.outsiders import OUTSIDE, Outsiders
from openpaas_workspace.files.service.projection import Projector
from openpaas_workspace.kernels.events import CodeRun, KernelEnded, KernelStarted
from openpaas_workspace.kernels.manager import WorkspaceKernelManager
from openpaas_workspace.kernels.placement import KernelRecord, KernelWatch
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.runs.events import RunStopped
from openpaas_workspace.runs.service.runs import Runs

FIVE_MINUTES = 5 * 60_000
FLUSH_SECONDS = 5.0
_log = logging.getLogger(__name__)


class WorkspaceKernelWatch(KernelWatch):
    """Publishes KernelStarted, CodeRun (one a member, kernel and five minutes) and KernelEnded."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._told: dict[tuple[str, str], int] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def started(self, record: KernelRecord) -> None:
        """Publish KernelStarted."""
        self._publish(record, KernelStarted, record.user.actor)

    def ran(self, record: KernelRecord, user: Any) -> None:
        """Publish CodeRun, unless it was said in the last five minutes."""
        key, moment = (record.kernel_id, user.actor.id), now()
        if moment - self._told.get(key, 0) < FIVE_MINUTES:
            return
        self._told = {k: at for k, at in self._told.items() if moment - at < FIVE_MINUTES} | {key: moment}
        self._publish(record, CodeRun, user.actor)

    def before_run(self) -> Awaitable[None] | None:
        """Write what members typed and the disk does not hold yet; code that runs next reads it."""
        projector = self._workspace.get(Projector)
        return self._flush(projector) if projector.dirty() else None

    async def _flush(self, projector: Projector) -> None:
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                await projector.flush_all()
        except TimeoutError:
            _log.warning("Files were not written in time; the code runs on what the disk holds")

    async def interrupts(self, record: KernelRecord, user: Any) -> bool:
        """Stop the run that the server executes there, if there is one."""
        runs = self._workspace.find(Runs)
        run = None if runs is None else runs.running_in(record.kernel_id)
        if runs is None or run is None:
            return False
        already = bool(run.stopped_by)
        await runs.stop(run, user.actor)
        if not already:
            await self._write(RunStopped(ref=str(Ref("file", run.file)), run=run.id), user.actor)
        return True

    def ended(self, record: KernelRecord, sentence: str) -> None:  # noqa: ARG002
        """Publish KernelEnded."""
        self._publish(record, KernelEnded, SYSTEM)

    def connected(self, user: Any, close: Callable[[], None]) -> Callable[[], None]:
        """Close the connection when its login ends."""
        return self._workspace.get(Sessions).attach(user.actor.session, close)

    def _publish(self, record: KernelRecord, kind: type[Event], actor: Actor) -> None:
        if record.placement is None:
            return
        fact = kind(
            ref=record.placement.object_id,
            kernel=record.kernel_id,  # type: ignore[call-arg]
            principal=record.principal,
        )
        task = asyncio.ensure_future(self._write(fact, actor))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, fact: Event, actor: Actor) -> None:
        try:
            async with self._workspace.db.unit(actor) as work:
                work.publish(fact)
        except Exception:
            _log.exception("The log could not take %s", fact)


class KernelOutsiders(Outsiders):
    """Credits what changes on disk to the kernel that runs on it and to the member whose request it runs."""

    def __init__(self, manager: WorkspaceKernelManager) -> None:
        self._manager = manager

    def actor(self, space_id: str) -> Actor:
        """The kernel that ran code last on the space; “outside” when none runs there."""
        running = [record for record in self._manager.records.values() if _works_on(record, space_id)]
        if not running:
            return OUTSIDE
        record = max(running, key=lambda one: str(one.last_request.get("date", "")))
        return Actor(
            kind="kernel",
            id=record.principal,
            name=record.path,
            behalf=(record.last_user or record.user).actor.id,
        )

    def holds(self, file_id: str) -> bool:
        """A kernel of one file is given the file itself: another under its name would not reach it."""
        return any(record.principal == f"file:{file_id}" for record in self._manager.records.values())


def _works_on(record: KernelRecord, space_id: str) -> bool:
    return record.placement is not None and any(
        mount.source.name == space_id for mount in record.placement.mounts
    )
