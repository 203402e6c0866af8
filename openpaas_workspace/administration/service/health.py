"""How the server is: what `openpaas doctor` finds, what runs, what is installed."""

import asyncio
import platform
from importlib.metadata import version
from typing import Any, Protocol

from sqlalchemy import text

from openpaas_workspace.accounts.service.actors import require_administrator
from openpaas_workspace.administration.schemas import Finding, Health, JobRecord, KernelRecord
from openpaas_workspace.core.db import Work, sqlite_version
from openpaas_workspace.core.jobs import JobRunner
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels import doctor
from openpaas_workspace.kernels.config import Sandbox
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now

_PACKAGES = (
    "openpaas-workspace",
    "jupyterlab",
    "jupyter-server",
    "jupyter-collaboration",
    "pycrdt",
    "sqlalchemy",
)
_STARTED = now()


class Kernels(Protocol):
    """The kernel manager, as far as it is looked at here; offered to the workspace by the application."""

    sandbox: Sandbox
    records: dict[str, Any]

    def get_kernel(self, kernel_id: str) -> Any:
        """The kernel of that id; raises KeyError."""


class KernelsOf:
    """Where the application puts its kernel manager: `workspace.put(KernelsOf, KernelsOf(manager))`."""

    def __init__(self, manager: Kernels) -> None:
        self.manager = manager


async def health(workspace: Workspace, actor: Actor) -> Health:
    """Database, sandbox, versions, kernels, jobs; administrators only."""
    async with workspace.db.read(actor) as work:
        require_administrator(work)
        database, fine = await _database(workspace, work)
    kernels = workspace.find(KernelsOf)
    checks = await asyncio.to_thread(doctor.probe, kernels.manager.sandbox if kernels else None)
    runner = workspace.find(JobRunner)
    return Health(
        database=database,
        database_ok=fine,
        started_at=_STARTED,
        versions={"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        sandbox=[
            Finding(name=c.name, ok=c.ok, sentence=c.sentence, remedy=c.remedy, needed=c.needed)
            for c in checks
        ],
        kernels=_kernels(kernels.manager) if kernels else [],
        jobs=[
            JobRecord(name=name, every=run.every, ran_at=run.at, seconds=round(run.seconds, 3), ok=run.ok)
            for name, run in sorted(runner.runs.items())
        ]
        if runner
        else [],
        single_member=workspace.settings.single_member,
        demo=workspace.settings.demo,
    )


async def _database(workspace: Workspace, work: Work) -> tuple[str, bool]:
    if workspace.db.is_sqlite:
        fine = await work.scalar(text("PRAGMA quick_check(1)")) == "ok"
        return f"SQLite {sqlite_version()}", fine
    return f"PostgreSQL {await work.scalar(text('SHOW server_version'))}", True


def _kernels(manager: Kernels) -> list[KernelRecord]:
    found = []
    for kernel_id, record in list(manager.records.items()):
        try:
            kernel = manager.get_kernel(kernel_id)
        except KeyError:
            continue  # starts, or has just ended
        active = getattr(kernel, "last_activity", None)
        actor = getattr(record.user, "actor", None)
        found.append(
            KernelRecord(
                id=kernel_id,
                principal=record.principal,
                member_id=actor.id if actor is not None else "",
                state=str(getattr(kernel, "execution_state", "") or ""),
                active_at=int(active.timestamp() * 1000) if active is not None else None,
            )
        )
    return found
