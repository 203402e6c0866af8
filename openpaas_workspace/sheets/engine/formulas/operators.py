"""The operators of formulas, over scalars, arrays and lanes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import numpy as np

from ..functions.coerce import (
    Errors,
    block_numbers,
    block_texts,
    numeric,
    powers,
    to_number,
    to_text,
    with_errors,
)
from ..functions.compare import compare_blocks, compare_scalars
from ..functions.runtime import Context, Failure, Lanes, PerLane, Range, Union, Value
from ..functions.spread import Spread, map_cells, merged_errors, spread
from ..values import MAX_TEXT, Block, Error, Mask, Numbers, Scalar, Tag, texts_block

Operator = Callable[[Context, Value, Value], Value]
_PART = 16_384
_NEARLY = 2.0**-50  # differences smaller than this part of the operands are rounding, as in Excel


def add(context: Context, left: Value, right: Value) -> Value:
    """`left + right`."""
    if type(left) is float and type(right) is float:
        return _finite(left + right)
    return _arithmetic(context, left, right, np.add)


def subtract(context: Context, left: Value, right: Value) -> Value:
    """`left - right`."""
    if type(left) is float and type(right) is float:
        return _finite(left - right)
    return _arithmetic(context, left, right, np.subtract)


def multiply(context: Context, left: Value, right: Value) -> Value:
    """`left * right`."""
    if type(left) is float and type(right) is float:
        return _finite(left * right)
    return _arithmetic(context, left, right, np.multiply)


def divide(context: Context, left: Value, right: Value) -> Value:
    """`left / right`; `#DIV/0!` by zero."""
    if type(left) is float and type(right) is float:
        return _finite(left / right) if right else Error.DIV0
    return _arithmetic(context, left, right, np.divide, _by_zero)


def power(context: Context, left: Value, right: Value) -> Value:
    """`left ^ right`; `#NUM!` for 0^0 and roots of negative numbers."""
    return _arithmetic(context, left, right, powers, _bad_power)


def _finite(value: float) -> float | Error:
    return value if math.isfinite(value) else Error.NUM


def _by_zero(_left: Numbers, right: Numbers) -> Errors | None:
    zero = right == 0
    return np.where(zero, Error.DIV0, 0).astype(np.uint8) if zero.any() else None


def _bad_power(left: Numbers, right: Numbers) -> Errors | None:
    nothing = (left == 0) & (right == 0)
    inverse = (left == 0) & (right < 0)
    if not (nothing | inverse).any():
        return None
    return np.where(nothing, Error.NUM, np.where(inverse, Error.DIV0, 0)).astype(np.uint8)


Calculation = Callable[[Numbers, Numbers], Numbers]
_PLAIN: dict[Calculation, Callable[[float, float], float]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
}


def _arithmetic(
    context: Context,
    left: Value,
    right: Value,
    ufunc: Calculation,
    check: Callable[[Numbers, Numbers], Errors | None] | None = None,
) -> Value:
    operands = spread(context, (left, right))
    if not isinstance(operands, Spread):
        return _scalars(operands, ufunc, check)
    (a, a_errors), (b, b_errors) = (block_numbers(block) for block in operands.blocks)
    errors = merged_errors(a_errors, b_errors, None if check is None else check(a, b))
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise", under="ignore"):
            plain = ufunc(a, b)
    except FloatingPointError:
        with np.errstate(all="ignore"):
            return operands.wrap(numeric(ufunc(a, b), errors))
    block = Block(np.broadcast_to(np.uint8(Tag.NUMBER), plain.shape), plain)
    return operands.wrap(with_errors(block, errors))


def _scalars(
    operands: list[Scalar], ufunc: Calculation, check: Callable[[Numbers, Numbers], Errors | None] | None
) -> Scalar:
    left, right = to_number(operands[0]), to_number(operands[1])
    if isinstance(left, Error):
        return left
    if isinstance(right, Error):
        return right
    if ufunc in _PLAIN and (right or ufunc is not np.divide):
        return _finite(_PLAIN[ufunc](left, right))
    a, b = np.array([left]), np.array([right])
    errors = None if check is None else check(a, b)
    if errors is not None and errors[0]:
        return Error(int(errors[0]))
    with np.errstate(all="ignore"):
        return _finite(float(ufunc(a, b)[0]))


def settle(context: Context, left: Value, result: Value) -> Value:
    """A sum or difference that ends a formula: what rounding leaves of two equal numbers counts as 0, as in Excel."""
    if isinstance(result, Lanes | Block):
        block = result.block if isinstance(result, Lanes) else result
        operand = context.value(left)
        first = operand.block if isinstance(operand, Lanes) else context.block(operand)
        near = _left_over(block.numbers, block_numbers(first)[0])
        if near is None:
            return result
        settled = Block(block.tags, np.where(near & (block.tags == Tag.NUMBER), 0.0, block.numbers))
        return Lanes(settled) if isinstance(result, Lanes) else settled
    if type(result) is not float or result == 0:
        return result
    first_number = to_number(context.single(left))
    if isinstance(first_number, Error):
        return result
    return 0.0 if abs(result) < abs(first_number) * _NEARLY else result


def _left_over(values: Numbers, operands: Numbers) -> Mask | None:
    """Where a result is tiny beside its first operand; None where it nowhere is. In parts that fit the cache."""
    if operands.shape != values.shape:
        try:
            operands = np.broadcast_to(operands, values.shape)
        except ValueError:
            return None
    for low in range(0, values.shape[0], _PART):
        part = slice(low, low + _PART)
        if (np.abs(values[part]) < np.abs(operands[part]) * _NEARLY).any():
            return np.abs(values) < np.abs(operands) * _NEARLY
    return None


def join(context: Context, left: Value, right: Value) -> Value:
    """`left & right`."""
    operands = spread(context, (left, right))
    if not isinstance(operands, Spread):
        first, second = to_text(operands[0]), to_text(operands[1])
        if isinstance(first, Error):
            return first
        return second if isinstance(second, Error) else _short(first + second)
    (a, a_errors), (b, b_errors) = (block_texts(block) for block in operands.blocks)
    joined = np.asarray(a + b, dtype=object)
    errors = merged_errors(a_errors, b_errors)
    if max(map(len, joined.ravel().tolist()), default=0) > MAX_TEXT:
        return operands.wrap(with_errors(map_cells(_limited, [texts_block(joined)], joined.shape), errors))
    return operands.wrap(with_errors(texts_block(joined), errors))


def _short(text: str) -> str | Error:
    return text if len(text) <= MAX_TEXT else Error.LIMIT


def _limited(text: Scalar) -> Scalar:
    return _short(text) if isinstance(text, str) else text


def comparison(sign: str) -> Operator:
    """The operator of a comparison sign."""

    def compare(context: Context, left: Value, right: Value) -> Value:
        operands = spread(context, (left, right))
        if not isinstance(operands, Spread):
            return compare_scalars(sign, operands[0], operands[1])
        return operands.wrap(compare_blocks(sign, *operands.blocks))

    return compare


def intersect(context: Context, left: Value, right: Value) -> Value:
    """The cells that two ranges share; `#NULL!` when they share none."""
    if not isinstance(left, Range) or not isinstance(right, Range):
        return _not_a_range(context, left, right)
    if context.lanes > 1 and (left.moves or right.moves):
        raise PerLane
    top, bottom = max(left.top, right.top), min(left.bottom, right.bottom)
    first, last = max(left.left, right.left), min(left.right, right.right)
    if left.tab.lower() != right.tab.lower() or top >= bottom or first >= last:
        return Error.NULL
    return Range(left.tab, top, first, bottom, last, whole=left.whole and right.whole)


def hull(context: Context, left: Value, right: Value) -> Value:
    """The smallest range that holds both: `A1:INDEX(…)`."""
    if not isinstance(left, Range) or not isinstance(right, Range):
        return _not_a_range(context, left, right)
    if context.lanes > 1 and (left.moves or right.moves):
        raise PerLane
    if left.tab.lower() != right.tab.lower():
        return Error.VALUE
    return Range(
        left.tab,
        min(left.top, right.top),
        min(left.left, right.left),
        max(left.bottom, right.bottom),
        max(left.right, right.right),
        whole=left.whole or right.whole,
    )


def unite(context: Context, left: Value, right: Value) -> Value:
    """Several ranges as one argument."""
    parts: list[Range] = []
    for value in (left, right):
        if isinstance(value, Union):
            parts.extend(value.parts)
        elif isinstance(value, Range):
            parts.append(value)
        else:
            return _not_a_range(context, left, right)
    return Union(tuple(parts))


def _not_a_range(context: Context, left: Value, right: Value) -> Error:
    if context.lanes > 1 and (isinstance(left, Lanes) or isinstance(right, Lanes)):
        raise PerLane
    for value in (left, right):
        if isinstance(value, Error):
            return value
    raise Failure(Error.VALUE)


OPERATORS: dict[str, Operator] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "^": power,
    "&": join,
    ":": hull,
    " ": intersect,
    ",": unite,
    **{sign: comparison(sign) for sign in ("=", "<>", "<", ">", "<=", ">=")},
}
