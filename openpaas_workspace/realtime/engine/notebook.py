"""Bringing a notebook from a file into the live one without replacing what did not change.

`jupyter_ydoc`'s own `set` replaces a source whole, and makes a cell anew when a stream output changes;
both lose what others type at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pycrdt import Array, Doc, Map, Text

from openpaas_workspace.realtime.engine.matching import Pairs, match
from openpaas_workspace.realtime.engine.text import apply_text, rising
from openpaas_workspace.realtime.engine.values import (
    TRUST,
    Cell,
    Key,
    keys_of,
    new_id,
    normal_cell,
    same,
    storable,
)

_OWN_KEYS: Final = frozenset(("id", "cell_type", "source", "metadata", "outputs", "execution_state"))
_EMPTY_CELL: Final[Cell] = {
    "cell_type": "code",
    "source": "",
    "metadata": {},
    "outputs": [],
    "execution_count": None,
}


@dataclass(slots=True)
class Change:
    """What a new notebook changes of a base one."""

    base: list[Cell]
    new: list[Cell]
    pairs: Pairs
    meta_base: dict[str, Any]
    meta_new: dict[str, Any]


def merge_notebook(doc: Doc[Any], notebook: Mapping[str, Any]) -> bool:
    """Make the live notebook equal to `notebook` by small changes; answers whether anything changed.

    One transaction; no update is made when both are equal. `metadata.trusted` is left alone.
    Raises `ValueError` for what is not a notebook of format 4.
    """
    with doc.transaction():
        change = compare(doc, notebook)
        touched = edit_contents(doc, change)
        return restructure(doc, change) or touched


def read_cells(doc: Doc[Any]) -> list[Cell]:
    """The cells as they are in the live document, with their ids whatever the format says."""
    found = []
    for ycell in doc.get("cells", type=Array):
        cell: Cell = ycell.to_py() or {}
        cell.setdefault("cell_type", "raw")
        cell.setdefault("source", "")
        cell.pop("execution_state", None)
        found.append(cell)
    return found


def compare(doc: Doc[Any], notebook: Mapping[str, Any]) -> Change:
    """What `notebook` changes of the one in `doc`."""
    cells, metadata = notebook.get("cells"), notebook.get("metadata", {})
    if not isinstance(cells, list) or not isinstance(metadata, Mapping) or notebook.get("nbformat", 4) != 4:
        raise ValueError("This is not a notebook of format 4.")
    try:
        new = [normal_cell(cell) for cell in cells] or [normal_cell(_EMPTY_CELL)]
    except (KeyError, TypeError, AttributeError):
        raise ValueError("A cell of this notebook is malformed.") from None
    base = read_cells(doc)
    meta: dict[str, Any] = doc.get("meta", type=Map).to_py() or {}
    wanted = storable({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **notebook})
    wanted.pop("cells", None)
    return Change(base, new, match(base, new), meta, wanted)


def edit_contents(doc: Doc[Any], change: Change) -> bool:
    """Change in place what differs inside cells that are in both, and the notebook's own metadata."""
    with doc.transaction():
        touched = _edit_meta(doc.get("meta", type=Map), change)
        ycells = doc.get("cells", type=Array)
        for pair, new in zip(change.pairs, change.new, strict=True):
            if pair is not None and new["cell_type"] == change.base[pair]["cell_type"]:
                touched |= edit_cell(ycells[pair], change.base[pair], new)
    return touched


def _edit_meta(ymeta: Map[Any], change: Change) -> bool:
    old, new = change.meta_base, change.meta_new
    touched = False
    for key, value in new.items():
        if key == "metadata" and isinstance(ymeta.get(key), Map):
            touched |= _edit_map(ymeta[key], old.get(key, {}), value)
        elif key not in old or not same(old[key], value):
            ymeta[key] = Map(value) if key == "metadata" else value
            touched = True
    return touched


def _edit_map(ymap: Map[Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    touched = False
    for key in [key for key in old if key not in new and key != TRUST]:
        if key in ymap:
            del ymap[key]
            touched = True
    for key, value in new.items():
        if key != TRUST and (key not in old or not same(old[key], value)):
            ymap[key] = value
            touched = True
    return touched


def edit_cell(ycell: Map[Any], old: Cell, new: Cell) -> bool:
    """Change of a live cell what differs between `old` and `new`; answers whether anything did."""
    touched = _edit_source(ycell, old["source"], new["source"])
    ymetadata = ycell.get("metadata")
    if isinstance(ymetadata, Map):
        touched |= _edit_map(ymetadata, old.get("metadata", {}), new["metadata"])
    elif not same(old.get("metadata", {}), new["metadata"]):
        ycell["metadata"] = Map(new["metadata"])
        touched = True
    if new["cell_type"] == "code":
        touched |= _edit_outputs(ycell, old.get("outputs"), new["outputs"])
    rest_old = {key: value for key, value in old.items() if key not in _OWN_KEYS}
    rest_new = {key: value for key, value in new.items() if key not in _OWN_KEYS}
    if not rest_old.get("attachments", True):
        rest_new.setdefault("attachments", rest_old["attachments"])
    touched |= _edit_map(ycell, rest_old, rest_new)
    return touched


def _edit_source(ycell: Map[Any], old: str, new: str) -> bool:
    ysource = ycell.get("source")
    if isinstance(ysource, Text):
        return apply_text(ysource, new) if old != new else False
    ycell["source"] = Text(new)
    return True


def _edit_outputs(ycell: Map[Any], old: list[Any] | None, new: list[Any]) -> bool:
    youtputs = ycell.get("outputs")
    if not isinstance(youtputs, Array):
        ycell["outputs"] = Array([_new_output(one) for one in new])
        return True
    have = old or []
    shortest = min(len(have), len(new))
    start = next((i for i in range(shortest) if not same(have[i], new[i])), shortest)
    rest = shortest - start
    end = next((i for i in range(rest) if not same(have[-1 - i], new[-1 - i])), rest)
    if start == len(have) - end == len(new) - end:
        return False
    if start < len(have) - end:
        del youtputs[start : len(have) - end]
    for index in range(start, len(new) - end):
        youtputs.insert(index, _new_output(new[index]))
    return True


def _new_output(output: dict[str, Any]) -> Map[Any]:
    if output.get("output_type") == "stream":
        return Map({**output, "text": Text(output.get("text", ""))})
    return Map(output)


def new_ycell(cell: Cell) -> Map[Any]:
    """A live cell, not yet in a document."""
    content: dict[str, Any] = dict(cell)
    content["source"] = Text(cell["source"])
    content["metadata"] = Map(cell.get("metadata", {}))
    if cell["cell_type"] == "code":
        content["outputs"] = Array([_new_output(one) for one in cell.get("outputs") or []])
        content["execution_state"] = "idle"
    return Map(content)


# the order of the cells


def restructure(doc: Doc[Any], change: Change, remade: Mapping[int, Cell] | None = None) -> bool:
    """Delete, insert and move the cells of `doc` as `change` did with those of its base.

    Cells that the base does not have stay where they are; those it has and `doc` has not stay away.
    A moved cell is made anew from what it holds now (Yjs 13 knows no move), `remade` gives by index
    in `change.new` what cells of a new type hold.
    """
    return _Structure(doc, change, remade or {}).run()


class _Structure:
    def __init__(self, doc: Doc[Any], change: Change, remade: Mapping[int, Cell]) -> None:
        self.ycells = doc.get("cells", type=Array)
        self.change = change
        self.base_keys = keys_of(change.base)
        now = read_cells(doc)
        self.order: list[Key] = keys_of(now)
        self.now = dict(zip(self.order, now, strict=True))
        self.remade = remade
        self.ids: set[str] = set()

    def run(self) -> bool:
        fresh = self._fresh()
        kept = {
            pair for index, pair in enumerate(self.change.pairs) if pair is not None and index not in fresh
        }
        keep = {self.base_keys[pair] for pair in kept}
        base = set(self.base_keys)
        gone = [i for i, key in enumerate(self.order) if key in base and key not in keep]
        for index in reversed(gone):
            del self.ycells[index]
            del self.order[index]
        self.ids = {str(ycell.get("id")) for ycell in self.ycells}
        touched = self._insert(fresh) or bool(gone)
        return self._rename(fresh) or touched

    def _rename(self, fresh: Mapping[int, Cell | None]) -> bool:
        """Give cells that were known by their content the ids of the new notebook."""
        touched = False
        for index, pair in enumerate(self.change.pairs):
            name = self.change.new[index].get("id")
            if pair is None or index in fresh or not name or name in self.ids:
                continue
            key = self.base_keys[pair]
            if name != key[0] and key in self.order:
                self.ycells[self.order.index(key)]["id"] = name
                self.ids.add(name)
                touched = True
        return touched

    def _fresh(self) -> dict[int, Cell | None]:
        """By index in the new notebook, the cells to make: new ones, moved ones, those of a new type."""
        pairs = self.change.pairs
        matched = [(index, pair) for index, pair in enumerate(pairs) if pair is not None]
        steady = {matched[at][0] for at in rising([pair for _, pair in matched])}
        found: dict[int, Cell | None] = {}
        for index, new in enumerate(self.change.new):
            pair = pairs[index]
            if pair is None:
                found[index] = new
                continue
            retyped = new["cell_type"] != self.change.base[pair]["cell_type"]
            if retyped or index not in steady:
                now = self.now.get(self.base_keys[pair])
                found[index] = self.remade.get(index, new) if retyped and now is not None else now
        return found

    def _insert(self, fresh: Mapping[int, Cell | None]) -> bool:
        """Put each cell to make behind the one that precedes it in the new notebook."""
        base = set(self.base_keys)
        foreign = {key[0]: key for key in self.order if key not in base and key[0]}
        at = 0
        touched = False
        for index, new in enumerate(self.change.new):
            if index not in fresh:
                at = self._after(self.base_keys[self.change.pairs[index] or 0], at)
                continue
            cell = fresh[index]
            if cell is None:
                continue
            held = foreign.pop(new.get("id", ""), None) if self.change.pairs[index] is None else None
            if held is not None:
                # The file was written from a later state than the base: the cell is here already.
                at = self._after(held, at)
                touched |= edit_cell(self.ycells[at - 1], self.now[held], new)
                continue
            self._make(at, cell)
            at += 1
            touched = True
        return touched

    def _after(self, key: Key, at: int) -> int:
        return self.order.index(key) + 1 if key in self.order else at

    def _make(self, at: int, cell: Cell) -> None:
        if not cell.get("id") or cell["id"] in self.ids:
            cell = {**cell, "id": new_id()}
        self.ids.add(cell["id"])
        self.ycells.insert(at, new_ycell(cell))
        self.order.insert(at, (cell["id"], 0))
