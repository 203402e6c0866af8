"""A domain registers itself by one object; built-ins and third parties alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from traitlets.config import Configurable

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.web import Route
from openpaas_workspace.core.workspace import Workspace

Hook = Callable[[Workspace], Awaitable[None]]


@dataclass(frozen=True)
class Domain:
    """What one part of the workspace brings.

    `handlers` are raw tornado rules (sockets, foreign protocols): (pattern, class); each
    needs its rows in `access`. `setup` puts live objects into the workspace before the
    first request; `close` ends them, in reverse order of setup.
    """

    name: str
    routes: tuple[Route, ...] = ()
    events: tuple[type[Event], ...] = ()
    jobs: tuple[Job, ...] = ()
    config: tuple[type[Configurable], ...] = ()
    handlers: tuple[tuple[str, type], ...] = ()
    access: tuple[Access, ...] = ()
    setup: Hook | None = None
    close: Hook | None = None
