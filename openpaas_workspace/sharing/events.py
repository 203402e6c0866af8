"""Facts about rights. Listeners (rooms, push, kernels) ask the permission core again on each."""

from typing import ClassVar

from openpaas_workspace.core.events import Audience, Event


class GrantChanged(Event, frozen=True, kw_only=True, tag=True):
    """`subject` now has `level` on the object and all below it; managers and the subject read it, so both hear."""

    audience: ClassVar[Audience] = "readers"
    moves_rights: ClassVar[bool] = True

    subject: str
    level: str
    execute: bool
    expires_at: int | None = None


class GrantWithdrawn(Event, frozen=True, kw_only=True, tag=True):
    """`subject` has lost the grant, by hand or by its end; `members` are those who lost it and the managers."""

    audience: ClassVar[Audience] = "subjects"
    moves_rights: ClassVar[bool] = True

    subject: str
    level: str
    expired: bool = False


class ObjectMoved(Event, frozen=True, kw_only=True, tag=True):
    """The object and all below it inherit from another place now."""

    audience: ClassVar[Audience] = "readers"
    moves_rights: ClassVar[bool] = True

    old_parent: str
    new_parent: str


class AccessRequested(Event, frozen=True, kw_only=True, tag=True):
    """`member` asks for access to the object, or for more of it; `members` are its managers."""

    audience: ClassVar[Audience] = "subjects"

    member: str
    level: str


class AccessAnswered(Event, frozen=True, kw_only=True, tag=True):
    """A manager has answered `member`, who asked; `members` are that member and the managers."""

    audience: ClassVar[Audience] = "subjects"

    member: str
    granted: bool
    level: str


EVENTS: tuple[type[Event], ...] = (GrantChanged, GrantWithdrawn, ObjectMoved, AccessRequested, AccessAnswered)
