"""Changes that the server makes, to take others back."""

from typing import Any

from openpaas_workspace.kit.schema import Wire

from .cells import ColumnId, RowId, TabId
from .ops import (
    AddTab,
    DefineName,
    DeleteColumns,
    DeleteRows,
    MoveColumns,
    MoveRows,
    MoveTab,
    NumberFormat,
    Protect,
    RemoveTab,
    RenameTab,
)


class PutBlock(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_block"):
    """Made by the server: content put back. `data` is `engine/raw.py`'s."""

    tab: TabId
    column: ColumnId
    rows: list[tuple[int, int]]
    data: bytes


class PutFormula(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_formula"):
    """Made by the server: a formula put back in rows of a column; `text` is how it reads in a cell at `at`.

    `at` is a row and a column of the grid, by position; the formula need not be in that cell.
    """

    tab: TabId
    column: ColumnId
    rows: list[tuple[int, int]]
    at: tuple[int, int]
    text: str


class PutRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_rows"):
    """Made by the server: deleted rows come back with their ids, before a row that is left."""

    tab: TabId
    before: RowId
    runs: list[tuple[int, int]]


class PutColumns(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_columns"):
    """Made by the server: deleted columns come back with their ids, names and types."""

    tab: TabId
    before: ColumnId
    columns: list[dict[str, Any]]


class Trim(Wire, frozen=True, kw_only=True, tag_field="kind", tag="trim"):
    """Made by the server: the last `rows` and `columns` of a tab, if they are empty, are not there any more."""

    tab: TabId
    rows: int = 0
    columns: int = 0


class Grow(Wire, frozen=True, kw_only=True, tag_field="kind", tag="grow"):
    """Made by the server: the tab has `rows` and `columns` more at its end."""

    tab: TabId
    rows: int = 0
    columns: int = 0


class OrderRows(Wire, frozen=True, kw_only=True, tag_field="kind", tag="order_rows"):
    """Made by the server: rows in an order they had; `data` is an int64 array of ids, in zlib."""

    tab: TabId
    data: bytes


class PutTab(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_tab"):
    """Made by the server: a removed tab comes back; `data` is a container of this tab alone."""

    position: int
    data: bytes


class PutColumn(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_column"):
    """Made by the server: a column's name and type as they were."""

    tab: TabId
    column: dict[str, Any]


class PutState(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_state"):
    """Made by the server: formats, widths, frozen panes, views or the header of a tab as they were."""

    tab: TabId
    what: str
    value: Any


class PutNumber(Wire, frozen=True, kw_only=True, tag_field="kind", tag="put_number"):
    """Made by the server: cells of a column whose number format is `was` get `number`; `""` stands for none."""

    tab: TabId
    column: ColumnId
    rows: list[tuple[int, int]]
    was: NumberFormat
    number: NumberFormat


Part = (
    PutBlock | PutFormula | PutNumber | PutRows | PutColumns | PutColumn | OrderRows | PutTab | PutState | Trim | Grow
    | AddTab | RemoveTab | RenameTab | MoveTab | DeleteRows | DeleteColumns | MoveRows | MoveColumns | DefineName
    | Protect
)  # fmt: skip


class Undo(Wire, frozen=True, kw_only=True, tag_field="kind", tag="undo"):
    """Made by the server from what it keeps of the change `of`; `skipped` cells were changed by others since."""

    of: int
    parts: list[Part]
    skipped: int = 0


class Redo(Wire, frozen=True, kw_only=True, tag_field="kind", tag="redo"):
    """Made by the server: takes back the undo `of`."""

    of: int
    parts: list[Part]
    skipped: int = 0
