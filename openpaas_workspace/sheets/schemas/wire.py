"""How changes travel: as sent, as logged and told to everybody."""

from typing import Annotated

import msgspec

from openpaas_workspace.kit.schema import Wire

from .cells import Input
from .ops import MemberOp, Style
from .restoring import Redo, Undo

Op = MemberOp | Undo | Redo


class Submitted(Wire, frozen=True, kw_only=True):
    """A change as a client sends it: its `n`-th, made upon what it knew at `base_seq`."""

    client: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    n: Annotated[int, msgspec.Meta(ge=0)]
    base_seq: Annotated[int, msgspec.Meta(ge=0)]
    op: MemberOp


class Changed(Wire, frozen=True, kw_only=True):
    """What changed in a tab: `cells` are column id, first grid row, row after the last; with `structure` all may."""

    tab: str
    structure: bool = False
    cells: list[tuple[int, int, int]] = msgspec.field(default_factory=list)


class Lost(Wire, frozen=True, kw_only=True):
    """A newer change of `author`'s that the op overwrote; `input` puts it back."""

    tab: str
    row: int
    column: int
    author: str
    input: Input


class Applied(Wire, frozen=True, kw_only=True):
    """A change as the log has it and everybody hears it; `at` in milliseconds, `seed` for RAND and its kin."""

    seq: int
    author: str
    client: str
    n: int
    at: int
    seed: int
    op: Op
    changed: list[Changed] = msgspec.field(default_factory=list)


class WindowColumn(Wire, frozen=True, kw_only=True):
    """A column of a window. `values` hold errors as `{"t": "e"}`, dates as numbers; `number` is the type's format."""

    id: int
    name: str
    dtype: str
    width: int
    values: list[Input]
    number: str | None = None
    inputs: list[Input] | None = None


class Window(Wire, frozen=True, kw_only=True):
    """Rows `top …` of the grid with their ids (-1: the header), column positions `left …`.

    `height` and `width` count what exists, as of the view, `total` the rows without it; below and to the right of it ids go on from `next_row` and
    `next_column`. `headings` first rows are in every view. `numbers` are the rows of the sheet that are shown, as formulas name them (from 0), where they are not `top …`. `looks` are style, index of the column, indices of rows.
    """

    seq: int
    tab: str
    top: int
    left: int
    height: int
    total: int
    width: int
    next_row: int
    next_column: int
    rows: list[int]
    columns: list[WindowColumn]
    numbers: list[int] | None = None
    headings: int = 0
    styles: list[Style] = msgspec.field(default_factory=list)
    looks: list[tuple[int, int, list[int]]] = msgspec.field(default_factory=list)
