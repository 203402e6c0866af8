"""The tree of a formula. Nodes never change; whatever moves references makes a new tree.

Positions count from 0 and are those of the cell where the formula was written. A chain of operators of one
precedence is one node, so that the tree's depth is bounded by the nesting a person wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..values import MAX_COLUMNS, MAX_ROWS, Error, Scalar


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, boolean or error written into the formula."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument left out: `IF(A1,,2)`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One cell; `tab` is None for the formula's own."""

    row: int
    column: int
    row_absolute: bool = False
    column_absolute: bool = False
    tab: str | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle, last row and column included. `whole` is `"columns"` for `A:B`, `"rows"` for `1:2`."""

    top: int
    left: int
    bottom: int
    right: int
    top_absolute: bool = False
    left_absolute: bool = False
    bottom_absolute: bool = False
    right_absolute: bool = False
    tab: str | None = None
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Structured:
    """Part of a table: `Sales[Qty]`, `[@Qty]`, `Sales[[#Headers],[Qty]:[Price]]`.

    `table` is `""` for the one around the cell; `items` are words such as `#Data`, `#This Row`.
    """

    table: str
    items: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name, or a variable of LET or LAMBDA; `tab` where it is written before it."""

    text: str
    tab: str | None = None


@dataclass(frozen=True, slots=True)
class Spill:
    """All that spills from a cell: `A1#`."""

    anchor: Reference


@dataclass(frozen=True, slots=True)
class Prefix:
    """`-`, `+` or `@` before an operand."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Percent:
    """`%` after an operand."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators of one precedence, calculated from left to right.

    The operators are `= <> < > <= >=`, `&`, `+ -`, `* /`, `^`, and those of references: `:`, `" "`, `,`.
    """

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses, kept as written."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Array:
    """An array constant: `{1,2;3,4}`."""

    rows: tuple[tuple[Scalar, ...], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its English name in upper case, without `_xlfn.`."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Invoke:
    """A function that is itself calculated: `LAMBDA(x,x+1)(2)`."""

    callee: Node
    arguments: tuple[Node, ...]


References: TypeAlias = Reference | Area | Structured | Name
Node: TypeAlias = (
    Literal
    | Missing
    | Reference
    | Area
    | Structured
    | Name
    | Spill
    | Prefix
    | Percent
    | Chain
    | Group
    | Array
    | Call
    | Invoke
)

GONE = Literal(Error.REF)


def map_references(node: Node, function: Callable[[References], Node]) -> Node:
    """The tree with each reference replaced by what `function` makes of it.

    It sees cells, areas, structured references and names (variables of LET too). Return the same object to keep
    one; return `GONE` for what is deleted.
    """
    if isinstance(node, Reference | Area | Structured | Name):
        return function(node)
    if isinstance(node, Spill):
        anchor = function(node.anchor)
        return Spill(anchor) if isinstance(anchor, Reference) else anchor
    if isinstance(node, Chain):
        return Chain(
            map_references(node.first, function),
            tuple((operator, map_references(operand, function)) for operator, operand in node.rest),
        )
    if isinstance(node, Call):
        return Call(node.name, tuple(map_references(item, function) for item in node.arguments))
    return _map_wrapped(node, function)


def _map_wrapped(node: Node, function: Callable[[References], Node]) -> Node:
    if isinstance(node, Prefix):
        return Prefix(node.operator, map_references(node.operand, function))
    if isinstance(node, Percent):
        return Percent(map_references(node.operand, function))
    if isinstance(node, Group):
        return Group(map_references(node.inner, function))
    if isinstance(node, Invoke):
        arguments = tuple(map_references(item, function) for item in node.arguments)
        return Invoke(map_references(node.callee, function), arguments)
    return node


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under one."""
    if isinstance(node, Chain):
        return (node.first, *(operand for _, operand in node.rest))
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Invoke):
        return (node.callee, *node.arguments)
    if isinstance(node, Prefix | Percent):
        return (node.operand,)
    if isinstance(node, Group):
        return (node.inner,)
    return (node.anchor,) if isinstance(node, Spill) else ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all under it."""
    yield node
    for child in children(node):
        yield from walk(child)


def references(node: Node) -> Iterator[References]:
    """All cells, areas, structured references and names in the tree, from left to right."""
    for item in walk(node):
        if isinstance(item, Reference | Area | Structured | Name):
            yield item


def relative(node: Node, row: int, column: int) -> Node:
    """The template of a formula at `(row, column)`: relative positions become distances from that cell.

    Two formulas are one template if these trees are equal. `relative(…, -row, -column)` is the way back.
    """
    return map_references(node, lambda item: _moved(item, -row, -column))


def shift(node: Node, rows: int, columns: int) -> Node:
    """The formula as it reads when filled `rows` down and `columns` right; what leaves the sheet is `#REF!`."""
    return map_references(node, lambda item: _inside(_moved(item, rows, columns)))


def _moved(item: References, rows: int, columns: int) -> References:
    if isinstance(item, Reference):
        return replace(
            item,
            row=item.row if item.row_absolute else item.row + rows,
            column=item.column if item.column_absolute else item.column + columns,
        )
    if not isinstance(item, Area):
        return item
    rows = 0 if item.whole == "columns" else rows
    columns = 0 if item.whole == "rows" else columns
    return replace(
        item,
        top=item.top if item.top_absolute else item.top + rows,
        bottom=item.bottom if item.bottom_absolute else item.bottom + rows,
        left=item.left if item.left_absolute else item.left + columns,
        right=item.right if item.right_absolute else item.right + columns,
    )


def _inside(item: References) -> Node:
    if isinstance(item, Reference):
        return item if 0 <= item.row < MAX_ROWS and 0 <= item.column < MAX_COLUMNS else GONE
    if not isinstance(item, Area):
        return item
    rows, columns = (item.top, item.bottom), (item.left, item.right)
    fits = min(rows) >= 0 and max(rows) < MAX_ROWS and min(columns) >= 0 and max(columns) < MAX_COLUMNS
    return sorted_area(item) if fits else GONE


def sorted_area(area: Area) -> Area:
    """The area with its corners in order: filling `A$5:A1` down turns it over."""
    if area.top > area.bottom:
        area = replace(
            area,
            top=area.bottom,
            bottom=area.top,
            top_absolute=area.bottom_absolute,
            bottom_absolute=area.top_absolute,
        )
    if area.left > area.right:
        area = replace(
            area,
            left=area.right,
            right=area.left,
            left_absolute=area.right_absolute,
            right_absolute=area.left_absolute,
        )
    return area
