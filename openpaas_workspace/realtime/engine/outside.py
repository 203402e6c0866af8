"""A change that came from outside the room, merged with what was typed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pycrdt import Array, Doc, Map, Text, TransactionEvent, merge_updates

from openpaas_workspace.realtime.engine.notebook import (
    Change,
    compare,
    edit_cell,
    edit_contents,
    read_cells,
    restructure,
)
from openpaas_workspace.realtime.engine.text import apply_text, merge_texts
from openpaas_workspace.realtime.engine.update import EMPTY
from openpaas_workspace.realtime.engine.values import Cell, Key, keys_of, same

TEXT_TYPES = frozenset(("file", "unicode", "text"))
NOTEBOOK = "notebook"


def read_content(doc: Doc[Any], content_type: str) -> Any:
    """What the document holds: its text, or a notebook with the ids of its cells; `ValueError` for other types."""
    if _is_text(content_type):
        return str(doc.get("source", type=Text))
    meta: dict[str, Any] = doc.get("meta", type=Map).to_py() or {}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, **meta, "cells": read_cells(doc)}


def merge_outside(base: bytes, live: Doc[Any] | bytes, content_type: str, new_content: Any) -> bytes:
    """The one update that brings an outside change into the live document, `EMPTY` when there is none.

    `base` is the state (an update from nothing) that the outside writer started from, `live` the
    document now or its state; neither is changed. What was typed since `base` stays: in other cells
    and lines exactly, within a line as if both had typed at once. A cell that either side deleted is
    deleted; outputs that the room changed since are kept. The update is under a client id of its own.
    Raises `ValueError` for content that does not fit the type.
    """
    if _is_text(content_type):
        if not isinstance(new_content, str):
            raise ValueError("This file holds text.")
        return _outside_text(base, new_content)
    if not isinstance(new_content, Mapping):
        raise ValueError("This is not a notebook.")  # noqa: TRY004 - content, not a programming error
    state = live if isinstance(live, bytes) else live.get_update()
    return _outside_notebook(base, state, new_content)


def _is_text(content_type: str) -> bool:
    if content_type != NOTEBOOK and content_type not in TEXT_TYPES:
        raise ValueError(f"Content of the type {content_type} cannot be merged.")
    return content_type != NOTEBOOK


def _fork(*states: bytes, client_id: int | None = None) -> Doc[Any]:
    doc: Doc[Any] = Doc(client_id=client_id)
    for state in states:
        doc.apply_update(state)
    return doc


@contextmanager
def _captured(doc: Doc[Any], updates: list[bytes]) -> Iterator[None]:
    def keep(event: TransactionEvent) -> None:
        updates.append(event.update)

    subscription = doc.observe(keep)
    try:
        with doc.transaction():
            yield
    finally:
        doc.unobserve(subscription)


def _one(updates: list[bytes]) -> bytes:
    if not updates:
        return EMPTY
    return updates[0] if len(updates) == 1 else merge_updates(*updates)


def _outside_text(base: bytes, new: str) -> bytes:
    fork = _fork(base)
    updates: list[bytes] = []
    with _captured(fork, updates):
        apply_text(fork.get("source", type=Text), new)
    return _one(updates)


def _outside_notebook(base: bytes, live: bytes, notebook: Mapping[str, Any]) -> bytes:
    fork = _fork(base)
    change = compare(fork, notebook)
    now = _by_key(_fork(live))
    _keep_outputs(change, now)
    updates: list[bytes] = []
    with _captured(fork, updates):
        edit_contents(fork, change)
    merged = _fork(live, *updates, client_id=fork.client_id)
    with _captured(merged, updates):
        _reach(merged, change, now)
        restructure(merged, change, _remade(change, now))
    return _one(updates)


def _by_key(doc: Doc[Any]) -> dict[Key, Cell]:
    cells = read_cells(doc)
    return dict(zip(keys_of(cells), cells, strict=True))


def _pairs(change: Change, now: Mapping[Key, Cell]) -> Iterator[tuple[int, Key, Cell, Cell]]:
    """For each cell that base, live and new notebook have: index in the new one, key, base cell, live cell."""
    keys = keys_of(change.base)
    for index, pair in enumerate(change.pairs):
        if pair is not None and keys[pair] in now:
            yield index, keys[pair], change.base[pair], now[keys[pair]]


def _keep_outputs(change: Change, now: Mapping[Key, Cell]) -> None:
    """Outputs are made, not written: where the room ran the cell since, its outputs are the newer ones."""
    for index, _, base, live in _pairs(change, now):
        if change.new[index]["cell_type"] == "code" and not same(base.get("outputs"), live.get("outputs")):
            made = {key: base.get(key) for key in ("outputs", "execution_count")}
            change.new[index] = {**change.new[index], **made, "outputs": base.get("outputs") or []}


def _reach(merged: Doc[Any], change: Change, now: Mapping[Key, Cell]) -> None:
    """Cells that the room made anew since the base did not hear of the edits of their former selves."""
    reached = read_cells(merged)
    where = {key: index for index, key in enumerate(keys_of(reached))}
    ycells = merged.get("cells", type=Array)
    for index, key, base, live in _pairs(change, now):
        new = change.new[index]
        at = where.get(key)
        if at is None or new["cell_type"] != base["cell_type"] or same(base, new):
            continue
        if same(reached[at], live):
            edit_cell(ycells[at], live, _three_way(base, live, new))


def _three_way(base: Cell, live: Cell, new: Cell) -> Cell:
    mixed = {key: live.get(key, value) if same(base.get(key), value) else value for key, value in new.items()}
    mixed["source"] = merge_texts(base["source"], live["source"], new["source"])
    if live.get("cell_type") != new["cell_type"]:
        mixed["cell_type"] = new["cell_type"] if new["cell_type"] != base["cell_type"] else live["cell_type"]
    return mixed


def _remade(change: Change, now: Mapping[Key, Cell]) -> dict[int, Cell]:
    found = {}
    for index, _, base, live in _pairs(change, now):
        if change.new[index]["cell_type"] != base["cell_type"]:
            found[index] = _three_way(base, live, change.new[index])
    return found
