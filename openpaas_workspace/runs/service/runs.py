"""The runs of this process: one queue for each kernel, its cells one after another."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Any

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, NotFound, TooMany, WorkspaceError
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.runs import engine
from openpaas_workspace.runs.schemas import CellState, NewRun, Question, RunState
from openpaas_workspace.runs.service.cell import CellOutput
from openpaas_workspace.runs.service.hand import Hand
from openpaas_workspace.runs.service.keeper import Keeper
from openpaas_workspace.runs.service.kernel import Channel, Died, Hearing
from openpaas_workspace.runs.service.post import Post
from openpaas_workspace.runs.service.run import Kernels, Run, RunningKernel, acting, member_of

_log = logging.getLogger(__name__)
MOST_WAITING = 50
KEPT_MS = 3_600_000
AGAIN_MS = 3_000
GONE = "This cell is not in the notebook any more."
CHANGED = "Somebody changed this cell after it was queued; look at it, then run it again."
STOPPED = "A cell before this one failed."
STOPPED_BY = "\n… Stopped by {name}.\n"
NO_KERNEL = "The kernel is gone; start it again, then run this."
FAILED = "It could not be run. It is in the server's log."
FORBIDDEN = "You may not run code here any more."


class Runs:
    """Takes runs, executes them, remembers them for an hour."""

    def __init__(self, workspace: Workspace, kernels: Kernels, told: Callable[[Run], None]) -> None:
        self._workspace = workspace
        self._kernels = kernels
        self._told = told
        self._runs: dict[str, Run] = {}
        self._posts: dict[str, Post] = {}
        self._late: asyncio.Future[None] | None = None

    async def start(self, actor: Actor, file_id: str, body: NewRun) -> Run:
        """Queue cells of a notebook; raises Conflict, Forbidden, TooMany."""
        return await self.queue(actor, file_id, await self._kernels.of(actor, file_id, body.kernel), body)

    async def queue(
        self, actor: Actor, file_id: str, kernel: RunningKernel, body: NewRun, *, asks: bool = True
    ) -> Run:
        """As `start`, in this kernel; without `asks` a question is an error, for nobody looks."""
        post = self._posts.setdefault(kernel.id, Post())
        if len(post.queue) >= MOST_WAITING:
            raise TooMany("Too much waits for this kernel already; let it work, or stop it.", retry_after=5)
        wishes = [(cell.id, cell.source) for cell in body.cells]
        states = [CellState(id=id_, state="queued") for id_, _ in wishes]
        run = Run(new_id(), file_id, actor, kernel, wishes, body.stop_on_error, states)
        run.asks = asks
        self._runs[run.id] = run
        post.add(run)
        if len(post.queue) > 1:
            run.in_sight = asyncio.create_task(self._wait_in_sight(run))
        if post.task is None:
            post.task = asyncio.create_task(self._work(kernel.id), name="runs of a kernel")
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

    def running_in(self, kernel_id: str) -> Run | None:
        """The run that is executed in a kernel now."""
        post = self._posts.get(kernel_id)
        return next((run for run in post.queue if run.state == "running"), None) if post else None

    async def stop(self, run: Run, actor: Actor) -> None:
        """Stop it: cells that wait do not run, the one that runs is interrupted.

        Twice is as good as once, but for code that caught the interrupt and still runs some seconds later.
        """
        if run.over:
            return
        if not run.stopped_by:
            run.stopped_by, run.stopper = member_of(actor), actor.name if actor.kind == "member" else ""
        if run.state == "running":
            run.move()
            if run.begun and now() - run.interrupted_at > AGAIN_MS:
                run.interrupted_at = now()
                await run.kernel.interrupt()
        else:
            self._posts[run.kernel.id].queue.remove(run)
            self._end(run, "cancelled")
            hand = self._hand(run)
            await self._leave(run, hand)
            hand.close()

    def answer(self, run: Run, question: str, value: str) -> None:
        """Answer what the running cell asks; raises Conflict when somebody was faster."""
        if run.question is None or run.question.id != question:
            raise Conflict("This question has been answered already.")
        run.question = None
        channel = self._posts[run.kernel.id].channel
        if channel is not None:
            channel.answer(value)
        run.move()
        self._tell(run)

    async def close(self) -> None:
        """Run nothing any more."""
        tasks = [post.task for post in self._posts.values() if post.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, kernel_id: str) -> None:
        post = self._posts[kernel_id]
        try:
            while post.queue or await post.wait():
                run = post.queue[0]
                try:
                    channel, hand = post.ready(run, self._workspace.get(Host))
                except Exception:
                    _log.exception("A run found no kernel")
                    run.sentence = NO_KERNEL
                    self._end(run, "failed")
                else:
                    await self._run(run, channel, hand)
                if run in post.queue:
                    post.queue.remove(run)
        except Exception:
            _log.exception("The runs of a kernel broke down")
            for run in post.queue:
                run.sentence = run.sentence or FAILED
                self._end(run, "failed")
        finally:
            del self._posts[kernel_id]
            post.close()

    async def _run(self, run: Run, channel: Channel, hand: Hand) -> None:
        run.state, run.started_at = "running", now()
        run.move()
        self._tell(run)
        failed = False
        if run.in_sight is not None:
            await run.in_sight  # else what it shows could come after the end
        try:
            await hand.open()
            if len(run.wishes) > 1:
                await hand.edit(self._queued(run))
            for at in range(len(run.wishes)):
                if run.stopped_by or (failed and run.stop_on_error):
                    run.mark(at, "skipped", "" if run.stopped_by else STOPPED)
                    continue
                failed = not await self._cell(run, at, hand, channel) or failed
        except WorkspaceError as error:
            failed, run.sentence = True, error.sentence
        except Exception:
            _log.exception("A run failed")
            failed, run.sentence = True, FAILED
        finally:
            await self._leave(run, hand)
        self._end(run, "cancelled" if run.stopped_by else "failed" if failed else "done")

    def _hand(self, run: Run) -> Hand:
        return Hand(self._workspace.get(Host), run.file, acting(run))

    def _queued(self, run: Run) -> Callable[[Any], None]:
        ids = {id_ for id_, _ in run.wishes}
        return lambda doc: engine.queue(doc, ids, self._held(run.file))

    def _begun(self, run: Run, cell_id: str) -> Callable[[Any], None]:
        def change(doc: Any) -> None:
            engine.queue(doc, set(), self._held(run.file))
            _on(doc, cell_id, engine.begin)

        return change

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
        await channel.start()
        if run.stopped_by:
            run.mark(at, "skipped")
            return False
        run.mark(at, "running")
        await hand.edit(self._begun(run, cell_id))
        output = CellOutput(hand, cell_id, Keeper(self._workspace, run.file, hand.actor))
        count: int | None = None
        ok = False
        try:
            outcome = await channel.run_cell(source, cell_id, self._hearing(run, output), asks=run.asks)
            ok, count = outcome.ok, outcome.count
        except Died as error:
            output.take("error", {"ename": "KernelDied", "evalue": str(error), "traceback": [str(error)]})
        finally:
            run.question, run.begun = None, False
            if run.stopper:
                output.say(STOPPED_BY.format(name=run.stopper))
            await output.written_out(lambda doc: _on(doc, cell_id, lambda found: engine.end(found, count)))
        run.mark(at, "done" if ok else "failed")
        return ok

    def _hearing(self, run: Run, output: CellOutput) -> Hearing:
        def asked(prompt: str, password: bool) -> None:
            run.question = Question(id=new_id(), prompt=prompt[:1000], password=password)
            run.move()
            self._tell(run)

        born = run.kernel.life()

        def begun() -> None:
            run.begun = True
            if run.stopped_by:
                run.interrupted_at = now()
                self._late = asyncio.ensure_future(run.kernel.interrupt())

        async def same() -> bool:
            # A kernel that died is started again by itself, sooner than one may look.
            return run.kernel.life() == born and await run.kernel.alive()

        return Hearing(
            output.take, begun, asked, same, output.keeper.settings.most_output_bytes, output.keeper.aside
        )

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


def _on(doc: Any, cell_id: str, change: Callable[[Any], None]) -> None:
    cell = engine.cell_of(doc, cell_id)
    if cell is not None:
        change(cell)
