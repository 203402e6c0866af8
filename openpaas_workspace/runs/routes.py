"""The routes of runs."""

from openpaas_workspace.core.web import Outside, Route
from openpaas_workspace.runs.schemas import NewRun, RunAnswer, RunInfo, RunQuery
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


ROUTES = (
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
