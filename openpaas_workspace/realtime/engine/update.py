"""A strict reader of the Yjs update format (v1): who wrote which clocks, before anything is applied.

It accepts only what Yjs 13.6 and yrs both read in the same way. Whatever they would read
differently (long number forms, flags without a meaning, types one of them does not know) is refused,
so that no client id reaches a document unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from openpaas_workspace.realtime.engine.primitives import MAX_CLIENT, MAX_CLOCK, BadUpdate, Primitives

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_STRUCTS: Final = 500_000
EMPTY: Final = b"\x00\x00"

_HAS_ORIGIN: Final = 0x80
_HAS_RIGHT: Final = 0x40
_HAS_KEY: Final = 0x20
_GC: Final = 0
_SKIP: Final = 10
_STRING: Final = 4

_REMEMBERED: Final = 4096

Id = tuple[int, int]

__all__ = [
    "EMPTY",
    "BadUpdate",
    "ClockRange",
    "Id",
    "Struct",
    "UpdateInfo",
    "is_empty",
    "parse_update",
    "read_structs",
]


@dataclass(frozen=True, slots=True)
class ClockRange:
    """The clocks of one client in an update: `[start, end)`; `spans` leaves out what was skipped."""

    start: int
    end: int
    has_skip: bool
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class UpdateInfo:
    """What an update brings: structs by client, deleted ranges `[start, end)` by client, struct count.

    `needs` says up to which clock of others the document must be for the structs to find their place.
    """

    clients: dict[int, ClockRange]
    deletes: dict[int, list[tuple[int, int]]]
    struct_count: int
    needs: dict[int, int]


@dataclass(slots=True)
class Struct:
    """One item of an update as written, kept only by `read_structs`."""

    client: int
    clock: int
    length: int
    origin: Id | None = None
    right: Id | None = None
    parent: str | Id | None = None
    key: str | None = None
    ref: int = _GC
    text: str | None = None


def is_empty(update: bytes) -> bool:
    """Whether the update says nothing at all (what a client with no news answers)."""
    return update == EMPTY


def parse_update(data: bytes, *, max_bytes: int = MAX_BYTES, max_structs: int = MAX_STRUCTS) -> UpdateInfo:
    """Read an update to its last byte; raises `BadUpdate` on anything that is not exactly one update.

    What is answered is shared: nobody may change it.
    """
    if len(data) <= _REMEMBERED and len(data) <= max_bytes and max_structs == MAX_STRUCTS:
        return _small(bytes(data))
    return _parse(_Reader(data, None, max_structs), max_bytes)


@lru_cache(maxsize=64)
def _small(data: bytes) -> UpdateInfo:
    # An edit is read when it arrives, when it is numbered and when it is applied.
    return _parse(_Reader(data, None, MAX_STRUCTS), MAX_BYTES)


def read_structs(
    data: bytes, *, max_bytes: int = 2**31, max_structs: int = 2**31
) -> tuple[list[Struct], UpdateInfo]:
    """Read an update and keep its items, in the order written; raises `BadUpdate`."""
    kept: list[Struct] = []
    info = _parse(_Reader(data, kept, max_structs), max_bytes)
    return kept, info


def _parse(reader: _Reader, max_bytes: int) -> UpdateInfo:
    if reader.end > max_bytes:
        raise BadUpdate(f"The update has {reader.end} bytes; at most {max_bytes} are accepted.")
    try:
        clients = reader.clients()
        deletes = reader.deletes()
    except BadUpdate:
        raise
    except IndexError:
        raise BadUpdate("The update ends too early.") from None
    except UnicodeDecodeError:
        raise BadUpdate("The update holds text that is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise BadUpdate("The update holds a value that is not JSON.") from None
    if reader.pos != reader.end:
        raise BadUpdate("The update has bytes after its end.")
    return UpdateInfo(clients, deletes, reader.structs, reader.needs)


class _Reader(Primitives):
    __slots__ = ("kept", "last_text", "max_structs", "needs", "structs")

    def __init__(self, data: bytes, kept: list[Struct] | None, max_structs: int) -> None:
        super().__init__(data)
        self.structs = 0
        self.needs: dict[int, int] = {}
        self.max_structs = max_structs
        self.kept = kept
        self.last_text: str | None = None

    def id(self) -> Id:
        return self.uint(MAX_CLIENT), self.uint()

    # the two parts of an update

    def clients(self) -> dict[int, ClockRange]:
        found: dict[int, ClockRange] = {}
        for _ in range(self.count(3)):
            number = self.count(2)
            self.structs += number
            if self.structs > self.max_structs:
                raise BadUpdate(f"The update has more than {self.max_structs} parts.")
            client = self.uint(MAX_CLIENT)
            if client in found:
                raise BadUpdate("The update names a client twice.")
            found[client] = self.client(client, number)
        return found

    def client(self, client: int, number: int) -> ClockRange:
        start = clock = self.uint()
        span = start
        spans: list[tuple[int, int]] = []
        for _ in range(number):
            info = self.buf[self.pos]
            self.pos += 1
            if info == _SKIP:
                if clock > span:
                    spans.append((span, clock))
                length = self.uint()
                span = clock + length
            else:
                length = self.struct(info, client, clock)
            if length == 0:
                raise BadUpdate("The update holds a part without a length.")
            clock += length
            if clock > MAX_CLOCK:
                raise BadUpdate("The update holds a clock that is too large.")
        if clock > span:
            spans.append((span, clock))
        return ClockRange(start, clock, len(spans) != 1 or spans[0] != (start, clock), tuple(spans))

    def deletes(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for _ in range(self.count(2)):
            client = self.uint(MAX_CLIENT)
            if client in found:
                raise BadUpdate("The update names a client twice among the deletes.")
            found[client] = ranges = []
            for _ in range(self.count(2)):
                start, length = self.uint(), self.uint()
                if start + length > MAX_CLOCK:
                    raise BadUpdate("The update deletes beyond any clock.")
                ranges.append((start, start + length))
        return found

    # one struct

    def struct(self, info: int, client: int, clock: int) -> int:
        ref = info & 0x1F
        if ref == _GC:
            return self.removed(info, client, clock)
        origin = self.id() if info & _HAS_ORIGIN else None
        right = self.id() if info & _HAS_RIGHT else None
        parent: str | Id | None = None
        key = None
        if not info & (_HAS_ORIGIN | _HAS_RIGHT):
            parent = self.parent()
            if info & _HAS_KEY:
                key = self.string()
        for other in (origin, right, parent):
            if type(other) is tuple:
                self.need(other, client, clock)
        read = _CONTENT.get(ref)
        if read is None:
            raise BadUpdate(f"The update holds content of the unknown kind {ref}.")
        length = read(self)
        if self.kept is not None:
            text = self.last_text if ref == _STRING else None
            self.kept.append(Struct(client, clock, length, origin, right, parent, key, ref, text))
        return length

    def removed(self, info: int, client: int, clock: int) -> int:
        if info:
            raise BadUpdate("The update marks a removed part in an unknown way.")
        length = self.uint()
        if self.kept is not None:
            self.kept.append(Struct(client, clock, length))
        return length

    def need(self, other: Id, client: int, clock: int) -> None:
        if other[0] != client:
            if self.needs.get(other[0], 0) <= other[1]:
                self.needs[other[0]] = other[1] + 1
        elif other[1] >= clock:
            # Yjs throws in the middle of applying when a part refers to its own future.
            raise BadUpdate("The update refers to a part that comes later.")

    def parent(self) -> str | Id:
        named = self.uint()
        if named > 1:
            raise BadUpdate("The update names a parent in an unknown way.")
        return self.string() if named else self.id()

    # content, by reference number: each reads its bytes and answers how many clocks it takes

    def content_deleted(self) -> int:
        return self.uint()

    def content_json(self) -> int:
        number = self.count(1)
        for _ in range(number):
            if self.buf[self.pos : self.pos + 10] == b"\x09undefined":
                self.pos += 10
            else:
                self.json()
        return number

    def content_binary(self) -> int:
        self.raw()
        return 1

    def content_string(self) -> int:
        raw = self.raw()
        if self.kept is not None:
            self.last_text = raw.decode()
        # Clocks count UTF-16 units.
        return len(raw) if raw.isascii() else len(raw.decode().encode("utf-16-le")) // 2

    def content_embed(self) -> int:
        self.json()
        return 1

    def content_format(self) -> int:
        self.string()
        self.json()
        return 1

    def content_type(self) -> int:
        kind = self.uint()
        if kind not in _TYPES:
            raise BadUpdate(f"The update holds the unknown type {kind}.")
        if kind == _XML_ELEMENT:
            self.string()
        return 1

    def content_any(self) -> int:
        number = self.count(1)
        for _ in range(number):
            self.any(0)
        return number

    def content_doc(self) -> int:
        self.string()
        self.any(0)
        return 1


# 5 (XmlHook) is read differently by Yjs and yrs; 7 and more are unknown to Yjs 13.
_XML_ELEMENT: Final = 3
_TYPES: Final = frozenset((0, 1, 2, 3, 4, 6))

# 11 (move) is written by yrs alone and stops a browser's document.
_CONTENT: Final[dict[int, Callable[[_Reader], int]]] = {
    1: _Reader.content_deleted,
    2: _Reader.content_json,
    3: _Reader.content_binary,
    _STRING: _Reader.content_string,
    5: _Reader.content_embed,
    6: _Reader.content_format,
    7: _Reader.content_type,
    8: _Reader.content_any,
    9: _Reader.content_doc,
}
