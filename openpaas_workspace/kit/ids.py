"""Identifiers and secrets.

Ids sort by creation time (48 bits of milliseconds, 80 random bits, Crockford base 32 in
lower case: 26 characters, as a ULID). Secrets are 256 bits; only their digest is stored.
"""

import hashlib
import secrets

from openpaas_workspace.kit.clock import now

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """A fresh 26-character id, unguessable (80 random bits) and sortable by time."""
    value = (now() << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def new_secret(prefix: str = "") -> str:
    """A fresh URL-safe secret of 256 bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a secret: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
