"""What runs again and again in the background."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.clock import now

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`run(workspace)` every `every` seconds; must be safe to run twice and in two processes."""

    name: str
    every: float
    run: Callable[[Workspace], Awaitable[None]]


@dataclass(frozen=True)
class Run:
    """How often a job runs, when it ended last (never, since the start), how long it took, whether it went well."""

    every: float
    at: int | None = None
    seconds: float = 0.0
    ok: bool = True


class JobRunner:
    """Runs jobs one by one each; a failure is logged and the job goes on at its next turn."""

    def __init__(self, workspace: Workspace, jobs: tuple[Job, ...]) -> None:
        self._workspace = workspace
        self._jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []
        self.runs: dict[str, Run] = {job.name: Run(job.every) for job in jobs}

    def start(self) -> None:
        """Begin; call once, in the running loop."""
        self._tasks = [asyncio.create_task(self._loop(job), name=f"job {job.name}") for job in self._jobs]

    async def stop(self) -> None:
        """Cancel all and wait until they have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _loop(self, job: Job) -> None:
        while True:
            await asyncio.sleep(job.every)
            began, ok = time.monotonic(), True
            try:
                await job.run(self._workspace)
            except Exception:
                ok = False
                _log.exception("Job %s failed; it runs again in %s s", job.name, job.every)
            self.runs[job.name] = Run(job.every, now(), time.monotonic() - began, ok)
