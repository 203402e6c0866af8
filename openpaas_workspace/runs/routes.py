"""The routes of runs."""

from openpaas_workspace.core.web import Route
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


ROUTES = (
    Route(
        "POST", "/files/{file}/executions", verbs.execute, Execution, WRITE, body=NewExecution, unit=False, status=201,
        summary="Execute a whole notebook into a copy beside it, with parameters, in a kernel of its own.",
    ),
    Route(
        "GET", "/files/{file}/executions", verbs.list_executions, list[Execution], READ, unit=False,
        summary="How a notebook was executed, newest first.",
    ),
    Route(
        "GET", "/executions/{execution}", verbs.show_execution, Execution, READ, query=ExecutionQuery, unit=False,
        summary="One execution; waits for something new if asked to.",
    ),
    Route("POST", "/executions/{execution}/cancel", verbs.cancel_execution, Execution, WRITE, unit=False, summary="Stop an execution."),
    Route(
        "POST", "/files/{file}/runs", verbs.start_run, RunInfo, WRITE, body=NewRun, unit=False, status=201,
        summary="Execute cells of a notebook on the server, whoever looks or not.",
    ),
    Route(
        "GET", "/files/{file}/runs", verbs.list_runs, list[RunInfo], READ, unit=False,
        summary="What runs or waits in a notebook.",
    ),
    Route(
        "GET", "/runs/{run}", verbs.show_run, RunInfo, READ, query=RunQuery, unit=False,
        summary="One run; waits for something new if asked to.",
    ),
    Route("POST", "/runs/{run}/stop", verbs.stop_run, RunInfo, WRITE, unit=False, summary="Stop a run."),
    Route(
        "POST", "/runs/{run}/answer", verbs.answer_run, RunInfo, WRITE, body=RunAnswer, unit=False,
        summary="Answer what the running cell asks.",
    ),
)  # fmt: skip
