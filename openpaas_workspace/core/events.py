"""Facts: typed, in the past tense, holding ids and field names, never content or names."""

from typing import Any, ClassVar, Literal

import msgspec

Audience = Literal["readers", "subjects", "administrators", "everyone"]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all events; the class name is the type on the wire.

    `ref` is the object the fact is about (`kind:id`). Who may hear of it is the class's
    `audience`: readers of the ref, the `members` named in the event (subjects),
    administrators, or everyone logged in. Administrators see every event in the log.
    Repeat `frozen`, `kw_only` and `tag=True` in subclasses.
    """

    audience: ClassVar[Audience] = "readers"
    retention_days: ClassVar[int] = 365

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
