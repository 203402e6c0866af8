"""Who is where: pure bookkeeping of sockets. A member with many windows is one person.

A member is in a file as long as one of its sockets is in the room, in a space while in one of its files, and online as long as any
socket or window is open. Who leaves stays for a moment, so that a page that loads again does not
blink. Pages only say whether somebody sits in front of them, and at what; where they say to be
counts for nothing unless the room knows them there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

State = Literal["active", "away"]
ONLINE = "workspace:online"
"""The topic of those who are anywhere."""
SCRIPT = "kernel:"
"""How the ids of those begin who are no people: they are in the object itself, and nowhere else."""
LINGER = 2.0
"""Seconds that somebody stays after the last socket has closed."""


class Change(NamedTuple):
    """What is to be told: the member is now so in this topic, or (None) not there any more."""

    topic: str
    member: str
    state: State | None


class Window(NamedTuple):
    """What a window says of itself."""

    state: State
    at: str


@dataclass
class _Member:
    rooms: dict[str, set[str]] = field(default_factory=dict)
    within: dict[str, str] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)

    def truth(self, topic: str) -> State | None:
        """How the member is in the topic, by its open sockets alone."""
        if topic == ONLINE:
            here = bool(self.rooms or self.windows)
        else:
            here = topic in self.rooms or topic in self.within.values()
        if not here:
            return None
        if not self.windows:
            return "active"  # a page that says nothing of itself, such as a stock one
        at_work = (
            window.state == "active" and topic in {ONLINE, window.at, self.within.get(window.at)}
            for window in self.windows.values()
        )
        return "active" if any(at_work) else "away"


class Roster:
    """Sockets in rooms and windows, told as people. Times are seconds of one monotonic clock."""

    def __init__(self, linger: float = LINGER) -> None:
        self._linger = linger
        self._members: dict[str, _Member] = {}
        self._sources: dict[str, tuple[str, str]] = {}
        self._told: dict[str, dict[str, State]] = {}
        self._ends: dict[tuple[str, str], float] = {}
        self._dirty: set[tuple[str, str]] = set()

    def enter(self, source: str, member: str, topic: str, within: str = "") -> None:
        """A socket is in a room, of an object within another (its space). `source` names it for ever."""
        self.leave(source)
        self._sources[source] = (member, topic)
        known = self._members.setdefault(member, _Member())
        known.rooms.setdefault(topic, set()).add(source)
        self._put(known, topic, within)
        self._concerns(member, known)

    def moved(self, topic: str, within: str) -> None:
        """An object is within another now."""
        for member, known in self._members.items():
            if topic in known.rooms:
                self._concerns(member, known)
                self._put(known, topic, within)
                self._concerns(member, known)

    def window(self, source: str, member: str, window: Window) -> None:
        """A window is open, or says something new of itself."""
        known = self._members.setdefault(member, _Member())
        if known.windows.get(source) != window:
            self._sources[source] = (member, "")
            known.windows[source] = window
            self._concerns(member, known)

    def leave(self, source: str) -> None:
        """The socket of a room or window is closed; one that is not known is none."""
        member, topic = self._sources.pop(source, ("", ""))
        known = self._members.get(member)
        if known is None:
            return
        self._concerns(member, known)
        if topic:
            sockets = known.rooms[topic]
            sockets.discard(source)
            if not sockets:
                del known.rooms[topic]
                known.within.pop(topic, None)
        else:
            known.windows.pop(source, None)
        if not known.rooms and not known.windows:
            del self._members[member]

    def forget(self, prefix: str) -> None:
        """All sockets whose names begin so are closed: another process has gone silent."""
        for source in [source for source in self._sources if source.startswith(prefix)]:
            self.leave(source)

    def changes(self, at: float) -> list[Change]:
        """What has changed since this was asked last."""
        found: list[Change] = []
        dirty, self._dirty = self._dirty, set()  # a set that was large once is slow to walk for ever
        for topic, member in dirty:
            change = self._settled(topic, member, at)
            if change is not None:
                found.append(change)
        return found

    def next(self) -> float | None:
        """When to ask again though nothing happens; None: when something does."""
        return min((self._ends[key] for key in self._dirty if key in self._ends), default=None)

    def present(self, topic: str) -> dict[str, State]:
        """Who is there, as told."""
        return dict(self._told.get(topic, {}))

    def __iter__(self) -> Iterator[str]:
        """The topics in which somebody is."""
        return iter(self._told)

    def _concerns(self, member: str, known: _Member) -> None:
        beyond = () if member.startswith(SCRIPT) else (ONLINE, *known.within.values())
        self._dirty.update((topic, member) for topic in (*known.rooms, *beyond))

    def _put(self, known: _Member, topic: str, within: str) -> None:
        if within:
            known.within[topic] = within
        else:
            known.within.pop(topic, None)

    def _settled(self, topic: str, member: str, at: float) -> Change | None:
        known = self._members.get(member)
        truth = known.truth(topic) if known is not None else None
        told = self._told.get(topic, {}).get(member)
        key = (topic, member)
        if truth is None and told is not None and at < self._ends.setdefault(key, at + self._linger):
            self._dirty.add(key)
            return None
        self._ends.pop(key, None)
        if truth == told:
            return None
        here = self._told.setdefault(topic, {})
        if truth is None:
            here.pop(member, None)
        else:
            here[member] = truth
        if not here:
            del self._told[topic]
        return Change(topic, member, truth)
