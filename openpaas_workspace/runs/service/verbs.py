"""What a person or a script does with runs."""

from openpaas_workspace.core.events import Event
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.runs.events import RunAnswered, RunQueued, RunStopped
from openpaas_workspace.runs.schemas import NewRun, RunAnswer, RunInfo, RunQuery
from openpaas_workspace.runs.service.runs import Run, Runs, waited
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
