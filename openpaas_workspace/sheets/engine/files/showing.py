"""A tab as files of text show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..axis import Axis
from ..cells import Anything
from ..columns import Column, column_block
from ..dtypes import EPOCH
from ..formats import Formats, for_rows, is_date
from ..tabs import Tab
from ..values import Error, Tag
from ..windows import letters, number_format


@dataclass(frozen=True, slots=True)
class Looks:
    """Which of a column's numbers are dates: the format of its type, and those of some rows."""

    number: str | None
    formats: Formats
    rows: Axis

    def dates(self, start: int, stop: int) -> list[tuple[str, Anything]]:
        """Formats of dates, and which of the data rows `start … stop-1` have them."""
        own = for_rows(self.formats, self.rows.ids(start, stop)) if self.formats else []
        plain = np.ones(stop - start, dtype=np.bool_)
        found: list[tuple[str, Anything]] = []
        for style, at in own:
            if style.number is None:
                continue
            plain[at] = False
            if is_date(style.number):
                mask = np.zeros(stop - start, dtype=np.bool_)
                mask[at] = True
                found.append((style.number, mask))
        if self.number is not None and is_date(self.number) and plain.any():
            found.append((self.number, plain))
        return found


@dataclass(frozen=True, slots=True)
class Shown:
    """Columns of a tab with their dates; `header` names them, if the tab has one."""

    columns: list[tuple[Column | None, Looks]]
    header: list[str]
    height: int


def shown(tab: Tab) -> Shown:
    """A tab to be written."""
    columns: list[tuple[Column | None, Looks]] = []
    for id_, column in tab.in_order():
        number = None if column is None else number_format(column.dtype)
        columns.append((column, Looks(number, tab.formats.get(id_, []), tab.rows)))
    names = [column.name if column is not None else "" for column, _ in columns]
    labels = [name or letters(place) for place, name in enumerate(names)] if tab.header else []
    return Shown(columns, labels, len(tab.rows))


def texts_of(column: Column | None, looks: Looks, start: int, stop: int, *, french: bool) -> tuple[Any, Any]:
    """Rows `start … stop-1` as an array of text, and which of them are texts rather than numbers or dates."""
    size = stop - start
    if column is None:
        return pa.array([""] * size, pa.large_string()), None
    block = column_block(column, start, stop)
    tags, numbers = block.tags[:, 0], block.numbers[:, 0]
    made = _numbers(numbers, looks.dates(start, stop), french=french)
    if block.uniform() is Tag.NUMBER:
        return made, None
    is_text = pa.array(tags == Tag.TEXT)
    made = pc.if_else(is_text, pa.array(block.text_array()[:, 0], pa.large_string(), from_pandas=True), made)
    if (tags == Tag.BOOLEAN).any():
        yes, no = ("VRAI", "FAUX") if french else ("TRUE", "FALSE")
        made = pc.if_else(pa.array(tags == Tag.BOOLEAN), pc.if_else(pa.array(numbers != 0), yes, no), made)
    if (tags == Tag.ERROR).any():
        texts = [
            Error(int(one)).text if tag == Tag.ERROR else "" for tag, one in zip(tags, numbers, strict=True)
        ]
        made = pc.if_else(pa.array(tags == Tag.ERROR), pa.array(texts, pa.large_string()), made)
    return pc.if_else(pa.array(tags == Tag.EMPTY), "", made), is_text


def _numbers(numbers: Anything, dates: list[tuple[str, Anything]], *, french: bool) -> Any:
    made = None
    for number, mask in dates:
        texts = _dates(numbers, number, mask, french=french)
        made = texts if made is None else pc.if_else(pa.array(mask), texts, made)
    if made is not None and bool(np.logical_or.reduce([mask for _, mask in dates]).all()):
        return made
    plain = number_texts(numbers, french=french)
    if made is None:
        return plain
    return pc.if_else(pa.array(np.logical_or.reduce([mask for _, mask in dates])), made, plain)


def number_texts(numbers: Anything, *, french: bool = False) -> Any:
    """With all their digits."""
    whole = (np.rint(numbers) == numbers) & (np.abs(numbers) < 1e15)
    if bool(whole.all()):
        return pa.array(numbers.astype(np.int64)).cast(pa.large_string())
    texts = pa.array(numbers.astype(np.float64)).cast(pa.large_string())
    if whole.any():
        plain = pa.array(np.where(whole, numbers, 0).astype(np.int64)).cast(pa.large_string())
        texts = pc.if_else(pa.array(whole), plain, texts)
    return pc.replace_substring(texts, ".", ",") if french else texts


def _dates(numbers: Anything, number: str, mask: Anything, *, french: bool) -> Any:
    """As their format has them: with a time or without; French or ISO."""
    seconds = np.rint(np.clip(numbers - EPOCH, -700_000, 2_900_000) * 86_400).astype(np.int64)
    moments = pa.array(seconds).cast(pa.timestamp("s"))
    timed = "h" in number.lower() or bool((seconds[mask] % 86_400).any())
    form = ("%d/%m/%Y" if french else "%Y-%m-%d") + (" %H:%M:%S" if timed else "")
    return pc.strftime(moments, form).cast(pa.large_string())
