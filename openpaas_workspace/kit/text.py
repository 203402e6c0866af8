"""Names that people give."""

import unicodedata

from openpaas_workspace.kit.errors import Invalid

MAX_NAME_BYTES = 255
_BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}


def normal(name: str) -> str:
    """The name as stored: NFC, without blanks at the ends."""
    return unicodedata.normalize("NFC", name).strip()


def name_key(name: str) -> str:
    """What makes two names the same: NFC and case folding."""
    return unicodedata.normalize("NFC", normal(name).casefold())


def checked_name(name: str) -> str:
    """The normal form of a name of a space, folder or file; raises Invalid with what to change."""
    name = normal(name)
    if not name or name in {".", "..", "~"}:
        raise Invalid("Give a name; “.”, “..” and “~” are reserved.")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise Invalid("This name is too long: 255 bytes at most.")
    if any(c in "/\\" or c in _BIDI or unicodedata.category(c) in {"Cc", "Cs"} for c in name):
        raise Invalid("A name cannot contain slashes, control characters or direction marks.")
    return name
