"""Which formulas can only give one value: they are calculated for many rows at once, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence

from .formulas import Area, Node, Reference, Structured
from .formulas.tree import Call, Chain, Group, Literal, Missing, Percent, Prefix

_OF_REFERENCES = {":", " ", ","}
# One value whatever their arguments are.
_TOTALS = frozenset(
    [
        "AND",
        "AVERAGE",
        "AVERAGEA",
        "AVEDEV",
        "COLUMNS",
        "CONCAT",
        "CORREL",
        "COUNT",
        "COUNTA",
        "COUNTBLANK",
        "DEVSQ",
        "GEOMEAN",
        "HARMEAN",
        "KURT",
        "MAX",
        "MAXA",
        "MEDIAN",
        "MIN",
        "MINA",
        "MODE",
        "MODE.SNGL",
        "OR",
        "PRODUCT",
        "ROWS",
        "SKEW",
        "STDEV",
        "STDEV.P",
        "STDEV.S",
        "STDEVP",
        "SUBTOTAL",
        "SUM",
        "SUMPRODUCT",
        "SUMSQ",
        "TEXTJOIN",
        "VAR",
        "VAR.P",
        "VAR.S",
        "VARP",
        "XOR",
    ]
)
# One value where these arguments are single ones; the others may be ranges.
_KEYED: dict[str, tuple[int, ...]] = {
    "VLOOKUP": (0, 2, 3),
    "HLOOKUP": (0, 2, 3),
    "MATCH": (0, 2),
    "XMATCH": (0, 2, 3),
    "COUNTIF": (1,),
    "SUMIF": (1,),
    "AVERAGEIF": (1,),
    "COUNTIFS": tuple(range(1, 254, 2)),
    "SUMIFS": tuple(range(2, 254, 2)),
    "AVERAGEIFS": tuple(range(2, 254, 2)),
    "MAXIFS": tuple(range(2, 254, 2)),
    "MINIFS": tuple(range(2, 254, 2)),
    "LARGE": (1,),
    "SMALL": (1,),
    "RANK": (0,),
    "RANK.EQ": (0,),
    "RANK.AVG": (0,),
    "PERCENTILE": (1,),
    "PERCENTILE.INC": (1,),
    "PERCENTILE.EXC": (1,),
    "QUARTILE": (1,),
    "QUARTILE.INC": (1,),
}
# One value where all arguments are.
_PLAIN = frozenset(
    [
        "ABS",
        "CEILING",
        "CEILING.MATH",
        "CHAR",
        "CLEAN",
        "CODE",
        "DATE",
        "DATEDIF",
        "DATEVALUE",
        "DAY",
        "DAYS",
        "EDATE",
        "EOMONTH",
        "EXACT",
        "EXP",
        "FIND",
        "FIXED",
        "FLOOR",
        "FLOOR.MATH",
        "FV",
        "HOUR",
        "IF",
        "IFERROR",
        "IFNA",
        "IFS",
        "INT",
        "ISBLANK",
        "ISERR",
        "ISERROR",
        "ISEVEN",
        "ISLOGICAL",
        "ISNA",
        "ISNUMBER",
        "ISODD",
        "ISTEXT",
        "LEFT",
        "LEN",
        "LN",
        "LOG",
        "LOG10",
        "LOWER",
        "MID",
        "MINUTE",
        "MOD",
        "MONTH",
        "MROUND",
        "N",
        "NETWORKDAYS",
        "NOT",
        "NPER",
        "NUMBERVALUE",
        "PMT",
        "POWER",
        "PROPER",
        "PV",
        "QUOTIENT",
        "RATE",
        "REPLACE",
        "REPT",
        "RIGHT",
        "ROUND",
        "ROUNDDOWN",
        "ROUNDUP",
        "SEARCH",
        "SECOND",
        "SIGN",
        "SQRT",
        "SUBSTITUTE",
        "SWITCH",
        "T",
        "TEXT",
        "TIME",
        "TIMEVALUE",
        "TRIM",
        "TRUNC",
        "UPPER",
        "VALUE",
        "WEEKDAY",
        "WEEKNUM",
        "WORKDAY",
        "YEAR",
        "YEARFRAC",
    ]
)


def gives_one(node: Node) -> bool:
    """Whether a formula gives one value whatever its cells hold; False where that is not certain."""
    if isinstance(node, Literal | Missing | Reference):
        return True
    if isinstance(node, Structured):
        return "#This Row" in node.items and node.last is None and node.first is not None
    if isinstance(node, Prefix | Percent):
        return gives_one(node.operand)
    if isinstance(node, Group):
        return gives_one(node.inner)
    if isinstance(node, Chain):
        plain = all(operator not in _OF_REFERENCES for operator, _ in node.rest)
        return plain and gives_one(node.first) and all(gives_one(operand) for _, operand in node.rest)
    return isinstance(node, Call) and _call(node.name, node.arguments)


def _call(name: str, given: Sequence[Node]) -> bool:
    if name in _KEYED:
        return all(gives_one(given[at]) for at in _KEYED[name] if at < len(given))
    if name == "XLOOKUP" and len(given) >= 3:
        columns = _is_column(given[1]) and _is_column(given[2])
        return columns and gives_one(given[0]) and all(gives_one(item) for item in given[3:])
    if name == "INDEX":
        places = given[1:]
        line = len(places) == 1 and (_is_column(given[0]) or _is_row(given[0]))
        return (
            (line or len(places) == 2)
            and isinstance(given[0], Area)
            and all(_is_place(item) for item in places)
        )
    return name in _TOTALS or (name in _PLAIN and all(gives_one(item) for item in given))


def _is_column(node: Node) -> bool:
    return isinstance(node, Area) and (node.left, node.left_absolute) == (node.right, node.right_absolute)


def _is_row(node: Node) -> bool:
    return isinstance(node, Area) and (node.top, node.top_absolute) == (node.bottom, node.bottom_absolute)


def _is_place(node: Node) -> bool:
    """A number above 0, or an error."""
    if isinstance(node, Group):
        return _is_place(node.inner)
    if isinstance(node, Literal):
        return isinstance(node.value, float) and not isinstance(node.value, bool) and node.value >= 1
    return isinstance(node, Call) and node.name in {"MATCH", "XMATCH"} and gives_one(node)
