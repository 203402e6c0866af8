"""What is wrong with a formula that can be read: told when a person types it, so that it is not stored."""

from __future__ import annotations

from ..functions.registry import TABLE
from .errors import FormulaError
from .tree import Call, Node, walk


def check(node: Node) -> None:
    """Raises FormulaError when a native function has too few or too many arguments."""
    for item in walk(node):
        if isinstance(item, Call) and item.name in TABLE:
            function, count = TABLE[item.name], len(item.arguments)
            if count < function.least or count > function.most:
                raise FormulaError(f"{item.name} takes {_range(function.least, function.most)}, not {count}.")


def _range(least: int, most: int) -> str:
    if most >= 254:
        return f"at least {least} argument{'s' * (least != 1)}"
    if least == most:
        return f"{least} argument{'s' * (least != 1)}" if least else "no arguments"
    return f"{least} to {most} arguments"
