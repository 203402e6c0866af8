"""Base of everything that crosses the wire (msgspec)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from openpaas_workspace.kit.errors import Invalid


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message on the wire. Repeat `frozen` and `kw_only` in subclasses: msgspec does not inherit kw_only."""


_encoder = msgspec.json.Encoder()
_MOST = 2**53  # what a script in a browser can count to; databases end soon after


def encode(value: Any) -> bytes:
    """JSON bytes of a wire value."""
    return _encoder.encode(value)


def decode(data: bytes | str, type_: Any) -> Any:
    """A wire value from JSON; raises Invalid naming the wrong field."""
    try:
        return _storable(msgspec.json.decode(data, type=type_))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The request body is not valid: {error}.") from error


def convert(value: Any, type_: Any) -> Any:
    """A wire value from plain strings (query arguments); raises Invalid."""
    try:
        return _storable(msgspec.convert(value, type=type_, strict=False))
    except msgspec.ValidationError as error:
        raise Invalid(f"The request is not valid: {error}.") from error


def is_empty(body: Any) -> bool:
    """Whether no field of a message was sent."""
    return isinstance(body, msgspec.Struct) and all(item is msgspec.UNSET for item in _items(body))


def _storable(value: Any) -> Any:
    """The value itself; raises Invalid when it holds what no database can keep."""
    if isinstance(value, str):
        if "\0" in value:
            raise Invalid("The request holds the character NUL; leave it out.")
    elif isinstance(value, int):
        if abs(value) > _MOST:
            raise Invalid("The request holds a number that is too large.")
    else:
        for item in _items(value):
            _storable(item)
    return value


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, msgspec.Struct):
        return [getattr(value, name) for name in value.__struct_fields__]
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list | tuple) else ()
