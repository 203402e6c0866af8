"""What accounts send and receive."""

from typing import Literal

import msgspec

from openpaas_workspace.kit.schema import Wire


class Me(Wire, frozen=True, kw_only=True):
    """Who I am, as the server knows me."""

    id: str
    username: str
    display_name: str
    email: str
    locale: str
    color: str
    unit: str
    time_zone: str
    photo: str
    demo: bool
    administrator: bool
    groups: list[str]
    scopes: list[str]


class MePatch(Wire, frozen=True, kw_only=True):
    """What members may change of themselves."""

    display_name: str | msgspec.UnsetType = msgspec.UNSET
    locale: str | msgspec.UnsetType = msgspec.UNSET
    color: str | msgspec.UnsetType = msgspec.UNSET
    unit: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET


class Member(Wire, frozen=True, kw_only=True):
    """A member in the directory. `email` is empty but for oneself and administrators.

    `photo` is the version of the photo, empty for none; of who is `erased` the id alone is left.
    """

    id: str
    username: str
    display_name: str
    color: str
    administrator: bool
    disabled: bool
    unit: str = ""
    photo: str = ""
    erased: bool = False
    email: str = ""


class NewPhoto(Wire, frozen=True, kw_only=True):
    """A photo of mine: a JPEG, PNG, WebP or GIF file, written in base 64."""

    image: bytes


class PhotoQuery(Wire, frozen=True, kw_only=True):
    """Which version of the photo is meant; with it the answer may be kept for ever."""

    v: str = ""


class PasswordTry(Wire, frozen=True, kw_only=True):
    """A password that somebody is choosing; `link` is the secret of the one-time link, if that is how."""

    password: str
    username: str = ""
    link: str = ""


class PasswordStrength(Wire, frozen=True, kw_only=True):
    """What a password is worth: bits against those that are wanted, and what to change if they are too few."""

    bits: int
    wanted: int
    grade: Literal["weak", "fair", "good", "strong"]
    enough: bool
    advice: str


class NewMember(Wire, frozen=True, kw_only=True):
    """An account to create; it has no password until its link is used."""

    username: str
    display_name: str = ""
    email: str = ""
    unit: str = ""
    locale: str = ""
    administrator: bool = False


class MemberPatch(Wire, frozen=True, kw_only=True):
    """What administrators may change of a member."""

    display_name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    locale: str | msgspec.UnsetType = msgspec.UNSET
    color: str | msgspec.UnsetType = msgspec.UNSET
    unit: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    administrator: bool | msgspec.UnsetType = msgspec.UNSET


class MemberQuery(Wire, frozen=True, kw_only=True):
    """Which members: those whose name begins so, after the member with this id."""

    q: str = ""
    after: str = ""
    limit: int = 100
    disabled: bool = False


class Link(Wire, frozen=True, kw_only=True):
    """A one-time link: its path on this server, shown once."""

    path: str
    expires_at: int


class MemberMade(Wire, frozen=True, kw_only=True):
    """The new member, and the link to hand over."""

    member: Member
    link: Link


class Group(Wire, frozen=True, kw_only=True):
    """A group of members."""

    id: str
    name: str
    size: int


class GroupName(Wire, frozen=True, kw_only=True):
    """The name of a group."""

    name: str


class Session(Wire, frozen=True, kw_only=True):
    """One login of mine."""

    id: str
    created_at: int
    seen_at: int
    expires_at: int
    address: str
    agent: str
    current: bool


class Token(Wire, frozen=True, kw_only=True):
    """One personal token of mine, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: int
    expires_at: int
    used_at: int | None


class NewToken(Wire, frozen=True, kw_only=True):
    """A token to create: scopes are `all` or words such as `files:read`; it works for `expires_in` seconds."""

    name: str
    scopes: list[str]
    expires_in: int = 30 * 86_400


class TokenMade(Wire, frozen=True, kw_only=True):
    """The token with its secret, shown this once."""

    token: Token
    secret: str


class PasswordChange(Wire, frozen=True, kw_only=True):
    """My old password and the new one."""

    old: str
    new: str
