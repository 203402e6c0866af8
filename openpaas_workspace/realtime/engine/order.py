"""The items of a document in the order in which they stand, each with the id of who wrote it.

pycrdt tells what a text says but not which client wrote which part, so the sequences are built
again from the document's state, by the rule that Yjs follows (YATA).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from openpaas_workspace.realtime.engine.primitives import MAX_CLOCK
from openpaas_workspace.realtime.engine.update import Id, Struct, read_structs

_GC: Final = 0
_DELETED: Final = 1
_STRING: Final = 4
_TYPE: Final = 7

# A sequence: its parent (a root's name or the id of a type) and, in a map, the key.
Place = tuple[str | Id, str | None]


@dataclass(slots=True, eq=False)
class Piece:
    """A run of clocks of one client that nothing splits."""

    client: int
    clock: int
    length: int
    ref: int
    text: str | None
    live: bool
    origin: Id | None
    right: Id | None
    place: Place | None
    next: Piece | None = None

    @property
    def id(self) -> Id:
        """The id of its first clock."""
        return self.client, self.clock


class Order:
    """All sequences of a document, from its state (an update from nothing)."""

    def __init__(self, state: bytes) -> None:
        structs, info = read_structs(state)
        found = _cuts(structs, info.deletes)
        cuts = {client: sorted(clocks) for client, clocks in found.items()}
        self._dead = {client: _Ranges(ranges) for client, ranges in info.deletes.items()}
        self._pieces: dict[int, list[Piece]] = defaultdict(list)
        for struct in sorted(structs, key=lambda one: (one.client, one.clock)):
            self._split(struct, cuts.get(struct.client, []), self._pieces[struct.client])
        self._starts: dict[Id, Piece] = {}
        self._ends: dict[Id, Piece] = {}
        self._heads: dict[Place, Piece] = {}
        self._done = dict.fromkeys(self._pieces, 0)
        for client in self._pieces:
            self._integrate_client(client)

    def sequence(self, parent: str | Id, key: str | None = None) -> Iterator[Piece]:
        """The pieces of a text or list, or the values a map's key had, in order; deleted ones too."""
        piece = self._heads.get((parent, key))
        while piece is not None:
            yield piece
            piece = piece.next

    def value(self, parent: Id, key: str) -> Piece | None:
        """The live value of a map's key."""
        *_, last = (None, *self.sequence(parent, key))
        return last if last is not None and last.live else None

    def _split(self, struct: Struct, cuts: list[int], found: list[Piece]) -> None:
        """Add the pieces of a struct to what was found."""
        client, clock, text, origin = struct.client, struct.clock, struct.text, struct.origin
        stop = clock + struct.length
        first, last = bisect_right(cuts, clock), bisect_left(cuts, stop)
        dead = self._dead.get(client) if struct.ref not in (_GC, _DELETED) else _ALL
        place = (struct.parent, struct.key) if struct.parent is not None else None
        units = text.encode("utf-16-le") if text is not None and first < last else b""
        for end in (*cuts[first:last], stop):
            if units:
                text = units[2 * (clock - struct.clock) : 2 * (end - struct.clock)].decode(
                    "utf-16-le", "replace"
                )
            live = dead is None or not dead.holds(clock)
            found.append(
                Piece(client, clock, end - clock, struct.ref, text, live, origin, struct.right, place)
            )
            clock, origin, place = end, (client, end - 1), None

    # putting pieces in their places

    def _integrate_client(self, client: int) -> None:
        """All pieces of a client, and before each what it refers to."""
        stack = [client]
        while stack:
            top = stack[-1]
            pieces, at = self._pieces[top], self._done[top]
            if at == len(pieces):
                stack.pop()
                continue
            missing = self._missing(pieces[at])
            if missing is None:
                self._integrate(pieces[at])
                self._done[top] = at + 1
                if len(stack) > 1:
                    # Whoever waits is asked again: going on could wait for it in turn.
                    stack.pop()
            elif missing in stack or self._done.get(missing, 0) == len(self._pieces.get(missing, ())):
                # It waits for something that never came: so do the rest of this client's pieces.
                del pieces[at:]
            else:
                stack.append(missing)

    def _missing(self, piece: Piece) -> int | None:
        at = self._done[piece.client]
        if at:
            before = self._pieces[piece.client][at - 1]
            if before.clock + before.length != piece.clock:
                return piece.client
        parent = piece.place[0] if piece.place is not None else None
        if piece.origin is not None and piece.origin not in self._ends:
            return piece.origin[0]
        if piece.right is not None and piece.right not in self._starts:
            return piece.right[0]
        if isinstance(parent, tuple) and parent not in self._starts:
            return parent[0]
        return None

    def _integrate(self, piece: Piece) -> None:
        self._starts[piece.id] = piece
        self._ends[piece.client, piece.clock + piece.length - 1] = piece
        left = self._ends[piece.origin] if piece.origin is not None else None
        right = self._starts[piece.right] if piece.right is not None else None
        if piece.place is None:
            known = left if left is not None else right
            piece.place = known.place if known is not None else None
        if piece.ref == _GC or piece.place is None:
            piece.live = False
            return
        left = self._left_of(piece, piece.place, left, right)
        if left is None:
            piece.next = self._heads.get(piece.place)
            self._heads[piece.place] = piece
        else:
            piece.next = left.next
            left.next = piece

    def _left_of(self, piece: Piece, place: Place, left: Piece | None, right: Piece | None) -> Piece | None:
        """What the piece stands behind when others were put at the same place."""
        other = left.next if left is not None else self._heads.get(place)
        conflicting: set[Id] = set()
        before: set[Id] = set()
        while other is not None and other is not right:
            before.add(other.id)
            conflicting.add(other.id)
            if other.origin == piece.origin:
                if other.client < piece.client:
                    left = other
                    conflicting.clear()
                elif other.right == piece.right:
                    break
            elif other.origin is not None and self._ends[other.origin].id in before:
                if self._ends[other.origin].id not in conflicting:
                    left = other
                    conflicting.clear()
            else:
                break
            other = other.next
        return left


class _Ranges:
    """Clocks that were deleted."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        listed = sorted(ranges)
        self._starts = [start for start, _ in listed]
        self._stops = [stop for _, stop in listed]

    def holds(self, clock: int) -> bool:
        at = bisect_right(self._starts, clock)
        return at > 0 and clock < self._stops[at - 1]


_ALL: Final = _Ranges([(0, MAX_CLOCK + 1)])


def _cuts(structs: list[Struct], deletes: dict[int, list[tuple[int, int]]]) -> dict[int, set[int]]:
    """Per client the clocks at which a piece must begin, since something refers to them."""
    cuts: dict[int, set[int]] = defaultdict(set)
    for struct in structs:
        if struct.origin is not None:
            cuts[struct.origin[0]].add(struct.origin[1] + 1)
        if struct.right is not None:
            cuts[struct.right[0]].add(struct.right[1])
        if isinstance(struct.parent, tuple):
            cuts[struct.parent[0]].add(struct.parent[1])
    for client, ranges in deletes.items():
        for start, stop in ranges:
            cuts[client] |= {start, stop}
    return cuts


def text_pieces(order: Order, parent: str | Id) -> list[Piece]:
    """The live strings of a text, in order."""
    return [piece for piece in order.sequence(parent) if piece.live and piece.ref == _STRING]


def cell_sources(order: Order) -> list[Id | None]:
    """For each live cell of a notebook, in order, the id of its source text."""
    found: list[Id | None] = []
    for cell in order.sequence("cells"):
        if cell.live and cell.ref == _TYPE:
            source = order.value(cell.id, "source")
            found.append(source.id if source is not None and source.ref == _TYPE else None)
    return found
