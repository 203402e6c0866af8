"""What crosses the wire about the history of files and who is in them."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire

VersionName = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class HistoryEntry(Wire, frozen=True, kw_only=True):
    """Changes of one author in a row: the file at `seq` is what they led to.

    `version` and `name` are set when somebody has named exactly this state. `count` is how many
    changes of the log the entry stands for.
    """

    seq: int
    first_seq: int
    author: str
    author_kind: str
    behalf: str
    since: int
    until: int
    count: int
    kind: str
    version: str | None = None
    name: str | None = None


class History(Wire, frozen=True, kw_only=True):
    """Newest first. `before` goes into the next question for what is older; None at the end."""

    head: int
    epoch: int
    entries: list[HistoryEntry]
    before: int | None = None


class HistoryQuery(Wire, frozen=True, kw_only=True):
    """At most `limit` entries older than `before`."""

    before: int = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class VersionBody(Wire, frozen=True, kw_only=True):
    """A name for the state at `seq`; without it for the state now."""

    name: VersionName
    seq: int | None = None


class Version(Wire, frozen=True, kw_only=True):
    """A named state, kept for ever."""

    id: str
    name: str
    seq: int
    author: str
    at: int


class RestoreBody(Wire, frozen=True, kw_only=True):
    """Which state to write again."""

    seq: int


class Restored(Wire, frozen=True, kw_only=True):
    """The number of the change that brought the old state back; what came between stays in the history."""

    seq: int


class BlameRun(Wire, frozen=True, kw_only=True):
    """Text that one change brought."""

    text: str
    author: str | None
    seq: int | None
    at: int | None


class BlamePart(Wire, frozen=True, kw_only=True):
    """A cell of a notebook (`cell` is its id), or a whole text."""

    cell: str | None
    runs: list[BlameRun]


class Blame(Wire, frozen=True, kw_only=True):
    """Who wrote what, as the file is at `seq`."""

    seq: int
    parts: list[BlamePart]


class Present(Wire, frozen=True, kw_only=True):
    """A member who has the file open now, in however many windows; away: not looking at it."""

    member: str
    role: str
    state: Literal["active", "away"]


class Presence(Wire, frozen=True, kw_only=True):
    """Who has the file open now."""

    present: list[Present]
