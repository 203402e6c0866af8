"""Who of those connected may see which of some events, now: one query for all of them."""

from collections.abc import Iterable, Sequence

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import holders, rights


class Sight:
    """The answer for one batch; `sees` may be asked for any of the actors it was made for."""

    def __init__(self, held: holders.Held, levels: dict[Actor, dict[Ref, Level]]) -> None:
        self._held = held
        self._levels = levels

    def sees(self, actor: Actor, event: Recorded) -> bool:
        """Whether the actor may hear of the event (its audience, and its right on the object now)."""
        match event.audience:
            case "everyone":
                return actor.kind == "member"
            case "administrators":
                return actor.kind == "member" and actor.administrator
            case "subjects":
                return actor.kind == "member" and actor.id in event.members
            case "readers":
                return self.reads(actor, event.ref)
        return False

    def reads(self, actor: Actor, text: str) -> bool:
        """Whether the actor may see the object."""
        ref = parsed(text)
        if ref is None:
            return False
        if actor.kind == "member":
            return self._held.reach(actor, ref)
        return self._levels[actor].get(ref, Level.none) >= Level.reader


async def look(work: Work, events: Sequence[Recorded], actors: Iterable[Actor]) -> Sight:
    """Ask the permission core once for all events and members (each other kind of actor by itself)."""
    refs = {ref for event in events if (ref := parsed(event.ref)) is not None}
    held = await holders.held(work, refs)
    strange = {actor for actor in actors if actor.kind != "member"}
    return Sight(held, {actor: await rights.levels(work, refs, actor) for actor in strange})


def parsed(text: str) -> Ref | None:
    """The reference, or None if it is none."""
    try:
        return Ref.parse(text)
    except Invalid:
        return None
