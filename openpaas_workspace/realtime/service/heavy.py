"""Computing that takes long: away from the event loop."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from openpaas_workspace.core.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")


async def heavy(_workspace: Workspace, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a pure function of bytes and plain values, elsewhere."""
    return await asyncio.to_thread(function, *args, **kwargs)
