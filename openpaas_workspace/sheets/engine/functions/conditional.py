"""SUMIF, SUMIFS, COUNTIF, COUNTIFS, AVERAGEIF, AVERAGEIFS, MAXIFS, MINIFS."""

from __future__ import annotations

from collections.abc import Sequence

from ..values import Block, Error, Scalar, empty_block, scalar_block
from .criteria import Criterion, criterion
from .partials import reduce
from .registry import function
from .runtime import Context, Failure, Lanes, Omitted, PerLane, Range, Value, padded, varies
from .spread import Spread, cells_block, spread
from .windows import windows_of


def _ranges(context: Context, items: Sequence[Value]) -> tuple[list[Block], int]:
    """The arguments' cells in one shape, and how many cells beyond all tabs' contents the ranges have."""
    shapes: set[tuple[int, int]] = set()
    blocks: list[Block] = []
    for item in items:
        if isinstance(item, Range):
            shapes.add((item.height, item.width))
            block = context.clipped(item)
            blocks.append(_held(context, item, block))
        else:
            blocks.append(context.block(item))
            shapes.add(blocks[-1].shape)
    if len(shapes) != 1:
        raise Failure(Error.VALUE)
    rows, columns = max(block.shape[0] for block in blocks), max(block.shape[1] for block in blocks)
    height, width = next(iter(shapes))
    return [padded(block, rows, columns) for block in blocks], height * width - rows * columns


def _held(context: Context, item: Range, block: Block) -> Block:
    rows, columns = context.extent(item.tab)
    if rows <= item.top or columns <= item.left:
        return empty_block(0, 0)
    return block


def calculate(context: Context, kind: str, target: Value, pairs: Sequence[tuple[Value, Value]]) -> Value:
    """Reduces the cells of `target` (None to count) where all conditions hold; conditions may vary by lane."""
    ranges = [item for item, _ in pairs]
    if kind == "count" and len(pairs) == 1 and varies(context, ranges[0]) and isinstance(ranges[0], Range):
        return running_count(context, ranges[0], pairs[0][1])
    if any(varies(context, item) for item in [*ranges, target]):
        raise PerLane
    for value in (target, *ranges):
        if isinstance(value, Error):
            raise Failure(value)
    blocks, beyond = _ranges(context, ranges if target is None else [*ranges, target])
    summed = None if target is None else blocks.pop()
    wanted = [None if isinstance(value, Omitted) else value for _, value in pairs]
    operands = spread(context, wanted)
    if not isinstance(operands, Spread):
        return one(kind, summed, blocks, [criterion(value) for value in operands], beyond)
    from .keyed import grouped

    return operands.wrap(grouped(kind, summed, blocks, operands, beyond))


def running_count(context: Context, item: Range, wanted: Value) -> Value:
    """COUNTIF of a range that grows or moves with each lane, for conditions that are equalities."""
    from .keyed import counts_in_windows

    operands = spread(context, [None if isinstance(wanted, Omitted) else wanted])
    operand = operands.blocks[0] if isinstance(operands, Spread) else scalar_block(operands[0])
    if isinstance(operands, Spread) and not operands.lanes:
        raise PerLane
    counts = counts_in_windows(windows_of(context, item), operand)
    if counts is None:
        raise PerLane
    return Lanes(counts)


def one(
    kind: str, summed: Block | None, blocks: Sequence[Block], criteria: Sequence[Criterion], beyond: int
) -> Scalar:
    """The result for one set of conditions."""
    result = reduce(kind, summed, blocks, criteria)
    nothing = empty_block(1, 1)
    met = beyond if kind == "count" and all(bool(c.mask(nothing)[0, 0]) for c in criteria) else 0
    return result + met if isinstance(result, float) else result


def each(kind: str, summed: Block | None, blocks: Sequence[Block], operands: Spread, beyond: int) -> Block:
    """The result for each lane or cell, by trying each different set of conditions."""
    known: dict[tuple[tuple[type, Scalar], ...], Scalar] = {}
    results: list[Scalar] = []
    rows, columns = operands.shape
    for row in range(rows):
        for column in range(columns):
            values = [_at(block, row, column) for block in operands.blocks]
            key = tuple((type(value), value) for value in values)
            if key not in known:
                known[key] = one(kind, summed, blocks, [criterion(value) for value in values], beyond)
            results.append(known[key])
    return cells_block(results, operands.shape)


def _at(block: Block, row: int, column: int) -> Scalar:
    height, width = block.shape
    return block.at(row if height > 1 else 0, column if width > 1 else 0)


def _several(name: str, kind: str) -> None:
    @function(name, 3, 255, "inputs", lanes=True)
    def run(context: Context, arguments: list[Value]) -> Value:
        if len(arguments) % 2 == 0:
            raise Failure(Error.VALUE)
        return calculate(
            context, kind, arguments[0], list(zip(arguments[1::2], arguments[2::2], strict=True))
        )


def _single(name: str, kind: str) -> None:
    @function(name, 2, 3, "inputs", lanes=True)
    def run(context: Context, arguments: list[Value]) -> Value:
        tested = arguments[0]
        target = tested if len(arguments) < 3 or isinstance(arguments[2], Omitted) else arguments[2]
        if isinstance(target, Range) and isinstance(tested, Range):
            bottom, right = target.top + tested.height, target.left + tested.width
            steps = (target.top_step, target.bottom_step)
            target = Range(target.tab, target.top, target.left, bottom, right, *steps, target.whole)
        return calculate(context, kind, target, [(tested, arguments[1])])


for _name, _kind in (("SUMIFS", "sum"), ("AVERAGEIFS", "average"), ("MAXIFS", "max"), ("MINIFS", "min")):
    _several(_name, _kind)
_single("SUMIF", "sum")
_single("AVERAGEIF", "average")


@function("COUNTIF", 2, 2, "inputs", lanes=True)
def countif(context: Context, arguments: list[Value]) -> Value:
    """COUNTIF(range, condition)."""
    return calculate(context, "count", None, [(arguments[0], arguments[1])])


@function("COUNTIFS", 2, 254, "inputs", lanes=True)
def countifs(context: Context, arguments: list[Value]) -> Value:
    """COUNTIFS(range, condition, …)."""
    if len(arguments) % 2:
        raise Failure(Error.VALUE)
    return calculate(context, "count", None, list(zip(arguments[::2], arguments[1::2], strict=True)))
