"""What crosses the wire about the history of files and who is in them."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire

Seq = Annotated[int, msgspec.Meta(ge=0)]
VersionName = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Writer(Wire, frozen=True, kw_only=True):
    """Who made `count` changes: a member, a kernel on `behalf` of one, somebody outside the workspace."""

    author: str
    author_kind: str
    behalf: str
    count: int


class HistoryEntry(Wire, frozen=True, kw_only=True):
    """Changes in a row: the file at `seq` is what they led to.

    `kind` is `import` (the first content), `edit`, `outside` (the file was written on disk) or
    `restore` (`restored` says which number was written again). `version` and `name` are set when
    somebody (`named_by`) has named exactly this state. `count` is how many changes of the log the
    entry stands for, `people` who made them, who made the most first; `author` is the first of them.
    `exact` is false where old history was merged and this state is no longer known.
    """

    seq: int
    first_seq: int
    author: str
    author_kind: str
    behalf: str
    people: list[Writer]
    since: int
    until: int
    count: int
    kind: str
    exact: bool = True
    restored: int | None = None
    version: str | None = None
    name: str | None = None
    named_by: str | None = None


class History(Wire, frozen=True, kw_only=True):
    """Newest first. `before` goes into the next question for what is older; None at the end."""

    head: int
    epoch: int
    entries: list[HistoryEntry]
    before: int | None = None


class HistoryQuery(Wire, frozen=True, kw_only=True):
    """At most `limit` entries of numbers above `after` and below `before` (0: no bound).

    `grain` says what an entry is: a `session` of work (several people, until nobody wrote for five
    minutes), a `step` (one minute of it), or what one `author` did in a row. `named`: only named
    versions, each as an entry.
    """

    before: Seq = 0
    after: Seq = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
    grain: Literal["session", "step", "author"] = "session"
    named: bool = False


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


class VersionPatch(Wire, frozen=True, kw_only=True):
    """Another name for a named version."""

    name: VersionName


class RestoreBody(Wire, frozen=True, kw_only=True):
    """Which state to write again; only one of its cells when `cell` (an id) is given."""

    seq: int
    cell: str | None = None


class ContentQuery(Wire, frozen=True, kw_only=True):
    """Of a notebook only this cell (an id)."""

    cell: str | None = None


class VersionCell(Wire, frozen=True, kw_only=True):
    """A cell of an earlier state, without its outputs."""

    id: str
    cell_type: str
    source: str


class VersionContent(Wire, frozen=True, kw_only=True):
    """What a file held at `seq`: `cells` of a notebook, `text` of anything else."""

    seq: int
    type: str
    text: str | None = None
    cells: list[VersionCell] | None = None


class Restored(Wire, frozen=True, kw_only=True):
    """The number of the change that brought the old state back; what came between stays in the history."""

    seq: int


class ComparisonQuery(Wire, frozen=True, kw_only=True):
    """What became of the state at `base` (0: of nothing) at `seq` (0: now).

    `whole` also brings what is the same, `counts` only how many things changed. `credits` names the author
    of each part, which takes longer where several people wrote.
    """

    base: Seq = 0
    seq: Seq = 0
    whole: bool = False
    counts: bool = False
    credits: bool = False


class DiffPart(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """A run of text that is the `same`, `added` or `removed`, and by whom if that is known."""

    op: str
    text: str
    author: str | None = None


class DiffLine(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """A line: `same`, `added`, `removed`, `changed`; or `count` equal ones that are `skipped`. Numbers from 1."""

    op: str
    old: int | None = None
    new: int | None = None
    parts: list[DiffPart] = msgspec.field(default_factory=list)
    count: int = 0


class DiffOutput(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """What a cell put out, in a few words. `cut`: there is more of it."""

    kind: str
    text: str
    size: int
    cut: bool = False


class DiffCell(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """A cell: `same`, `added`, `removed`, `changed`; or `count` equal ones that are `skipped`. Places from 1.

    `outputs_before` and `outputs_after` are there when the outputs differ; `details` says that its
    kind, tags or other metadata do.
    """

    op: str
    id: str = ""
    cell_type: str = ""
    old: int | None = None
    new: int | None = None
    moved: bool = False
    details: bool = False
    outputs: bool = False
    lines: list[DiffLine] = msgspec.field(default_factory=list)
    outputs_before: list[DiffOutput] = msgspec.field(default_factory=list)
    outputs_after: list[DiffOutput] = msgspec.field(default_factory=list)
    count: int = 0


class DiffCounts(Wire, frozen=True, kw_only=True):
    """How many cells of a notebook, or lines of a text, came, went, changed, moved."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0


class Comparison(Wire, frozen=True, kw_only=True):
    """What became of one state in a later one: `cells` of a notebook, `lines` of anything else.

    `people` wrote in between; with one of them all is by that one. `cut`: there is too much to be
    shown whole. `details`: metadata of the notebook itself differ.
    """

    base: int
    seq: int
    head: int
    type: str
    people: list[Writer]
    counts: DiffCounts
    lines: list[DiffLine] | None = None
    cells: list[DiffCell] | None = None
    details: bool = False
    cut: bool = False
    credited: bool = False


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
