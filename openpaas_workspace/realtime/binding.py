"""What a live object asks of its owner, and what it offers to it.

Files (and later documents, sheets) put a `Binding` into the workspace; realtime puts its
`RoomHost`. Both are found by type, so that neither imports the other.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.realtime.engine.contents import Made
from openpaas_workspace.sharing.schemas import Level

__all__ = ["Binding", "Bound", "Content", "First", "Made", "RoomHost"]


class Bound(NamedTuple):
    """A co-edited object: `json`/`notebook` or `text`/`file`; its room is `format:type:object_id`."""

    object_id: str
    format: str
    type: str

    @property
    def room(self) -> str:
        """The room's name in URLs."""
        return f"{self.format}:{self.type}:{self.object_id}"


@dataclass(frozen=True, slots=True)
class Content:
    """What the log holds at `seq`: an nbformat dict (`notebook`) or a str (`file`)."""

    value: Any
    seq: int
    epoch: int


class First(NamedTuple):
    """Content, or how it is made, and who put it there; nobody knows who wrote the parts of it."""

    value: Any
    author: Actor = SYSTEM


class Binding:
    """Where the objects of rooms come from and where their projection goes. Base class: implement all."""

    async def find(self, actor: Actor, path: str) -> Bound:
        """The object at a contents path; raises NotFound unless the actor is at least reader."""
        raise NotImplementedError

    async def resolve(self, object_id: str) -> Bound:
        """The object with this id; raises NotFound when it is gone."""
        raise NotImplementedError

    async def first_content(self, object_id: str) -> First:
        """What is on disk, asked once when the log is empty. An error means that nothing is created."""
        raise NotImplementedError

    def changed(self, object_id: str, seq: int) -> None:
        """Called in the loop after every commit that touches content: schedule the projection, do not do it."""
        raise NotImplementedError

    async def save(self, object_id: str) -> None:
        """Flush the projection now; returns when the file holds what was committed before the call."""
        raise NotImplementedError


class RoomHost:
    """Live objects, for other domains. `workspace.get(RoomHost)`. Rights are the caller's to ask first."""

    async def content(self, object_id: str) -> Content:
        """The committed content, opening the object if needed; Unavailable when another process hosts it."""
        raise NotImplementedError

    async def made(self, object_id: str, function: Callable[..., Any], *args: Any) -> Content:
        """As `content`, of `function(content, *args)`: a pure function of a module, run where it stops nobody."""
        raise NotImplementedError

    async def given(self, object_id: str, actor: Actor, level: Level) -> None:
        """Whether who may read an object may have all of its content; raises Forbidden. Opens the object if needed."""
        raise NotImplementedError

    async def head(self, object_id: str) -> tuple[int, int]:
        """The seq and the epoch that `content` would answer with now, without its work."""
        raise NotImplementedError

    async def write(self, object_id: str, value: Any, actor: Actor, *, base_seq: int | None) -> int:
        """One attributed change that makes the content `value` (it may be `Made`), merged; returns the head's seq.

        The change is taken against the version at `base_seq` (None: against the live one) and merged
        with what came since. Nothing is logged when it changes nothing. A member's right is asked once more
        with the commit: NotFound or Forbidden when it is gone by then. Raises Invalid on content that
        is not of the object's type, Unavailable when another process hosts the object or the log
        cannot be written; then nothing was changed.
        """
        raise NotImplementedError

    def live(self, object_id: str) -> bool:
        """Whether the object has a log, so that the log is the truth and the file a projection."""
        raise NotImplementedError

    async def recheck(self, object_ids: Collection[str] | None = None) -> None:
        """Rights may have changed: ask again for every connection (of these objects) and act on it."""
        raise NotImplementedError

    async def erase(self, work: Work, object_ids: Collection[str]) -> None:
        """The objects are deleted for ever: their log, snapshots and names of pages go with the unit.

        Large parts of them go with the next sweep of blobs; events that name them stay.
        """
        raise NotImplementedError

    async def hold(self, resource: str) -> bool:
        """Whether this process alone works on `resource` from now on; false while another living one does."""
        raise NotImplementedError

    async def forget(self, object_id: str, reason: str) -> None:
        """The object is deleted or in the trash: close its connections (4404) and unload it; the log stays."""
        raise NotImplementedError
