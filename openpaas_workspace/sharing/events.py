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
