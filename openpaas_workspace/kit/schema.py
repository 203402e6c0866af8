"""Base of everything that crosses the wire (msgspec)."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from openpaas_workspace.kit.errors import Invalid, TooLarge


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message on the wire. Repeat `frozen` and `kw_only` in subclasses: msgspec does not inherit kw_only."""


T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_MOST = 2**53  # what a script in a browser can count to; databases end soon after
_MOST_VALUES = 200_000  # each is looked at in the server's loop


def encode(value: Any) -> bytes:
    """JSON bytes of a wire value."""
    return _encoder.encode(value)


def decode(data: bytes | str, type_: Any) -> Any:
    """A wire value from JSON; raises Invalid naming the wrong field."""
    try:
        return storable(msgspec.json.decode(data, type=type_))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The request body is not valid: {error}.") from error


def convert(value: Any, type_: Any) -> Any:
    """A wire value from plain strings (query arguments); raises Invalid."""
    try:
        return storable(msgspec.convert(value, type=type_, strict=False))
    except msgspec.ValidationError as error:
        raise Invalid(f"The request is not valid: {error}.") from error


def storable(value: T) -> T:
    """The value itself; raises Invalid when it holds what no database can keep, TooLarge for too many values."""
    left = _MOST_VALUES
    waiting: list[Sequence[Any]] = [(value,)]
    while waiting:
        items = waiting.pop()
        left -= len(items)
        if left < 0:
            raise TooLarge(f"The request holds more than {_MOST_VALUES:,} values.")
        for one in items:
            kind = type(one)
            if kind is str:
                if "\0" in one:
                    raise Invalid("The request holds the character NUL; leave it out.")
            elif kind is int:
                if abs(one) > _MOST:
                    raise Invalid("The request holds a number that is too large.")
            elif more := _items(one):
                waiting.append(more)
    return value


def is_empty(body: Any) -> bool:
    """Whether no field of a message was sent."""
    return isinstance(body, msgspec.Struct) and all(item is msgspec.UNSET for item in _items(body))


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, msgspec.Struct):
        return [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list | tuple) else ()
