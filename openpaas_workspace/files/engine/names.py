"""Names and paths: what a path means before anybody looks anything up. Pure."""

import re
from typing import NamedTuple

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.text import checked_name, name_key, normal

MAX_PATH = 4096
HOME = "~"
# Never shown and never made: the server's own temporary names begin with a dot too.
_HIDDEN = frozenset({"__pycache__", "lost+found"})
_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")


class Address(NamedTuple):
    """A path taken apart: what comes first, and the names below."""

    head: str  # '' is the list of everything, '~' mine, '~name' somebody's, else a space's name or an id
    rest: tuple[str, ...]


def parse(path: str) -> Address:
    """Take a contents path apart; raises Invalid for what can lead nowhere."""
    path = path.strip("/")
    if not path:
        return Address("", ())
    if len(path) > MAX_PATH:
        raise Invalid("This path is too long: 4096 characters at most.")
    parts = path.split("/")
    for part in parts:
        if part in {"", ".", ".."} or "\0" in part:
            raise Invalid("A path names folders one after another, without “.” or “..”.")
    return Address(parts[0], tuple(parts[1:]))


def is_id(text: str) -> bool:
    """Whether a word has the form of an id."""
    return _ID.fullmatch(text) is not None


def is_hidden(name: str) -> bool:
    """Whether a name on disk is left alone: dot files and caches."""
    return name.startswith(".") or name in _HIDDEN


def file_name(name: str) -> str:
    """The normal form of a new name of a folder or file; raises Invalid with what to change."""
    name = checked_name(name)
    if is_hidden(name):
        raise Invalid("A name cannot begin with a dot, and “__pycache__” is reserved.")
    return name


def space_name(name: str) -> str:
    """The normal form of a new name of a space; raises Invalid with what to change."""
    name = checked_name(name)
    if name.startswith((".", HOME)) or is_id(name):
        raise Invalid("The name of a space cannot begin with a dot or “~”.")
    return name


def outside_name(name: str) -> bool:
    """Whether a name that somebody made on disk can be shown: as for new names, blanks and accents as they are."""
    try:
        checked_name(name)
    except Invalid:
        return False
    return normal(name) != ""


def twin_key(name: str) -> str:
    """The key of a name whose key is taken by a name that differs in case or accents only (made on disk)."""
    return f"{name_key(name)}/{name}"


def split_extension(name: str) -> tuple[str, str]:
    """Stem and extension as Jupyter counts them: `a.tar.gz` is `a` + `.tar.gz`, `a.b.ipynb` is `a.b` + `.ipynb`."""
    if name.endswith(".ipynb"):
        return name[: -len(".ipynb")], ".ipynb"
    stem, dot, extension = name.partition(".")
    return stem, dot + extension


def numbered(name: str, taken: set[str], insert: str) -> str:
    """The first of `name`, `stem<insert>1.ext`, `stem<insert>2.ext` … whose key is not taken."""
    stem, extension = split_extension(name)
    count = 0
    while name_key(name) in taken:
        count += 1
        name = f"{stem}{insert}{count}{extension}"
    return name


def shown_names(names: list[tuple[str, str]]) -> dict[str, str]:
    """Names for things of different folders shown side by side: (id, name), oldest first, to id → unique name."""
    taken: set[str] = set()
    shown: dict[str, str] = {}
    for id_, name in names:
        unique = name
        if name_key(name) in taken:
            stem, extension = split_extension(name)
            unique = f"{stem} ({id_[-6:]}){extension}"
        taken.add(name_key(unique))
        shown[id_] = unique
    return shown
