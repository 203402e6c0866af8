"""How large an output will look before it is there, and how large it is in words."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from openpaas_workspace.realtime.engine.values import joined

_TALLEST: Final = 10_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def in_words(size: int) -> str:
    """A number of bytes for people: `3.2 MB`."""
    if size < 1024**2:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024**2:.1f} MB" if size < 1024**3 else f"{size / 1024**3:.1f} GB"


def height_of(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> int:
    """The height in pixels that an output says it has; 0 when it does not say."""
    said = [one.get("height") for one in metadata.values() if isinstance(one, Mapping)]
    for kind, value in data.items():
        if kind.startswith("application/vnd.plotly") and isinstance(value, Mapping):
            layout = value.get("layout")
            said.append(layout.get("height") if isinstance(layout, Mapping) else None)
        elif kind == "image/png":
            said.append(_height_of_png(joined(value)))
    found = [one for one in said if isinstance(one, int | float) and not isinstance(one, bool)]
    return int(min(max(found), _TALLEST)) if found and max(found) >= 1 else 0


def _height_of_png(encoded: str) -> int:
    try:
        head = base64.b64decode("".join(encoded[:64].split())[:32], validate=True)
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(head[20:24], "big") if head.startswith(_PNG) else 0
