"""A column of cells without its place: tags, numbers, and texts as codes into a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .journal import Journal, extent
from .values import Error, Scalar, Tag, Tags, Texts, tag_of

At: TypeAlias = slice | npt.NDArray[np.int64] | npt.NDArray[np.intp] | npt.NDArray[np.bool_]
Anything: TypeAlias = npt.NDArray[Any]

NO_WORDS: Texts = np.empty(0, dtype=object)
EXACT = 2**53


class Cells:
    """`size` cells. `numbers` (0 where a cell has none) and `codes` (-1 likewise) are None while no cell needs them.

    Numbers keep the dtype they came with while what is written fits it exactly. `journal` tells what was written
    while the rows stayed in their places; None while nobody asked.
    """

    __slots__ = ("_lookup", "codes", "journal", "numbers", "tags", "words")

    def __init__(
        self,
        tags: Tags,
        numbers: Anything | None = None,
        codes: npt.NDArray[np.int32] | None = None,
        words: Texts = NO_WORDS,
    ) -> None:
        self.tags = tags
        self.numbers = numbers
        self.codes = codes
        self.words = words
        self._lookup: dict[str, int] | None = None
        self.journal: Journal | None = None

    @classmethod
    def empty(cls, size: int) -> Cells:
        """Empty cells."""
        return cls(np.zeros(size, dtype=np.uint8))

    @classmethod
    def of(cls, values: Sequence[Scalar]) -> Cells:
        """Cells of Python values."""
        tags = np.fromiter((tag_of(value) for value in values), dtype=np.uint8, count=len(values))
        cells = cls(tags)
        texts = tags == Tag.TEXT
        if not (texts | (tags == Tag.EMPTY)).all():
            cells.numbers = np.array(
                [0.0 if value is None or isinstance(value, str) else value for value in values],
                dtype=np.float64,
            )
        if texts.any():
            words = np.array([value for value in values if isinstance(value, str)], dtype=object)
            cells.codes = np.full(len(values), -1, dtype=np.int32)
            cells.words, cells.codes[texts] = vocabulary(words)
        return cells

    def __len__(self) -> int:
        return len(self.tags)

    @property
    def nbytes(self) -> int:
        """Memory, words estimated."""
        arrays = (self.tags, self.numbers, self.codes)
        return sum(array.nbytes for array in arrays if array is not None) + 64 * len(self.words)

    def at(self, position: int) -> Scalar:
        """One value; numbers as they are stored."""
        tag = int(self.tags[position])
        if tag == Tag.EMPTY:
            return None
        if tag == Tag.TEXT:
            return str(self.words[self.codes[position]]) if self.codes is not None else ""
        number = self.numbers[position] if self.numbers is not None else 0
        if tag == Tag.BOOLEAN:
            return bool(number)
        return Error(int(number)) if tag == Tag.ERROR else float(number)

    def take(self, at: At) -> Cells:
        """A copy of some; the words are shared."""
        return Cells(
            self.tags[at].copy(),
            None if self.numbers is None else self.numbers[at].copy(),
            None if self.codes is None else self.codes[at].copy(),
            self.words,
        )

    def grown(self, size: int) -> None:
        """Empty cells are added at the end up to `size`."""
        more = size - len(self.tags)
        if more > 0:
            self.splice([(0, len(self.tags)), (-1, more)])

    def splice(self, pieces: Sequence[tuple[int, int]]) -> None:
        """The cells become those of intervals `(start, stop)`, where `(-1, n)` stands for n empty ones."""
        self.journal = None
        self.tags = spliced(self.tags, pieces, 0)
        if self.numbers is not None:
            self.numbers = spliced(self.numbers, pieces, 0)
        if self.codes is not None:
            self.codes = spliced(self.codes, pieces, -1)

    def put(self, at: At, other: Cells) -> None:
        """Other cells are written over some, in place."""
        if self.journal is not None:
            self.journal.note(*extent(at, len(self.tags)))
        self.tags[at] = other.tags
        if other.numbers is not None:
            self._fit(other.numbers)
            assert self.numbers is not None  # noqa: S101
            self.numbers[at] = other.numbers
        elif self.numbers is not None:
            self.numbers[at] = 0
        if other.codes is not None and len(other.words):
            translated = self._translated(other.codes, other.words)
            if self.codes is None:
                self.codes = np.full(len(self.tags), -1, dtype=np.int32)
            self.codes[at] = translated
        elif self.codes is not None:
            self.codes[at] = -1

    def journaled(self) -> Journal:
        """The journal of what is written from now on."""
        if self.journal is None:
            self.journal = Journal()
        return self.journal

    def fits(self, numbers: Anything) -> bool:
        """Whether these numbers can be written without rounding those that are here."""
        mine = self.numbers
        if mine is None or mine.dtype == numbers.dtype or _exactly(numbers, mine.dtype):
            return True
        wide = np.promote_types(mine.dtype, numbers.dtype)
        return (
            wide.kind != "f" or mine.dtype.kind == "f" or not len(mine) or bool((np.abs(mine) <= EXACT).all())
        )

    def compact(self) -> Cells:
        """The same with the words in use only, in the order of their first use, and no array that is not needed."""
        numbers = self.numbers
        if numbers is not None and not bool((self.tags != Tag.EMPTY).any() and (self.tags != Tag.TEXT).any()):
            numbers = None
        if self.codes is None or not (self.codes >= 0).any():
            return Cells(self.tags, numbers)
        used, first, back = np.unique(self.codes, return_index=True, return_inverse=True)
        rank = np.empty(len(used), dtype=np.int32)
        order = np.argsort(first, kind="stable")
        skip = used[order] < 0
        rank[order] = np.cumsum(~skip) - 1
        rank[used < 0] = -1
        return Cells(self.tags, numbers, rank[back].astype(np.int32), self.words[used[order][~skip]])

    def code_of(self, word: str) -> int:
        """The code of a word, which becomes one of the vocabulary."""
        known = self._known()
        if word not in known:
            known[word] = len(self.words)
            self.words = np.append(self.words, np.array([word], dtype=object))
        return known[word]

    def texts(self) -> Texts:
        """Texts as an object array, None where a cell has none."""
        if self.codes is None:
            return np.full(len(self.tags), None, dtype=object)
        taken: Texts = np.append(self.words, np.array([None], dtype=object))[self.codes]
        return taken

    def _fit(self, numbers: Anything) -> None:
        mine = self.numbers
        if mine is None:
            self.numbers = np.zeros(len(self.tags), dtype=numbers.dtype)
        elif mine.dtype != numbers.dtype and not _exactly(numbers, mine.dtype):
            self.numbers = mine.astype(np.promote_types(mine.dtype, numbers.dtype))

    def _translated(self, codes: npt.NDArray[np.int32], words: Texts) -> npt.NDArray[np.int32]:
        if self.codes is None or len(self.words) == 0:
            self.words, self._lookup = words, None
            return codes
        if words is self.words:
            return codes
        lookup = self._known()
        used = np.unique(codes)
        used = used[used >= 0]
        table = np.full(len(words) + 1, -1, dtype=np.int32)
        new: list[str] = []
        for code in used.tolist():
            word = words[code]
            known = lookup.get(word)
            if known is None:
                known = lookup[word] = len(self.words) + len(new)
                new.append(word)
            table[code] = known
        if new:
            self.words = np.concatenate((self.words, np.array(new, dtype=object)))
        return table[codes]

    def _known(self) -> dict[str, int]:
        if self._lookup is None or len(self._lookup) != len(self.words):
            self._lookup = {word: code for code, word in enumerate(self.words.tolist())}
        return self._lookup


def vocabulary(texts: Texts) -> tuple[Texts, npt.NDArray[np.int32]]:
    """Different words in the order of their first use, and each text's code."""
    known: dict[str, int] = {}
    codes = np.fromiter(
        (known.setdefault(text, len(known)) for text in texts), dtype=np.int32, count=len(texts)
    )
    words = np.empty(len(known), dtype=object)
    words[:] = list(known)
    return words, codes


def spliced(array: Anything, pieces: Sequence[tuple[int, int]], fill: int) -> Anything:
    """Intervals of an array one after the other, `(-1, n)` being n times `fill`; short arrays end early."""
    parts = [
        np.full(stop, fill, dtype=array.dtype) if start < 0 else array[start:stop] for start, stop in pieces
    ]
    return np.concatenate(parts) if parts else array[:0].copy()


def _exactly(numbers: Anything, dtype: np.dtype[Any]) -> bool:
    if len(numbers) == 0 or np.can_cast(numbers.dtype, dtype, "safe"):
        return True
    with np.errstate(invalid="ignore", over="ignore"):
        return bool((numbers.astype(dtype).astype(numbers.dtype) == numbers).all()) and (
            dtype.kind == "f" or bool((np.abs(numbers) < 2.0**63).all())
        )
