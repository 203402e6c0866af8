"""The runs of this process: one queue for each kernel, its cells one after another."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, NotFound, TooMany
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.runs import engine
from openpaas_workspace.runs.schemas import CellState, CellStateName, NewRun, Question, RunInfo, RunState
from openpaas_workspace.runs.service.cell import CellOutput
from openpaas_workspace.runs.service.hand import Hand
from openpaas_workspace.runs.service.kernel import Channel, Died, Hearing

_log = logging.getLogger(__name__)
MOST_WAITING = 50
KEPT_MS = 3_600_000
GONE = "This cell is not in the notebook any more."
CHANGED = "Somebody changed this cell after it was queued; look at it, then run it again."
STOPPED = "A cell before this one failed."
FORBIDDEN = "You may not run code here any more."


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
    sentence: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    asks: bool = True
    in_sight: "asyncio.Task[None] | None" = None

    def info(self) -> RunInfo:
        """As it crosses the wire."""
        names = ("id", "file", "state", "version", "created_at", "started_at", "ended_at", "question")
        rest = {name: getattr(self, name) for name in (*names, "stopped_by", "sentence")}
        return RunInfo(by=self.by.id, kernel=self.kernel.id, cells=list(self.states), **rest)

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


class Runs:
    """Takes runs, executes them, remembers them for an hour."""

    def __init__(self, workspace: Workspace, kernels: Kernels, told: Callable[[Run], None]) -> None:
        self._workspace = workspace
        self._kernels = kernels
        self._told = told
        self._runs: dict[str, Run] = {}
        self._queues: dict[str, list[Run]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._channels: dict[str, Channel] = {}

    async def start(self, actor: Actor, file_id: str, body: NewRun) -> Run:
        """Queue cells of a notebook; raises Conflict, Forbidden, TooMany."""
        return await self.queue(actor, file_id, await self._kernels.of(actor, file_id, body.kernel), body)

    async def queue(
        self, actor: Actor, file_id: str, kernel: RunningKernel, body: NewRun, *, asks: bool = True
    ) -> Run:
        """As `start`, in this kernel; without `asks` a question is an error, for nobody looks."""
        queue = self._queues.setdefault(kernel.id, [])
        if len(queue) >= MOST_WAITING:
            raise TooMany("Too much waits for this kernel already; let it work, or stop it.", retry_after=5)
        wishes = [(cell.id, cell.source) for cell in body.cells]
        states = [CellState(id=id_, state="queued") for id_, _ in wishes]
        run = Run(new_id(), file_id, actor, kernel, wishes, body.stop_on_error, states)
        run.asks = asks
        self._runs[run.id] = run
        queue.append(run)
        if len(queue) > 1:
            run.in_sight = asyncio.create_task(self._wait_in_sight(run))
        if kernel.id not in self._tasks:
            self._tasks[kernel.id] = asyncio.create_task(self._work(kernel.id), name="runs of a kernel")
        self._tell(run)
        return run

    def get(self, run_id: str) -> Run:
        """A run by id; raises NotFound. Whoever asks for it must be asked for a right on its file."""
        self._forget()
        if run_id not in self._runs:
            raise NotFound("This run is over and forgotten.")
        return self._runs[run_id]

    def of(self, file_id: str) -> list[Run]:
        """What runs or waits in a notebook, the oldest first."""
        return [run for run in self._runs.values() if run.file == file_id and not run.over]

    async def stop(self, run: Run, actor: Actor) -> None:
        """Stop it: cells that wait do not run, the one that runs is interrupted. Twice is as good as once."""
        if run.over or run.stopped_by:
            return
        run.stopped_by = actor.id
        if run.state == "running":
            await run.kernel.interrupt()
            run.move()
        else:
            self._queues[run.kernel.id].remove(run)
            self._end(run, "cancelled")
            await self._leave(run, self._hand(run))

    def answer(self, run: Run, question: str, value: str) -> None:
        """Answer what the running cell asks; raises Conflict when somebody was faster."""
        if run.question is None or run.question.id != question:
            raise Conflict("This question has been answered already.")
        run.question = None
        self._channels[run.kernel.id].answer(value)
        run.move()
        self._tell(run)

    async def close(self) -> None:
        """Run nothing any more."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _work(self, kernel_id: str) -> None:
        queue = self._queues[kernel_id]
        channel: Channel | None = None
        try:
            while queue:
                run = queue[0]
                if channel is None:
                    channel = self._channels[kernel_id] = Channel(run.kernel.channel())
                await self._run(run, channel)
                if run in queue:
                    queue.remove(run)
        finally:
            self._tasks.pop(kernel_id, None)
            self._queues.pop(kernel_id, None)
            self._channels.pop(kernel_id, None)
            if channel is not None:
                channel.close()

    async def _run(self, run: Run, channel: Channel) -> None:
        run.state, run.started_at = "running", now()
        run.move()
        self._tell(run)
        hand = self._hand(run)
        failed = False
        if run.in_sight is not None:
            await run.in_sight  # else what it shows could come after the end
        try:
            await hand.open()
            await hand.edit(self._queued(run))
            for at in range(len(run.wishes)):
                if run.stopped_by or (failed and run.stop_on_error):
                    run.mark(at, "skipped", "" if run.stopped_by else STOPPED)
                    continue
                failed = not await self._cell(run, at, hand, channel) or failed
        except Exception as error:
            _log.exception("A run failed")
            failed, run.sentence = True, str(error)
        finally:
            await self._leave(run, hand)
        self._end(run, "cancelled" if run.stopped_by else "failed" if failed else "done")

    def _hand(self, run: Run) -> Hand:
        return Hand(self._workspace.get(Host), run.file, _acting(run))

    def _queued(self, run: Run) -> Callable[[Any], None]:
        ids = {id_ for id_, _ in run.wishes}
        return lambda doc: engine.queue(doc, ids, self._held(run.file))

    async def _wait_in_sight(self, run: Run) -> None:
        """Everybody sees that its cells wait."""
        hand = self._hand(run)
        try:
            await hand.edit(self._queued(run))
        except Exception:
            _log.exception("The cells of a run could not be shown as waiting")
        finally:
            hand.close()

    async def _leave(self, run: Run, hand: Hand) -> None:
        """No cell of it waits any more."""
        if run.in_sight is not None:
            await run.in_sight
        waited = {cell.id for cell in run.states if cell.state not in {"done", "failed"}}

        def left(doc: Any) -> None:
            for id_ in waited:
                _on(doc, id_, lambda cell: engine.end(cell, None))

        try:
            await hand.edit(left)
        except Exception:
            _log.exception("The cells of a run could not be told that it is over")
        hand.close()

    def _held(self, file_id: str) -> set[str]:
        """The cells of a notebook that wait or run."""
        return {
            cell.id for run in self.of(file_id) for cell in run.states if cell.state in {"queued", "running"}
        }

    async def _cell(self, run: Run, at: int, hand: Hand, channel: Channel) -> bool:
        cell_id, seen = run.wishes[at]
        await hand.open()
        cell = engine.cell_of(hand.doc, cell_id)
        if cell is None:
            run.mark(at, "skipped", GONE)
            return True
        source = engine.source_of(cell)
        if seen is not None and digest(seen) != digest(source):
            run.mark(at, "changed", CHANGED, source)
            return False
        if not await run.kernel.admits(run.by):
            run.mark(at, "skipped", FORBIDDEN)
            return False
        await run.kernel.before(run.by)
        run.mark(at, "running")
        await hand.edit(lambda doc: _on(doc, cell_id, engine.begin))
        output = CellOutput(hand, cell_id)
        count: int | None = None
        ok = False
        try:
            outcome = await channel.run_cell(source, cell_id, self._hearing(run, output), asks=run.asks)
            ok, count = outcome.ok, outcome.count
        except Died as error:
            output.take("error", {"ename": "KernelDied", "evalue": str(error), "traceback": [str(error)]})
        finally:
            run.question = None
            await output.written_out()
            await hand.edit(lambda doc: _on(doc, cell_id, lambda found: engine.end(found, count)))
        run.mark(at, "done" if ok else "failed")
        return ok

    def _hearing(self, run: Run, output: CellOutput) -> Hearing:
        def asked(prompt: str, password: bool) -> None:
            run.question = Question(id=new_id(), prompt=prompt[:1000], password=password)
            run.move()
            self._tell(run)

        born = run.kernel.life()

        async def same() -> bool:
            # A kernel that died is started again by itself, sooner than one may look.
            return run.kernel.life() == born and await run.kernel.alive()

        return Hearing(output.take, asked, same)

    def _end(self, run: Run, state: RunState) -> None:
        if state == "cancelled":
            for at, cell in enumerate(run.states):
                if cell.state == "queued":
                    run.states[at] = CellState(id=cell.id, state="skipped")
        run.state, run.ended_at = state, now()
        run.move()
        self._tell(run)

    def _tell(self, run: Run) -> None:
        self._told(run)

    def _forget(self) -> None:
        limit = now() - KEPT_MS
        old = [run.id for run in self._runs.values() if run.ended_at is not None and run.ended_at < limit]
        for run_id in old:
            del self._runs[run_id]


def digest(source: str) -> str:
    """What two equal sources have in common."""
    return hashlib.sha256(source.encode()).hexdigest()


def _acting(run: Run) -> Actor:
    """What a run writes is credited to the kernel's principal and to whoever asked for it."""
    return Actor(kind="kernel", id=run.kernel.principal, name=run.by.name, behalf=run.by.id)


def _on(doc: Any, cell_id: str, change: Callable[[Any], None]) -> None:
    cell = engine.cell_of(doc, cell_id)
    if cell is not None:
        change(cell)


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
