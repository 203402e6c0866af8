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
