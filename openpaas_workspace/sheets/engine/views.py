"""Rows as a view shows them: a permutation of some of them, which changes nothing in the sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.schemas import Condition, View

from .cells import Anything
from .columns import column_block
from .headings import headings
from .tables import sorted_order
from .tabs import Tab
from .values import Block, Mask, Tag

NO_VIEW = (
    "A view is `shared`, `mine`, none, or one written out: "
    '{"filter": [{"column": 0, "test": ">", "values": [5]}]}.'
)
TOO_MUCH = "A view that nobody keeps has 10 conditions and is sorted by 3 columns at most."
_UNKEPT = 8  # orders of views that nobody keeps
_MOST_CONDITIONS = 10
_MOST_KEYS = 3


class _Order(NamedTuple):
    """Positions of data rows from top to bottom, of which the first `above` are headings."""

    view: View
    rows: Anything
    above: int


class Cache:
    """Orders of views, until their tab changes.

    A view is called `""` (the shared one), by its member, or, if nobody keeps it, by what it is, as JSON.
    """

    def __init__(self) -> None:
        self._orders: dict[tuple[str, str], _Order] = {}

    def forget(self, tabs: set[str]) -> None:
        """Some tabs changed."""
        for key in [key for key in self._orders if key[0] in tabs]:
            del self._orders[key]

    def order(self, tab: Tab, name: str | None) -> Anything | None:
        """Positions of data rows from top to bottom; None when all stand in their order."""
        found = self._found(tab, name)
        return None if found is None else found.rows

    def headings(self, tab: Tab, name: str | None) -> int:
        """How many rows at the top of a view are headings."""
        found = self._found(tab, name)
        return 0 if found is None else found.above

    def _found(self, tab: Tab, name: str | None) -> _Order | None:
        if name is None:
            return None
        if is_unkept(name):
            return self._unkept(tab, name)
        view = tab.views.get(name)
        if view is None:
            return None
        known = self._orders.get((tab.id, name))
        if known is None or known.view is not view:
            known = self._orders[tab.id, name] = order_of(tab, view)
        return known

    def _unkept(self, tab: Tab, name: str) -> _Order:
        known = self._orders.pop((tab.id, name), None)
        if known is None:
            known = order_of(tab, unkept(name))
            others = [key for key in self._orders if is_unkept(key[1])]
            for key in others[: max(0, len(others) + 1 - _UNKEPT)]:
                del self._orders[key]
        self._orders[tab.id, name] = known
        return known


def is_unkept(name: str) -> bool:
    """Whether it is a view itself rather than the name of one."""
    return name.startswith("{")


def unkept(name: str) -> View:
    """The view that is called by what it is; raises Invalid."""
    try:
        view = msgspec.json.decode(name, type=View)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise Invalid(NO_VIEW) from error
    # Who only looks does not hold up who works.
    if len(view.filter) > _MOST_CONDITIONS or len(view.sort) > _MOST_KEYS:
        raise TooLarge(TOO_MUCH)
    return view


def order_of(tab: Tab, view: View) -> _Order:
    """The headings, and of the data rows below that pass the filter, sorted."""
    above = headings(tab)
    rows = np.arange(above, len(tab.rows))
    for condition in view.filter:
        block = column_block(tab.columns.get(condition.column), 0, len(tab.rows))
        rows = rows[passing(block, condition)[rows]]
    rows = sorted_order(tab, view.sort, rows) if view.sort else rows
    return _Order(view, np.concatenate([np.arange(above), rows]) if above else rows, above)


def passing(block: Block, condition: Condition) -> Mask:
    """Which cells of a column pass."""
    tags: Anything = block.tags[:, 0]
    if condition.test == "empty":
        return np.equal(tags, Tag.EMPTY)
    if condition.test == "filled":
        return np.not_equal(tags, Tag.EMPTY)
    values = condition.values
    if condition.test in {"in", "="}:
        return (
            np.any([_equal(block, value) for value in values], axis=0)
            if values
            else np.zeros(len(tags), np.bool_)
        )
    if condition.test == "<>":
        return (
            ~np.any([_equal(block, value) for value in values], axis=0)
            if values
            else np.ones(len(tags), np.bool_)
        )
    if condition.test in {"contains", "begins"}:
        wanted = [str(value).casefold() for value in values]
        begins = condition.test == "begins"
        return _words(block, lambda word: any(word.startswith(w) if begins else w in word for w in wanted))
    return _compared(block, condition)


def _compared(block: Block, condition: Condition) -> Mask:
    found: Mask = np.ones(len(block.tags), dtype=np.bool_)
    tests = [">=", "<="] if condition.test == "between" else [condition.test]
    for test, value in zip(tests, condition.values, strict=False):
        found = found & _ordered(block, test, value)
    return found


def _ordered(block: Block, test: str, value: bool | float | str | None) -> Mask:
    if isinstance(value, str):
        limit = value.casefold()
        compare: dict[str, Callable[[str], bool]] = {
            "<": lambda word: word < limit,
            "<=": lambda word: word <= limit,
            ">": lambda word: word > limit,
            ">=": lambda word: word >= limit,
        }
        return _words(block, compare[test])
    numbers, number = block.numbers[:, 0], float(value or 0)
    passed = {
        "<": numbers < number,
        "<=": numbers <= number,
        ">": numbers > number,
        ">=": numbers >= number,
    }[test]
    mask: Mask = np.logical_and(passed, block.tags[:, 0] == Tag.NUMBER)
    return mask


def _equal(block: Block, value: bool | float | str | None) -> Mask:
    tags = block.tags[:, 0]
    if value is None:
        return np.equal(tags, Tag.EMPTY)
    if isinstance(value, str):
        wanted = value.casefold()
        return _words(block, lambda word: word == wanted)
    tag = Tag.BOOLEAN if isinstance(value, bool) else Tag.NUMBER
    mask: Mask = np.logical_and(tags == tag, block.numbers[:, 0] == float(value))
    return mask


def _words(block: Block, test: Callable[[str], bool]) -> Mask:
    """Which cells hold a text that passes; each word of the vocabulary is looked at once."""
    if block.coded is None:
        return np.zeros(len(block.tags), dtype=np.bool_)
    passed = np.array([test(str(word).casefold()) for word in block.coded.words] + [False], dtype=np.bool_)
    return np.take(passed, block.coded.codes[:, 0])
