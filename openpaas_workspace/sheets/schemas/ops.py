"""Changes that members make."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire

from .cells import ColumnId, Count, Input, Range, RowId, TabId, Text


class AddTab(Wire, frozen=True, kw_only=True, tag_field="kind", tag="add_tab"):
    """A new tab at `position` (the end without it); `id` is the caller's choice and must be new."""

    id: TabId
    name: Text
    position: int | None = None


class RemoveTab(Wire, frozen=True, kw_only=True, tag_field="kind", tag="remove_tab"):
    """A tab goes, with all that is in it."""

    tab: TabId


class RenameTab(Wire, frozen=True, kw_only=True, tag_field="kind", tag="rename_tab"):
    """A tab's name; formulas follow."""

    tab: TabId
    name: Text


class MoveTab(Wire, frozen=True, kw_only=True, tag_field="kind", tag="move_tab"):
    """A tab's place among the tabs, from 0."""

    tab: TabId
    position: int


NumberFormat = Annotated[str, msgspec.Meta(max_length=200)]


class SetCells(Wire, frozen=True, kw_only=True, tag_field="kind", tag="set_cells"):
    """Cells one by one: row, column, input. At most 10,000.

    `numbers` are number formats, each with places in `cells`: a cell that has none gets it, with its value.
    """

    tab: TabId
    cells: list[tuple[RowId, ColumnId, Input]]
    numbers: list[tuple[NumberFormat, list[int]]] = msgspec.field(default_factory=list)


class SetBlock(Wire, frozen=True, kw_only=True, tag_field="kind", tag="set_block"):
    """A rectangle from `row`, `column` right and down: Arrow IPC stream bytes; nulls empty their cells.

    A column of `struct<t: uint8, n: float64, s: string>` is mixed (`engine/arrow.py`). With `parse` texts are
    read as if typed in canonical English: `=A1`, `12.5`, `TRUE`, `2026-05-01`; a leading `'` keeps a text.
    """

    tab: TabId
    row: RowId
    column: ColumnId
    data: bytes
    parse: bool = False


class Clear(Wire, frozen=True, kw_only=True, tag_field="kind", tag="clear"):
    """A range loses its content; formats stay."""

    tab: TabId
    range: Range


class InsertRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="insert_rows"):
    """New rows before one; the server gives their ids."""

    tab: TabId
    before: RowId
    count: Count


class DeleteRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="delete_rows"):
    """Rows from `first` to `last` go: those between them at `base_seq`. The server fills in `runs`."""

    tab: TabId
    first: RowId
    last: RowId
    runs: list[tuple[int, int]] = msgspec.field(default_factory=list)


class MoveRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="move_rows"):
    """Rows from `first` to `last` are put before another."""

    tab: TabId
    first: RowId
    last: RowId
    before: RowId


class InsertColumns(Wire, frozen=True, kw_only=True, tag_field="kind", tag="insert_columns"):
    """New columns before one; the server gives their ids."""

    tab: TabId
    before: ColumnId
    count: Annotated[int, msgspec.Meta(ge=1, le=16_384)]


class DeleteColumns(Wire, frozen=True, kw_only=True, tag_field="kind", tag="delete_columns"):
    """Columns from `first` to `last` go: those between them at `base_seq`. The server fills in `runs`."""

    tab: TabId
    first: ColumnId
    last: ColumnId
    runs: list[tuple[int, int]] = msgspec.field(default_factory=list)


class MoveColumns(Wire, frozen=True, kw_only=True, tag_field="kind", tag="move_columns"):
    """Columns from `first` to `last` are put before another."""

    tab: TabId
    first: ColumnId
    last: ColumnId
    before: ColumnId


class RenameColumn(Wire, frozen=True, kw_only=True, tag_field="kind", tag="rename_column"):
    """A column's name in the header."""

    tab: TabId
    column: ColumnId
    name: Text


class SetColumnType(Wire, frozen=True, kw_only=True, tag_field="kind", tag="set_column_type"):
    """The type of a column by pandas' name (`int64`, `string`, `datetime64[us]`), `""` for what its cells say."""

    tab: TabId
    column: ColumnId
    dtype: Annotated[str, msgspec.Meta(max_length=100)]


class FillFormula(Wire, frozen=True, kw_only=True, tag_field="kind", tag="fill_formula"):
    """A formula in a column from row `first` to row `last`; `text` is how it reads in `first`."""

    tab: TabId
    column: ColumnId
    first: RowId
    last: RowId
    text: Text


class ReplaceTable(Wire, frozen=True, kw_only=True, tag_field="kind", tag="replace_table"):
    """All of a tab becomes this table (Arrow IPC stream), whose column names make its header.

    Rows keep their ids by position, columns by name.
    """

    tab: TabId
    data: bytes


class UpsertRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="upsert_rows"):
    """Rows of a table (Arrow IPC stream) are merged by the column `key`; rows with new keys are appended."""

    tab: TabId
    key: Text
    data: bytes


class Style(Wire, frozen=True, kw_only=True, omit_defaults=True):
    """How cells look; what is None stays as it was, `""` or False takes it away."""

    number: NumberFormat | None = None
    bold: bool | None = None
    italic: bool | None = None
    underline: bool | None = None
    strike: bool | None = None
    color: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    background: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    align: Literal["", "left", "center", "right"] | None = None
    wrap: bool | None = None


class Format(Wire, frozen=True, kw_only=True, tag_field="kind", tag="format"):
    """How a range looks. Without `range`: the columns `columns`, rows that come later included."""

    tab: TabId
    style: Style
    range: Range | None = None
    columns: list[ColumnId] = msgspec.field(default_factory=list)


class ColumnWidth(Wire, frozen=True, kw_only=True, tag_field="kind", tag="column_width"):
    """Width in pixels; 0 is the standard one."""

    tab: TabId
    column: ColumnId
    width: Annotated[int, msgspec.Meta(ge=0, le=2000)]


class Freeze(Wire, frozen=True, kw_only=True, tag_field="kind", tag="freeze"):
    """How many rows and columns stay in sight."""

    tab: TabId
    rows: Annotated[int, msgspec.Meta(ge=0, le=100)]
    columns: Annotated[int, msgspec.Meta(ge=0, le=100)]


class SortKey(Wire, frozen=True, kw_only=True):
    """One column to sort by; empty cells come last in both directions."""

    column: ColumnId
    descending: bool = False


Collation = Literal["code", "dictionary"]


class SortRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="sort_rows"):
    """Rows are put in order for everybody: between `first` and `last` if given, else all below the first `headings`.

    Without a number the server finds out how many rows are headings. Texts come as in a dictionary (`É` with `E`); logs
    of before say nothing and mean the order of their codes.
    """

    tab: TabId
    keys: list[SortKey]
    first: RowId | None = None
    last: RowId | None = None
    headings: Annotated[int, msgspec.Meta(ge=0, le=1000)] | None = None
    collation: Collation = "code"


class Condition(Wire, frozen=True, kw_only=True):
    """What a row must hold to be seen. `in` takes a list, `between` two values, `empty` and `filled` none."""

    column: ColumnId
    test: Literal["=", "<>", "<", "<=", ">", ">=", "contains", "begins", "in", "between", "empty", "filled"]
    values: list[bool | float | str | None] = msgspec.field(default_factory=list)


class View(Wire, frozen=True, kw_only=True):
    """Rows seen in an order of their own, without changing the sheet."""

    sort: list[SortKey] = msgspec.field(default_factory=list)
    filter: list[Condition] = msgspec.field(default_factory=list)


class SetView(Wire, frozen=True, kw_only=True, tag_field="kind", tag="set_view"):
    """The view that all share, or with `mine` the author's own; without `view` it goes."""

    tab: TabId
    mine: bool = False
    view: View | None = None


class DefineName(Wire, frozen=True, kw_only=True, tag_field="kind", tag="define_name"):
    """A name for a formula or range (canonical text, absolute); an empty text takes it away."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    text: Text


class Protect(Wire, frozen=True, kw_only=True, tag_field="kind", tag="protect"):
    """Only `members` (and who manages the workbook) may write in a tab, its columns or a range; None lifts it.

    `by` is who made it: they may change or lift it too. The server fills it in.
    """

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    tab: TabId
    members: list[Text] | None
    columns: list[ColumnId] = msgspec.field(default_factory=list)
    range: Range | None = None
    by: Text = ""


MemberOp = (
    AddTab | RemoveTab | RenameTab | MoveTab | SetCells | SetBlock | Clear | InsertRows | DeleteRows | MoveRows
    | InsertColumns | DeleteColumns | MoveColumns | RenameColumn | SetColumnType | FillFormula | ReplaceTable
    | UpsertRows | Format | ColumnWidth | Freeze | SortRows | SetView | DefineName | Protect
)  # fmt: skip
