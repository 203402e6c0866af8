"""Calls of functions that are not native: handed to the workbook in one batch for all lanes."""

from __future__ import annotations

from collections.abc import Sequence

from ..values import Block, Error, Scalar
from .runtime import Code, Context, Failure, Lanes, PerLane, Value, at_lane, column_block, simple, varies

# Functions of the sheet and not of their arguments: elsewhere they would answer for another sheet.
OF_THE_SHEET = frozenset(
    {
        "AREAS",
        "CELL",
        "FORMULATEXT",
        "GETPIVOTDATA",
        "INDIRECT",
        "INFO",
        "ISFORMULA",
        "OFFSET",
        "RTD",
        "SHEET",
        "SHEETS",
    }
)
# These give arrays for single values too.
SPILLING = frozenset(
    {
        "FREQUENCY",
        "GROUPBY",
        "GROWTH",
        "LINEST",
        "LOGEST",
        "MINVERSE",
        "MMULT",
        "MODE.MULT",
        "MUNIT",
        "PIVOTBY",
        "REGEXEXTRACT",
        "TEXTSPLIT",
        "TREND",
        "WRAPCOLS",
        "WRAPROWS",
    }
)
MAX_ARGUMENT = 100_000  # cells of one argument


def call_foreign(context: Context, name: str, codes: Sequence[Code]) -> Value:
    """The result of a function that is not native; an array by lane raises PerLane."""
    if name in OF_THE_SHEET:
        return Error.NAME
    arguments = [code(context) for code in codes]
    if not any(varies(context, value) for value in arguments):
        return simple(context.source.foreign(name, [_read(context, arguments)])[0])
    calls = [
        _read(context.lane(lane), [at_lane(value, lane) for value in arguments])
        for lane in range(context.lanes)
    ]
    results: list[Scalar] = []
    for result in context.source.foreign(name, calls):
        plain = simple(result)
        if isinstance(plain, Block):
            raise PerLane
        results.append(_scalar(plain))
    return Lanes(column_block(results))


def _scalar(value: Value) -> Scalar:
    return value if value is None or isinstance(value, float | str | bool | Error) else Error.VALUE


def _read(context: Context, arguments: Sequence[Value]) -> list[Scalar | Block]:
    plain = [context.plain(value) for value in arguments]
    if any(isinstance(value, Block) and value.tags.size > MAX_ARGUMENT for value in plain):
        raise Failure(Error.LIMIT)
    return plain
