"""The routes of runs."""

from openpaas_workspace.core.web import Outside, Route
from openpaas_workspace.runs.schemas import (
    Execution,
    ExecutionQuery,
    NewExecution,
    NewRun,
    RunAnswer,
    RunInfo,
    RunQuery,
)
from openpaas_workspace.runs.service import verbs

READ, WRITE = "kernels:read", "kernels:write"


async def _start(outside: Outside, file: str, body: NewRun) -> RunInfo:
    """Queue cells."""
    return await verbs.start(outside.workspace, outside.actor, file, body)


async def _list(outside: Outside, file: str) -> list[RunInfo]:
    """What runs or waits."""
    return await verbs.list_runs(outside.workspace, outside.actor, file)


async def _show(outside: Outside, run: str, query: RunQuery) -> RunInfo:
    """One run."""
    return await verbs.show(outside.workspace, outside.actor, run, query)


async def _stop(outside: Outside, run: str) -> RunInfo:
    """Stop a run."""
    return await verbs.stop(outside.workspace, outside.actor, run)


async def _answer(outside: Outside, run: str, body: RunAnswer) -> RunInfo:
    """Answer a question."""
    return await verbs.answer(outside.workspace, outside.actor, run, body)


async def _execute(outside: Outside, file: str, body: NewExecution) -> Execution:
    """Execute a whole notebook."""
    return await verbs.execute(outside.workspace, outside.actor, file, body)


async def _executions(outside: Outside, file: str) -> list[Execution]:
    """How a notebook was executed."""
    return await verbs.list_executions(outside.workspace, outside.actor, file)


async def _execution(outside: Outside, execution: str, query: ExecutionQuery) -> Execution:
    """One execution."""
    return await verbs.show_execution(outside.workspace, outside.actor, execution, query)


async def _cancel(outside: Outside, execution: str) -> Execution:
    """Stop an execution."""
    return await verbs.cancel_execution(outside.workspace, outside.actor, execution)


ROUTES = (
    Route(
        "POST", "/files/{file}/executions", _execute, Execution, WRITE, body=NewExecution, unit=False, status=201,
        summary="Execute a whole notebook into a copy beside it, with parameters, in a kernel of its own.",
    ),
    Route(
        "GET", "/files/{file}/executions", _executions, list[Execution], READ, unit=False,
        summary="How a notebook was executed, newest first.",
    ),
    Route(
        "GET", "/executions/{execution}", _execution, Execution, READ, query=ExecutionQuery, unit=False,
        summary="One execution; waits for something new if asked to.",
    ),
    Route("POST", "/executions/{execution}/cancel", _cancel, Execution, WRITE, unit=False, summary="Stop an execution."),
    Route(
        "POST", "/files/{file}/runs", _start, RunInfo, WRITE, body=NewRun, unit=False, status=201,
        summary="Execute cells of a notebook on the server, whoever looks or not.",
    ),
    Route(
        "GET", "/files/{file}/runs", _list, list[RunInfo], READ, unit=False,
        summary="What runs or waits in a notebook.",
    ),
    Route(
        "GET", "/runs/{run}", _show, RunInfo, READ, query=RunQuery, unit=False,
        summary="One run; waits for something new if asked to.",
    ),
    Route("POST", "/runs/{run}/stop", _stop, RunInfo, WRITE, unit=False, summary="Stop a run."),
    Route(
        "POST", "/runs/{run}/answer", _answer, RunInfo, WRITE, body=RunAnswer, unit=False,
        summary="Answer what the running cell asks.",
    ),
)  # fmt: skip
