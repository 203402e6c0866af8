"""Who calls a manager of Jupyter's: the member of the request that runs, or who is named for internal work."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jupyter_server import CallContext

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Unauthenticated

_acting: ContextVar[Acting | None] = ContextVar("openpaas_acting", default=None)


@contextmanager
def acting_as(workspace: Workspace, actor: Actor) -> Iterator[None]:
    """Call managers within in the name of `actor`, without a request."""
    mark = _acting.set(Acting(workspace, actor))
    try:
        yield
    finally:
        _acting.reset(mark)


def caller() -> Acting:
    """Who calls; raises Unauthenticated when nobody is known to."""
    named = _acting.get()
    if named is not None:
        return named
    handler = CallContext.get(CallContext.JUPYTER_HANDLER)
    actor = getattr(getattr(handler, "current_user", None), "actor", None)
    if not isinstance(actor, Actor) or actor.kind == "nobody":
        raise Unauthenticated
    return Acting(handler.settings["openpaas_workspace"], actor)


def takes_encoded() -> bool:
    """Whether the handler of this request sends the content of a notebook on as the JSON that it is given."""
    handler: Any = CallContext.get(CallContext.JUPYTER_HANDLER) if _acting.get() is None else None
    return getattr(handler, "takes_encoded", False) and handler.request.method == "GET"
