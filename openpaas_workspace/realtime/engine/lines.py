"""Two texts side by side: what each line became, word by word where a line was changed.

Lines are what stands between line feeds, so that joining them with line feeds gives the text
back; `old_text`, `new_text` and `apply` say what a comparison must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from openpaas_workspace.realtime.engine.text import diff

Op = Literal["same", "added", "removed", "changed"]
Side = Literal["same", "added", "removed"]

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
# Longer lines, and larger blocks, are shown as taken away and put: looking closer costs the square of it.
_MOST_WORDS: Final = 300
_MOST_LINES: Final = 40
_MOST_LETTERS: Final = 2000
_ALIKE: Final = 0.4
_CLEARLY: Final = 0.75


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text within a line."""

    op: Side
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `old` and `new` are its numbers, from 0, in the texts that have it."""

    op: Op
    old: int | None
    new: int | None
    parts: tuple[Part, ...]

    def side(self, op: Side) -> str:
        """The line as the old (`removed`) or the new (`added`) text has it."""
        return "".join(part.text for part in self.parts if part.op in ("same", op))


def compare_lines(old: str, new: str) -> list[Line]:
    """What became of each line of `old` in `new`; in bounded time."""
    a, b = old.split("\n"), new.split("\n")
    found: list[Line] = []
    at_a = at_b = 0
    for i, j, k, m in (*diff(a, b), (len(a), len(a), len(b), len(b))):
        for text in a[at_a:i]:
            found.append(Line("same", at_a, at_b, (Part("same", text),)))
            at_a, at_b = at_a + 1, at_b + 1
        found += _block(a[i:j], b[k:m], i, k)
        at_a, at_b = j, m
    return found


def old_text(lines: Sequence[Line]) -> str:
    """The text that was compared from."""
    return "\n".join(line.side("removed") for line in lines if line.old is not None)


def new_text(lines: Sequence[Line]) -> str:
    """The text that was compared to."""
    return "\n".join(line.side("added") for line in lines if line.new is not None)


def apply(lines: Sequence[Line], old: str) -> str:
    """The new text out of the old one: what is the same is taken from there."""
    before = old.split("\n")
    out = []
    for line in lines:
        if line.op == "same" and line.old is not None:
            out.append(before[line.old])
        elif line.new is not None:
            out.append(line.side("added"))
    return "\n".join(out)


def _block(a: Sequence[str], b: Sequence[str], at_a: int, at_b: int) -> Iterator[Line]:
    """Lines that differ: those that are alike are one changed line, in order."""
    done_a = done_b = 0
    for i, k in (*_alike(a, b), (len(a), len(b))):
        for index in range(done_a, i):
            yield Line("removed", at_a + index, None, (Part("removed", a[index]),))
        for index in range(done_b, k):
            yield Line("added", None, at_b + index, (Part("added", b[index]),))
        if i < len(a):
            yield Line("changed", at_a + i, at_b + k, _words(a[i], b[k]))
        done_a, done_b = i + 1, k + 1


def _alike(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of lines to be shown as one, rising on both sides."""
    if not a or not b or len(a) > _MOST_LINES or len(b) > _MOST_LINES:
        return []
    if len(a) == len(b) == 1 and not (a[0] and b[0]):
        return [(0, 0)]
    pairs: list[tuple[int, int]] = []
    start = 0
    for i, old in enumerate(a):
        best, place = 0.0, 0
        for k in range(start, len(b)):
            score = _likeness(old, b[k])
            if score > best:
                best, place = score, k
            if best >= _CLEARLY:
                break
        if best >= _ALIKE:
            pairs.append((i, place))
            start = place + 1
    return pairs


def _likeness(old: str, new: str) -> float:
    if not old.strip() or not new.strip() or max(len(old), len(new)) > _MOST_LETTERS:
        return 0.0
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    if len(a) > _MOST_WORDS or len(b) > _MOST_WORDS:
        return 0.0
    kept = sum(len(word) for i, j in _kept(a, b) for word in a[i:j])
    # One word that is typed on is still the same line.
    return max(2 * kept / (len(old) + len(new)), _overlap(old, new))


def _overlap(old: str, new: str) -> float:
    """How much of the shorter one the common start and end are, for a word that is being typed."""
    start = 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return (start + end) / shortest


def _kept(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for i, j, _, _ in diff(a, b):
        yield at, i
        at = j
    yield at, len(a)


def _words(old: str, new: str) -> tuple[Part, ...]:
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    found: list[Part] = []
    at = 0
    for i, j, k, m in diff(a, b):
        if at < i:
            found.append(Part("same", "".join(a[at:i])))
        found += _letters("".join(a[i:j]), "".join(b[k:m]))
        at = j
    if at < len(a):
        found.append(Part("same", "".join(a[at:])))
    return tuple(_joined(found))


def _letters(old: str, new: str) -> Iterator[Part]:
    """A word that was typed on, or cut: only its new end is new."""
    if old and new.startswith(old):
        yield Part("same", old)
        old, new = "", new[len(old) :]
    elif new and old.startswith(new):
        yield Part("same", new)
        old, new = old[len(new) :], ""
    if old:
        yield Part("removed", old)
    if new:
        yield Part("added", new)


def _joined(parts: Sequence[Part]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        if found and found[-1].op == part.op:
            found[-1] = Part(part.op, found[-1].text + part.text)
        else:
            found.append(part)
    return found
