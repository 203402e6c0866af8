"""What crosses the wire about Home."""

from typing import Literal

import msgspec

from openpaas_workspace.kit.schema import Wire
from openpaas_workspace.sharing.schemas import AccessRequest, LevelName

ObjectKind = Literal["file", "folder", "space"]
SpaceKind = Literal["personal", "team", "organisation"]
Verb = Literal[
    "created", "added", "edited", "renamed", "moved", "trashed", "brought_back", "shared", "named", "restored"
]


class HomeSpace(Wire, frozen=True, kw_only=True):
    """A space; `present` are the members who have something of it open now."""

    id: str
    ref: str
    kind: SpaceKind
    name: str
    level: LevelName
    owner_id: str = ""
    archived: bool = False
    present: list[str] = msgspec.field(default_factory=list)


class HomeFile(Wire, frozen=True, kw_only=True):
    """A file, folder or space at hand. `space` and the two fields after it say where it lies.

    `opened_at` is when I opened it last (0: never), `edited_by` and `edited_at` who changed it last.
    """

    id: str
    ref: str
    kind: ObjectKind
    name: str
    space: str
    space_kind: SpaceKind
    owner_id: str
    level: LevelName
    pinned: bool
    opened_at: int
    edited_at: int
    edited_by: str
    present: list[str]


class HomeChange(Wire, frozen=True, kw_only=True):
    """What somebody did to an object, once for each author, object and verb; `count` files were `added` to it.

    `level` is what I was given when it was `shared` with me.
    """

    seq: int
    at: int
    actor: str
    verb: Verb
    ref: str
    kind: ObjectKind
    name: str
    space: str
    space_kind: SpaceKind
    owner_id: str
    count: int = 1
    level: LevelName | None = None


class Home(Wire, frozen=True, kw_only=True):
    """Home of the member who asks. What changed is counted from `since` on (0: this is the first visit).

    `more` says that more changed than is listed; `waiting` are requests for access that I can answer.
    """

    member: str
    name: str
    since: int
    changes: list[HomeChange]
    more: bool
    recent: list[HomeFile]
    pinned: list[HomeFile]
    spaces: list[HomeSpace]
    spaces_total: int
    waiting: list[AccessRequest]
