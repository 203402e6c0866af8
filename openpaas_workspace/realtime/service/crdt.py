"""Documents that merge by themselves: the state of notebooks and text files (pycrdt).

The live document is bare: views of it with an undo manager would keep deleted content for
ever, and reading a notebook through them may write. Contents are read and written on forks.

To write a document out whole holds the interpreter for long when it is large. A large one is
therefore also kept as the updates that make it; they are sent, stored and worked on as they are.
"""

from collections.abc import Sequence
from typing import Any

from pycrdt import Doc

from openpaas_workspace.realtime.engine import frames
from openpaas_workspace.realtime.engine.contents import new_client
from openpaas_workspace.realtime.engine.frames import Large, Sync
from openpaas_workspace.realtime.engine.guard import guarded_apply, parse_state
from openpaas_workspace.realtime.engine.log import merge_all
from openpaas_workspace.realtime.engine.squash import deleted
from openpaas_workspace.realtime.engine.update import BadUpdate, UpdateInfo, is_empty, parse_update
from openpaas_workspace.realtime.service.kinds import BadChange, State
from openpaas_workspace.realtime.service.log import Change

LARGE = 4 * 1024 * 1024
_ANY = 2**31
_NOTHING = b"\x00"
_SMALL = 64 * 1024
_MOST = 64
_READ = 8


class Crdt(State):
    """A Yjs document at one number of its log."""

    def __init__(self, large: int = LARGE) -> None:
        self.doc: Doc[Any] = Doc(client_id=new_client(), allow_multithreading=True)
        self._large = large
        self._size = 0
        self._parts: list[bytes] | None = None
        self._joined: Sequence[bytes | Large] | None = None
        self._clocks: dict[int, int] = {}
        self._expected: dict[int, int] = {}
        self._read: list[tuple[bytes, UpdateInfo]] = []

    def apply(self, change: Change) -> None:
        """Take one committed update."""
        self._joined = None
        try:
            info = guarded_apply(self.doc, change.data, info=self._info(change.data))
        except BadUpdate as error:
            raise BadChange(str(error), damaged=error.reload) from error
        for client, span in info.clients.items():
            self._clocks[client] = max(span.end, self._clocks.get(client, 0))
        self._grow(change.data)

    def replay(self, changes: Sequence[Change]) -> tuple[set[int], bool]:
        # Rows that compaction made may refer to later ones; yrs loses text unless they are merged first.
        merged = max((at for at, change in enumerate(changes, 1) if change.first_seq < change.seq), default=0)
        if merged:
            self.load(merge_all([change.data for change in changes[:merged]]))
        return super().replay(changes[merged:])

    def load(self, data: bytes) -> None:
        """Become a stored state, or take it in addition; trusted, for the server wrote it."""
        if not is_empty(data):
            self.doc.apply_update(data)
        self._joined = None
        self._clocks = parse_state(self.doc.get_state())
        self._grow(data)

    def dump(self) -> bytes:
        """The whole state as one update."""
        return self.doc.get_update()

    @property
    def size(self) -> int:
        """About how many bytes the state has, if it is large."""
        return self._size if self._parts is not None else 0

    def parts(self) -> list[bytes]:
        """The state as updates, each after those that it needs; one if the document is not large."""
        return [self.dump()] if self._parts is None else list(self._parts)

    def fold(self, parts: Sequence[bytes], whole: bytes) -> None:
        if self._parts is None or len(self._parts) < len(parts):
            return
        if all(one is other for one, other in zip(self._parts, parts, strict=False)):
            self._become(whole, self._parts[len(parts) :])

    def vector(self) -> bytes:
        """What this document has, for a step 1."""
        return self.doc.get_state()

    def answer(self, vector: bytes) -> Sequence[bytes | Large]:
        """The frames for a page with this state vector; those of the whole are kept for the next who joins."""
        if vector != _NOTHING:
            return [frames.step2(self.doc.get_update(vector))]
        if self._joined is None:
            *first, last = self.parts()
            # The page takes itself for complete with the step 2, so that one comes last.
            self._joined = [*map(frames.large, first), frames.large(last, Sync.STEP2)]
            if self._parts is None:
                self._joined = [frames.step2(last)]
        return self._joined

    def expect(self, update: bytes, info: UpdateInfo) -> None:
        """These structs are on their way to the log."""
        for client, span in info.clients.items():
            self._expected[client] = max(span.end, self._expected.get(client, 0))
        self._read = [*self._read[1 - _READ :], (update, info)]

    def _info(self, update: bytes) -> UpdateInfo:
        """What the update says; it was read already when it came from a page."""
        for at, (known, info) in enumerate(self._read):
            if known is update:
                del self._read[at]
                return info
        if len(update) <= _SMALL:
            return parse_update(update)
        return parse_update(update, max_bytes=_ANY, max_structs=_ANY)

    def _grow(self, data: bytes) -> None:
        """Count what came, and keep it if the document is large; many small parts are made one."""
        self._size += len(data)
        if self._parts is None:
            if self._size > self._large:
                self._become(data if self._size == len(data) else self.dump())
            return
        self._parts.append(data)
        small = [part for part in self._parts[-_MOST:] if len(part) < _SMALL]
        if len(small) == _MOST:
            self._parts[-_MOST:] = [merge_all(small)]

    def _become(self, whole: bytes, rest: Sequence[bytes] = ()) -> None:
        """Be made of these; not kept when they are not much: what was written may be deleted by now."""
        self._joined = None
        self._size = len(whole) + sum(len(part) for part in rest)
        self._parts = [whole, *rest] if self._size > self._large else None

    def known(self, client: int) -> int:
        """The clock up to which this document has structs of `client`."""
        return self._clocks.get(client, 0)

    def gap(self, info: UpdateInfo) -> bool:
        """Whether the update stands on structs that are neither here nor on their way; yrs would lose it."""
        reach: dict[int, int] = {}
        for client, one in info.clients.items():
            at = self._reach(client)
            for start, stop in one.spans:
                if start > at:
                    return True
                at = max(at, stop)
            reach[client] = at
        wanted = [*info.needs.items()]
        wanted += [(client, stop) for client, ranges in info.deletes.items() for _, stop in ranges]
        return any(clock > (reach.get(client) or self._reach(client)) for client, clock in wanted)

    def _reach(self, client: int) -> int:
        return max(self.known(client), self._expected.get(client, 0))

    def brings(self, info: UpdateInfo) -> bool:
        """Whether the update holds anything that this document lacks."""
        if any(span.end > self.known(client) for client, span in info.clients.items()):
            return True
        if not info.deletes:
            return False
        gone = deleted(self.doc)
        return not all(_within(spans, gone.get(client, [])) for client, spans in info.deletes.items())


def _within(spans: list[tuple[int, int]], gone: list[tuple[int, int]]) -> bool:
    """Whether every range lies within the sorted ranges."""
    at = 0
    for start, stop in sorted(spans):
        place = start
        while place < stop:
            while at < len(gone) and gone[at][1] <= place:
                at += 1
            if at == len(gone) or gone[at][0] > place:
                return False
            place = gone[at][1]
    return True


def frame(update: bytes) -> bytes:
    """What pages are sent of an update."""
    return frames.update(update)
