"""The frames that a page sends over the socket of a sheet: JSON text, told apart by `type`."""

from typing import Annotated

import msgspec

from openpaas_workspace.kit.schema import Wire
from openpaas_workspace.sheets.schemas.calls import ClientId, Number, Position, Typed
from openpaas_workspace.sheets.schemas.cells import TabId, ViewName
from openpaas_workspace.sheets.schemas.ops import MemberOp


class Hello(Wire, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """The first: this window's own name, the same after a cut, and the language that is typed."""

    client: ClientId
    locale: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Submit(Wire, frozen=True, kw_only=True, tag_field="type", tag="submit"):
    """The window's `n`-th change: an op, or cells as typed."""

    n: Number
    base_seq: Number
    op: MemberOp | None = None
    typed: Typed | None = None


class Undo(Wire, frozen=True, kw_only=True, tag_field="type", tag="undo"):
    """Take back my last change."""

    n: Number


class Redo(Wire, frozen=True, kw_only=True, tag_field="type", tag="redo"):
    """Take back my last undo."""

    n: Number


class _OfView(Wire, frozen=True, kw_only=True):
    """A question about a tab as a view shows it; the answer bears its `id`."""

    id: int
    tab: TabId
    view: ViewName = ""


class AskWindow(_OfView, frozen=True, kw_only=True, tag_field="type", tag="window"):
    """Some rows and columns of a tab."""

    top: Position
    bottom: Position
    left: Position = 0
    right: Position = 20
    inputs: bool = False


class AskCell(_OfView, frozen=True, kw_only=True, tag_field="type", tag="cell"):
    """What a cell holds, as this window's language writes it."""

    row: Position
    column: Position


class AskPlaces(_OfView, frozen=True, kw_only=True, tag_field="type", tag="places"):
    """Where a view shows the rows `top … bottom` of the sheet."""

    top: Position
    bottom: Position


class AskViews(Wire, frozen=True, kw_only=True, tag_field="type", tag="views"):
    """In what order and with which filters I see the tabs."""

    id: int


class Cursor(Wire, frozen=True, kw_only=True, tag_field="type", tag="cursor"):
    """Where the window's own cursor is, the other end of what is selected, and whether it types."""

    tab: TabId
    row: Position
    column: Position
    to: tuple[Position, Position] | None = None
    editing: bool = False


Inbound = Hello | Submit | Undo | Redo | AskWindow | AskCell | AskPlaces | AskViews | Cursor
