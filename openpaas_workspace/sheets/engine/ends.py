"""Which formulas depend on how many rows and columns a tab has, beyond what its cells hold."""

from __future__ import annotations

from collections.abc import Iterator

from .formulas import Area, Node, Structured
from .formulas.tree import Call, children

# What is empty changes nothing in these.
_PASS_OVER = frozenset(
    [
        *("SUM", "SUMSQ", "PRODUCT", "AVERAGE", "COUNT", "COUNTA", "MIN", "MAX", "MEDIAN", "LARGE", "SMALL"),
        *(
            "STDEV",
            "STDEV.S",
            "STDEV.P",
            "VAR",
            "VAR.S",
            "VAR.P",
            "SUBTOTAL",
            "RANK",
            "RANK.EQ",
            "PERCENTILE",
        ),
        *("SUMIF", "SUMIFS", "AVERAGEIF", "AVERAGEIFS", "MINIFS", "MAXIFS"),
        *("MATCH", "VLOOKUP", "HLOOKUP"),
    ]
)
# These know how long a whole column is.
_TO_THE_EDGE = frozenset(["COUNTBLANK", "COUNTIF", "COUNTIFS", "INDEX"])


def open_ended(node: Node) -> Iterator[Area | Structured]:
    """Whole columns and rows, and parts of tables, whose number of cells counts for the result."""
    name = node.name if isinstance(node, Call) else ""
    for child in children(node):
        if isinstance(child, Structured) and name in _PASS_OVER:
            continue
        if isinstance(child, Area) and (name in _PASS_OVER or name in _TO_THE_EDGE):
            continue
        yield from open_ended(child)
    if isinstance(node, Structured) or (isinstance(node, Area) and node.whole):
        yield node
