"""One run, and what it needs of the kernel that it runs in."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Protocol

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.runs.schemas import CellState, CellStateName, Question, RunInfo, RunState


class RunningKernel(Protocol):
    """A kernel as runs need it."""

    @property
    def id(self) -> str:
        """The kernel's id."""

    @property
    def principal(self) -> str:
        """As whom it runs."""

    def channel(self) -> Any:
        """A client of it."""

    def life(self) -> int | None:
        """The process that it is now: another after a restart, None when it is gone."""

    async def alive(self) -> bool:
        """Whether its process is there."""

    async def admits(self, actor: Actor) -> bool:
        """Whether somebody may run code in it now."""

    async def before(self, actor: Actor) -> None:
        """What must be done before code of theirs runs."""

    async def interrupt(self) -> None:
        """Stop what runs in it."""


class Kernels(Protocol):
    """Finds kernels; the application gives its own."""

    async def of(self, actor: Actor, file_id: str, kernel_id: str) -> RunningKernel:
        """The running kernel of a notebook, this one if it is named; raises Conflict without one, Forbidden."""


@dataclass
class Run:
    """One run."""

    id: str
    file: str
    by: Actor
    kernel: RunningKernel
    wishes: list[tuple[str, str | None]]
    stop_on_error: bool
    states: list[CellState]
    state: RunState = "queued"
    version: int = 0
    created_at: int = field(default_factory=now)
    started_at: int | None = None
    ended_at: int | None = None
    question: Question | None = None
    stopped_by: str = ""
    stopper: str = ""
    """How the member who stopped it is called."""
    sentence: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    asks: bool = True
    in_sight: "asyncio.Task[None] | None" = None
    interrupted_at: int = 0
    begun: bool = False
    """Whether the kernel has begun with the cell: earlier it would not notice an interrupt, or another cell would."""

    def info(self) -> RunInfo:
        """As it crosses the wire."""
        names = ("id", "file", "state", "version", "created_at", "started_at", "ended_at", "question")
        rest = {name: getattr(self, name) for name in (*names, "stopped_by", "sentence")}
        return RunInfo(by=member_of(self.by), kernel=self.kernel.id, cells=list(self.states), **rest)

    def move(self) -> None:
        """Something changed: whoever waits hears of it."""
        self.version += 1
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def mark(self, at: int, state: CellStateName, sentence: str = "", source: str | None = None) -> None:
        """A cell is so far."""
        self.states[at] = CellState(id=self.wishes[at][0], state=state, sentence=sentence, source=source)
        self.move()

    @property
    def over(self) -> bool:
        """Whether nothing of it will happen any more."""
        return self.state in {"done", "failed", "cancelled"}


def acting(run: Run) -> Actor:
    """What a run writes is credited to the kernel's principal and to whoever asked for it."""
    return Actor(kind="kernel", id=run.kernel.principal, name=run.by.name, behalf=member_of(run.by))


def member_of(actor: Actor) -> str:
    """The member who acts, or for whom a kernel does."""
    return actor.behalf or actor.id


async def waited(run: Run, after: int, seconds: float) -> RunInfo:
    """The run once it is newer than `after`, or as it is when the time is over."""
    if run.version <= after and not run.over and seconds > 0:
        wait: Awaitable[bool] = run.changed.wait()
        try:
            async with asyncio.timeout(seconds):
                await wait
        except TimeoutError:
            pass
    return run.info()
