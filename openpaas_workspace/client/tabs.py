"""A tab of a sheet: a DataFrame, and cells by their addresses."""

import uuid
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from openpaas_workspace.client import frames
from openpaas_workspace.client.addresses import MOST_COLUMNS, MOST_ROWS, Area, area_of, letters, written
from openpaas_workspace.client.connection import ATTEMPTS
from openpaas_workspace.client.grid import MOST_CELLS, Grid, date_formats
from openpaas_workspace.client.sentences import say
from openpaas_workspace.client.values import in_microseconds, to_cell
from openpaas_workspace.kit.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from openpaas_workspace.client.sheets import Sheet

_SHOWN = (20, 12)


class Cell:
    """One cell. What it holds is read when it is asked for."""

    def __init__(self, grid: Grid, area: Area) -> None:
        self._grid = grid
        self._area = area

    def __repr__(self) -> str:
        return f"<Cell {self.address}: {self.value!r}>"

    @property
    def address(self) -> str:
        """Where it is: `B2`."""
        return written(self._area)

    @property
    def value(self) -> Any:
        """What it shows: a number, text, bool, date, `CellError`, or None."""
        return self._grid.values(self._area)[0][0]

    @value.setter
    def value(self, value: Any) -> None:
        self._grid.write(self._grid.places(self._area), [[to_cell(value)]])

    @property
    def formula(self) -> str | None:
        """Its formula, in English; None if it has none."""
        found = self._grid.window(self._area, inputs=True)["columns"]
        given = found[0]["inputs"][:1] if found else []
        return str(given[0]["v"]) if given and isinstance(given[0], dict) and given[0]["t"] == "f" else None

    @formula.setter
    def formula(self, text: str | None) -> None:
        self.value = text


class Tab:
    """A tab, by its id: it may be renamed meanwhile. `tab.df` is a snapshot; writing back is `tab.df = df`."""

    def __init__(self, sheet: "Sheet", id_: str, name: str) -> None:
        self.sheet = sheet
        self.id = id_
        self.name = name
        self._grid = Grid(sheet, id_)

    def __repr__(self) -> str:
        return f"<Tab {self.name!r} of {self.sheet.path}>"

    def _repr_html_(self) -> str:
        found = self._grid.window(Area(0, 1, 0, 0))
        rows, columns = min(found["height"], _SHOWN[0]), min(found["width"], _SHOWN[1])
        shown = self._frame(Area(0, rows, 0, columns))
        return f"{shown.to_html(na_rep='')}<p>{found['height']} × {found['width']}</p>"

    # whole tables

    @property
    def df(self) -> "pd.DataFrame":
        """The tab as it is now; see `read`."""
        return self.read()

    @df.setter
    def df(self, frame: "pd.DataFrame") -> None:
        self.write(frame)

    def read(
        self,
        columns: Sequence[str] | str | None = None,
        *,
        odd: frames.Odd = "missing",
        header: bool | None = None,
        progress: bool | None = None,
    ) -> "pd.DataFrame":
        """The tab as a DataFrame with the dtypes and the index that were written.

        `odd` is what becomes of cells that do not fit the type of their column (a text among numbers): `missing`
        (and a warning says how many), `keep` (such a column holds Python objects), or `raise` Invalid. A tab that
        was filled by hand has no header: its first row names the columns if it holds nothing but texts, each once;
        `header` says whether it does.
        """
        columns = [columns] if isinstance(columns, str) else columns
        if columns is not None and not columns:
            return self.read(odd=odd, header=header, progress=progress)[[]]
        table, state = self._fetch(columns, mixed=True, progress=progress)
        names = frames.odd_columns(table)
        labels = self._labels(header) if columns is None else None
        if labels is not None:
            return frames.labelled(table.slice(1), *labels, odd)
        if not names:
            return table.to_pandas()
        if odd != "keep":
            table, plain, names = self._of_one_state(columns, (table, state))
            frames.said_odd(table, plain, names, odd)
            for name in names:
                place = table.schema.get_field_index(name)
                table = table.set_column(place, plain.schema.field(name), plain.column(name))
            return table.to_pandas()
        return frames.kept(table, names)

    def write(self, frame: "pd.DataFrame", *, progress: bool | None = None) -> None:
        """The tab becomes this frame: one change, one step of undo, for everybody. Formulas in it go."""
        self.put(frames.pack(frame), progress)

    def put(self, table: bytes, progress: bool | None = None) -> None:
        """As `write`, of a frame that is packed already (`frames.pack`)."""
        self._send("PUT", table, {}, progress)

    def upsert(self, frame: "pd.DataFrame", key: str, *, progress: bool | None = None) -> None:
        """Rows are merged by the column (or index) `key`: known keys are overwritten, new ones appended.

        Columns that the frame does not have stay as they are.
        """
        self._send("POST", frames.pack(frame), {"key": key}, progress)

    # cells

    def __getitem__(self, address: str) -> "Cell | pd.DataFrame":
        """`tab["B2"]` is a cell, `tab["A1:C3"]` or `tab["B:B"]` a DataFrame of values by letters and row numbers."""
        area = area_of(address)
        return Cell(self._grid, area) if area.single else self._frame(self._grid.closed(area))

    def __setitem__(self, address: str, value: Any) -> None:
        """Put in a value, a formula (`"=A2*B2"`), or rows of them (a list of lists, a DataFrame without its labels).

        One formula for many cells is filled down from the first, as in any spreadsheet.
        """
        area = area_of(address)
        rows = _rows_of(value, area)
        if rows is None:
            self._put(self._grid.closed(area), to_cell(value))
            return
        height, width = len(rows), len(rows[0]) if rows else 0
        if not height or not width:
            raise Invalid(say("There is nothing to write."))
        if area.single:
            top, left = area.top or 0, area.left or 0
            area = Area(top, top + height, left, left + width)
        area = self._grid.closed(area)
        size = ((area.bottom or 0) - (area.top or 0), (area.right or 0) - (area.left or 0))
        if size != (height, width) or any(len(row) != width for row in rows):
            raise Invalid(
                say(
                    "{place} has {rows} × {columns} cells; that is not what was given.",
                    place=address,
                    rows=size[0],
                    columns=size[1],
                )
            )
        self._put_rows(area, value, rows)

    def formulas(self, address: str) -> "pd.DataFrame":
        """As `tab[address]`, with formulas where there are any."""
        return self._frame(self._grid.closed(area_of(address)), inputs=True)

    def clear(self, address: str) -> None:
        """Empty cells; their formats stay."""
        places = self._grid.places(self._grid.closed(area_of(address)))
        self._grid.submit({"kind": "clear", "range": places.range}, places.seq)

    def format(self, address: str, number: str | None = None, **style: Any) -> None:
        """How cells look: a number format as in Excel (`0.00 €`, `dd/mm/yyyy`), `bold`, `italic`, `color="#c00"`,
        `background`, `align`, `wrap`. Whole columns (`"B:B"`) also for rows that come later.
        """
        area = area_of(address)
        places = self._grid.places(self._grid.closed(area))
        look = {"number": number, **style}
        op: dict[str, Any] = {
            "kind": "format",
            "style": {name: value for name, value in look.items() if value is not None},
        }
        op |= {"columns": places.columns} if area.top is None else {"range": places.range}
        self._grid.submit(op, places.seq)

    def protect(self, address: str | None, members: Sequence[str] | str) -> str:
        """Only these members (usernames) may write there (None: in all of the tab), and who manages the sheet.

        The answer is the id, for `unprotect`; `sheet.protections` lists them. Raises Invalid for a group.
        """
        members = [members] if isinstance(members, str) else members
        subjects = [self.sheet.workspace.directory.subject(name) for name in members]
        groups = [name for name, one in zip(members, subjects, strict=True) if not one.startswith("member:")]
        if groups:
            raise Invalid(say("“{name}” is no member: protections name people.", name=groups[0]))
        id_ = uuid.uuid4().hex[:12]
        allowed = [one.removeprefix("member:") for one in subjects]
        op: dict[str, Any] = {"kind": "protect", "id": id_, "members": allowed}
        if address is None:
            self._grid.submit(op, self.sheet.refresh())
            return id_
        area = area_of(address)
        places = self._grid.places(self._grid.closed(area))
        op |= {"columns": places.columns} if area.top is None else {"range": places.range}
        self._grid.submit(op, places.seq)
        return id_

    def unprotect(self, protection: str) -> None:
        """Lift a protection."""
        self._grid.submit({"kind": "protect", "id": protection, "members": None}, self.sheet.refresh())

    def freeze(self, rows: int = 0, columns: int = 0) -> None:
        """So many rows and columns stay in sight."""
        self._grid.submit({"kind": "freeze", "rows": rows, "columns": columns}, self.sheet.refresh())

    def rename(self, name: str) -> None:
        """Another name; formulas follow."""
        self._grid.submit({"kind": "rename_tab", "name": name}, self.sheet.refresh())
        self.name = name
        self.sheet.refresh()

    def find(self, text: str) -> list[str]:
        """Addresses of cells that show a text, in any case."""
        found = self.sheet.connection.get(f"/sheets/{self.sheet.id}/find", tab=self.id, text=text)
        return [f"{letters(column)}{row + 1}" for row, column in found]

    # inside

    def _fetch(self, columns: Sequence[str] | None, *, mixed: bool, progress: bool | None) -> Any:
        query = {"mixed": "true" if mixed else "false"}
        if columns is not None:
            query["columns"] = frames.listed(columns)
        return frames.fetch(
            self.sheet.connection, f"{self._grid.path}/arrow", query, name=self.name, progress=progress
        )

    def _of_one_state(
        self, columns: Sequence[str] | None, mixed: "tuple[pa.Table, str]"
    ) -> "tuple[pa.Table, pa.Table, list[str]]":
        """A table, its columns with odd cells as their types have them, and the names of these."""
        for attempt in range(ATTEMPTS):
            table, state = mixed if attempt == 0 else self._fetch(columns, mixed=True, progress=False)
            names = frames.odd_columns(table)
            plain, now = self._fetch(names, mixed=False, progress=False) if names else (table, state)
            if now == state:
                break
        # Where somebody always writes, as many rows as both have.
        rows = min(table.num_rows, plain.num_rows)
        return table.slice(0, rows), plain.slice(0, rows), names

    def _send(self, method: str, data: bytes, query: dict[str, Any], progress: bool | None) -> None:
        about = {**self.sheet.next_change(), **query}
        frames.send(
            self.sheet.connection,
            method,
            f"{self._grid.path}/arrow",
            data,
            about,
            name=self.name,
            progress=progress,
        )

    def _labels(self, header: bool | None) -> tuple[list[str], list[bool]] | None:
        """What the first row of a tab without a header calls the columns, and which are dates; None if it does not."""
        first = self._grid.window(Area(0, 2, 0, MOST_COLUMNS))
        if header is False or not first["rows"] or first["rows"][0] == -1:
            return None
        labels = [column["values"][0] for column in first["columns"]]
        good = all(isinstance(label, str) for label in labels) and len(set(labels)) == len(labels)
        if not good and not header:
            return None
        dates = [1 in rows for rows in map(date_formats(first).get, range(len(labels)), repeat({}))]
        return [str(label) if label is not None else letters(at) for at, label in enumerate(labels)], dates

    def _frame(self, area: Area, *, inputs: bool = False) -> "pd.DataFrame":
        import pandas as pd

        rows = self._grid.values(area, inputs=inputs)
        top, left, right = area.top or 0, area.left or 0, area.right or 0
        return pd.DataFrame(
            rows,
            index=range(top + 1, top + 1 + len(rows)),
            columns=[letters(place) for place in range(left, right)],
        )

    def _put(self, area: Area, given: Any) -> None:
        """One value or formula for a rectangle."""
        self._few(area, MOST_ROWS)
        places = self._grid.places(area)
        if isinstance(given, dict) and given["t"] == "f" and len(places.rows) > 1:
            if len(places.columns) > 1:
                raise Invalid(say("Fill a formula down one column at a time."))
            op = {
                "kind": "fill_formula",
                "column": places.columns[0],
                "first": places.rows[0],
                "last": places.rows[-1],
                "text": given["v"],
            }
            self._grid.submit(op, places.seq)
            return
        self._few(area, MOST_CELLS)
        self._grid.write(places, [[given] * len(places.columns) for _ in places.rows])

    def _put_rows(self, area: Area, value: Any, rows: list[list[Any]]) -> None:
        if len(rows) * len(rows[0]) <= MOST_CELLS:
            self._grid.write(self._grid.places(area), [[to_cell(one) for one in row] for row in rows])
            return
        import pandas as pd

        frame, parse = frames.as_typed(value if isinstance(value, pd.DataFrame) else pd.DataFrame(rows))
        frame = frame.reset_index(drop=True).set_axis(
            [str(at) for at in range(frame.shape[1])], axis="columns"
        )
        corner = self._grid.places(Area(area.top, (area.top or 0) + 1, area.left, (area.left or 0) + 1))
        about = {
            **self.sheet.next_change(),
            "base_seq": corner.seq,
            "row": corner.rows[0],
            "column": corner.columns[0],
            "parse": parse,
        }
        frames.send(
            self.sheet.connection,
            "POST",
            f"{self._grid.path}/block",
            frames.pack(frame),
            about,
            name=self.name,
            progress=None,
        )

    @staticmethod
    def _few(area: Area, most: int) -> None:
        if ((area.bottom or 0) - (area.top or 0)) * ((area.right or 0) - (area.left or 0)) > most:
            raise Invalid(say("That is too much for one value: write a DataFrame."))


def _rows_of(value: Any, area: Area) -> list[list[Any]] | None:
    """Rows of values; None for one value. A flat list lies along the row if the place is one row, else down."""
    if isinstance(value, str | bytes | Mapping) or value is None:
        return None
    if hasattr(value, "itertuples"):
        return [list(row) for row in value.itertuples(index=False, name=None)]
    if hasattr(value, "tolist") and getattr(value, "shape", None):
        value = in_microseconds(value).tolist()
    if not isinstance(value, Sequence):
        return None
    lists = [isinstance(row, Sequence) and not isinstance(row, str | bytes) for row in value]
    if any(lists):
        if not all(lists):
            raise Invalid(say("Give rows of the same kind: some are lists, some are single values."))
        return [list(row) for row in value]
    if area.top is not None and area.bottom == area.top + 1 and not area.single:
        return [list(value)]
    return [[one] for one in value]
