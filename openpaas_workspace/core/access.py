"""The access table: one row per handler class, pattern and method of the whole server.

A handler without a row answers 404 to everybody. `who` is the coarse door; an object's
own rule is asked behind it, by `check` here for Jupyter's handlers, by the verb for ours.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from openpaas_workspace.kit.actors import Actor

Who = Literal["open", "member", "administrator", "off"]
Check = Callable[[Any, Actor], Awaitable[None]]


@dataclass(frozen=True)
class Access:
    """Who may call `method` of `handler` at `pattern`.

    `handler` is the dotted name of the class as registered; `pattern` the registered
    pattern (without base URL). `check(handler, actor)` raises a WorkspaceError to refuse.
    `scope` is what a token must hold; empty means that no token opens it, only a session.
    """

    handler: str
    pattern: str
    method: str
    who: Who
    scope: str = ""
    check: Check | None = None
