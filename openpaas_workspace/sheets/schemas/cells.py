"""What cells hold, and how they are named."""

from typing import Annotated

import msgspec

from openpaas_workspace.kit.schema import Wire

HEADER = -1

ViewName = Annotated[str, msgspec.Meta(max_length=4000)]
"""`shared`, `mine`, a view written out as JSON, or nothing for the rows as they stand."""
TabId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
RowId = Annotated[int, msgspec.Meta(ge=HEADER, lt=2**53)]
ColumnId = Annotated[int, msgspec.Meta(ge=0, lt=2**40)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_048_576)]
Text = Annotated[str, msgspec.Meta(max_length=40_000)]


class Formula(Wire, frozen=True, kw_only=True, tag_field="t", tag="f"):
    """A formula: canonical English A1 text with its `=`, as seen at `base_seq`."""

    v: Text


class Moment(Wire, frozen=True, kw_only=True, tag_field="t", tag="d"):
    """A date (`2026-05-01`) or a date and time without a zone (`2026-05-01T12:30:00`)."""

    v: Annotated[str, msgspec.Meta(max_length=40)]


class Failure(Wire, frozen=True, kw_only=True, tag_field="t", tag="e"):
    """An error put in as a value: `#N/A`."""

    v: Annotated[str, msgspec.Meta(max_length=20)]


Input = bool | int | float | str | Formula | Moment | Failure | None


class Range(Wire, frozen=True, kw_only=True):
    """Rows from `top` to `bottom` and columns from `left` to `right`, all ids, all included."""

    top: RowId
    left: ColumnId
    bottom: RowId
    right: ColumnId
