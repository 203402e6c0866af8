"""Formulas of files from before arrays spilled: where those took one cell of several, `@` says so, as Excel 365 shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ..functions import catalogue
from ..functions.registry import TABLE
from .tree import Area, Call, Chain, Group, Invoke, Literal, Missing, Name, Node, Percent, Prefix

catalogue.load()

Many: TypeAlias = Callable[[Name], bool]

# What each argument takes: V one value, R a reference as it is; the part in parentheses repeats.
_CLASSES = {
    "VLOOKUP": "VRV(V)", "HLOOKUP": "VRV(V)", "LOOKUP": "V(R)", "MATCH": "VRV", "XLOOKUP": "V(R)", "XMATCH": "VR(V)",
    "INDEX": "R(V)", "OFFSET": "R(V)", "ROW": "R", "COLUMN": "R", "N": "R", "T": "R",
    "SUMIF": "RVR", "AVERAGEIF": "RVR", "COUNTIF": "RV", "COUNTIFS": "(RV)", "SUMIFS": "R(RV)", "AVERAGEIFS": "R(RV)",
    "MAXIFS": "R(RV)", "MINIFS": "R(RV)", "RANK": "VRV", "RANK.EQ": "VRV", "LARGE": "RV", "SMALL": "RV",
    "PERCENTILE": "RV", "PERCENTILE.INC": "RV", "QUARTILE": "RV", "QUARTILE.INC": "RV", "SUBTOTAL": "V(R)",
    "NPV": "V(R)", "IRR": "RV", "NETWORKDAYS": "VVR", "WORKDAY": "VVR", "TEXTJOIN": "VV(R)",
}  # fmt: skip
# Their arguments are arrays, whatever stands in them.
_OF_ARRAYS = frozenset(
    ["SUMPRODUCT", "MMULT", "TRANSPOSE", "MINVERSE", "MDETERM", "FREQUENCY", "LET", "LAMBDA", "REDUCE"]
)
# A range that they choose is a range for what is around them.
_HANDED_ON = frozenset(["IF", "CHOOSE"])
_MANY_ANSWERS = frozenset(
    ["TRANSPOSE", "MMULT", "MINVERSE", "FREQUENCY", "OFFSET", "INDIRECT", "LINEST", "TREND"]
)


def intersecting(node: Node, many: Many) -> Node:
    """The formula of such a file as it is written where arrays spill; `many` tells names of several cells."""
    return _value(node, many)


def without_marks(node: Node) -> Node:
    """The formula without `@`."""
    if isinstance(node, Prefix) and node.operator == "@":
        return without_marks(node.operand)
    return _rebuilt(node, without_marks)


def _value(node: Node, many: Many) -> Node:
    """In a place for one value."""
    if isinstance(node, Area):
        single = node.top == node.bottom and node.left == node.right
        return node if single else Prefix("@", node)
    if isinstance(node, Name):
        return Prefix("@", node) if many(node) else node
    if isinstance(node, Chain) and node.rest[0][0] in ": ,":
        return Prefix("@", node)
    if isinstance(node, Call):
        made = _called(node, many)
        return Prefix("@", made) if _gives_many(node) else made
    if isinstance(node, Prefix) and node.operator == "@":
        return node
    return _rebuilt(node, lambda item: _value(item, many))


def _as_it_is(node: Node, many: Many) -> Node:
    """In a place for a reference or array: only what is calculated within takes one value."""
    if isinstance(node, Chain) and node.rest[0][0] in ": ,":
        return node
    if isinstance(node, Call):
        return _called(node, many, "V(R)" if node.name in _HANDED_ON else "")
    if isinstance(node, Group):
        return Group(_as_it_is(node.inner, many))
    return _value(node, many) if isinstance(node, Chain | Prefix | Percent) else node


def _called(node: Call, many: Many, classes: str = "") -> Node:
    function = TABLE.get(node.name)
    if node.name in _OF_ARRAYS or (function is not None and function.arrays == "always"):
        return node
    default = "(V)" if function is not None and function.arrays == "inputs" else "(R)"
    kinds = _spelled(classes or _CLASSES.get(node.name, default), len(node.arguments))
    return Call(
        node.name,
        tuple(
            _value(item, many) if kind == "V" else _as_it_is(item, many)
            for item, kind in zip(node.arguments, kinds, strict=True)
        ),
    )


def _spelled(classes: str, count: int) -> str:
    first, _, again = classes.rstrip(")").partition("(")
    again = again or "R"
    return (first + again * count)[:count]


def _gives_many(node: Call) -> bool:
    function = TABLE.get(node.name)
    if node.name in {"ROW", "COLUMN"}:
        return any(isinstance(item, Area) for item in node.arguments)
    if node.name == "INDEX":
        return any(isinstance(item, Missing) or item == Literal(0.0) for item in node.arguments[1:])
    return node.name in _MANY_ANSWERS or (function is not None and function.arrays == "always")


def _rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with its parts changed."""
    if isinstance(node, Chain):
        return Chain(change(node.first), tuple((sign, change(operand)) for sign, operand in node.rest))
    if isinstance(node, Prefix):
        return Prefix(node.operator, change(node.operand))
    if isinstance(node, Percent):
        return Percent(change(node.operand))
    if isinstance(node, Group):
        return Group(change(node.inner))
    if isinstance(node, Call):
        return Call(node.name, tuple(change(item) for item in node.arguments))
    if isinstance(node, Invoke):
        return Invoke(change(node.callee), tuple(change(item) for item in node.arguments))
    return node


def from_single(node: Node) -> Node:
    """`@` as files of Excel have it where arrays spill: a function SINGLE."""
    if isinstance(node, Call) and node.name == "SINGLE" and len(node.arguments) == 1:
        return Prefix("@", from_single(node.arguments[0]))
    return _rebuilt(node, from_single)


def to_single(node: Node) -> Node:
    """The way back of `from_single`."""
    if isinstance(node, Prefix) and node.operator == "@":
        return Call("SINGLE", (to_single(node.operand),))
    return _rebuilt(node, to_single)
