"""Calling functions made by LAMBDA, and the functions that take them."""

from __future__ import annotations

from collections.abc import Sequence

from ..values import Block, Error, Scalar, block_of
from .arrays import limited, number
from .registry import function
from .runtime import Closure, Context, Failure, Omitted, Value, simple
from .spread import cells_block


def invoke(context: Context, callee: Value, arguments: Sequence[Value]) -> Value:
    """Calls a function value. Raises Failure with `#VALUE!` when it is none or the count of arguments is wrong."""
    if isinstance(callee, Error):
        raise Failure(callee)
    if not isinstance(callee, Closure) or len(arguments) > len(callee.names):
        raise Failure(Error.VALUE)
    missing = [Omitted()] * (len(callee.names) - len(arguments))
    bound = dict(zip(callee.names, [*arguments, *missing], strict=True))
    return callee.body(context.within({**callee.variables, **bound}))


def _called(context: Context, callee: Value, arguments: Sequence[Value]) -> Scalar:
    """The one value of a call; an array is `#CALC!`."""
    try:
        result = simple(context.plain(invoke(context, callee, arguments)))
    except Failure as failure:
        return failure.error
    if isinstance(result, Block):
        return Error.CALC
    return result if result is None or isinstance(result, float | str | bool | Error) else Error.VALUE


def _closure(value: Value) -> Closure:
    if isinstance(value, Error):
        raise Failure(value)
    if not isinstance(value, Closure):
        raise Failure(Error.VALUE)
    return value


@function("MAP", 2, 254, "always")
def map_(context: Context, arguments: list[Value]) -> Value:
    """MAP(array, …, function): the function of each cell, or of each pair of cells."""
    callee = _closure(arguments[-1])
    blocks = [context.block(value) for value in arguments[:-1]]
    rows, columns = max(block.shape[0] for block in blocks), max(block.shape[1] for block in blocks)

    def cell(block: Block, row: int, column: int) -> Scalar:
        return block.at(row, column) if row < block.shape[0] and column < block.shape[1] else Error.NA

    return block_of(
        [
            [
                _called(context, callee, [cell(block, row, column) for block in blocks])
                for column in range(columns)
            ]
            for row in range(rows)
        ]
    )


def _folded(context: Context, arguments: list[Value]) -> list[Scalar]:
    callee, block = _closure(arguments[2]), context.block(arguments[1])
    first = context.plain(arguments[0])
    total: Scalar = first.at(0, 0) if isinstance(first, Block) else first
    found: list[Scalar] = []
    for row in block.rows():
        for item in row:
            total = (
                item
                if not found and isinstance(arguments[0], Omitted)
                else _called(context, callee, [total, item])
            )
            found.append(total)
    return found


@function("REDUCE", 3, 3, "inputs")
def reduce(context: Context, arguments: list[Value]) -> Value:
    """REDUCE(start, array, function): what the function makes of the last result and each cell."""
    found = _folded(context, arguments)
    return found[-1] if found else Error.CALC


@function("SCAN", 3, 3, "always")
def scan(context: Context, arguments: list[Value]) -> Value:
    """SCAN(start, array, function): as REDUCE, with all results."""
    block = context.block(arguments[1])
    return cells_block(_folded(context, arguments), block.shape)


@function("BYROW", 2, 2, "always")
def byrow(context: Context, arguments: list[Value]) -> Value:
    """BYROW(array, function): the function of each row."""
    block, callee = context.block(arguments[0]), _closure(arguments[1])
    rows = [block.view(slice(row, row + 1), slice(None)) for row in range(block.shape[0])]
    return block_of([[_called(context, callee, [row])] for row in rows])


@function("BYCOL", 2, 2, "always")
def bycol(context: Context, arguments: list[Value]) -> Value:
    """BYCOL(array, function): the function of each column."""
    block, callee = context.block(arguments[0]), _closure(arguments[1])
    columns = [block.view(slice(None), slice(column, column + 1)) for column in range(block.shape[1])]
    return block_of([[_called(context, callee, [column]) for column in columns]])


@function("MAKEARRAY", 3, 3, "always")
def makearray(context: Context, arguments: list[Value]) -> Value:
    """MAKEARRAY(rows, columns, function of row and column)."""
    rows, columns = number(context, arguments, 0, 1.0), number(context, arguments, 1, 1.0)
    limited(rows, columns)
    callee = _closure(arguments[2])
    return block_of(
        [
            [_called(context, callee, [float(row), float(column)]) for column in range(1, int(columns) + 1)]
            for row in range(1, int(rows) + 1)
        ]
    )
