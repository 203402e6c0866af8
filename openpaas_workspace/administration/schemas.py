"""What the administration sends and receives."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire

Standing = Literal["", "active", "invited", "disabled", "administrator", "erased"]


class RecordQuery(Wire, frozen=True, kw_only=True):
    """Which members: whose name, username or address holds `q`, of this standing, after the member with this id."""

    q: str = ""
    standing: Standing = ""
    after: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class MemberRecord(Wire, frozen=True, kw_only=True):
    """A member as administrators see one. `invited` has no password yet; `seen_at` is the last sign of life."""

    id: str
    username: str
    display_name: str
    email: str
    unit: str
    color: str
    photo: str
    locale: str
    administrator: bool
    demo: bool
    invited: bool
    created_at: int
    disabled_at: int | None
    erased_at: int | None
    seen_at: int | None
    sessions: int
    tokens: int
    groups: list[str]


class MemberRecords(Wire, frozen=True, kw_only=True):
    """Some members, how many there are in all, and after whom the next ones come (empty at the end)."""

    members: list[MemberRecord]
    total: int
    next: str


class Erasure(Wire, frozen=True, kw_only=True):
    """What becomes of the files of who is erased: the trash, or a space that the member `heir` manages."""

    files: Literal["trash", "transfer"]
    heir: str = ""


class SpaceRecord(Wire, frozen=True, kw_only=True):
    """A space as administrators see one: its size and its managers, nothing of its content.

    `managers` are subjects such as `member:…` or `group:…`. `orphaned`: none of them can act.
    """

    id: str
    ref: str
    kind: Literal["personal", "team", "organisation"]
    name: str
    owner_id: str
    managers: list[str]
    orphaned: bool
    files: int
    bytes: int
    trash_bytes: int
    created_at: int
    archived_at: int | None


class SpaceTakeOver(Wire, frozen=True, kw_only=True):
    """Who shall manage a space that has nobody: a member's id; empty for the administrator who asks."""

    member: str = ""


class SpaceArchive(Wire, frozen=True, kw_only=True):
    """Whether the space is archived: then it is only read."""

    archived: bool


class SessionRecord(Wire, frozen=True, kw_only=True):
    """A login of somebody; `address` is the network, `current` the one that asks."""

    id: str
    member_id: str
    created_at: int
    seen_at: int
    expires_at: int
    address: str
    agent: str
    current: bool


class MemberUse(Wire, frozen=True, kw_only=True):
    """How much of what is stored a member made."""

    member_id: str
    files: int
    bytes: int


class Storage(Wire, frozen=True, kw_only=True):
    """How much is stored where, in bytes; `members` by who made the files, the largest first."""

    files: int
    files_bytes: int
    trash_bytes: int
    blobs: int
    blobs_bytes: int
    database_bytes: int
    disk_bytes: int
    disk_free: int
    quota_bytes: int
    members: list[MemberUse]


class Finding(Wire, frozen=True, kw_only=True):
    """One thing that was checked: a sentence, and what to type if it is wrong. Not `needed`: a wish only."""

    name: str
    ok: bool
    sentence: str
    remedy: str
    needed: bool


class KernelRecord(Wire, frozen=True, kw_only=True):
    """A kernel that runs: as whom, for which member, since when it is quiet."""

    id: str
    principal: str
    member_id: str
    state: str
    active_at: int | None


class JobRecord(Wire, frozen=True, kw_only=True):
    """Work that is done again and again: how often, when last (none since the start), whether it went well."""

    name: str
    every: float
    ran_at: int | None
    seconds: float
    ok: bool


class Health(Wire, frozen=True, kw_only=True):
    """How the server is."""

    database: str
    database_ok: bool
    started_at: int
    versions: dict[str, str]
    sandbox: list[Finding]
    kernels: list[KernelRecord]
    jobs: list[JobRecord]
    single_member: bool
    demo: bool
