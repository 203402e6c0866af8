"""Facts: typed, in the past tense, holding ids and field names, never content or names."""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import msgspec

Audience = Literal["readers", "subjects", "administrators", "everyone"]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all events; the class name is the type on the wire.

    `ref` is the object the fact is about (`kind:id`). Who may hear of it is the class's
    `audience`: readers of the ref, the `members` named in the event (subjects),
    administrators, or everyone logged in. Administrators see every event in the log.
    `moves_rights` says that somebody may have lost a right by it: what is on its way is judged again.
    Repeat `frozen`, `kw_only` and `tag=True` in subclasses.
    """

    audience: ClassVar[Audience] = "readers"
    retention_days: ClassVar[int] = 365
    moves_rights: ClassVar[bool] = False

    ref: str
    members: tuple[str, ...] = ()


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the stream holds it after commit."""

    seq: int
    type: str
    ref: str
    audience: Audience
    members: tuple[str, ...]
    actor: str
    actor_kind: str
    behalf: str
    at: int
    data: dict[str, Any]


def event_types() -> list[type[Event]]:
    """Every event class that is imported."""
    found, waiting = [], [Event]
    while waiting:
        below = waiting.pop().__subclasses__()
        found.extend(below)
        waiting.extend(below)
    return found


def rights_moved(batch: Iterable[Recorded]) -> bool:
    """Whether somebody may have lost a right by one of these."""
    names = {kind.__name__ for kind in event_types() if kind.moves_rights}
    return any(event.type in names for event in batch)
