"""Facts of the stream, made into what a person would say happened. Pure."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from openpaas_workspace.home.schemas import Verb

VERBS: dict[str, Verb] = {
    "SpaceCreated": "created",
    "FolderCreated": "created",
    "FileCreated": "created",
    "FileEdited": "edited",
    "FileRenamed": "renamed",
    "FileMoved": "moved",
    "FileTrashed": "trashed",
    "FileRestored": "brought_back",
    "GrantChanged": "shared",
    "VersionNamed": "named",
    "VersionRestored": "restored",
}
_MANY = 3
# What goes without saying when the same person also did the other to the same thing.
_IN: dict[str, tuple[Verb, ...]] = {
    **dict.fromkeys(VERBS.values(), ("trashed",)),
    "created": ("shared", "trashed"),
    "edited": ("created", "trashed"),
    "renamed": ("created", "trashed"),
    "moved": ("created", "trashed"),
    "trashed": (),
}
Key = tuple[str, str, str]  # author, reference, verb


class Fact(Protocol):
    """A row of the stream, its `data` not read yet."""

    seq: int
    type: str
    ref: str
    actor: str
    actor_kind: str
    behalf: str
    at: int
    data: str


class Happened(NamedTuple):
    """One row: the newest fact of an author, object and verb. Of a place that was `added` to, the kind is not known."""

    seq: int
    at: int
    actor: str
    verb: Verb
    ref: str
    things: int = 1
    level: str = ""


def author(fact: Fact) -> str:
    """The member who did it, alone or through a kernel or an app; empty for the server itself."""
    return fact.actor if fact.actor_kind == "member" else fact.behalf


def happened(facts: Iterable[Fact], me: str, groups: Iterable[str]) -> list[Happened]:
    """What others did, the newest first; the facts are in order, the newest first."""
    subjects = {f"member:{me}", "everyone", *(f"group:{group}" for group in groups)}
    rows: dict[Key, Happened] = {}
    places: dict[Key, str] = {}
    for fact in facts:
        who, verb = author(fact), VERBS[fact.type]
        key = (who, fact.ref, verb)
        if not who or who == me or key in rows:
            continue
        data: dict[str, Any] = json.loads(fact.data) if verb in {"shared", "created"} else {}
        if verb == "shared" and data.get("subject") not in subjects:
            continue
        level = str(data.get("level", "")) if verb == "shared" else ""
        rows[key] = Happened(fact.seq, fact.at, who, verb, fact.ref, level=level)
        if place := str(data.get("parent", "")):
            places[key] = place
    kept = {
        key: row for key, row in rows.items() if not any((*key[:2], other) in rows for other in _IN[key[2]])
    }
    return _together(kept, places)


def _together(rows: dict[Key, Happened], places: dict[Key, str]) -> list[Happened]:
    """Many things that somebody made in one place are one row about the place."""
    by_place: dict[tuple[str, str], list[Key]] = {}
    for key in rows:
        if key in places:
            by_place.setdefault((key[0], places[key]), []).append(key)
    for (who, place), keys in by_place.items():
        if len(keys) > _MANY:
            newest = rows[keys[0]]
            for key in keys:
                del rows[key]
            rows[who, place, "added"] = newest._replace(verb="added", ref=place, things=len(keys))
    return sorted(rows.values(), key=lambda row: -row.seq)
