"""A WebSocket text frame as bytes, made once for every connection that gets it (RFC 6455, 5.2)."""

import struct

_TEXT = 0x81  # final fragment, text


def framed(payload: bytes) -> bytes:
    """The payload in an unmasked text frame."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", _TEXT, size)
    elif size <= 0xFFFF:
        head = struct.pack("!BBH", _TEXT, 126, size)
    else:
        head = struct.pack("!BBQ", _TEXT, 127, size)
    return head + payload
