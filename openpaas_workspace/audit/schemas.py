"""What crosses the wire about the event log."""

from typing import Annotated, Any

import msgspec

from openpaas_workspace.kit.schema import Wire

Id = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{0,64}$")]


class AuditFilter(Wire, frozen=True, kw_only=True):
    """Which events: of these types (separated by commas), by or about a member, about an object, in a time."""

    type: str = ""
    member: Id = ""
    ref: str = ""
    since: int | None = None
    until: int | None = None


class AuditQuery(AuditFilter, frozen=True, kw_only=True):
    """A page of events, newest first: those numbered below `before`."""

    before: int | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class AuditEntry(Wire, frozen=True, kw_only=True):
    """One event; people are named by their ids."""

    seq: int
    at: int
    type: str
    ref: str
    actor: str
    actor_kind: str
    behalf: str
    audience: str
    members: tuple[str, ...]
    data: dict[str, Any]


class AuditPage(Wire, frozen=True, kw_only=True):
    """Events, newest first, and the names today of the members in them; `next` is the `before` of the next page."""

    events: list[AuditEntry]
    names: dict[str, str]
    next: int | None


class LogCheck(Wire, frozen=True, kw_only=True):
    """What a check of the log's chain found; `broken` is the first wrong number, `head` the digest to keep elsewhere."""

    ok: bool
    checked: int
    first: int
    last: int
    head: str
    broken: int | None
    reason: str
