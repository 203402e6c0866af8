"""What pages and scripts say about a sheet as a whole."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire
from openpaas_workspace.sheets.schemas.cells import ColumnId, Input, RowId, TabId, ViewName
from openpaas_workspace.sheets.schemas.ops import MemberOp, View
from openpaas_workspace.sheets.schemas.wire import Changed, Lost

ClientId = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^[\w-]+$")]
Number = Annotated[int, msgspec.Meta(ge=0, lt=2**40)]
Position = Annotated[int, msgspec.Meta(ge=0, lt=2**40)]
LevelWord = Literal["reader", "commenter", "editor", "manager"]


class TabInfo(Wire, frozen=True, kw_only=True):
    """A tab: `height` counts rows of the grid with the header's, `width` columns, of what exists.

    `shared` is the filter and the order in which all see it.
    """

    id: str
    name: str
    header: bool
    height: int
    width: int
    frozen: tuple[int, int]
    shared: View | None = None


class ProtectionInfo(Wire, frozen=True, kw_only=True):
    """Where only `members` (and managers) may write, made by `by`: the tab, positions of columns, or a range.

    `range` is top, left, bottom and right in the grid, the last two excluded.
    """

    id: str
    tab: str
    by: str
    members: list[str]
    columns: list[int]
    range: tuple[int, int, int, int] | None


class SheetInfo(Wire, frozen=True, kw_only=True):
    """A sheet: its tabs in order, its names with what they stand for, what is protected, and what who asks may do."""

    id: str
    path: str
    seq: int
    level: LevelWord
    tabs: list[TabInfo]
    names: dict[str, str]
    protections: list[ProtectionInfo]


class NewSheet(Wire, frozen=True, kw_only=True):
    """Where to make an empty sheet: `Space/…/Name.sheet`."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class ImportSheet(Wire, frozen=True, kw_only=True):
    """A file of the workspace (csv, tsv, jsonl, parquet, arrow, xlsx, ods) and where its sheet goes: beside it, under a free name, without `to`."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    to: Annotated[str, msgspec.Meta(max_length=4096)] = ""


class ExportQuery(Wire, frozen=True, kw_only=True):
    """As what a sheet is saved; `tab` (its first without) for the formats of one table, `locale` for CSV and TSV."""

    format: Literal["csv", "tsv", "jsonl", "parquet", "arrow", "xlsx", "ods"]
    tab: Annotated[str, msgspec.Meta(max_length=64)] = ""
    locale: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Typed(Wire, frozen=True, kw_only=True):
    """Cells as somebody typed them in the language `locale`: `=SOMME(A1;2)`, `3,5`, `12/05/2026`."""

    tab: TabId
    cells: Annotated[
        list[tuple[RowId, ColumnId, Annotated[str, msgspec.Meta(max_length=40_000)]]],
        msgspec.Meta(max_length=10_000),
    ]
    locale: Annotated[str, msgspec.Meta(max_length=20)] = "en"


class Submission(Wire, frozen=True, kw_only=True):
    """A client's `n`-th change, made upon what it knew at `base_seq`: an op, or cells as typed. Sent again it does nothing more."""

    client: ClientId
    n: Number
    base_seq: Number
    op: MemberOp | None = None
    typed: Typed | None = None


class Step(Wire, frozen=True, kw_only=True):
    """A client's `n`-th change: its undo or redo."""

    client: ClientId
    n: Number


class Outcome(Wire, frozen=True, kw_only=True):
    """What a change did; it is durable. `lost`: newer values of others that it overwrote."""

    seq: int
    changed: list[Changed] = msgspec.field(default_factory=list)
    lost: list[Lost] = msgspec.field(default_factory=list)
    undoable: bool = True
    skipped: int = 0


class WindowQuery(Wire, frozen=True, kw_only=True):
    """Rows `top … bottom-1` of the grid and column positions `left … right-1`; of a view if named (`shared`, or a member's)."""

    tab: TabId
    top: Position = 0
    bottom: Position = 100
    left: Position = 0
    right: Position = 20
    view: ViewName = ""
    inputs: bool = False


class CellQuery(Wire, frozen=True, kw_only=True):
    """A cell by its place in the grid, from 0."""

    tab: TabId
    row: Position
    column: Position
    locale: str = "en"
    view: ViewName = ""


class CellInfo(Wire, frozen=True, kw_only=True):
    """A cell: ids of its row and column, what was put in, what it shows, and the input as `locale` writes it."""

    row: int
    column: int
    input: Input
    local: str
    value: Input


class FindQuery(Wire, frozen=True, kw_only=True):
    """What to look for in a tab; in a view if named (`shared`, `mine`), whose places are told then.

    Numbers and dates may be written as in the language of `locale`.
    """

    tab: TabId
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    view: ViewName = ""
    locale: Annotated[str, msgspec.Meta(max_length=20)] = ""


class TableQuery(Wire, frozen=True, kw_only=True):
    """Which columns (names as a line of CSV; all without it); `mixed` keeps texts in number columns."""

    columns: str = ""
    mixed: bool = False


class Record(Wire, frozen=True, kw_only=True):
    """What the log holds of an op: who sent it as which, upon what, and what makes it come out the same again."""

    client: str
    n: int
    base_seq: int
    now: float
    seed: int
    op: msgspec.Raw


class Run(Wire, frozen=True, kw_only=True):
    """Ops that are calculated together, in the order in which they apply: member, client, op. The clock and seed of the last."""

    now: float
    seed: int
    ops: list[tuple[str, str, msgspec.Raw]]


class Merged(Wire, frozen=True, kw_only=True):
    """What the log holds of many changes, from the row before on: runs (msgpack in zlib), or the `.sheet` file after them.

    `known` names the latest of those changes, so that none is done twice: member, client, number, seq.
    """

    known: list[tuple[str, str, int, int]] = msgspec.field(default_factory=list)
    runs: bytes = b""
    whole: bytes = b""


class WriteQuery(Wire, frozen=True, kw_only=True):
    """How a table is written: by whom as which change, upon what; `key` names the column by which rows are merged."""

    client: Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[\w-]*$")] = ""
    n: Number = 0
    base_seq: Number = 2**39
    key: str = ""


class BlockQuery(WriteQuery, frozen=True, kw_only=True):
    """Where a rectangle begins (ids), and whether texts are read as if typed."""

    row: RowId = 0
    column: ColumnId = 0
    parse: bool = False
