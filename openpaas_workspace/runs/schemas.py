"""What crosses the wire about runs."""

from typing import Annotated, Any, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire

RunState = Literal["queued", "running", "done", "failed", "cancelled"]
CellStateName = Literal["queued", "running", "done", "failed", "changed", "skipped"]


class CellWish(Wire, frozen=True, kw_only=True):
    """A cell to execute; with the `source` that was seen it is refused when somebody has changed it since."""

    id: str
    source: str | None = None


class NewRun(Wire, frozen=True, kw_only=True):
    """Cells to execute in this order, in a running kernel of the notebook (by default the one that it has)."""

    cells: Annotated[list[CellWish], msgspec.Meta(min_length=1, max_length=5000)]
    kernel: str = ""
    stop_on_error: bool = True


class CellState(Wire, frozen=True, kw_only=True):
    """How far a cell is; `sentence` says why it was not executed, `source` what it holds if it was changed."""

    id: str
    state: CellStateName
    sentence: str = ""
    source: str | None = None


class Question(Wire, frozen=True, kw_only=True):
    """What the running cell asks of whoever is looking (`input`, `getpass`)."""

    id: str
    prompt: str
    password: bool


class RunInfo(Wire, frozen=True, kw_only=True):
    """A run as it is now. `version` grows with every change; `by` asked for it, `stopped_by` ended it early."""

    id: str
    file: str
    by: str
    kernel: str
    state: RunState
    version: int
    cells: list[CellState]
    created_at: int
    started_at: int | None = None
    ended_at: int | None = None
    question: Question | None = None
    stopped_by: str = ""
    sentence: str = ""


class RunQuery(Wire, frozen=True, kw_only=True):
    """Wait up to `wait` seconds for something newer than version `after`."""

    after: int = -1
    wait: Annotated[float, msgspec.Meta(ge=0, le=30)] = 0


class RunAnswer(Wire, frozen=True, kw_only=True):
    """The answer to a question of the running cell."""

    question: str
    value: Annotated[str, msgspec.Meta(max_length=10_000)]


class NewExecution(Wire, frozen=True, kw_only=True):
    """Values for the names of the cell that is tagged `parameters`."""

    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class Execution(Wire, frozen=True, kw_only=True):
    """A notebook (`file`) executed as a whole into another (`output`): by whom, with what, how far it is."""

    id: str
    file: str
    output: str
    by: str
    state: RunState
    parameters: dict[str, Any]
    sentence: str
    created_at: int
    started_at: int | None
    ended_at: int | None
    cells: int
    cells_done: int


class ExecutionQuery(Wire, frozen=True, kw_only=True):
    """Wait up to `wait` seconds for something to happen."""

    wait: Annotated[float, msgspec.Meta(ge=0, le=30)] = 0
