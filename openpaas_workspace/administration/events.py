"""Facts of the administration."""

from typing import ClassVar

from openpaas_workspace.core.events import Audience, Event


class SpaceTakenOver(Event, frozen=True, kw_only=True, tag=True):
    """An administrator made `member` the manager of a space that nobody could manage any more."""

    audience: ClassVar[Audience] = "readers"

    member: str


class DataTaken(Event, frozen=True, kw_only=True, tag=True):
    """A member has begun to download all that is stored of them."""

    audience: ClassVar[Audience] = "subjects"


EVENTS: tuple[type[Event], ...] = (SpaceTakenOver, DataTaken)
