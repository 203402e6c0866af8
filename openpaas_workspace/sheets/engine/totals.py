"""Running totals: `=B1+A2` filled down, by one pass over the terms instead of cell by cell.

The additions are those of the cells, from left to right, so the last digit is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .cells import Anything
from .columns import put_result
from .formulas import Node, Reference, evaluate
from .formulas.tree import Chain
from .tabs import Span, compiled
from .values import Error, Numbers, Tag, numbers_block, scalar_block

if TYPE_CHECKING:
    from .calculate import Calculator

_ABOVE = Reference(-1, 0)
_FEW = 64


class _Terms(NamedTuple):
    """What is added to the cell above: operators and templates. `leads`: the cell above is the first term."""

    rest: tuple[tuple[str, Node], ...]
    leads: bool


def run_total(calculator: Calculator, span: Span, low: int, high: int) -> bool:
    """Calculates lanes (rows of the grid) of a running total from the top; False if the formula is none."""
    found = _terms(span.template)
    if found is None or high - low < _FEW:
        return False
    tab = span.tab
    rows = span.rows(low - tab.offset, high - tab.offset)
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    for part in np.split(rows, cuts):
        if len(part):
            _part(calculator, span, found, int(part[0]), int(part[-1]) + 1)
    return True


def _terms(template: Node) -> _Terms | None:
    if not isinstance(template, Chain) or any(operator not in {"+", "-"} for operator, _ in template.rest):
        return None
    if template.first == _ABOVE:
        return _Terms(template.rest, leads=True)
    operator, second = template.rest[0]
    if operator == "+" and second == _ABOVE:
        return _Terms((("+", template.first), *template.rest[1:]), leads=False)
    return None


def _part(calculator: Calculator, span: Span, found: _Terms, start: int, stop: int) -> None:
    """Data rows that all belong to the span."""
    tab, at = span.tab, start
    column = tab.columns[span.column]
    while at < stop:
        above = column.at(at - 1) if at > 0 else None
        terms = _numbers(calculator, span, found, at, stop) if _is_number(above) and at > 0 else None
        good = 0 if terms is None else _good(terms)
        if terms is not None and good:
            total = np.add.accumulate(np.concatenate(([float(above or 0)], terms[:good].ravel())))
            made = total[terms.shape[1] :: terms.shape[1]]
            finite = np.isfinite(made)
            good = good if finite.all() else int(np.argmin(finite))
            put_result(column, at, numbers_block(np.ascontiguousarray(made[:good])[:, None]))
            at += good
        if at < stop:
            at = _slow(calculator, span, found, at, stop)


def _slow(calculator: Calculator, span: Span, found: _Terms, at: int, stop: int) -> int:
    """One cell as it comes; an error goes down to the end where the cell above is the first term."""
    row = at + span.tab.offset
    calculator.evaluate_plainly(span, row, row + 1)
    column = span.tab.columns[span.column]
    value = column.at(at)
    if isinstance(value, Error) and found.leads and at + 1 < stop:
        put_result(column, at + 1, scalar_block(value, stop - at - 1))
        return stop
    return at + 1


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, float) and not isinstance(value, bool))


def _numbers(calculator: Calculator, span: Span, found: _Terms, start: int, stop: int) -> Numbers | None:
    """Terms of each lane side by side, NaN where one is no number; None if one may be an array."""
    tab = span.tab
    parts = []
    for operator, template in found.rest:
        made = compiled(template)
        if made.spills:
            return None
        row, place = start + tab.offset, tab.place(span.column)
        block = evaluate(made, calculator.cells, tab.key, row, place, lanes=stop - start)
        values: Anything = np.where(block.tags[:, 0] == Tag.NUMBER, block.numbers[:, 0], np.nan)
        parts.append(-values if operator == "-" else values)
    return np.stack(parts, axis=1)


def _good(terms: Numbers) -> int:
    """How many of the first lanes have numbers only."""
    bad = np.isnan(terms).any(axis=1)
    return int(np.argmax(bad)) if np.any(bad) else len(terms)
