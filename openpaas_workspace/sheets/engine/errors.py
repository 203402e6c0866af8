"""Errors of sheets that carry what the author would otherwise lose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openpaas_workspace.kit.errors import Conflict, Forbidden, Unavailable


class Deleted(Conflict):
    """The change is for a row or column that somebody deleted. `cells` are what it held: row id, column id, input."""

    def __init__(self, sentence: str, cells: Sequence[tuple[int, int, Any]] = ()) -> None:
        super().__init__(sentence)
        self.cells = list(cells)

    def problem(self) -> dict[str, object]:
        """The error with the cells that found no place, so that a page can show and copy them."""
        return super().problem() | {"cells": msgspec.to_builtins([list(cell) for cell in self.cells])}


class Protected(Forbidden):
    """The change would touch what somebody protected; `protection` is the id."""

    def __init__(self, sentence: str, protection: str) -> None:
        super().__init__(sentence)
        self.protection = protection

    def problem(self) -> dict[str, object]:
        """The error with what is in the way, so that a page can say whom to ask."""
        return super().problem() | {"protection": self.protection}


class Stale(Conflict):
    """The change was made upon a state too old to be understood."""

    def __init__(self, sentence: str = "This page is too far behind: reload it, then try again.") -> None:
        super().__init__(sentence)


class Unread(Unavailable):
    """Cells that are still in the file of a snapshot cannot be read now; what needed them is not to blame."""

    def __init__(self) -> None:
        super().__init__("This sheet could not be read to its end; try again in a moment.", retry_after=30)
