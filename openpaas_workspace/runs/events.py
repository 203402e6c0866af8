"""What happened to runs."""

from openpaas_workspace.core.events import Event


class RunStopped(Event, frozen=True, kw_only=True):
    """Somebody stopped what runs in a notebook."""

    run: str
