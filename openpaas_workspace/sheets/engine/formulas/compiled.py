"""A formula made ready, and its evaluation over many rows at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..functions.runtime import Code, Context, Failure, Lanes, PerLane, Value, column_block
from ..functions.spread import stretched
from ..values import Block, Error, Scalar, Tag, scalar_block
from .compiler import Compiler
from .source import Source
from .tree import Area, Node, Reference, Spill, Structured

PART = 32_768  # lanes


@dataclass(frozen=True, slots=True)
class Compiled:
    """A formula made ready, as written in the cell `(row, column)`.

    `reads` are the cells, areas, structured references and spills it may read, at that cell; relative ones move with
    the lane. `places` it names without reading them: `ROW(A1)`. `names` are the defined names in upper case (what they stand for is not in `reads`).
    `volatile`: calculate at every change. `spills`: a lane may give an array, so evaluate one lane at a time.
    `subtotal`: it has SUBTOTAL (`Source.subtotals`). `rowwise`: each lane reads single cells only.
    """

    node: Node
    row: int
    column: int
    reads: tuple[Reference | Area | Structured | Spill, ...]
    places: tuple[Reference | Area, ...]
    names: frozenset[str]
    volatile: bool
    spills: bool
    subtotal: bool
    rowwise: bool
    code: Code = field(repr=False, compare=False)


def compile_formula(node: Node, row: int, column: int) -> Compiled:
    """Makes ready a formula written in the cell `(row, column)`. Never raises: what is unknown is `#NAME?`."""
    compiler = Compiler(row, column)
    code, spills = compiler.root(node)
    return Compiled(
        node,
        row,
        column,
        tuple(compiler.reads),
        tuple(compiler.places),
        frozenset(compiler.names),
        compiler.volatile,
        spills,
        compiler.subtotal,
        not compiler.names
        and all(isinstance(item, Reference) for item in (*compiler.reads, *compiler.places)),
        code,
    )


def evaluate(compiled: Compiled, source: Source, tab: str, row: int, column: int, *, lanes: int = 1) -> Block:
    """Values of the formula filled into rows `row … row+lanes-1` of a column.

    One lane gives a block of any shape (what spills); many give `(lanes, 1)`, where an array shows its first cell.
    Errors are values: this never raises for what a formula says. Empty results are the number 0.
    """
    if lanes > PART and compiled.rowwise:
        return _in_parts(compiled, source, tab, row, column, lanes=lanes)
    context = Context(source, tab, row, column, lanes)
    try:
        with np.errstate(all="ignore"):
            value = context.value(compiled.code(context))
    except Failure as failure:
        value = failure.error
    except PerLane:
        return _one_by_one(compiled, context)
    except (MemoryError, RecursionError):
        value = Error.LIMIT
    return _finished(value, lanes)


def _in_parts(compiled: Compiled, source: Source, tab: str, row: int, column: int, *, lanes: int) -> Block:
    """Lanes in parts whose intermediate results fit the processor's cache."""
    numbers = np.empty((lanes, 1))
    parts: list[Block] = []
    for low in range(0, lanes, PART):
        part = evaluate(compiled, source, tab, row + low, column, lanes=min(PART, lanes - low))
        numbers[low : low + PART] = part.numbers
        parts.append(Block(part.tags, np.broadcast_to(np.float64(0), part.shape), part.texts, part.coded))
    tags = [part.uniform() for part in parts]
    if len(set(tags)) == 1 and tags[0] is not None:
        joined = np.broadcast_to(np.uint8(tags[0]), (lanes, 1))
    else:
        joined = np.concatenate([part.tags for part in parts])
    texts = None
    if any(part.texts is not None or part.coded is not None for part in parts):
        texts = np.concatenate([part.text_array() for part in parts])
    return Block(joined, numbers, texts)


def _finished(value: Value, lanes: int) -> Block:
    if isinstance(value, Lanes):
        return _without_empties(value.block)
    if isinstance(value, Block):
        if value.tags.size == 0:
            return scalar_block(Error.CALC, lanes)
        return _without_empties(value if lanes == 1 else stretched(value.view(slice(1), slice(1)), lanes, 1))
    return scalar_block(0.0 if value is None else _plain(value), lanes)


def _plain(value: Value) -> Scalar:
    return value if isinstance(value, float | str | bool | Error) else Error.VALUE


def _without_empties(block: Block) -> Block:
    if not block.has(Tag.EMPTY):
        return block
    tags = np.where(block.tags == Tag.EMPTY, np.uint8(Tag.NUMBER), block.tags)
    return Block(tags, block.numbers, block.texts, block.coded)


def _one_by_one(compiled: Compiled, context: Context) -> Block:
    results: list[Scalar] = []
    for lane in range(context.lanes):
        block = evaluate(compiled, context.source, context.tab, context.row + lane, context.column)
        results.append(block.at(0, 0))
    return column_block(results)
