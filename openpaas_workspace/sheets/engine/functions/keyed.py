"""Many questions to one range at once: conditions grouped by value, ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .. import journal
from ..values import Block, Error, Mask, Numbers, Scalar, Tag, as_numbers
from .coerce import block_numbers, numeric, to_number
from .criteria import Key, cell_key, criterion
from .partials import sums_by_group
from .registry import alias, function
from .runtime import Context, Failure, Lanes, Omitted, PerLane, Range, Value, varies
from .spread import Spread, spread
from .statistics import collected
from .windows import Windows

Codes = npt.NDArray[np.int64]
FEW = 8  # with fewer questions each is asked alone


def grouped(kind: str, summed: Block | None, blocks: Sequence[Block], operands: Spread, beyond: int) -> Block:
    """SUMIFS and its kin for each lane or cell; one pass when the varying conditions are equalities."""
    from .conditional import each

    size = operands.shape[0] * operands.shape[1]
    quick = None
    if size > FEW and (summed is None or not summed.has(Tag.ERROR)):
        quick = _grouped(kind, summed, blocks, operands)
    return each(kind, summed, blocks, operands, beyond) if quick is None else quick


def _grouped(kind: str, summed: Block | None, blocks: Sequence[Block], operands: Spread) -> Block | None:
    cells = blocks[0].shape[0] * blocks[0].shape[1]
    mask = np.ones(cells, dtype=bool)
    asked = np.zeros(operands.shape, dtype=np.int64)
    groups = np.zeros(cells, dtype=np.int64)
    count = 1
    for block, operand in zip(blocks, operands.blocks, strict=True):
        if operand.shape == (1, 1):
            mask &= criterion(operand.at(0, 0)).mask(block).ravel()
            continue
        coded = _codes(block, operand)
        if coded is None:
            return None
        own, wanted, more = coded
        mask &= own >= 0
        groups = groups * more + np.maximum(own, 0)
        asked = asked * more + wanted
        count *= more
        if count > 1 << 40:
            return None
    if count > 4 * (cells + asked.size) + 1024:
        known, inverse = np.unique(asked, return_inverse=True)
        place = np.minimum(np.searchsorted(known, groups), known.size - 1)
        mask &= known[place] == groups
        groups, asked, count = place, inverse.reshape(asked.shape), known.size
    return _reduced(kind, summed, groups, mask, (count, asked))


def _reduced(kind: str, summed: Block | None, groups: Codes, mask: Mask, wanted: tuple[int, Codes]) -> Block:
    count, asked = wanted
    if kind == "count" or summed is None:
        counts = np.bincount(groups[mask], minlength=count)
        return numeric(counts.astype(np.float64)[asked])
    if summed.uniform() != Tag.NUMBER:
        mask = mask & (summed.tags == Tag.NUMBER).ravel()
    chosen = np.flatnonzero(mask)
    numbers, groups = summed.numbers.ravel()[chosen], groups[chosen]
    if kind in {"max", "min"}:
        return numeric(_extreme(kind, numbers, groups, count)[asked])
    sums = sums_by_group(numbers, groups, chosen, count, journal.STRETCH * summed.shape[1])
    if kind == "sum":
        return numeric(as_numbers(sums)[asked])
    counts = np.bincount(groups, minlength=count)[asked]
    errors = np.where(counts == 0, Error.DIV0, 0).astype(np.uint8)
    return numeric(sums[asked] / np.maximum(counts, 1).astype(np.float64), errors)


def _extreme(kind: str, numbers: Numbers, groups: Codes, count: int) -> Numbers:
    worst, ufunc = (-np.inf, np.maximum) if kind == "max" else (np.inf, np.minimum)
    results = np.full(count, worst)
    ufunc.at(results, groups, numbers)
    return np.where(np.isinf(results), 0.0, results)


def _codes(block: Block, operand: Block) -> tuple[Codes, Codes, int] | None:
    """Group numbers of a range's cells (-1 for none), of the operands, and how many groups; None if not equalities."""
    if operand.uniform() == Tag.NUMBER and not block.has(Tag.TEXT):
        known, inverse = np.unique(operand.numbers, return_inverse=True)
        numbers = block.numbers.ravel()
        place = np.minimum(np.searchsorted(known, numbers), known.size - 1)
        same = known[place] == numbers
        if block.uniform() != Tag.NUMBER:
            same &= (block.tags == Tag.NUMBER).ravel()
        return np.where(same, place, -1), inverse.reshape(operand.shape), int(known.size)
    return _keyed_codes(block, operand)


def _keyed_codes(block: Block, operand: Block) -> tuple[Codes, Codes, int] | None:
    values, places = _different(operand)
    ids: dict[Key, int] = {}
    codes: list[int] = []
    for value in values:
        key = criterion(value).key()
        if key is None:
            return None
        codes.append(ids.setdefault(key, len(ids)))
    return _cell_codes(block, ids), np.array(codes, dtype=np.int64)[places], max(len(ids), 1)


def counts_in_windows(windows: Windows, operand: Block) -> Block | None:
    """How many cells of each window equal what its lane asks for; None when the conditions are no equalities."""
    block = windows.block
    if block.shape[1] != 1 or not block.shape[0]:
        return None
    coded = _codes(block, operand)
    if coded is None:
        return None
    own, wanted, _ = coded
    rows = block.shape[0] + 1
    places = np.sort(own * rows + np.arange(block.shape[0]))
    asked = np.broadcast_to(wanted[:, 0], windows.tops.shape) * rows
    through = np.searchsorted(places, asked + windows.bottoms - windows.first)
    before = np.searchsorted(places, asked + windows.tops - windows.first)
    return numeric((through - before).astype(np.float64).reshape(-1, 1))


def _different(operand: Block) -> tuple[list[Scalar], Codes]:
    """The different values of an operand, and which one each cell holds."""
    tag = operand.uniform()
    if tag == Tag.NUMBER:
        known, inverse = np.unique(operand.numbers, return_inverse=True)
        numbers: list[Scalar] = [float(number) for number in known]
        return numbers, inverse.reshape(operand.shape)
    if tag == Tag.TEXT and operand.coded is not None:
        used, inverse = np.unique(operand.coded.codes, return_inverse=True)
        return [str(operand.coded.words[code]) for code in used], inverse.reshape(operand.shape)
    seen: dict[tuple[type, Scalar], int] = {}
    cells: list[Scalar] = [value for row in operand.rows() for value in row]
    places = [seen.setdefault((type(value), value), len(seen)) for value in cells]
    return [value for _, value in seen], np.array(places, dtype=np.int64).reshape(operand.shape)


def _cell_codes(block: Block, ids: dict[Key, int]) -> Codes:
    if block.coded is not None and block.uniform() == Tag.TEXT:
        words = np.array([_code(str(word), ids) for word in block.coded.words] + [-1], dtype=np.int64)
        return words[block.coded.codes].ravel()
    if block.uniform() == Tag.TEXT:
        known: dict[str, int] = {}
        codes = np.empty(block.tags.size, dtype=np.int64)
        for index, text in enumerate(block.text_array().ravel().tolist()):
            code = known.get(text)
            if code is None:
                code = known[text] = _code(text, ids)
            codes[index] = code
        return codes
    cells = [block.at(row, column) for row in range(block.shape[0]) for column in range(block.shape[1])]
    return np.array([_code(value, ids) for value in cells], dtype=np.int64)


def _code(value: Scalar, ids: dict[Key, int]) -> int:
    key = cell_key(value)
    return -1 if key is None else ids.get(key, -1)


@function("RANK.EQ", 2, 3, "inputs", lanes=True)
def rank(context: Context, arguments: list[Value]) -> Value:
    """RANK.EQ(number, range, ascending): `#N/A` when the number is not in the range."""
    if not isinstance(arguments[1], Range | Lanes) or varies(context, arguments[1]):
        raise PerLane if context.lanes > 1 else Failure(Error.VALUE)
    numbers = np.sort(collected(context, [arguments[1]]))
    ascending = (
        len(arguments) > 2
        and not isinstance(arguments[2], Omitted)
        and bool(to_number(context.single(arguments[2])))
    )
    operands = spread(context, [arguments[0]])
    if isinstance(operands, Spread):
        asked, errors = block_numbers(operands.blocks[0])
        ranks, missing = _ranks(numbers, asked, ascending)
        return operands.wrap(
            numeric(ranks, missing if errors is None else np.where(errors != 0, errors, missing))
        )
    number = to_number(operands[0])
    if isinstance(number, Error):
        return number
    ranks, missing = _ranks(numbers, np.array([[number]]), ascending)
    return Error.NA if missing[0, 0] else float(ranks[0, 0])


def _ranks(numbers: Numbers, asked: Numbers, ascending: bool) -> tuple[Numbers, npt.NDArray[np.uint8]]:
    below, through = np.searchsorted(numbers, asked, "left"), np.searchsorted(numbers, asked, "right")
    ranks = (below if ascending else numbers.size - through) + 1
    return ranks.astype(np.float64), np.where(below == through, Error.NA, 0).astype(np.uint8)


alias("RANK", "RANK.EQ")
