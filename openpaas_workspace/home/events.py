"""Facts of Home: they concern one member alone."""

from typing import ClassVar

from openpaas_workspace.core.events import Audience, Event


class Pinned(Event, frozen=True, kw_only=True, tag=True):
    """A member keeps an object at hand."""

    audience: ClassVar[Audience] = "subjects"


class Unpinned(Event, frozen=True, kw_only=True, tag=True):
    """A member does not need it at hand any more."""

    audience: ClassVar[Audience] = "subjects"


EVENTS: tuple[type[Event], ...] = (Pinned, Unpinned)
