"""What crosses the wire about rights: levels, subjects, and who has access to what."""

from enum import IntEnum
from typing import Literal, NamedTuple, cast

import msgspec

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.schema import Wire

LevelName = Literal["reader", "commenter", "editor", "manager"]


class Level(IntEnum):
    """How much somebody may do with an object; each level includes those below."""

    none = 0
    reader = 1
    commenter = 2
    editor = 3
    manager = 4

    @property
    def word(self) -> LevelName:
        """How a level that gives something is called on the wire."""
        return cast("LevelName", self.name)


ARCHIVED = "This space is archived and can only be read; a manager can bring it back."
SUBJECT_KINDS = frozenset({"member", "group", "everyone", "link", "app"})


class Subject(NamedTuple):
    """Who holds a grant: `member:<id>`, `group:<id>`, `everyone`, `link:<id>` or `app:<id>`."""

    kind: str
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Read a subject; raises Invalid on any other form."""
        if text == "everyone":
            return EVERYONE
        ref = Ref.parse(text)
        if ref.kind not in SUBJECT_KINDS - {"everyone"}:
            raise Invalid("Share with member:<id>, group:<id> or everyone.")
        return cls(ref.kind, ref.id)


EVERYONE = Subject("everyone")


class GrantBody(Wire, frozen=True, kw_only=True):
    """What a manager gives: to whom, how much, until when (milliseconds, none for ever).

    `execute` false withholds running code from an editor.
    """

    subject: str
    level: LevelName
    expires_at: int | None = None
    execute: bool = True


class AccessEntry(Wire, frozen=True, kw_only=True):
    """One grant that counts on an object. `inherited_from` is the object above that holds it, if not this one.

    `inherited_name` names that object to who may see it. `people` is how many active members a group has, `active`
    whether the member's account is enabled.
    """

    subject: str
    name: str
    level: LevelName
    execute: bool
    expires_at: int | None
    inherited_from: str | None
    inherited_name: str
    people: int
    active: bool
    granted_by: str
    created_at: int


class AccessReply(Wire, frozen=True, kw_only=True):
    """Who has access to an object, and what the asking actor may do with it.

    `execute_counts`: whether `execute` of a grant on this object lets somebody run code (on a space, and on what is
    shared of a member's own files); elsewhere only the space decides.
    """

    ref: str
    name: str
    mine: LevelName
    may_execute: bool
    may_share: bool
    personal: bool
    execute_counts: bool
    entries: list[AccessEntry] = msgspec.field(default_factory=list)


class MemberAccess(Wire, frozen=True, kw_only=True):
    """What one member may do with an object, `none` included, and the grants that give it, the strongest first."""

    member_id: str
    level: Literal["none", "reader", "commenter", "editor", "manager"]
    may_execute: bool
    entries: list[AccessEntry]


Wish = Literal["reader", "commenter", "editor"]
MAX_MESSAGE = 500


class AccessWish(Wire, frozen=True, kw_only=True):
    """What somebody asks of the managers of an object, with a few words for them."""

    level: Wish = "reader"
    message: str = ""


class AccessAsked(Wire, frozen=True, kw_only=True):
    """The request stands since then. The answer is the same whether the object is there or not."""

    asked_at: int


class AccessRequest(Wire, frozen=True, kw_only=True):
    """A request that I can answer: who asks for which role on what."""

    id: str
    ref: str
    name: str
    member_id: str
    level: LevelName
    message: str
    created_at: int


class AccessAnswer(Wire, frozen=True, kw_only=True):
    """Whether the member gets access; `level` in place of the role that was asked for."""

    grant: bool
    level: LevelName | None = None
