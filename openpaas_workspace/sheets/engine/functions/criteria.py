"""Conditions of SUMIFS and its kin: `">=5"`, `"<>"`, `"ab*"`, a number, a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from ..values import Block, Error, Mask, Scalar, Tag, as_mask, texts_block
from .coerce import parse_number
from .compare import compare_blocks, folded, folded_texts

_SIGN = re.compile(r"(<=|>=|<>|<|>|=)?(.*)\Z", re.DOTALL)
_WILD = re.compile(r"(?<!~)[*?]|~[*?~]")
_NUMBER_TESTS = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}

Key: TypeAlias = tuple[str, float | str]


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A text with `*` or `?` in it, in lower case: the pattern of all of it, and what it begins with and goes on with."""

    whole: re.Pattern[str]
    first: re.Pattern[str]
    rest: re.Pattern[str]

    def fits(self, text: str) -> bool:
        """Whether a text in lower case is such a one."""
        return self.whole.fullmatch(text) is not None

    def find(self, text: str, start: int) -> int:
        """Where such a one begins in a text in lower case, -1 if nowhere."""
        begin = self.first.search(text, start)
        # What does not go on behind the first beginning does not behind a later one.
        return begin.start() if begin is not None and self.rest.match(text, begin.end()) is not None else -1


@lru_cache(maxsize=4096)
def wildcard(pattern: str) -> Wildcard | None:
    """A text with `*`, `?` or `~` in it, for whole texts in lower case; None without."""
    if not _WILD.search(pattern):
        return None
    first, *others = _parts(pattern)
    # The first place where a part fits is as good as any later one: nothing is tried twice.
    middle = "".join(f"(?>.*?{part})" for part in others[:-1] if part)
    last = others[-1] if others else ""
    behind = f"{middle}.*{last}" if others else ""
    return Wildcard(
        *(
            re.compile(text, re.DOTALL)
            for text in (first + behind, first, f"{middle}(?>.*?{last})" if last else middle)
        )
    )


def _parts(pattern: str) -> list[str]:
    """What stands between the `*`, as regular expressions."""
    parts = [""]
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "~" and index + 1 < len(pattern) and pattern[index + 1] in "*?~":
            index += 1
            parts[-1] += re.escape(pattern[index])
        elif character == "*":
            parts.append("")
        else:
            parts[-1] += "." if character == "?" else re.escape(folded(character))
        index += 1
    return parts


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition: a sign and what is compared with."""

    sign: str
    value: Scalar
    explicit: bool = False  # the sign was written: `"="` finds empty cells only, `""` empty texts too

    def mask(self, block: Block) -> Mask:
        """Which cells of a block fulfil it."""
        if self.sign in _NUMBER_TESTS:
            return self._ordered(block)
        found = self._equal(block)
        return ~found if self.sign == "<>" else found

    def key(self) -> Key | None:
        """What a cell must be, when the condition is that it equals one value; else None."""
        if self.sign != "=" or self.value == "":
            return None
        if isinstance(self.value, str):
            return None if wildcard(self.value) else ("text", folded(self.value))
        return cell_key(self.value)

    def _equal(self, block: Block) -> Mask:
        value = self.value
        if isinstance(value, Error):
            return as_mask((block.tags == Tag.ERROR) & (block.numbers == value))
        if isinstance(value, bool):
            return as_mask((block.tags == Tag.BOOLEAN) & (block.numbers == value))
        if isinstance(value, float):
            return _equals_number(block, value)
        text = str(value or "")
        if text:
            return _matches(block, text)
        empty = block.tags == Tag.EMPTY
        if self.explicit or not block.has(Tag.TEXT):
            return np.asarray(empty)
        return as_mask(empty | ((block.tags == Tag.TEXT) & np.asarray(block.text_array() == "", dtype=bool)))

    def _ordered(self, block: Block) -> Mask:
        value = self.value
        if isinstance(value, float):
            mask: Mask = _NUMBER_TESTS[self.sign](block.numbers, value)
            return mask if block.uniform() == Tag.NUMBER else mask & (block.tags == Tag.NUMBER)
        if isinstance(value, bool):
            return as_mask(
                _NUMBER_TESTS[self.sign](block.numbers, float(value)) & (block.tags == Tag.BOOLEAN)
            )
        if isinstance(value, str) and value:
            one = np.array([[value]], dtype=object)
            mask = compare_blocks(self.sign, block, texts_block(one)).numbers != 0
            return as_mask(mask & (block.tags == Tag.TEXT))
        return np.zeros(block.shape, dtype=bool)


def _equals_number(block: Block, value: float) -> Mask:
    same = np.asarray(block.numbers == value)
    if block.uniform() == Tag.NUMBER:
        return same
    same = same & (block.tags == Tag.NUMBER)
    if block.has(Tag.TEXT):
        same |= by_word(block, lambda word: parse_number(word) == value)
    return as_mask(same)


def _matches(block: Block, text: str) -> Mask:
    if not block.has(Tag.TEXT):
        return np.zeros(block.shape, dtype=bool)
    pattern = wildcard(text)
    if pattern is not None:
        return by_word(block, lambda word: pattern.fits(folded(word)))
    wanted = folded(text)
    if block.coded is not None:
        return by_word(block, lambda word: folded(word) == wanted)
    return as_mask((block.tags == Tag.TEXT) & np.asarray(folded_texts(block) == wanted, dtype=bool))


def by_word(block: Block, test: Callable[[str], bool]) -> Mask:
    """Which texts of a block pass a test; each different text is tested once."""
    if block.coded is not None:
        codes, words = block.coded.codes, block.coded.words
        used = np.zeros(len(words) + 1, dtype=bool)
        used[codes] = True  # -1, no text, is the last
        passed = np.zeros(len(words) + 1, dtype=bool)
        for code in np.flatnonzero(used[:-1]).tolist():
            passed[code] = test(str(words[code]))
        chosen: Mask = passed[codes]
        return chosen
    found = np.zeros(block.shape, dtype=bool)
    where = np.nonzero(block.tags == Tag.TEXT)
    texts = block.text_array()[where].tolist()
    known: dict[str, bool] = {}
    for text in texts:
        if text not in known:
            known[text] = test(text)
    found[where] = [known[text] for text in texts]
    return found


def criterion(value: Scalar) -> Criterion:
    """The condition that an argument means."""
    if value is None:
        return Criterion("=", 0.0)
    if not isinstance(value, str):
        return Criterion("=", value)
    return _from_text(value)


@lru_cache(maxsize=65_536)
def _from_text(text: str) -> Criterion:
    match = _SIGN.match(text)
    sign, rest = (match[1], match[2]) if match else (None, text)
    return Criterion(sign or "=", _operand(rest), sign is not None)


def _operand(text: str) -> Scalar:
    number = parse_number(text)
    if number is not None:
        return number
    upper = text.upper()
    if upper in {"TRUE", "FALSE"}:
        return upper == "TRUE"
    return Error.from_text(text) or text


def cell_key(value: Scalar) -> Key | None:
    """What equality conditions compare of a cell; a text that spells a number is that number. None for empty ones."""
    if isinstance(value, str):
        number = parse_number(value)
        return ("text", folded(value)) if number is None else ("number", number)
    if isinstance(value, bool):
        return ("boolean", float(value))
    if isinstance(value, Error):
        return ("error", float(value))
    return None if value is None else ("number", value)
