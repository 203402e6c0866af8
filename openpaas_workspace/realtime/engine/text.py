"""Small edits from one text to another, so that what others type meanwhile stays."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Final, NamedTuple

from pycrdt import Doc, Text

MAX_EDITS: Final = 1000
# yrs copies what it splits at each edit: edits times length is bounded (about two seconds).
_EDIT_BYTES: Final = 1_000_000_000
# More changed lines than this are not looked into word by word.
_WORD_LINES: Final = 2000
# difflib is quadratic at worst.
_SMALL: Final = 300
_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


class Edit(NamedTuple):
    """At code point `pos` of the old text, take away `delete` code points and put `insert`."""

    pos: int
    delete: int
    insert: str


Block = tuple[int, int, int, int]


def text_edits(old: str, new: str, *, max_edits: int = MAX_EDITS) -> list[Edit]:
    """The edits that make `new` out of `old`, ascending and apart from each other, at most `max_edits`."""
    if old == new:
        return []
    blocks = _joined(_whole_lines(old, new, list(_blocks(old, new))))
    if len(blocks) > max_edits:
        blocks = _fewer(blocks, max_edits)
    return [Edit(a, b - a, new[c:d]) for a, b, c, d in blocks]


def _whole_lines(old: str, new: str, blocks: list[Block]) -> list[Block]:
    """Put or take lines with the end they have, not with that of the line before: somebody may type there."""
    found: list[Block] = []
    after = len(old) + 2
    for a, b, c, d in reversed(blocks):
        one_sided = (a == b) != (c == d)
        first = new[c : c + 1] if a == b else old[a : a + 1]
        step = int(one_sided and first == "\n" == old[b : b + 1] and b + 2 <= after)
        found.append((a + step, b + step, c + step, d + step))
        after = a
    return found[::-1]


def _joined(blocks: list[Block]) -> list[Block]:
    """Blocks that touch are one."""
    found: list[Block] = []
    for a, b, c, d in blocks:
        if found and found[-1][1] == a and found[-1][3] == c:
            first_a, _, first_c, _ = found.pop()
            a, c = first_a, first_c  # noqa: PLW2901  (the block grows to its left)
        found.append((a, b, c, d))
    return found


def patch(old: str, edits: Sequence[Edit]) -> str:
    """The text that the edits make out of `old`."""
    out: list[str] = []
    at = 0
    for edit in edits:
        out += (old[at : edit.pos], edit.insert)
        at = edit.pos + edit.delete
    return "".join((*out, old[at:]))


def clean(text: str) -> str:
    """The text without halves of surrogate pairs, which no document can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def apply_text(ytext: Text, new: str) -> bool:
    """Make the shared text equal to `new` by small edits; answers whether anything was changed.

    The text must hold no embedded objects. One transaction, none when the texts are equal.
    """
    new = clean(new)
    old = str(ytext)
    most = max(100, min(MAX_EDITS, _EDIT_BYTES // (len(old) + 1)))
    edits = text_edits(old, new, max_edits=most)
    if not edits:
        return False
    # pycrdt counts in bytes of UTF-8.
    starts = _byte_offsets(old, edits)
    with ytext.doc.transaction():
        for edit, (start, stop) in zip(reversed(edits), reversed(starts), strict=True):
            if stop > start:
                del ytext[start:stop]
            if edit.insert:
                ytext.insert(start, edit.insert)
    return True


def merge_texts(base: str, ours: str, theirs: str) -> str:
    """Both changes of one text, as if two people had typed them at the same time."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    root: Doc[Any] = Doc(client_id=1)
    root.get("t", type=Text).insert(0, clean(base))
    state = root.get_update()
    mine: Doc[Any] = Doc(client_id=2)
    other: Doc[Any] = Doc(client_id=3)
    for doc, text in ((mine, ours), (other, theirs)):
        doc.apply_update(state)
        apply_text(doc.get("t", type=Text), text)
    mine.apply_update(other.get_update(root.get_state()))
    return str(mine.get("t", type=Text))


def _byte_offsets(text: str, edits: Sequence[Edit]) -> list[tuple[int, int]]:
    if text.isascii():
        return [(edit.pos, edit.pos + edit.delete) for edit in edits]
    found = []
    char = byte = 0
    for edit in edits:
        start = byte + len(text[char : edit.pos].encode())
        char = edit.pos + edit.delete
        byte = start + len(text[edit.pos : char].encode())
        found.append((start, byte))
    return found


def _fewer(blocks: list[Block], most: int) -> list[Block]:
    """Join the blocks that are nearest to each other until few enough are left."""
    gaps = [right[0] - left[1] for left, right in pairwise(blocks)]
    widest = sorted(range(len(gaps)), key=gaps.__getitem__, reverse=True)[: most - 1]
    cuts = [0, *sorted(index + 1 for index in widest), len(blocks)]
    parts = [blocks[i:j] for i, j in pairwise(cuts)]
    return [(part[0][0], part[-1][1], part[0][2], part[-1][3]) for part in parts]


# blocks: (a, b, c, d) says that old[a:b] becomes new[c:d]


def _blocks(old: str, new: str) -> Iterator[Block]:
    start, stop_old, stop_new = _trim(old, new)
    if start in (stop_old, stop_new):
        yield start, stop_old, start, stop_new
        return
    for a, b, c, d in _line_blocks(old[start:stop_old], new[start:stop_new]):
        yield a + start, b + start, c + start, d + start


def _trim(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int, int]:
    """Length of the common start, and where the common end begins in each."""
    shortest = min(len(old), len(new))
    start = _longest(shortest, lambda low, high: old[low:high] == new[low:high])
    size_old, size_new = len(old), len(new)
    end = _longest(
        shortest - start,
        lambda low, high: old[size_old - high : size_old - low] == new[size_new - high : size_new - low],
    )
    return start, size_old - end, size_new - end


def _longest(limit: int, same: Any) -> int:
    """The largest n for which `same(0, n)` holds, by slices (which compare fast)."""
    low, step = 0, 32
    while low < limit and same(low, min(low + step, limit)):
        low = min(low + step, limit)
        step *= 2
    high = min(low + step, limit)
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _line_blocks(old: str, new: str) -> Iterator[Block]:
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    at_a, at_b = _offsets(a), _offsets(b)
    blocks = diff(a, b)
    by_word = sum(j - i for i, j, _, _ in blocks) <= _WORD_LINES
    for i, j, k, m in blocks:
        yield from _refine(a[i:j], b[k:m], at_a[i], at_b[k], by_word)


def _offsets(parts: Sequence[str]) -> list[int]:
    found = [0]
    for part in parts:
        found.append(found[-1] + len(part))
    return found


def _refine(a: Sequence[str], b: Sequence[str], at_a: int, at_b: int, by_word: bool) -> Iterator[Block]:
    """What differs within changed lines; line by line where there are as many, else all at once."""
    if len(a) != len(b):
        a, b = ("".join(a),), ("".join(b),)
    for old, new in zip(a, b, strict=True):
        yield from _word_blocks(old, new, at_a, at_b, by_word)
        at_a += len(old)
        at_b += len(new)


def _word_blocks(old: str, new: str, at_a: int, at_b: int, by_word: bool) -> Iterator[Block]:
    start, stop_old, stop_new = _trim(old, new)
    old, new = old[start:stop_old], new[start:stop_new]
    at_a += start
    at_b += start
    if not old and not new:
        return
    a, b = (_WORDS.findall(old), _WORDS.findall(new)) if by_word and old and new else ([], [])
    if not a or not b or len(a) > _SMALL or len(b) > _SMALL:
        yield at_a, at_a + len(old), at_b, at_b + len(new)
        return
    offsets_a, offsets_b = _offsets(a), _offsets(b)
    for i, j, k, m in diff(a, b):
        x, y, z, w = offsets_a[i], offsets_a[j], offsets_b[k], offsets_b[m]
        # What is common within the changed words stays, so that a caret in it stays too.
        s, y_end, w_end = _trim(old[x:y], new[z:w])
        yield at_a + x + s, at_a + x + y_end, at_b + z + s, at_b + z + w_end


def diff(a: Sequence[Any], b: Sequence[Any]) -> list[Block]:
    """The differing blocks of two lists of hashable things, ascending, in bounded time."""
    found: list[Block] = []
    at_a = at_b = 0
    for i, j, size in (*_matches(a, b), (len(a), len(b), 0)):
        if i > at_a or j > at_b:
            found.append((at_a, i, at_b, j))
        at_a, at_b = i + size, j + size
    return found


def _matches(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    # Ranges still to compare, the first on top.
    stack = [(0, len(a), 0, len(b))]
    while stack:
        i, j, k, m = stack.pop()
        start, stop_a, stop_b = _trim(a[i:j], b[k:m])
        if start:
            found.append((i, k, start))
        if stop_a < j - i:
            found.append((i + stop_a, k + stop_b, j - i - stop_a))
        i, j, k, m = i + start, i + stop_a, k + start, k + stop_b
        if i == j or k == m:
            continue
        if j - i <= _SMALL and m - k <= _SMALL:
            matcher = SequenceMatcher(None, a[i:j], b[k:m], autojunk=False)
            found += [(i + x, k + y, size) for x, y, size in matcher.get_matching_blocks() if size]
            continue
        anchors = _anchors(a[i:j], b[k:m])
        if not anchors:
            continue
        found += [(i + x, k + y, 1) for x, y in anchors]
        edges = [(i - 1, k - 1), *((i + x, k + y) for x, y in anchors), (j, m)]
        stack += [(p + 1, r, q + 1, s) for (p, q), (r, s) in pairwise(edges)]
    return sorted(found)


def _anchors(a: Sequence[Any], b: Sequence[Any]) -> list[tuple[int, int]]:
    """Pairs of what comes once in each, in an order that is the same in both (patience)."""
    count_a, count_b = Counter(a), Counter(b)
    where = {item: index for index, item in enumerate(b) if count_b[item] == 1}
    pairs = [(i, where[x]) for i, x in enumerate(a) if count_a[x] == 1 and x in where]
    return [pairs[index] for index in rising([j for _, j in pairs])]


def rising(numbers: Sequence[int]) -> list[int]:
    """Indexes of a longest rising part of distinct numbers."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(last[at - 1] if at else -1)
        if at == len(tails):
            tails.append(number)
            last.append(index)
        else:
            tails[at] = number
            last[at] = index
    found = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found[::-1]
