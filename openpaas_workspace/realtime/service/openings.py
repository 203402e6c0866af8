"""Who opens what: told to floors above, in memory; nothing is written on the way into a room."""

from collections.abc import Callable

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.refs import Ref

Heard = Callable[[str, Ref], None]


class Openings:
    """Hears of each object that a member opens in a page. `workspace.get(Openings)`; listeners must be quick."""

    def __init__(self) -> None:
        self._listeners: list[Heard] = []

    def listen(self, listener: Heard) -> None:
        """Call `listener(member id, ref)` at every opening."""
        self._listeners.append(listener)

    def opened(self, actor: Actor, ref: Ref) -> None:
        """A member opened an object, in a page: what programs and kernels read is nobody's visit."""
        if actor.kind == "member" and "all" in actor.scopes:
            for listener in self._listeners:
                listener(actor.id, ref)
