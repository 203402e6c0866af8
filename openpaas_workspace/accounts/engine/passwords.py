"""What makes a password good enough, by length and against the obvious ones (CNIL 2022-100 with delays)."""

import unicodedata

from openpaas_workspace.kit.errors import Invalid

MAX_CHARACTERS = 256
_COMMON = (
    "password",
    "motdepasse",
    "azertyuiop",
    "qwertyuiop",
    "1234567890",
    "0123456789",
    "abcdefghij",
    "administrateur",
    "administrator",
    "bienvenue",
    "welcome",
    "openpaas",
    "workspace",
)
_SHORTEST_REST = 6


def normal_password(password: str) -> str:
    """The form that is hashed: the same keys on any keyboard give the same password."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, username: str, shortest: int) -> None:
    """Raises Invalid with what to change when a new password is too weak."""
    password = normal_password(password)
    if len(password) > MAX_CHARACTERS:
        raise Invalid(f"This password is too long: {MAX_CHARACTERS} characters at most.")
    if len(password) < shortest:
        raise Invalid(f"Choose a password of at least {shortest} characters; a sentence is easy to remember.")
    if len(set(password.casefold())) < 5:
        raise Invalid("This password repeats the same few characters; choose another one.")
    rest = password.casefold()
    for word in (username.casefold(), *_COMMON):
        if len(word) > 2:
            rest = rest.replace(word, "")
    if len(rest) < _SHORTEST_REST:
        raise Invalid("This password is easy to guess; choose another one.")
