"""How the result of a formula is shown in a cell without a number format: as the first cell that it adds up or copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openpaas_workspace.sheets.schemas import Formula, SetCells

from .book import Book
from .formats import is_date, of_row
from .formulas import Area, Node, Reference
from .formulas.tree import Call, Chain, Group, Prefix
from .tabs import Tab
from .windows import number_format

_LIKE_ITS_FIRST = frozenset(
    [
        "SUM",
        "AVERAGE",
        "MIN",
        "MAX",
        "MEDIAN",
        "MODE",
        "ABS",
        "ROUND",
        "ROUNDUP",
        "ROUNDDOWN",
        "INT",
        "TRUNC",
        "LARGE",
        "SMALL",
        "CEILING",
        "FLOOR",
    ]
)
_MOST = 200  # formulas of one change that are looked at
_LOOKED_AT = 20  # cells of a range

Given = Mapping[tuple[int, int], str]


def with_looks(book: Book, op: SetCells) -> SetCells:
    """The op, checked, with number formats for its formulas too."""
    formulas = [(place, given) for place, (*_, given) in enumerate(op.cells) if isinstance(given, Formula)]
    known = {place for _, places in op.numbers for place in places}
    given = {op.cells[place][:2]: number for number, places in op.numbers for place in places}
    found: dict[str, list[int]] = {}
    for place, formula in formulas[:_MOST]:
        number = (
            _look(_Sight(book, book.tab(op.tab), given), book.read(formula.v)) if place not in known else None
        )
        if number is not None:
            found.setdefault(number, []).append(place)
    return msgspec.structs.replace(op, numbers=[*op.numbers, *found.items()]) if found else op


class _Sight:
    """Number formats of cells, those that the op is about to give included."""

    def __init__(self, book: Book, home: Tab, given: Given) -> None:
        self._book = book
        self._home = home
        self._given = given

    def of(self, key: str | None, rows: Sequence[int], column: int) -> str | None:
        tab = self._home if key is None else self._book.by_key(key)
        if tab is None:
            return None
        id_ = tab.axis.id_at(column)
        made = tab.columns.get(id_)
        for row in rows:
            if row < tab.offset:
                continue
            at = tab.rows.id_at(row - tab.offset)
            own = self._given.get((at, id_)) if tab is self._home else None
            number = of_row(tab.formats.get(id_, []), at).number or own
            number = number or (number_format(made.dtype) if made is not None else None)
            if number is not None:
                return number
        return None


def _look(sight: _Sight, node: Node) -> str | None:
    match node:
        case Reference(row=row, column=column, tab=tab):
            return sight.of(tab, [row], column)
        case Area(top=top, left=left, bottom=bottom, tab=tab):
            low, high = sorted((top, bottom))
            return sight.of(tab, range(low, min(high, low + _LOOKED_AT) + 1), left)
        case Group(inner=inner) | Prefix(operand=inner):
            return _look(sight, inner)
        case Call(name=name, arguments=arguments) if name in _LIKE_ITS_FIRST and arguments:
            return _look(sight, arguments[0])
        case Chain(first=first, rest=rest) if {operator for operator, _ in rest} <= {"+", "-"}:
            return _of_sum(sight, first, rest)
    return None


def _of_sum(sight: _Sight, first: Node, rest: Sequence[tuple[str, Node]]) -> str | None:
    """Between two dates there are days."""
    looks = [_look(sight, node) for node in (first, *(node for _, node in rest))]
    found = next((number for number in looks if number is not None), None)
    dates = sum(is_date(number) for number in looks)
    return None if dates > 1 or (dates and not is_date(found)) else found
