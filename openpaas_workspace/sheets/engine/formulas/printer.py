"""Writes formulas as canonical text."""

from __future__ import annotations

from ..values import Error, Scalar
from .notation import cell_name, column_name, tab_prefix
from .parser import POWERS, PREFIX_POWER
from .structured import structured_text
from .tree import (
    Area,
    Array,
    Call,
    Chain,
    Group,
    Invoke,
    Literal,
    Name,
    Node,
    Percent,
    Prefix,
    Reference,
    Spill,
    Structured,
    sorted_area,
)


def unparse(node: Node) -> str:
    """The canonical text of a tree, with its `=`."""
    return "=" + _text(node)


def scalar_text(value: Scalar) -> str:
    """A constant as a formula writes it."""
    if isinstance(value, str):
        quoted = value.replace('"', '""')
        return f'"{quoted}"'
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Error):
        return value.text
    return "" if value is None else number_text(value)


def number_text(value: float) -> str:
    """The shortest digits that read back as the same number."""
    text = repr(float(value)).upper().removesuffix(".0")
    return text.replace("E+0", "E+").replace("E-0", "E-")


def _text(node: Node) -> str:
    if isinstance(node, Literal):
        return scalar_text(node.value)
    if isinstance(node, Chain):
        return _chain(node)
    if isinstance(node, Call):
        return f"{node.name}({_list(node.arguments)})"
    if isinstance(node, Prefix):
        return node.operator + _operand(node.operand, POWERS[" "] if node.operator == "@" else PREFIX_POWER)
    if isinstance(node, Percent):
        return _operand(node.operand, PREFIX_POWER + 1) + "%"
    if isinstance(node, Group):
        return f"({_text(node.inner)})"
    if isinstance(node, Invoke):
        return f"{_text(node.callee)}({_list(node.arguments)})"
    if isinstance(node, Array):
        return "{" + ";".join(",".join(scalar_text(value) for value in row) for row in node.rows) + "}"
    return _reference(node)


def _reference(node: Node) -> str:
    if isinstance(node, Reference):
        return tab_prefix(node.tab) + _cell(node)
    if isinstance(node, Area):
        return tab_prefix(node.tab) + _area(sorted_area(node))
    if isinstance(node, Spill):
        return _reference(node.anchor) + "#"
    if isinstance(node, Structured):
        return structured_text(node)
    return tab_prefix(node.tab) + node.text if isinstance(node, Name) else ""


def _cell(node: Reference) -> str:
    return cell_name(node.row, node.column, node.row_absolute, node.column_absolute)


def _area(node: Area) -> str:
    if node.whole == "columns":
        left = "$" * node.left_absolute + column_name(node.left)
        return f"{left}:{'$' * node.right_absolute}{column_name(node.right)}"
    if node.whole == "rows":
        return f"{'$' * node.top_absolute}{node.top + 1}:{'$' * node.bottom_absolute}{node.bottom + 1}"
    first = cell_name(node.top, node.left, node.top_absolute, node.left_absolute)
    return f"{first}:{cell_name(node.bottom, node.right, node.bottom_absolute, node.right_absolute)}"


def _list(arguments: tuple[Node, ...]) -> str:
    return ",".join(_text(item) for item in arguments)


def _chain(node: Chain) -> str:
    power = _power(node)
    parts = [_operand(node.first, power)]
    for operator, operand in node.rest:
        parts.append(operator)
        parts.append(_operand(operand, power + 1))
    return "".join(parts)


def _operand(node: Node, least: int) -> str:
    text = _text(node)
    return text if _power(node) >= least else f"({text})"


def _power(node: Node) -> int:
    if isinstance(node, Chain):
        return POWERS["union" if node.rest[0][0] == "," else node.rest[0][0]]
    if isinstance(node, Prefix):
        return PREFIX_POWER
    if isinstance(node, Percent):
        return PREFIX_POWER + 4
    negative = isinstance(node, Literal) and isinstance(node.value, float) and str(node.value).startswith("-")
    return PREFIX_POWER if negative else 99
