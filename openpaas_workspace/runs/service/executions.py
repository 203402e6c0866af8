"""Whole notebooks, executed in a kernel of their own into a copy: with parameters, followed, cancelled, never twice."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, cast
from weakref import WeakValueDictionary

from sqlalchemy import Row, insert, select, update

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.engine.formats import digest
from openpaas_workspace.files.service import content, files, nodes, places
from openpaas_workspace.files.service.rows import Acting, Node
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Invalid, NotFound, TooMany, WorkspaceError
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.runs.events import ExecutionEnded, ExecutionQueued
from openpaas_workspace.runs.models import executions
from openpaas_workspace.runs.schemas import CellWish, Execution, NewExecution, NewRun, RunState
from openpaas_workspace.runs.service import parameters as given
from openpaas_workspace.runs.service.run import Run, RunningKernel, member_of
from openpaas_workspace.runs.service.runs import Runs

_log = logging.getLogger(__name__)
AT_ONCE = 2
"""Of one member."""
MOST_WAITING = 100
GRACE = 10.0
"""Seconds after which a kernel that goes on though it was stopped is ended."""
MOST_LISTED = 200
PATIENCE, AGAIN = 600.0, 2.0
"""Seconds for which an execution waits for room among the kernels of its space, and after which it looks again."""
RESTARTED = "The server was restarted while this ran; run it again."
FAILED = "It could not be run. It is in the server's log."
_e = executions.c


class OwnKernels(Protocol):
    """Starts a kernel for one execution, and ends it."""

    async def start(self, actor: Actor, path: str) -> RunningKernel:
        """A new kernel for the notebook at `path`; raises a WorkspaceError with the sentence to show, TooMany when
        as many run as may.
        """

    async def end(self, kernel: RunningKernel) -> None:
        """It is not needed any more."""


class Executions:
    """Executes notebooks one after another, a few of each member at once: nobody waits for what others left running.

    Rows are the truth: a restart loses none, doubles none.
    """

    def __init__(self, workspace: Workspace, kernels: OwnKernels) -> None:
        self._workspace = workspace
        self._kernels = kernels
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._waiting: Counter[str] = Counter()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._runs: dict[str, Run] = {}
        self._stopped: dict[str, Actor] = {}
        self._changed = asyncio.Event()

    async def start(self, actor: Actor, node: Node, place: places.Place, body: NewExecution) -> str:
        """Make the output notebook and queue it; the caller has asked for the rights. Returns the id."""
        if self._waiting[member_of(actor)] >= MOST_WAITING:
            raise TooMany("Too many notebooks wait to be run; try again later.", retry_after=60)
        given.check(body.parameters)
        output = await self._output(actor, node, place, body.parameters)
        execution_id = new_id()
        row: dict[str, Any] = {
            "id": execution_id,
            "file_id": node.id,
            "output_id": output.id,
            "by": member_of(actor),
            "parameters": json.dumps(body.parameters),
            "state": "queued",
            "sentence": "",
            "created_at": now(),
        }
        async with self._workspace.db.unit(actor) as work:
            await work.execute(insert(executions), row)
            work.publish(
                ExecutionQueued(ref=str(Ref("file", node.id)), execution=execution_id, output=output.id)
            )
        self._schedule(execution_id, row["by"])
        return execution_id

    async def resume(self) -> None:
        """After a start: what waited runs, what ran has failed and says so."""
        async with self._workspace.db.read(SYSTEM) as work:
            rows = await work.all(select(executions).where(_e.state.in_(("queued", "running"))))
        for row in rows:
            if row.state == "running":
                await self._end(row, "failed", RESTARTED)
            else:
                self._schedule(row.id, row.by)

    async def call_off(self, execution_id: str, actor: Actor) -> None:
        """Stop it; twice is as good as once."""
        row = await self.row(execution_id)
        if row.state == "queued" and await self._move(row.id, "queued", "cancelled"):
            await self._told(row, "cancelled")
            return
        if execution_id in self._tasks:
            self._stopped[execution_id] = actor
        run = self._runs.get(execution_id)
        if run is not None:
            await self._workspace.get(Runs).stop(run, actor)

    async def row(self, execution_id: str) -> Row[Any]:
        """One row; raises NotFound."""
        async with self._workspace.db.read(SYSTEM) as work:
            row = await work.first(select(executions).where(_e.id == execution_id))
        if row is None:
            raise NotFound("There is no such run.")
        return row

    async def listed(self, file_id: str) -> list[Execution]:
        """Those of a notebook, newest first."""
        query = (
            select(executions).where(_e.file_id == file_id).order_by(_e.created_at.desc()).limit(MOST_LISTED)
        )
        async with self._workspace.db.read(SYSTEM) as work:
            return [self._shown(row) for row in await work.all(query)]

    async def waited(self, execution_id: str, seconds: float) -> Execution:
        """One, once it has ended or something happened to it, or as it is when the time is over."""
        loop = asyncio.get_running_loop()
        until, before = loop.time() + seconds, self._shown(await self.row(execution_id))
        shown = before
        while shown == before and shown.ended_at is None and loop.time() < until:
            changed, run = self._changed, self._runs.get(execution_id)
            waits = [asyncio.ensure_future(one.wait()) for one in (changed, run.changed if run else changed)]
            await asyncio.wait(waits, timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            shown = self._shown(await self.row(execution_id))
        return shown

    async def close(self) -> None:
        """Run nothing more; what runs will be told as interrupted at the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _shown(self, row: Row[Any]) -> Execution:
        run = self._runs.get(row.id)
        over = sum(cell.state not in {"queued", "running"} for cell in run.states) if run else 0
        return Execution(
            id=row.id,
            file=row.file_id,
            output=row.output_id,
            by=row.by,
            state=cast("RunState", row.state),
            parameters=json.loads(row.parameters),
            sentence=row.sentence,
            created_at=row.created_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            cells=len(run.states) if run else 0,
            cells_done=over,
        )

    async def _output(self, actor: Actor, node: Node, place: places.Place, values: Mapping[str, Any]) -> Node:
        """A copy of the notebook beside it, without outputs, with the parameters in it."""
        caller = Acting(self._workspace, actor)
        data, _ = await content.get(caller, node, whole=False)
        try:
            notebook = given.injected(json.loads(data), values)
        except (ValueError, RecursionError) as error:
            raise Invalid("This is no notebook that can be run.") from error
        made = json.dumps(notebook, ensure_ascii=False, indent=1).encode() + b"\n"
        stem, _, _ = node.name.rpartition(".")
        wish = f"{stem} {datetime.now(UTC).astimezone():%Y-%m-%d %H.%M.%S}.ipynb"
        name = await files.free_name(caller, place, wish, " ")
        return await nodes.make_file(caller, place, name, made, digest=digest(made))

    def _schedule(self, execution_id: str, member: str) -> None:
        def over(_: object) -> None:
            self._tasks.pop(execution_id, None)
            self._stopped.pop(execution_id, None)
            self._waiting[member] -= 1
            self._waiting += Counter()  # only those above zero are kept

        task = asyncio.create_task(self._execute(execution_id, member), name="execution of a notebook")
        self._tasks[execution_id] = task
        self._waiting[member] += 1
        task.add_done_callback(over)

    async def _execute(self, execution_id: str, member: str) -> None:
        async with self._places.setdefault(member, asyncio.Semaphore(AT_ONCE)):
            if not await self._move(execution_id, "queued", "running", started_at=now()):
                return  # cancelled meanwhile, or another process has it
            row = await self.row(execution_id)
            state: RunState = "failed"
            sentence = FAILED
            try:
                state, sentence = await self._work(row)
            except WorkspaceError as error:
                sentence = error.sentence
            except Exception:
                _log.exception("An execution failed")
            if execution_id in self._stopped and state != "done":
                state, sentence = "cancelled", ""
            await self._end(row, state, sentence)

    async def _work(self, row: Row[Any]) -> tuple[RunState, str]:
        async with self._workspace.db.read(SYSTEM) as work:
            actor = await actor_of_member(work, row.by)
        caller = Acting(self._workspace, actor)
        place = await files.open_place(caller, row.output_id)
        if place.node is None:
            raise NotFound
        async with self._workspace.db.read(actor) as work:
            path = await places.path_of(work, place.node)
        value = (await content.live_value(caller, place.node, whole=False)).value
        cells = [CellWish(id=cell["id"]) for cell in value["cells"] if cell["cell_type"] == "code"]
        if not cells:
            return "done", ""
        kernel = await self._kernel(row.id, actor, path)
        try:
            if row.id in self._stopped:  # while the kernel started
                return "cancelled", ""
            run = await self._workspace.get(Runs).queue(
                actor, row.output_id, kernel, NewRun(cells=cells), asks=False
            )
            self._runs[row.id] = run
            self._tell()
            await self._followed(run)
            return run.state, run.sentence
        finally:
            self._runs.pop(row.id, None)
            await self._kernels.end(kernel)

    async def _kernel(self, execution_id: str, actor: Actor, path: str) -> RunningKernel:
        """A kernel of its own, once there is room for one; raises TooMany when there is none for long."""
        until = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                return await self._kernels.start(actor, path)
            except TooMany:
                if execution_id in self._stopped or asyncio.get_running_loop().time() > until:
                    raise
            await asyncio.sleep(AGAIN)

    async def _followed(self, run: Run) -> None:
        """Until it is over; code that does not let itself be stopped loses its kernel."""
        while not run.over:
            try:
                async with asyncio.timeout(GRACE if run.stopped_by else None):
                    await run.changed.wait()
            except TimeoutError:
                await self._kernels.end(run.kernel)

    async def _end(self, row: Row[Any], state: RunState, sentence: str) -> None:
        if await self._move(row.id, "running", state, ended_at=now(), sentence=sentence):
            await self._told(row, state)

    async def _told(self, row: Row[Any], state: RunState) -> None:
        async with self._workspace.db.read(SYSTEM) as work:
            try:
                actor = await actor_of_member(work, row.by)
            except WorkspaceError:
                actor = SYSTEM
        fact = ExecutionEnded(
            ref=str(Ref("file", row.file_id)), execution=row.id, output=row.output_id, state=state
        )
        async with self._workspace.db.unit(actor) as work:
            work.publish(fact)

    async def _move(self, execution_id: str, old: str, new: str, **more: Any) -> bool:
        """From one state to another, if it is still in that: one process at most does it."""
        if new == "cancelled":
            more.setdefault("ended_at", now())
        async with self._workspace.db.unit(SYSTEM) as work:
            moved = await work.execute(
                update(executions).where(_e.id == execution_id, _e.state == old).values(state=new, **more)
            )
        self._tell()
        return moved == 1

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
