"""The tabs of a workbook and what they share; formulas between the text people see and the trees that are stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from openpaas_workspace.kit.errors import Invalid, NotFound
from openpaas_workspace.sheets.schemas import Protect

from .edit import Axes
from .formulas import (
    Area,
    FormulaError,
    Name,
    Node,
    Reference,
    References,
    map_references,
    parse,
    relative,
    shift,
    unparse,
)
from .formulas.tree import GONE
from .tabs import Tab
from .values import Block, Error, Scalar

Foreign: TypeAlias = Callable[[str, Sequence[Sequence[Scalar | Block]]], list[Scalar | Block]]
MAX_FORMULA = 8_192  # characters, as Excel


def nobody_has_it(_name: str, calls: Sequence[Sequence[Scalar | Block]]) -> list[Scalar | Block]:
    """The answer when no other engine is there to ask for a function."""
    return [Error.NAME] * len(calls)


@dataclass(slots=True)
class Book:
    """The whole state; `tabs` in order. `seq`, `now` (serial date) and `seed` are those of the last op."""

    tabs: list[Tab] = field(default_factory=list)
    names: dict[str, tuple[str, Node]] = field(default_factory=dict)
    protections: dict[str, Protect] = field(default_factory=dict)
    seq: int = 0
    now: float = 0.0
    seed: int = 0
    foreign: Foreign = nobody_has_it
    former: dict[str, str] = field(default_factory=dict)

    def tab(self, id_: str) -> Tab:
        """A tab by id; raises NotFound."""
        for tab in self.tabs:
            if tab.id == id_:
                return tab
        raise NotFound("This tab is gone: somebody removed it.")

    def by_key(self, key: str) -> Tab | None:
        """A tab by how stored formulas name it."""
        for tab in self.tabs:
            if tab.key == key:
                return tab
        return None

    def called(self, name: str) -> Tab | None:
        """A tab by its name, in any case."""
        folded = name.casefold()
        for tab in self.tabs:
            if tab.name.casefold() == folded:
                return tab
        return None

    def axes(self) -> Axes:
        """Where everything stands now; axes never change, so this costs nothing."""
        return {tab.key: (tab.rows, tab.axis, tab.offset) for tab in self.tabs}

    def read_on(self) -> bool:
        """Read one more column that is still in a file, if there is any; says whether it did. Raises Unread."""
        for tab in self.tabs:
            for column in tab.columns.values():
                if column.lazy is not None:
                    column.read()
                    return True
        return False

    def read(self, text: str, *, stale: bool = False) -> Node:
        """The tree of a canonical formula, with tabs by key; raises Invalid.

        `stale`: names that tabs had before are understood too.
        """
        if len(text) > MAX_FORMULA:
            raise Invalid(f"The formula has {len(text):,} characters; {MAX_FORMULA:,} are allowed.")
        try:
            node = parse(text)
        except FormulaError as error:
            raise Invalid(f"The formula cannot be read: {error}") from error
        return map_references(node, self._keyed_stale if stale else self._keyed)

    def write(self, node: Node) -> str:
        """The canonical text of a stored tree."""
        return unparse(map_references(node, self._named))

    def text_at(self, template: Node, row: int, column: int) -> str:
        """How a template reads in a cell of the grid."""
        return self.write(shift(relative(template, -row, -column), 0, 0))

    def of_many(self, name: Name) -> bool:
        """Whether a name stands for several cells."""
        found = self.names.get(name.text.upper())
        node = found[1] if found else None
        return isinstance(node, Area) and (node.top, node.left) != (node.bottom, node.right)

    def _keyed(self, item: References) -> Node:
        if not isinstance(item, Reference | Area | Name) or item.tab is None:
            return item
        tab = self.called(item.tab)
        return item if tab is None else replace(item, tab=tab.key)

    def _keyed_stale(self, item: References) -> Node:
        found = self._keyed(item)
        if isinstance(found, Reference | Area | Name) and found.tab is not None:
            key = self.former.get(found.tab.casefold())
            return found if key is None else replace(found, tab=key)
        return found

    def _named(self, item: References) -> Node:
        if (
            not isinstance(item, Reference | Area | Name)
            or item.tab is None
            or not item.tab.startswith("\x01")
        ):
            return item
        tab = self.by_key(item.tab)
        return GONE if tab is None else replace(item, tab=tab.name)
