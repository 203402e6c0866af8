"""Documents that merge by themselves: the state of notebooks and text files (pycrdt).

The live document is bare: views of it with an undo manager would keep deleted content for
ever, and reading a notebook through them may write. Contents are read and written on forks.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from jupyter_ydoc import YNotebook, YUnicode
from pycrdt import Doc

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.realtime.engine import frames
from openpaas_workspace.realtime.engine.guard import guarded_apply, parse_state
from openpaas_workspace.realtime.engine.log import merge_all
from openpaas_workspace.realtime.engine.outside import NOTEBOOK, merge_outside
from openpaas_workspace.realtime.engine.squash import deleted
from openpaas_workspace.realtime.engine.update import BadUpdate, UpdateInfo, is_empty
from openpaas_workspace.realtime.service.kinds import BadChange, State
from openpaas_workspace.realtime.service.log import Change


class Crdt(State):
    """A Yjs document at one number of its log."""

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc(client_id=new_client(), allow_multithreading=True)
        self._joined: tuple[bytes, bytes] | None = None
        self._clocks: dict[int, int] = {}
        self._expected: dict[int, int] = {}

    def apply(self, change: Change) -> None:
        """Take one committed update."""
        self._joined = None
        try:
            info = guarded_apply(self.doc, change.data)
        except BadUpdate as error:
            raise BadChange(str(error), damaged=error.reload) from error
        for client, span in info.clients.items():
            self._clocks[client] = max(span.end, self._clocks.get(client, 0))

    def replay(self, changes: Sequence[Change]) -> tuple[set[int], bool]:
        # Rows that compaction made may refer to later ones; yrs loses text unless they are merged first.
        merged = max((at for at, change in enumerate(changes, 1) if change.first_seq < change.seq), default=0)
        if merged:
            self.load(merge_all([change.data for change in changes[:merged]]))
        return super().replay(changes[merged:])

    def load(self, data: bytes) -> None:
        """Become a stored state; trusted, for the server wrote it."""
        if not is_empty(data):
            self.doc.apply_update(data)
        self._joined = None
        self._clocks = parse_state(self.doc.get_state())

    def dump(self) -> bytes:
        """The whole state as one update."""
        return self.doc.get_update()

    def vector(self) -> bytes:
        """What this document has, for a step 1."""
        return self.doc.get_state()

    def answer(self, vector: bytes) -> bytes:
        """What a page with this state vector lacks; whole states are kept for the next who joins."""
        if vector != b"\x00":
            return self.doc.get_update(vector)
        if self._joined is None:
            self._joined = (vector, self.doc.get_update())
        return self._joined[1]

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

    def expect(self, info: UpdateInfo) -> None:
        """These structs are on their way to the log."""
        for client, span in info.clients.items():
            self._expected[client] = max(span.end, self._expected.get(client, 0))

    def brings(self, info: UpdateInfo) -> bool:
        """Whether the update holds anything that this document lacks."""
        if any(span.end > self.known(client) for client, span in info.clients.items()):
            return True
        if not info.deletes:
            return False
        gone = deleted(self.doc)
        return not all(_within(spans, gone.get(client, [])) for client, spans in info.deletes.items())


def new_client() -> int:
    """A random client id, as pages choose theirs."""
    return secrets.randbelow(2**32 - 2) + 1


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


# contents: on forks, in threads


def fork(state: bytes, client: int | None = None) -> "Doc[Any]":
    """A document of its own that holds `state`."""
    doc: Doc[Any] = Doc(client_id=client or new_client(), allow_multithreading=True)
    if not is_empty(state):
        doc.apply_update(state)
    return doc


def value_of(type_: str, state: bytes) -> Any:
    """What a state holds: an nbformat dict (cell ids unique) or a text. Blocks on large ones."""
    doc = fork(state)
    if type_ != NOTEBOOK:
        return YUnicode(doc).get()
    value = YNotebook(doc).get(deduplicate=False)
    _distinguish(value["cells"])
    return value


def _distinguish(cells: list[dict[str, Any]]) -> None:
    # Always the same new ids, else the file would change with each reading.
    seen: set[str] = set()
    for cell in cells:
        own = cell.get("id")
        number = 2
        while own is not None and cell["id"] in seen:
            cell["id"] = f"{own[:58]}-{number}"
            number += 1
        if own is not None:
            seen.add(cell["id"])


def edit(type_: str, base: bytes, live: bytes, value: Any) -> bytes | None:
    """The update that merges `value`, written from `base`, into `live`; None when it changes nothing.

    Raises Invalid on what cannot be content of this type. Blocks on large ones.
    """
    try:
        update = merge_outside(base, live, type_, value)
    except ValueError as error:
        raise Invalid(str(error)) from error
    return None if is_empty(update) else update


def frame(update: bytes) -> bytes:
    """What pages are sent of an update."""
    return frames.update(update)
