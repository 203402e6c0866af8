"""IF, IFS, SWITCH, CHOOSE, IFERROR, IFNA, AND, OR, XOR, NOT, TRUE, FALSE. What is not chosen is not calculated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..values import Block, Error, Mask, Numbers, Tag, booleans_block, scalar_block
from .aggregates import by_cell, flattened
from .coerce import block_booleans, block_numbers, to_boolean, to_number, with_errors
from .compare import compare_blocks, compare_scalars
from .registry import elementwise, function, lazy
from .runtime import Code, Context, Failure, Lanes, Omitted, PerLane, Plain, Range, Value
from .spread import Spread, select, spread, stretched
from .windows import windows_of, windows_of_block


def settled(context: Context, code: Code) -> Plain | Lanes:
    """An argument's value; a failure as an error value."""
    try:
        return context.value(code(context))
    except Failure as failure:
        return failure.error


def _chosen(context: Context, condition: Lanes | Block, yes: Code, no: Code) -> Value:
    """The values of `yes` where the condition holds and of `no` elsewhere; what nobody needs is not calculated."""
    block = condition.block if isinstance(condition, Lanes) else condition
    mask, errors = block_booleans(block)
    wrong = None if errors is None else errors != 0
    right = mask if wrong is None else mask & ~wrong
    left = ~mask if wrong is None else ~mask & ~wrong
    first = settled(context, yes) if right.any() else None
    second = settled(context, no) if left.any() else None
    operands = spread(context, (condition, first, second))
    if not isinstance(operands, Spread):
        raise PerLane
    test, chosen, other = operands.blocks
    mask, errors = block_booleans(test)
    return operands.wrap(with_errors(stretched(select(mask, chosen, other), *operands.shape), errors))


def branch(context: Context, condition: Plain | Lanes, yes: Code, no: Code) -> Value:
    """IF with a calculated condition."""
    if isinstance(condition, Block | Lanes):
        return _chosen(context, condition, yes, no)
    truth = to_boolean(condition)
    if isinstance(truth, Error):
        return truth
    return yes(context) if truth else no(context)


def _constant(value: Value) -> Code:
    return lambda _context: value


@lazy("IF", 1, 3)
def if_(context: Context, codes: Sequence[Code]) -> Value:
    """IF(condition, yes, no)."""
    yes = codes[1] if len(codes) > 1 else _constant(True)
    no = codes[2] if len(codes) > 2 else _constant(False)
    return branch(context, settled(context, codes[0]), yes, no)


@lazy("IFS", 2, 254)
def ifs(context: Context, codes: Sequence[Code]) -> Value:
    """IFS(condition, value, …): `#N/A` when no condition holds."""
    if len(codes) % 2:
        return Error.VALUE

    def rest(start: int) -> Code:
        def run(inner: Context) -> Value:
            if start >= len(codes):
                return Error.NA
            return branch(inner, settled(inner, codes[start]), codes[start + 1], rest(start + 2))

        return run

    return rest(0)(context)


def _equal(context: Context, left: Plain | Lanes, right: Value) -> Plain | Lanes:
    operands = spread(context, (left, right))
    if not isinstance(operands, Spread):
        return compare_scalars("=", operands[0], operands[1])
    return context.value(operands.wrap(compare_blocks("=", *operands.blocks)))


@lazy("SWITCH", 3, 254)
def switch(context: Context, codes: Sequence[Code]) -> Value:
    """SWITCH(value, case, result, …, otherwise)."""
    value = settled(context, codes[0])
    if isinstance(value, Error):
        return value
    cases = len(codes) - 1

    def rest(start: int) -> Code:
        def run(inner: Context) -> Value:
            if start == cases:
                return codes[start](inner)
            if start > cases:
                return Error.NA
            same = _equal(inner, value, settled(inner, codes[start]))
            return branch(inner, same, codes[start + 1], rest(start + 2))

        return run

    return rest(1)(context)


@lazy("CHOOSE", 2, 255)
def choose(context: Context, codes: Sequence[Code]) -> Value:
    """CHOOSE(index, value, …)."""
    index = settled(context, codes[0])
    if isinstance(index, Block | Lanes):
        return _chosen_by_index(context, index, codes[1:])
    number = to_number(index)
    if isinstance(number, Error):
        return number
    return codes[int(number)](context) if 1 <= int(number) < len(codes) else Error.VALUE


def _chosen_by_index(context: Context, index: Block | Lanes, codes: Sequence[Code]) -> Value:
    block = index.block if isinstance(index, Lanes) else index
    numbers, errors = block_numbers(block)
    result: Value = Error.VALUE
    for place, code in enumerate(codes, start=1):
        mask = np.trunc(numbers) == place
        if mask.any():
            test = booleans_block(mask)
            wrapped: Lanes | Block = Lanes(test) if isinstance(index, Lanes) else test
            result = _chosen(context, wrapped, code, _constant(result))
    if errors is None:
        return result
    operands = spread(context, (result, index))
    if not isinstance(operands, Spread):
        raise PerLane
    errors = block_numbers(operands.blocks[1])[1]
    return operands.wrap(with_errors(stretched(operands.blocks[0], *operands.shape), errors))


def _replaced(context: Context, codes: Sequence[Code], wrong: Callable[[Block], Mask]) -> Value:
    value = settled(context, codes[0])
    if isinstance(value, Block | Lanes):
        block = value.block if isinstance(value, Lanes) else value
        mask = wrong(block)
        if not mask.any():
            return value
        test = booleans_block(mask)
        return _chosen(context, Lanes(test) if isinstance(value, Lanes) else test, codes[1], _constant(value))
    return codes[1](context) if wrong(scalar_block(value))[0, 0] else value


@lazy("IFERROR", 2, 2)
def iferror(context: Context, codes: Sequence[Code]) -> Value:
    """IFERROR(value, otherwise)."""
    return _replaced(context, codes, lambda block: np.asarray(block.tags == Tag.ERROR))


@lazy("IFNA", 2, 2)
def ifna(context: Context, codes: Sequence[Code]) -> Value:
    """IFNA(value, otherwise)."""
    return _replaced(context, codes, lambda block: (block.tags == Tag.ERROR) & (block.numbers == Error.NA))


def _truths(context: Context, arguments: Sequence[Value]) -> tuple[Numbers, Numbers, Numbers]:
    """How many conditions hold and do not hold, and the first error's code, for all or each lane."""
    yes, no, codes = np.zeros(1), np.zeros(1), np.zeros(1)
    for value in flattened(arguments):
        if isinstance(value, Range | Block):
            windows = windows_of(context, value) if isinstance(value, Range) else windows_of_block(value)
            block = windows.block
            usable = (block.tags == Tag.NUMBER) | (block.tags == Tag.BOOLEAN)
            yes = yes + windows.counts(usable & (block.numbers != 0))
            no = no + windows.counts(usable & (block.numbers == 0))
            found = windows.errors()
        else:
            plain = None if isinstance(value, Omitted) else context.value(value)
            if isinstance(plain, Lanes):
                by_cell(plain, Tag.NUMBER, Tag.BOOLEAN)
            block = plain.block if isinstance(plain, Lanes) else context.block(plain)
            mask, errors = block_booleans(block)
            yes, no = yes + mask[:, 0], no + ~mask[:, 0]
            found = None if errors is None else errors[:, 0].astype(np.float64)
        codes = codes if found is None else np.where(codes != 0, codes, found)
    return yes, no, codes


def _logical(name: str, decide: Callable[[object, object], object]) -> None:
    @function(name, 1, 255, lanes=True)
    def run(context: Context, arguments: list[Value]) -> Value:
        yes, no, codes = _truths(context, arguments)
        codes = np.where((codes == 0) & (yes + no == 0), float(Error.VALUE), codes)
        mask, codes = np.broadcast_arrays(np.asarray(decide(yes, no)), codes)
        block = with_errors(booleans_block(mask.reshape(-1, 1)), codes.astype(np.uint8).reshape(-1, 1))
        return block.at(0, 0) if mask.size == 1 else Lanes(block)


_logical("AND", lambda _yes, no: no == 0)
_logical("OR", lambda yes, _no: yes != 0)
_logical("XOR", lambda yes, _no: np.mod(np.asarray(yes), 2) == 1)


@elementwise("NOT", "b", boolean=True)
def not_(mask: Mask) -> Mask:
    """NOT(condition)."""
    return ~mask


@function("TRUE", 0, 0)
def true(_context: Context, _arguments: list[Value]) -> Value:
    """TRUE()."""
    return True


@function("FALSE", 0, 0)
def false(_context: Context, _arguments: list[Value]) -> Value:
    """FALSE()."""
    return False
