"""What takes long and holds the interpreter: histories replayed, compared, written out."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.realtime.service.desk import Desk

MANY = 500
P = ParamSpec("P")
T = TypeVar("T")


async def heavy(workspace: Workspace, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a pure function where it does not stop the loop: in a thread, of large contents in a helper process."""
    return await workspace.get(Desk).run(function, *args, **kwargs)


async def slow(
    workspace: Workspace, many: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """As `heavy`, of what works through so `many` changes: many of them always in a helper process."""
    if many > MANY:
        return await workspace.get(Desk).aside(function, *args, **kwargs)
    return await heavy(workspace, function, *args, **kwargs)
