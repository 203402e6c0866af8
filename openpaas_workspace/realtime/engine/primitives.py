"""The numbers, texts and values an update is made of, read so that Yjs and yrs could not read them otherwise."""

from __future__ import annotations

import json
from typing import Final, NoReturn

MAX_CLIENT: Final = 2**53 - 1
MAX_CLOCK: Final = 2**31 - 1
# yrs reads nested values by recursion; a deep one ends the process, not the message.
MAX_DEPTH: Final = 200

_ANY_INT: Final = 125
_ANY_TEXT: Final = 119
_ANY_MAP: Final = 118
_ANY_LIST: Final = 117
_ANY_BYTES: Final = 116
_FIXED: Final = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}


class BadUpdate(ValueError):
    """The update is refused. `reload` says that the document may be damaged and must be built anew."""

    def __init__(self, sentence: str, *, reload: bool = False) -> None:
        super().__init__(sentence)
        self.reload = reload


def _refuse_constant(name: str) -> NoReturn:
    raise BadUpdate(f"The update holds {name}, which is not JSON.")


_json = json.JSONDecoder(parse_constant=_refuse_constant)


def _depth(value: object) -> int:
    """How deep lists and objects are nested, one more than `MAX_DEPTH` at most."""
    layer, depth = [value], 0
    while depth <= MAX_DEPTH:
        inner: list[object] = []
        for one in layer:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        if not inner:
            break
        layer, depth = inner, depth + 1
    return depth


class Primitives:
    """A reader of one update; `IndexError` past its end, `UnicodeDecodeError`, `ValueError` for bad JSON."""

    __slots__ = ("buf", "end", "pos")

    def __init__(self, data: bytes) -> None:
        self.buf = bytes(data)
        self.end = len(data)
        self.pos = 0

    def uint(self, limit: int = MAX_CLOCK) -> int:
        buf = self.buf
        pos = self.pos
        byte = buf[pos]
        if byte < 128:
            self.pos = pos + 1
            return byte
        value = byte & 127
        shift = 7
        while True:
            pos += 1
            byte = buf[pos]
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 49:
                raise BadUpdate("The update holds a number that is too long.")
        # Readers cut or accept long forms differently, writers never make them.
        if byte == 0:
            raise BadUpdate("The update holds a number in a long form.")
        if value > limit:
            raise BadUpdate("The update holds a number that is too large.")
        self.pos = pos + 1
        return value

    def raw(self) -> bytes:
        size = self.uint()
        start = self.pos
        stop = start + size
        if stop > self.end:
            raise BadUpdate("The update ends too early.")
        self.pos = stop
        return self.buf[start:stop]

    def string(self) -> str:
        return self.raw().decode()

    def json(self) -> None:
        text = self.string()
        value = _json.decode(text)
        if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
            raise BadUpdate("The update holds a value that is nested too deeply.")

    def count(self, smallest: int) -> int:
        """A count of things that take at least `smallest` bytes each."""
        number = self.uint()
        if number * smallest > self.end - self.pos:
            raise BadUpdate("The update announces more than it holds.")
        return number

    def any(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise BadUpdate("The update holds a value that is nested too deeply.")
        kind = self.buf[self.pos]
        self.pos += 1
        size = _FIXED.get(kind)
        if size is not None:
            self.pos += size
            if self.pos > self.end:
                raise BadUpdate("The update ends too early.")
        elif kind == _ANY_INT:
            self.int()
        elif kind == _ANY_TEXT:
            self.string()
        elif kind == _ANY_BYTES:
            self.raw()
        elif kind in (_ANY_LIST, _ANY_MAP):
            self.container(kind, depth + 1)
        else:
            raise BadUpdate(f"The update holds a value of the unknown kind {kind}.")

    def container(self, kind: int, depth: int) -> None:
        named = kind == _ANY_MAP
        for _ in range(self.count(2 if named else 1)):
            if named:
                self.string()
            self.any(depth)

    def int(self) -> None:
        byte = self.buf[self.pos]
        value = byte & 63
        shift = 6
        while byte >= 128:
            self.pos += 1
            byte = self.buf[self.pos]
            value |= (byte & 127) << shift
            shift += 7
            if shift > 62:
                raise BadUpdate("The update holds a number that is too long.")
        self.pos += 1
        if value > MAX_CLIENT:
            raise BadUpdate("The update holds a number that is too large.")
