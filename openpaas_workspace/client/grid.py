"""What a tab asks of the server: where its cells are, and changes to them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from openpaas_workspace.client.addresses import MOST_COLUMNS, Area
from openpaas_workspace.client.sentences import say
from openpaas_workspace.client.values import from_cell, is_date
from openpaas_workspace.kit.errors import Invalid

if TYPE_CHECKING:
    from openpaas_workspace.client.sheets import Sheet

_WINDOW: Final = 90_000  # cells; the server shows 100,000 at once
_MOST_READ: Final = 10_000_000  # cells as objects of Python
MOST_CELLS: Final = 10_000  # written one by one in one change


class Places:
    """A rectangle as it is now: ids of its rows and columns, also of those nobody has written to yet."""

    def __init__(self, area: Area, rows: list[int], columns: list[int], seq: int) -> None:
        self.area = area
        self.rows = rows
        self.columns = columns
        self.seq = seq

    @property
    def range(self) -> dict[str, int]:
        """As an op names it."""
        return {
            "top": self.rows[0],
            "left": self.columns[0],
            "bottom": self.rows[-1],
            "right": self.columns[-1],
        }


class Grid:
    """One tab of a sheet, by id."""

    def __init__(self, sheet: "Sheet", tab: str) -> None:
        self.sheet = sheet
        self.tab = tab
        self.path = f"/sheets/{sheet.id}/tabs/{tab}"

    def window(self, area: Area, *, inputs: bool = False) -> dict[str, Any]:
        """Values of a rectangle, as the server tells them."""
        return dict(
            self.sheet.connection.get(
                f"/sheets/{self.sheet.id}/window",
                tab=self.tab,
                top=area.top or 0,
                bottom=area.bottom or 0,
                left=area.left or 0,
                right=area.right or 0,
                inputs=inputs,
            )
        )

    def columns(self) -> list[tuple[int, str]]:
        """Ids and names of the columns, from left to right."""
        found = self.window(Area(0, 0, 0, MOST_COLUMNS))
        return [(column["id"], column["name"]) for column in found["columns"]]

    def closed(self, area: Area) -> Area:
        """A rectangle with all its ends, as far as there is anything; from the first row of data down."""
        if None not in area:
            return area
        found = self.window(Area(0, 1, 0, 0))
        offset = 1 if found["rows"][:1] == [-1] else 0
        top = offset if area.top is None else area.top
        bottom = max(found["height"], top + 1) if area.bottom is None else area.bottom
        left = area.left or 0
        right = max(found["width"], left + 1) if area.right is None else area.right
        return Area(top, bottom, left, right)

    def places(self, area: Area) -> Places:
        """Ids of a closed rectangle."""
        top, bottom, left, right = area.top or 0, area.bottom or 0, area.left or 0, area.right or 0
        rows = self.window(Area(top, bottom, 0, 0))
        columns = self.window(Area(0, 0, left, right))
        there = [column["id"] for column in columns["columns"]]
        return Places(
            area,
            rows["rows"] + _beyond(rows["next_row"], rows["height"], top, bottom),
            there + _beyond(columns["next_column"], columns["width"], left, right),
            min(rows["seq"], columns["seq"]),
        )

    def values(self, area: Area, *, inputs: bool = False) -> list[list[Any]]:
        """Rows of values of a closed rectangle; with `inputs` what was put in: formulas as texts."""
        top, bottom, left, right = area.top or 0, area.bottom or 0, area.left or 0, area.right or 0
        width = right - left
        if width * (bottom - top) > _MOST_READ:
            raise Invalid(say("That is too much at once: read the tab as a DataFrame."))
        rows: list[list[Any]] = []
        step = max(_WINDOW // max(width, 1), 1)
        for start in range(top, bottom, step):
            stop = min(start + step, bottom)
            found = self.window(Area(start, stop, left, right), inputs=inputs)
            numbers = date_formats(found)
            columns = [
                _column(column, numbers.get(place, {}), inputs=inputs)
                for place, column in enumerate(found["columns"])
            ]
            columns += [[] for _ in range(width - len(columns))]
            rows += [
                [column[row] if row < len(column) else None for column in columns]
                for row in range(stop - start)
            ]
        return rows

    def submit(self, op: dict[str, Any], seq: int) -> dict[str, Any]:
        """Send a change that names ids as they were at `seq`."""
        return self.sheet.submit({"tab": self.tab, **op}, seq)

    def write(self, places: Places, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
        """Put inputs into a rectangle, in one change."""
        cells = [
            (row, column, value)
            for row, line in zip(places.rows, rows, strict=True)
            for column, value in zip(places.columns, line, strict=True)
        ]
        return self.submit({"kind": "set_cells", "cells": cells}, places.seq)


def _beyond(next_id: int, size: int, start: int, stop: int) -> list[int]:
    """Ids of places that do not exist yet."""
    return [next_id + place - size for place in range(max(start, size), stop)]


def date_formats(found: dict[str, Any]) -> dict[int, dict[int, str]]:
    """The formats of dates in a window, by column and row."""
    numbers: dict[int, dict[int, str]] = {}
    for style, place, rows in found["looks"]:
        number = found["styles"][style].get("number")
        if number and is_date(number):
            numbers.setdefault(place, {}).update(dict.fromkeys(rows, number))
    return numbers


def _column(column: dict[str, Any], numbers: dict[int, str], *, inputs: bool) -> list[Any]:
    values = [
        from_cell(value, numbers.get(row, column.get("number"))) for row, value in enumerate(column["values"])
    ]
    if inputs:
        for row, given in enumerate(column.get("inputs") or []):
            if isinstance(given, dict) and given["t"] == "f":
                values[row] = given["v"]
    return values
