"""What a kind of live object must say of itself. CRDTs and server-ordered operations alike.

A domain registers one `LiveKind` for each kind of `Ref`; the log, leases, rights, presence,
history and unloading are the same for all.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.sharing.schemas import Level

Poisoned = Callable[[Change], None]


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

    def close(self) -> None:
        """Nobody needs it any more."""


class Elsewhere(State, ABC):
    """A state that another process of this server holds: what it is made of is asked for, and comes later."""

    @abstractmethod
    async def taken(self, snapshot: bytes | BinaryIO | None, changes: Sequence[Change]) -> set[int]:
        """Become what these make; the numbers of changes that it could not take. Raises Unavailable.

        A large snapshot comes as an open file of the store, whose bytes nobody has checked yet.
        """

    @abstractmethod
    def tell(self, lost: Callable[[Exception], None], poisoned: Poisoned) -> None:
        """Call `lost` when the other process is gone, or is already; before that `poisoned` with a change that no process can take."""

    @abstractmethod
    async def whole(self) -> tuple[int, bytes]:
        """The number of the last change that it has, and everything that others may have. Raises Unavailable."""

    @abstractmethod
    async def kept(self) -> tuple[int, bytes]:
        """As `whole`, for a snapshot that never leaves the server: with what only the state itself needs."""

    @abstractmethod
    async def earlier(self, snapshot: bytes | None, changes: Sequence[Change]) -> bytes:
        """Everything at another number, from a snapshot and the changes after it."""


class Shortener(ABC):
    """Follows the log of one object, in another process, and says what makes it short."""

    # The number up to which it has followed; -1 if it must begin anew.
    seq = -1

    @abstractmethod
    async def begin(self, snapshot: bytes | None, changes: Sequence[Change], seq: int) -> None:
        """Be at `seq`, as these make it. Raises Unavailable."""

    @abstractmethod
    async def shorten(
        self, changes: Sequence[Change], kept: Sequence[int], head: int
    ) -> dict[int, bytes] | None:
        """Follow the next changes, up to one whose number is kept; the data of those that stand for others then.

        `head` is the last number of the log. None: it cannot be made short there. Raises Unavailable.
        """

    @abstractmethod
    def end(self) -> None:
        """It is not needed any more."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the owner of an object says it is."""

    type: str
    format: str
    object_id: str


class LiveKind:
    """One kind of live object. Base class.

    `serial`: a change is judged against the state with all before it applied, so appends wait
    for each other; CRDTs need not. `elsewhere`: its states are `Elsewhere`. `frame` makes the bytes that connections get of a change.
    """

    serial = False
    elsewhere = False
    # The kinds of changes that may be merged, and of what they become; None if not in this way.
    merges: tuple[str, str] | None = None

    async def describe(self, object_id: str) -> Description:
        """What the object is; raises NotFound when it is gone."""
        raise NotImplementedError

    async def first(self, object_id: str, described: Description) -> tuple[bytes, Actor] | None:
        """The first change (an import) and who it is credited to, None to begin empty. May be asked more than once."""
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

    async def accepted(self, value: Any) -> bytes:
        """The data of a change that replaces the whole content by `value`; raises Invalid. For states elsewhere."""
        raise NotImplementedError

    async def replaceable(self, object_id: str, state: State, actor: Actor) -> None:
        """Whether an editor may put other content in place of all of it; raises Forbidden. For states elsewhere."""

    async def given(self, state: State, actor: Actor, level: Level) -> None:
        """Whether who may read the object may have all of its content, now or as it was; raises Forbidden."""

    def shortener(self) -> Shortener:
        """Of a kind that merges: what makes one log short."""
        raise NotImplementedError

    def changed(self, object_id: str, change: Change) -> None:
        """Called after each commit; must be quick."""

    def close(self) -> None:
        """The server stops, and everything is stored."""

    def edited(self, change: Change) -> bool:
        """Whether the change counts as an edit in the event stream; to be opened for the first time is none."""
        return change.author_kind != "system" and change.kind != "import"


Watcher = Callable[[Change, Any], None]
