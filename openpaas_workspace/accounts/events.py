"""Facts about accounts."""

from typing import ClassVar, Literal

from openpaas_workspace.core.events import Audience, Event


class MemberCreated(Event, frozen=True, kw_only=True, tag=True):
    """Somebody has an account."""

    audience: ClassVar[Audience] = "everyone"


class MemberUpdated(Event, frozen=True, kw_only=True, tag=True):
    """Fields of a member changed; `administrator` is one of them."""

    audience: ClassVar[Audience] = "everyone"
    moves_rights: ClassVar[bool] = True

    fields: tuple[str, ...]


class MemberDisabled(Event, frozen=True, kw_only=True, tag=True):
    """The member may not log in any more; sessions, tokens and links have ended."""

    audience: ClassVar[Audience] = "everyone"
    moves_rights: ClassVar[bool] = True


class MemberEnabled(Event, frozen=True, kw_only=True, tag=True):
    """The member may log in again."""

    audience: ClassVar[Audience] = "everyone"


class MemberErased(Event, frozen=True, kw_only=True, tag=True):
    """Nothing but the id is left of a member who was disabled."""

    audience: ClassVar[Audience] = "everyone"


class GroupCreated(Event, frozen=True, kw_only=True, tag=True):
    """There is a new group, empty."""

    audience: ClassVar[Audience] = "everyone"


class GroupChanged(Event, frozen=True, kw_only=True, tag=True):
    """A group has another name (`fields`), or `members` joined or left it: their rights changed."""

    audience: ClassVar[Audience] = "everyone"
    moves_rights: ClassVar[bool] = True

    fields: tuple[str, ...]


class GroupDeleted(Event, frozen=True, kw_only=True, tag=True):
    """The group is gone; `members` were in it."""

    audience: ClassVar[Audience] = "everyone"
    moves_rights: ClassVar[bool] = True


class SessionOpened(Event, frozen=True, kw_only=True, tag=True):
    """A member logged in; `ref` is the member."""

    audience: ClassVar[Audience] = "subjects"

    session: str


class SessionEnded(Event, frozen=True, kw_only=True, tag=True):
    """A login session is over; whatever hangs on it must close."""

    audience: ClassVar[Audience] = "subjects"
    moves_rights: ClassVar[bool] = True

    session: str
    reason: Literal["logout", "revoked", "expired", "password", "replaced", "disabled"]


class LoginFailed(Event, frozen=True, kw_only=True, tag=True):
    """Somebody failed to log in; `ref` is `member:unknown` when the name fits nobody."""

    audience: ClassVar[Audience] = "administrators"

    reason: Literal["unknown", "password", "disabled", "demo"]


class PasswordChanged(Event, frozen=True, kw_only=True, tag=True):
    """A member has another password."""

    audience: ClassVar[Audience] = "subjects"

    by: Literal["member", "link", "command"]


class TokenCreated(Event, frozen=True, kw_only=True, tag=True):
    """A member made a personal token."""

    audience: ClassVar[Audience] = "subjects"

    token: str
    scopes: tuple[str, ...]


class TokenRevoked(Event, frozen=True, kw_only=True, tag=True):
    """A personal token works no more."""

    audience: ClassVar[Audience] = "subjects"
    moves_rights: ClassVar[bool] = True

    token: str
    reason: Literal["revoked", "expired", "disabled"]


class LinkCreated(Event, frozen=True, kw_only=True, tag=True):
    """Somebody made a one-time link; `ref` is the member it is for, `member:unknown` for the first one."""

    audience: ClassVar[Audience] = "subjects"

    kind: Literal["setup", "reset"]


class LinkUsed(Event, frozen=True, kw_only=True, tag=True):
    """A one-time link was used and is dead."""

    audience: ClassVar[Audience] = "subjects"

    kind: Literal["setup", "reset"]


EVENTS: tuple[type[Event], ...] = (
    MemberCreated,
    MemberUpdated,
    MemberDisabled,
    MemberEnabled,
    MemberErased,
    GroupCreated,
    GroupChanged,
    GroupDeleted,
    SessionOpened,
    SessionEnded,
    LoginFailed,
    PasswordChanged,
    TokenCreated,
    TokenRevoked,
    LinkCreated,
    LinkUsed,
)
