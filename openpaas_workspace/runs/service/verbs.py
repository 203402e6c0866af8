"""What a person or a script does with runs."""

from openpaas_workspace.core.events import Event
from openpaas_workspace.files.service import files, places
from openpaas_workspace.files.service.rows import Caller
from openpaas_workspace.kit.errors import Forbidden, Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.runs.events import RunAnswered, RunQueued, RunStopped
from openpaas_workspace.runs.schemas import (
    Execution,
    ExecutionQuery,
    NewExecution,
    NewRun,
    RunAnswer,
    RunInfo,
    RunQuery,
)
from openpaas_workspace.runs.service.executions import Executions
from openpaas_workspace.runs.service.run import Run, waited
from openpaas_workspace.runs.service.runs import Runs
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights
from openpaas_workspace.sharing.service.principals import may_execute

_MAY_NOT = "You may not run code in this notebook; ask a manager of the space."


async def start_run(caller: Caller, file: str, body: NewRun) -> RunInfo:
    """Queue cells; for who may run code there. They run also when nobody looks any more."""
    await _may_run(caller, file)
    run = await caller.workspace.get(Runs).start(caller.actor, file, body)
    await _publish(caller, RunQueued(ref=_ref(file), run=run.id, cells=len(body.cells)))
    return run.info()


async def list_runs(caller: Caller, file: str) -> list[RunInfo]:
    """What runs or waits in a notebook; for its readers."""
    await _require(caller, file)
    return [run.info() for run in caller.workspace.get(Runs).of(file)]


async def show_run(caller: Caller, run: str, query: RunQuery) -> RunInfo:
    """One run, when something has changed; for readers of its notebook."""
    return await waited(await _readable(caller, run), query.after, query.wait)


async def stop_run(caller: Caller, run: str) -> RunInfo:
    """Stop a run; for who may run code there, and all see who did."""
    found = await _usable(caller, run)
    already = found.over or bool(found.stopped_by)
    await caller.workspace.get(Runs).stop(found, caller.actor)
    if not already:
        await _publish(caller, RunStopped(ref=_ref(found.file), run=run))
    return found.info()


async def answer_run(caller: Caller, run: str, body: RunAnswer) -> RunInfo:
    """Answer what the running cell asks; for who may run code there."""
    found = await _usable(caller, run)
    caller.workspace.get(Runs).answer(found, body.question, body.value)
    await _publish(caller, RunAnswered(ref=_ref(found.file), run=run))
    return found.info()


async def execute(caller: Caller, file: str, body: NewExecution) -> Execution:
    """Execute a whole notebook into a copy beside it, in a kernel of its own; for who may run code there."""
    place = await files.open_place(caller, file)
    node = place.node
    if node is None or not node.name.endswith(".ipynb"):
        raise Invalid("Only a notebook can be run.")
    await _may_run(caller, node.id)
    async with caller.workspace.db.read(caller.actor) as work:
        folder = await places.find(work, node.parent_id)
    service = caller.workspace.get(Executions)
    made = await service.start(caller.actor, node, folder, body)
    return await service.waited(made, 0)


async def list_executions(caller: Caller, file: str) -> list[Execution]:
    """How a notebook was executed, newest first; for its readers."""
    await _require(caller, file)
    return await caller.workspace.get(Executions).listed(file)


async def show_execution(caller: Caller, execution: str, query: ExecutionQuery) -> Execution:
    """One execution, when something has happened; for readers of its notebook."""
    service = caller.workspace.get(Executions)
    await _require(caller, (await service.row(execution)).file_id)
    return await service.waited(execution, query.wait)


async def cancel_execution(caller: Caller, execution: str) -> Execution:
    """Stop an execution; for who may run code in its notebook."""
    service = caller.workspace.get(Executions)
    row = await service.row(execution)
    await _may_run(caller, row.file_id)
    if row.ended_at is None:
        await _publish(caller, RunStopped(ref=_ref(row.file_id), run=row.id))
    await service.call_off(execution, caller.actor)
    return await service.waited(execution, 0)


async def _publish(caller: Caller, fact: Event) -> None:
    async with caller.workspace.db.unit(caller.actor) as work:
        work.publish(fact)


def _ref(file: str) -> str:
    return str(Ref("file", file))


async def _require(caller: Caller, file: str) -> None:
    async with caller.workspace.db.read(caller.actor) as work:
        await rights.require(work, Ref("file", file), Level.reader)


async def _may_run(caller: Caller, file: str) -> None:
    async with caller.workspace.db.read(caller.actor) as work:
        await rights.require(work, Ref("file", file), Level.reader)
        if not await may_execute(work, Ref("file", file)):
            raise Forbidden(_MAY_NOT)


async def _readable(caller: Caller, run: str) -> Run:
    found = caller.workspace.get(Runs).get(run)
    await _require(caller, found.file)
    return found


async def _usable(caller: Caller, run: str) -> Run:
    found = await _readable(caller, run)
    if not await found.kernel.admits(caller.actor):
        raise Forbidden(_MAY_NOT)
    return found
