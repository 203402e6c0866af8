"""Sheets: `ws.sheet("Finances/Budget.sheet")`."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from openpaas_workspace.client import frames
from openpaas_workspace.client.addresses import Area, written
from openpaas_workspace.client.people import Part
from openpaas_workspace.client.sentences import say
from openpaas_workspace.client.tabs import Tab
from openpaas_workspace.client.watching import SheetChange, Watch
from openpaas_workspace.kit.errors import Invalid, NotFound, WorkspaceError

if TYPE_CHECKING:
    import pandas as pd

    from openpaas_workspace.client.workspace import Workspace

ENDING = ".sheet"
# A large file takes the server minutes; asked for again it would be made again beside the first.
_PATIENCE = 600.0
FORMATS = ("csv", "tsv", "jsonl", "parquet", "arrow", "xlsx", "ods")


class Sheet:
    """A sheet: tabs by name. What it says of itself is what it was when last asked."""

    def __init__(self, workspace: "Workspace", info: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self.connection = workspace.connection
        self._info = dict(info)
        # The server knows a change that it hears again by these two.
        self._client = uuid.uuid4().hex[:16]
        self._n = 0

    def __repr__(self) -> str:
        return f"<Sheet {self.path}, {self.level}: {', '.join(self._names())}>"

    def _repr_html_(self) -> str:
        return cast("str", self._frame().to_html(index=False))

    @property
    def id(self) -> str:
        """Of its file."""
        return str(self._info["id"])

    @property
    def path(self) -> str:
        """Where it lies."""
        return str(self._info["path"])

    @property
    def level(self) -> str:
        """What I may do: `reader`, `commenter`, `editor`, `manager`."""
        return str(self._info["level"])

    @property
    def names(self) -> dict[str, str]:
        """Names that formulas may use, with what they stand for, now."""
        self.refresh()
        return dict(self._info["names"])

    @property
    def tabs(self) -> list[str]:
        """The names of its tabs in order, now."""
        self.refresh()
        return self._names()

    def refresh(self) -> int:
        """Ask again what it is; the number of its last change."""
        self._info = dict(self.connection.get(f"/sheets/{self.id}"))
        return int(self._info["seq"])

    @property
    def protections(self) -> "pd.DataFrame":
        """What is protected now: id, tab, address (empty for all of the tab), who may write there, who made it."""
        from openpaas_workspace.client.records import table

        self.refresh()
        names = {one["id"]: one["name"] for one in self._info["tabs"]}
        who = self.workspace.directory.username
        rows = [
            {
                "id": one["id"],
                "tab": names[one["tab"]],
                "address": _address(one),
                "members": [who(member) for member in one["members"]],
                "by": who(one["by"]),
            }
            for one in self._info["protections"]
        ]
        return table(rows, ("id", "tab", "address", "members", "by"))

    # tabs

    def __getitem__(self, name: str | int) -> Tab:
        """A tab by its name, or place from 0; raises NotFound."""
        found = self._find(name)
        if found is None:
            self.refresh()
            found = self._find(name)
        if found is None:
            raise NotFound(say("There is no tab “{name}”.", name=name))
        return found

    def __setitem__(self, name: str | int, frame: "pd.DataFrame | None") -> None:
        """A tab becomes this frame; a new tab if there is none of this name."""
        if isinstance(name, str) and name not in self:
            self.add(name, frame)
        elif frame is not None:
            self[name].write(frame)

    def __delitem__(self, name: str) -> None:
        tab = self[name]
        self.submit({"kind": "remove_tab", "tab": tab.id}, self.refresh())
        self.refresh()

    def __contains__(self, name: object) -> bool:
        return name in self.tabs

    def __iter__(self) -> Iterator[Tab]:
        self.refresh()
        return iter([self._tab(one) for one in self._info["tabs"]])

    def __len__(self) -> int:
        return len(self.tabs)

    def add(self, name: str, frame: "pd.DataFrame | None" = None) -> Tab:
        """A new tab at the end, with a frame if one is given."""
        table = None if frame is None else frames.pack(frame)
        tab = self._added(name)
        if table is not None:
            try:
                tab.put(table)
            except WorkspaceError:
                with suppress(WorkspaceError):
                    del self[name]
                raise
        return tab

    # the first tab

    @property
    def df(self) -> "pd.DataFrame":
        """The first tab as a DataFrame, as it is now; a snapshot."""
        return self[0].read()

    @df.setter
    def df(self, frame: "pd.DataFrame") -> None:
        self[0].write(frame)

    def read(self, *, odd: frames.Odd = "missing", progress: bool | None = None) -> "pd.DataFrame":
        """The first tab, see `Tab.read`."""
        return self[0].read(odd=odd, progress=progress)

    def write(self, frame: "pd.DataFrame", *, progress: bool | None = None) -> None:
        """The first tab becomes this frame, see `Tab.write`."""
        self[0].write(frame, progress=progress)

    def upsert(self, frame: "pd.DataFrame", key: str) -> None:
        """Rows are merged into the first tab, see `Tab.upsert`."""
        self[0].upsert(frame, key)

    # the whole

    def undo(self) -> int:
        """Take back my last change, by whatever window or script I made it; how many cells others had changed since."""
        return self._step("undo")

    def redo(self) -> int:
        """Take back my last undo."""
        return self._step("redo")

    def define(self, name: str, text: str) -> None:
        """A name for a range or formula (`"='2026'!$A$1:$B$9"`); an empty text takes it away."""
        self.submit({"kind": "define_name", "name": name, "text": text}, self.refresh())

    def watch(self, *, since: int | None = None, seconds: float | None = None) -> Iterator[SheetChange]:
        """Changes as they are made, mine too, one by one; also after a lost connection.

        What was missed meanwhile, or since the number `since`, comes as one change of kind `missed`: read afresh.
        Ends after `seconds`, else never. Raises Forbidden when I may not see the sheet any more, NotFound when it is gone.
        """
        return Watch(self, since, seconds).changes()

    def export(
        self,
        local: str | os.PathLike[str],
        tab: str | None = None,
        *,
        format: str = "",  # noqa: A002  (the word of the contract)
        locale: str | None = None,
    ) -> Path:
        """Save it on this machine as csv, tsv, jsonl, parquet, arrow (one tab), xlsx or ods (all), by the name's ending.

        `locale="fr"` writes CSV with semicolons and decimal commas.
        """
        target = Path(local)
        wanted = format or target.suffix.removeprefix(".").lower()
        if wanted not in FORMATS:
            raise Invalid(
                say("“{format}” is none of the formats {formats}.", format=wanted, formats=", ".join(FORMATS))
            )
        query: dict[str, Any] = {"format": wanted, "locale": locale}
        if tab is not None:
            query["tab"] = self[tab].id
        answer = self.connection.send("GET", f"/sheets/{self.id}/export", query=query, timeout=_PATIENCE)
        part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
        try:
            part.write_bytes(answer.content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    # inside

    def next_change(self) -> dict[str, Any]:
        """Who speaks, and a number for one more change."""
        self._n += 1
        return {"client": self._client, "n": self._n}

    def submit(self, op: dict[str, Any], seq: int) -> dict[str, Any]:
        """Send a change (see the reference of routes); `seq` is the state whose ids it names."""
        body = {**self.next_change(), "base_seq": seq, "op": op}
        return dict(self.connection.post(f"/sheets/{self.id}/ops", body))

    def _added(self, name: str) -> Tab:
        id_ = uuid.uuid4().hex[:12]
        self.submit({"kind": "add_tab", "id": id_, "name": name}, self.refresh())
        self.refresh()
        return Tab(self, id_, name)

    def fill(self, tables: Mapping[str, bytes | None]) -> None:
        """Make the tabs of a new sheet: names and packed frames."""
        for place, (name, table) in enumerate(tables.items()):
            tab = self[0] if place == 0 else self._added(name)
            if place == 0:
                tab.rename(name)
            if table is not None:
                tab.put(table)

    def _step(self, word: str) -> int:
        done = self.connection.post(f"/sheets/{self.id}/{word}", self.next_change())
        return int(done["skipped"])

    def _names(self) -> list[str]:
        return [str(one["name"]) for one in self._info["tabs"]]

    def _find(self, name: str | int) -> Tab | None:
        tabs: list[dict[str, Any]] = self._info["tabs"]
        if isinstance(name, int):
            return self._tab(tabs[name]) if -len(tabs) <= name < len(tabs) else None
        found = next((one for one in tabs if one["name"] == name), None)
        return None if found is None else self._tab(found)

    def _tab(self, info: Mapping[str, Any]) -> Tab:
        return Tab(self, str(info["id"]), str(info["name"]))

    def _frame(self) -> "pd.DataFrame":
        from openpaas_workspace.client.records import table

        self.refresh()
        rows = [
            {**one, "rows": one["height"] - one["header"], "columns": one["width"]}
            for one in self._info["tabs"]
        ]
        return table(rows, ("name", "rows", "columns", "id"))


def _address(protection: Mapping[str, Any]) -> str:
    """Where it is: `B2:C9`, `B:D`, `B:B,D:D`."""
    if protection["range"] is not None:
        top, left, bottom, right = protection["range"]
        return written(Area(top, bottom, left, right))
    columns: list[int] = protection["columns"]
    ends = [place for place in columns if place + 1 not in columns]
    starts = [place for place in columns if place - 1 not in columns]
    return ",".join(written(Area(None, None, a, b + 1)) for a, b in zip(starts, ends, strict=True))


def _tabs_of(
    tabs: "Mapping[str, pd.DataFrame | None] | Sequence[str]",
) -> Iterator[tuple[str, bytes | None]]:
    """Names and packed frames: what cannot be written is refused before anything is made."""
    if not isinstance(tabs, Mapping):
        tabs = dict.fromkeys([tabs] if isinstance(tabs, str) else tabs)
    if not tabs:
        raise Invalid(say("A sheet has one tab at least."))
    for name, frame in tabs.items():
        yield name, None if frame is None else frames.pack(frame)


class Sheets(Part):
    """The part of a Workspace about sheets."""

    def sheet(self, path: str) -> Sheet:
        """A sheet, by path or id; raises NotFound, Invalid for another file."""
        file = self.stat(path)
        return Sheet(cast("Workspace", self), self.connection.get(f"/sheets/{file.id}"))

    def create_sheet(
        self,
        path: str,
        tabs: "Mapping[str, pd.DataFrame | None] | pd.DataFrame | Sequence[str] | None" = None,
    ) -> Sheet:
        """Make a sheet: of frames by the names of their tabs (None: an empty tab), or one frame.

        Raises Conflict when the name is taken.
        """
        whole = frames.pack(tabs) if hasattr(tabs, "columns") else None
        named = {} if tabs is None or whole is not None else dict(_tabs_of(tabs))
        where = path if path.endswith(ENDING) else path + ENDING
        sheet = Sheet(cast("Workspace", self), self.connection.post("/sheets", {"path": where}))
        try:
            if whole is not None:
                sheet[0].put(whole)
            sheet.fill(named)
        except WorkspaceError:
            # Nothing is better than half of it under a name that is taken then.
            with suppress(WorkspaceError):
                self.connection.delete(f"/files/{sheet.id}")
            raise
        return sheet

    def import_sheet(self, path: str, to: str = "") -> Sheet:
        """Make a sheet of a CSV, TSV, JSON lines, Parquet, Arrow, XLSX or ODS file of the workspace.

        It goes beside the file, under a name that is free, or `to` a path. Raises Invalid for what cannot be read.
        """
        found = self.connection.post("/sheets/import", {"path": path, "to": to})
        return Sheet(cast("Workspace", self), found)
