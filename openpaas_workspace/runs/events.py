"""What happened to runs."""

from openpaas_workspace.core.events import Event


class RunQueued(Event, frozen=True, kw_only=True):
    """Somebody had so many cells of a notebook queued for execution."""

    run: str
    cells: int


class RunStopped(Event, frozen=True, kw_only=True):
    """Somebody stopped what runs in a notebook."""

    run: str


class RunAnswered(Event, frozen=True, kw_only=True):
    """Somebody answered what the running cell of a notebook asked."""

    run: str


class ExecutionQueued(Event, frozen=True, kw_only=True):
    """Somebody had a whole notebook executed, into `output`."""

    execution: str
    output: str


class ExecutionEnded(Event, frozen=True, kw_only=True):
    """The execution of a notebook is over: done, failed or cancelled."""

    execution: str
    output: str
    state: str
