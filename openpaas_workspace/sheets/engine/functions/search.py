"""Finding values in a row or column of cells, for one key or many."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..values import Block, Mask, Numbers, Scalar, Tag, as_mask, tag_of
from .compare import folded, folded_texts, order
from .criteria import by_word, wildcard

Places = npt.NDArray[np.int64]
MISSING = -1
MANY = 16  # from here on an index is made


def exact(keys: Block, cells: Block, *, last: bool = False, wild: bool = False) -> Places:
    """Where each key is first (or last) found in a column of cells; -1 where it is not."""
    count = keys.shape[0]
    if count >= MANY and not wild:
        return _indexed(keys, cells, last)
    known: dict[tuple[type, Scalar], int] = {}
    places = np.empty(count, dtype=np.int64)
    for index in range(count):
        value = keys.at(index, 0)
        key = (type(value), value)
        if key not in known:
            known[key] = end_of(_equal(value, cells, wild), last)
        places[index] = known[key]
    return places


def end_of(mask: Mask, last: bool) -> int:
    """The first (or last) place that is set; -1 when none is."""
    if not mask.size:
        return MISSING
    place = int(mask.size - 1 - np.argmax(mask[::-1])) if last else int(np.argmax(mask))
    return place if mask[place] else MISSING


def _equal(value: Scalar, cells: Block, wild: bool) -> Mask:
    if isinstance(value, str):
        return _equal_text(value, cells, wild)
    tag = Tag.NUMBER if value is None else tag_of(value)
    same = cells.numbers[:, 0] == float(value or 0)
    return as_mask(same if cells.uniform() == tag else same & (cells.tags[:, 0] == tag))


def _equal_text(value: str, cells: Block, wild: bool) -> Mask:
    if not cells.has(Tag.TEXT):
        return np.zeros(cells.shape[0], dtype=bool)
    pattern = wildcard(value) if wild else None
    wanted = folded(value)
    if pattern is not None:
        return by_word(cells, lambda word: pattern.fits(folded(word)))[:, 0]
    if cells.coded is not None:
        return by_word(cells, lambda word: folded(word) == wanted)[:, 0]
    found = np.asarray(folded_texts(cells)[:, 0] == wanted, dtype=bool)
    return as_mask(found & (cells.tags[:, 0] == Tag.TEXT))


def _indexed(keys: Block, cells: Block, last: bool) -> Places:
    places = np.full(keys.shape[0], MISSING, dtype=np.int64)
    for tag in (Tag.NUMBER, Tag.BOOLEAN):
        asked = np.flatnonzero(
            (keys.tags[:, 0] == tag) | ((keys.tags[:, 0] == Tag.EMPTY) & (tag == Tag.NUMBER))
        )
        if asked.size:
            places[asked] = _numbers_found(keys.numbers[asked, 0], cells, tag, last)
    asked = np.flatnonzero(keys.tags[:, 0] == Tag.TEXT)
    if asked.size:
        places[asked] = _texts_found(keys.take(asked), cells, last)
    return places


def _numbers_found(asked: Numbers, cells: Block, tag: Tag, last: bool) -> Places:
    held = np.flatnonzero(cells.tags[:, 0] == tag)
    numbers = cells.numbers[held, 0]
    if not numbers.size:
        return np.full(asked.size, MISSING, dtype=np.int64)
    ordering = np.argsort(numbers, kind="stable")
    ordered = numbers[ordering]
    place = np.searchsorted(ordered, asked, "right" if last else "left") - (1 if last else 0)
    safe = np.clip(place, 0, numbers.size - 1)
    return np.where(ordered[safe] == asked, held[ordering[safe]], MISSING)


def _texts_found(keys: Block, cells: Block, last: bool) -> Places:
    held = np.flatnonzero(cells.tags[:, 0] == Tag.TEXT)
    index: dict[str, int] = {}
    texts = folded_texts(cells.take(held))[:, 0].tolist() if held.size else []
    places = zip(texts, held.tolist(), strict=True)
    index.update(places if last else reversed(list(places)))
    return np.array([index.get(text, MISSING) for text in folded_texts(keys)[:, 0].tolist()], dtype=np.int64)


def sorted_place(keys: Block, cells: Block, *, descending: bool = False) -> Places:
    """The last cell not above each key, in ascending cells of the key's type; not below it, in descending ones."""
    places = np.full(keys.shape[0], MISSING, dtype=np.int64)
    for tag in (Tag.NUMBER, Tag.BOOLEAN, Tag.TEXT):
        own = keys.tags[:, 0] == tag
        if tag == Tag.NUMBER:
            own = own | (keys.tags[:, 0] == Tag.EMPTY)
        asked = np.flatnonzero(own)
        held = np.flatnonzero(cells.tags[:, 0] == tag)
        if asked.size and held.size:
            found = _sorted_found(keys.take(asked), cells.take(held), tag, descending)
            places[asked] = np.where(found >= 0, held[np.maximum(found, 0)], MISSING)
    return places


def _sorted_found(keys: Block, cells: Block, tag: Tag, descending: bool) -> Places:
    if tag != Tag.TEXT:
        values, asked = cells.numbers[:, 0], keys.numbers[:, 0]
        return _last_not_above(-values, -asked) if descending else _last_not_above(values, asked)
    texts = folded_texts(cells)[:, 0].tolist()
    wanted = folded_texts(keys)[:, 0].tolist()
    if descending:
        texts = texts[::-1]
        return np.array([len(texts) - 1 - bisect.bisect_left(texts, text) for text in wanted], dtype=np.int64)
    return np.array([bisect.bisect_right(texts, text) - 1 for text in wanted], dtype=np.int64)


def _last_not_above(values: Numbers, asked: Numbers) -> Places:
    """The last value not above each key by halving, with the same answers for one key as for many in any order."""
    if bool((values[1:] >= values[:-1]).all()):
        return np.searchsorted(values, asked, "right").astype(np.int64) - 1
    low, high = np.zeros(asked.size, dtype=np.int64), np.full(asked.size, values.size, dtype=np.int64)
    while (low < high).any():
        middle = np.minimum((low + high) // 2, values.size - 1)
        open_, fits = low < high, values[middle] <= asked
        low, high = np.where(open_ & fits, middle + 1, low), np.where(open_ & ~fits, middle, high)
    return low - 1


def nearest(keys: Block, cells: Block, *, larger: bool, last: bool = False) -> Places:
    """Where each key is found, else the next smaller (or larger) value of its type in any order."""
    places = exact(keys, cells, last=last)
    for index in np.flatnonzero(places == MISSING).tolist():
        places[index] = _nearest(keys.at(index, 0), cells, larger, last)
    return places


def _nearest(key: Scalar, cells: Block, larger: bool, last: bool) -> int:
    tag = Tag.TEXT if isinstance(key, str) else Tag.BOOLEAN if isinstance(key, bool) else Tag.NUMBER
    held = np.flatnonzero(cells.tags[:, 0] == tag)
    if not held.size:
        return MISSING
    if tag == Tag.TEXT:
        return _nearest_text(str(key), cells, held.tolist(), larger, last)
    numbers = cells.numbers[held, 0]
    number = float(key or 0)
    fits = numbers > number if larger else numbers < number
    if not fits.any():
        return MISSING
    best = numbers[fits].min() if larger else numbers[fits].max()
    return int(held[end_of(numbers == best, last)])


def _nearest_text(key: str, cells: Block, held: Sequence[int], larger: bool, last: bool) -> int:
    best: str | None = None
    place = MISSING
    for index in reversed(held) if last else held:
        text = str(cells.at(index, 0))
        sign = order(text, key)
        if sign == (1 if larger else -1) and (best is None or order(text, best) == (-1 if larger else 1)):
            best, place = text, index
    return place
