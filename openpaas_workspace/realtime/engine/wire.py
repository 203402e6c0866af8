"""Numbers and strings as lib0 writes them, for the frames of a room."""

from __future__ import annotations

from typing import Final

MAX_UINT: Final = 2**53 - 1


class Malformed(ValueError):
    """The bytes are not what was promised."""


def var_uint(number: int) -> bytes:
    """A number of variable length; from 0 to 2**53 - 1, else `Malformed`."""
    if not 0 <= number <= MAX_UINT:
        raise Malformed(f"{number} cannot be written.")
    out = bytearray()
    while number > 127:
        out.append(128 | (number & 127))
        number >>= 7
    out.append(number)
    return bytes(out)


def var_bytes(data: bytes) -> bytes:
    """Bytes after their length."""
    return var_uint(len(data)) + data


def var_string(text: str) -> bytes:
    """Text in UTF-8 after its length in bytes."""
    return var_bytes(text.encode())


class Reader:
    """Reads a frame from its start; every method raises `Malformed` instead of reading past the end."""

    __slots__ = ("_buf", "_pos")

    def __init__(self, data: bytes) -> None:
        self._buf = data
        self._pos = 0

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self._pos == len(self._buf)

    def uint(self) -> int:
        """A number of variable length."""
        value = shift = 0
        while True:
            if self._pos >= len(self._buf):
                raise Malformed("it ends too early.")
            byte = self._buf[self._pos]
            self._pos += 1
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 49:
                raise Malformed("a number is too long.")
        if value > MAX_UINT:
            raise Malformed("a number is too large.")
        return value

    def bytes(self) -> bytes:
        """Bytes after their length."""
        size = self.uint()
        stop = self._pos + size
        if stop > len(self._buf):
            raise Malformed("it ends too early.")
        data = self._buf[self._pos : stop]
        self._pos = stop
        return bytes(data)

    def string(self) -> str:
        """Text after its length in bytes."""
        try:
            return self.bytes().decode()
        except UnicodeDecodeError:
            raise Malformed("a text is not UTF-8.") from None
