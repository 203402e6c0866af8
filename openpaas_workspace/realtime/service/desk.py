"""Where contents are worked on: small ones in a thread, large ones in a helper process."""

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from openpaas_workspace.core.aside import Aside, Limits
from openpaas_workspace.realtime.config import Realtime
from openpaas_workspace.realtime.engine.contents import is_large

P = ParamSpec("P")
T = TypeVar("T")
_ENGINE = "openpaas_workspace.realtime.engine."
_WARM = tuple(_ENGINE + name for name in ("contents", "attribution", "comparison"))


_LARGE = object()


class Desk:
    """Runs pure functions of contents. `workspace.get(Desk)`."""

    def __init__(self, config: Realtime) -> None:
        self.large = config.large_content
        limits = Limits(seconds=config.helper_seconds, memory=config.helper_memory)
        self._aside = Aside(config.helpers, limits, _WARM)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the function answers or raises; Unavailable when it takes too much."""
        found: Any = await asyncio.to_thread(_if_small, self.large, function, args, kwargs)
        if found is _LARGE:
            return await self._aside.run(function, *args, **kwargs)
        return found  # type: ignore[no-any-return]

    async def aside(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `run`, always in a helper: for what is small and takes long."""
        return await self._aside.run(function, *args, **kwargs)

    def prepare(self) -> None:
        """Somebody looks at much history: questions for a helper are likely to follow."""
        self._aside.prepare()

    def tidy(self) -> None:
        """End helpers that are not needed."""
        self._aside.tidy()

    def close(self) -> None:
        """End all helpers."""
        self._aside.close()


def _if_small(limit: int, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """In the thread: to look through many changes takes a while, too."""
    return _LARGE if is_large((args, kwargs), limit) else function(*args, **kwargs)
