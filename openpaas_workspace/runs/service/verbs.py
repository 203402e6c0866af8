"""What a person or a script does with runs."""

from openpaas_workspace.core.events import Event
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service import files, places
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.actors import Actor
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


async def start(workspace: Workspace, actor: Actor, file: str, body: NewRun) -> RunInfo:
    """Queue cells; for who may run code there. They run also when nobody looks any more."""
    async with workspace.db.read(actor) as work:
        await rights.require(work, Ref("file", file), Level.reader)
        if not await may_execute(work, Ref("file", file)):
            raise Forbidden(_MAY_NOT)
    run = await workspace.get(Runs).start(actor, file, body)
    await _publish(workspace, actor, RunQueued(ref=_ref(run), run=run.id, cells=len(body.cells)))
    return run.info()


async def list_runs(workspace: Workspace, actor: Actor, file: str) -> list[RunInfo]:
    """What runs or waits in a notebook; for its readers."""
    await _require(workspace, actor, file)
    return [run.info() for run in workspace.get(Runs).of(file)]


async def show(workspace: Workspace, actor: Actor, run_id: str, query: RunQuery) -> RunInfo:
    """One run, when something has changed; for readers of its notebook."""
    run = await _readable(workspace, actor, run_id)
    return await waited(run, query.after, query.wait)


async def stop(workspace: Workspace, actor: Actor, run_id: str) -> RunInfo:
    """Stop a run; for who may run code there, and all see who did."""
    run = await _usable(workspace, actor, run_id)
    already = run.over or bool(run.stopped_by)
    await workspace.get(Runs).stop(run, actor)
    if not already:
        await _publish(workspace, actor, RunStopped(ref=_ref(run), run=run.id))
    return run.info()


async def answer(workspace: Workspace, actor: Actor, run_id: str, body: RunAnswer) -> RunInfo:
    """Answer what the running cell asks; for who may run code there."""
    run = await _usable(workspace, actor, run_id)
    workspace.get(Runs).answer(run, body.question, body.value)
    await _publish(workspace, actor, RunAnswered(ref=_ref(run), run=run.id))
    return run.info()


async def execute(workspace: Workspace, actor: Actor, file: str, body: NewExecution) -> Execution:
    """Execute a whole notebook into a copy beside it, in a kernel of its own; for who may run code there."""
    caller = Acting(workspace, actor)
    place = await files.open_place(caller, file)
    node = place.node
    if node is None or not node.name.endswith(".ipynb"):
        raise Invalid("Only a notebook can be run.")
    async with workspace.db.read(actor) as work:
        if not await may_execute(work, Ref("file", node.id)):
            raise Forbidden(_MAY_NOT)
        folder = await places.find(work, node.parent_id)
    service = workspace.get(Executions)
    made = await service.start(actor, node, folder, body)
    return await service.waited(made, 0)


async def list_executions(workspace: Workspace, actor: Actor, file: str) -> list[Execution]:
    """How a notebook was executed, newest first; for its readers."""
    await _require(workspace, actor, file)
    return await workspace.get(Executions).listed(file)


async def show_execution(workspace: Workspace, actor: Actor, id_: str, query: ExecutionQuery) -> Execution:
    """One execution, when something has happened; for readers of its notebook."""
    service = workspace.get(Executions)
    await _require(workspace, actor, (await service.row(id_)).file_id)
    return await service.waited(id_, query.wait)


async def cancel_execution(workspace: Workspace, actor: Actor, id_: str) -> Execution:
    """Stop an execution; for who may run code in its notebook."""
    service = workspace.get(Executions)
    row = await service.row(id_)
    await _require(workspace, actor, row.file_id)
    async with workspace.db.read(actor) as work:
        if not await may_execute(work, Ref("file", row.file_id)):
            raise Forbidden(_MAY_NOT)
    if row.ended_at is None:
        await _publish(workspace, actor, RunStopped(ref=str(Ref("file", row.file_id)), run=row.id))
    await service.call_off(id_, actor)
    return await service.waited(id_, 0)


async def _publish(workspace: Workspace, actor: Actor, fact: Event) -> None:
    async with workspace.db.unit(actor) as work:
        work.publish(fact)


def _ref(run: Run) -> str:
    return str(Ref("file", run.file))


async def _require(workspace: Workspace, actor: Actor, file: str) -> None:
    async with workspace.db.read(actor) as work:
        await rights.require(work, Ref("file", file), Level.reader)


async def _readable(workspace: Workspace, actor: Actor, run_id: str) -> Run:
    run = workspace.get(Runs).get(run_id)
    await _require(workspace, actor, run.file)
    return run


async def _usable(workspace: Workspace, actor: Actor, run_id: str) -> Run:
    run = await _readable(workspace, actor, run_id)
    if not await run.kernel.admits(actor):
        raise Forbidden(_MAY_NOT)
    return run
