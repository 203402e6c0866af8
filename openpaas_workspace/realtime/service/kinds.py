"""What a kind of live object must say of itself. CRDTs and server-ordered operations alike.

A domain registers one `LiveKind` for each kind of `Ref`; the log, leases, rights, presence,
history and unloading are the same for all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from openpaas_workspace.realtime.service.log import Change


class BadChange(ValueError):
    """The state cannot take this change. `damaged`: the state must be built again from the log."""

    def __init__(self, sentence: str, *, damaged: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.damaged = damaged


class State:
    """What one object is at one number, in memory. Pure: no I/O, no clock, no randomness."""

    def apply(self, change: Change) -> None:
        """Take one committed change; raises BadChange."""
        raise NotImplementedError

    def replay(self, changes: Sequence[Change]) -> tuple[set[int], bool]:
        """Take changes of the log in order; answers which it could not take, and whether that spoiled it."""
        bad: set[int] = set()
        for change in changes:
            try:
                self.apply(change)
            except BadChange as error:
                bad.add(change.seq)
                if error.damaged:
                    return bad, True
        return bad, False

    def load(self, data: bytes) -> None:
        """Become what `dump` gave; called once, on a fresh state."""
        raise NotImplementedError

    def dump(self) -> bytes:
        """Everything, for a snapshot."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Bytes of `parts`, if to dump it would hold up everybody else; 0 if not."""
        return 0

    def parts(self) -> list[bytes]:
        """What `engine.contents.whole` makes a dump of."""
        return [self.dump()]

    def fold(self, parts: Sequence[bytes], whole: bytes) -> None:
        """`parts`, as they were given, make `whole`."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the owner of an object says it is."""

    type: str
    format: str


class LiveKind:
    """One kind of live object. Base class.

    `serial`: a change is judged against the state with all before it applied, so appends wait
    for each other; CRDTs need not. `frame` makes the bytes that connections get of a change.
    """

    serial = False

    async def describe(self, object_id: str) -> Description:
        """What the object is; raises NotFound when it is gone."""
        raise NotImplementedError

    async def first(self, object_id: str, described: Description) -> bytes | None:
        """The data of the first change (an import), or None to begin empty. May be asked more than once."""
        raise NotImplementedError

    def state(self, described: Description) -> State:
        """An empty state."""
        raise NotImplementedError

    def frame(self, change: Change) -> bytes | None:
        """What connections are sent of a change; None for nothing."""
        raise NotImplementedError

    def claims(self, data: bytes, member: str) -> list[tuple[int, str]]:  # noqa: ARG002  (most kinds have none)
        """The client ids that a change of `member` writes under."""
        return []

    def changed(self, object_id: str, change: Change) -> None:
        """Called after each commit; must be quick."""

    def edited(self, change: Change) -> bool:
        """Whether the change counts as an edit in the event stream."""
        return change.author_kind != "system"


Watcher = Callable[[Change, Any], None]
