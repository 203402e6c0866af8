"""The open sheets of one process, and what can be asked of them. Blocks: lives in `worker`."""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.schema import encode
from openpaas_workspace.sheets.engine import sight
from openpaas_workspace.sheets.engine import typed as edge
from openpaas_workspace.sheets.engine.arrow import write_stream
from openpaas_workspace.sheets.engine.copies import copy_for
from openpaas_workspace.sheets.engine.errors import Unread
from openpaas_workspace.sheets.engine.ironcalc import Bridge
from openpaas_workspace.sheets.engine.looks import with_looks
from openpaas_workspace.sheets.engine.shorten import Shortener
from openpaas_workspace.sheets.engine.windows import Places
from openpaas_workspace.sheets.engine.workbook import Change, Workbook
from openpaas_workspace.sheets.schemas import AddTab, MemberOp, SetCells
from openpaas_workspace.sheets.schemas.calls import CellInfo, Outcome, TabInfo, Typed
from openpaas_workspace.sheets.service import records
from openpaas_workspace.sheets.service.records import MERGED, OP, PREPARED, Row

FIRST_NAME = "Sheet1"
LARGE = 64 * 1024
# A sheet is weighed after changes of so many cells, and now and then.
MANY_CELLS = 10_000
WEIGHED_EVERY = 50
# Seconds between two words on how far it is.
PAUSE = 0.02
FOREIGN = Bridge()
_member_op = msgspec.msgpack.Decoder(MemberOp)
_typed = msgspec.msgpack.Decoder(Typed)
_pack = msgspec.msgpack.Encoder().encode

# As `sight.Reader`: a member, and whether they manage the sheet.
Who = tuple[str, bool]


class Bench:
    """Workbooks by key."""

    foreign = FOREIGN

    def __init__(self) -> None:
        self.books: dict[str, Workbook] = {}
        self.prepared: dict[tuple[str, int], MemberOp] = {}
        self.followed: dict[str, Shortener] = {}
        # Sheets that may not be read to their end yet.
        self.begun: set[str] = set()
        # Hears, while many changes are taken, up to which one they are.
        self.progress: Callable[[int], None] = lambda _seq: None

    def do(self, verb: str, arguments: Sequence[Any]) -> Any:
        """Answer one of `VERBS`."""
        return VERBS[verb](self, *arguments)

    def open(
        self, key: str, snapshot: bytes | memoryview | None, rows: Sequence[Row], each: bool = False
    ) -> tuple[list[int], int, int]:
        """Have a sheet as its log says; the numbers of changes that it could not take, its own number, its weight.

        Of a large one columns are read when something needs them, or by `read_on`.
        `each`: progress is told before every change.
        """
        self.books[key], bad = _replayed(snapshot, self._paced(rows, 0.0 if each else PAUSE), own=True)
        self.begun.add(key)
        book = self.books[key]
        return bad, book.seq, book.nbytes

    def read_on(self) -> bool:
        """Read a piece of what is not read yet, if there is any; says whether there may be more."""
        for key in list(self.begun):
            try:
                if key in self.books and self.books[key].book.read_on():
                    return True
            except Unread:
                # Whoever needs it is told.
                pass
            self.begun.discard(key)
        return False

    def _paced(self, rows: Sequence[Row], pause: float = PAUSE) -> Iterator[Row]:
        done, due = 0, 0.0
        for row in rows:
            if (moment := time.monotonic()) >= due:
                self.progress(done)
                due = moment + pause
            yield row
            done = row[0]

    def take(self, key: str, rows: Sequence[Row]) -> None:
        """Take changes that another process took already."""
        for row in self._paced(rows):
            self.books[key], _ = _taken(self.books[key], row, live=False)

    def close(self, key: str) -> None:
        """Nobody has the sheet open any more."""
        self.books.pop(key, None)
        for one in [one for one in self.prepared if one[0] == key]:
            del self.prepared[one]
        self.followed.pop(key, None)

    def check(self, key: str, op: bytes, base_seq: int, author: str, manages: bool) -> bytes | int:
        """The op as it must be logged, or a ticket under which what was sent is kept; raises what refuses it."""
        book = self.books[key]
        try:
            wanted = _member_op.decode(op)
        except msgspec.MsgspecError as error:
            raise Invalid(f"This is no change of a sheet: {error}.") from error
        found = book.check(wanted, min(base_seq, book.seq), author, manages=manages)
        if len(op) > LARGE and found == wanted:
            # What is large does not go there and back: the log gets what was sent, `apply` finds this.
            ticket = secrets.randbits(48) + 1
            self.prepared[key, ticket] = found
            return ticket
        return _pack(found)

    def drop(self, key: str, ticket: int) -> None:
        """Nothing comes of a change that was kept."""
        self.prepared.pop((key, ticket), None)

    def check_typed(self, key: str, cells: bytes, base_seq: int, author: str, manages: bool) -> bytes:
        """As `check`, of cells as they were typed."""
        book, wanted = self.books[key], _typed.decode(cells)
        meant = [(row, column, edge.meaning(text, wanted.locale)) for row, column, text in wanted.cells]
        numbers: dict[str, list[int]] = {}
        for place, (_, _, one) in enumerate(meant):
            if one.number is not None:
                numbers.setdefault(one.number, []).append(place)
        op = SetCells(
            tab=wanted.tab,
            cells=[(row, column, one.given) for row, column, one in meant],
            numbers=list(numbers.items()),
        )
        found = book.check(op, min(base_seq, book.seq), author, manages=manages)
        return _pack(with_looks(book.book, found) if isinstance(found, SetCells) else found)

    def step(self, key: str, author: str, back: bool, manages: bool) -> bytes:
        """The op that takes back the author's last change, or their last undo."""
        book = self.books[key]
        return _pack(book.undo(author, manages=manages) if back else book.redo(author, manages=manages))

    def replaceable(self, key: str, author: str) -> bool:
        """Whether somebody who does not manage the sheet may put other content in place of all of it."""
        return self.books[key].may_replace(author)

    def apply(self, key: str, seq: int, author: str, kind: str, data: bytes) -> tuple[bytes, bytes, int]:
        """Take a committed change: what it did, the tabs and names when those may have changed, its weight if it may have."""
        op = None
        if kind == PREPARED:
            op = self.prepared.pop((key, msgspec.msgpack.decode(records.record(data).op)))
        self.books[key], change = _taken(self.books[key], (seq, author, kind, data), live=True, prepared=op)
        book = self.books[key].book
        outcome = Outcome(
            seq=seq,
            changed=sight.told(book, change.changed) if change else [],
            lost=sight.shown_lost(book, change.lost, sight.Reader(author)) if change else [],
            undoable=change.undoable if change else False,
            skipped=change.skipped if change else 0,
        )
        whole = change is None or any(one.structure for one in change.changed) or not change.changed
        much = whole or op is not None or _cells(outcome) > MANY_CELLS or not seq % WEIGHED_EVERY
        told = self._about(key, sight.ANYBODY) if whole else b""
        return encode(outcome), told, self.books[key].nbytes if much else 0

    def blank(self, name: str) -> bytes:
        """The container of a sheet with one empty tab of this name."""
        return from_bytes(b"", name).to_container()

    def about(self, key: str, who: Who) -> bytes:
        """The tabs, names and protections as JSON."""
        return self._about(key, sight.Reader(*who))

    def _about(self, key: str, reader: sight.Reader) -> bytes:
        book = self.books[key]
        tabs = []
        for tab in book.tabs:
            height, width = book.size(tab.id, reader=reader)
            tabs.append(
                TabInfo(
                    id=tab.id,
                    name=tab.name,
                    header=tab.header,
                    height=height,
                    width=width,
                    frozen=tab.frozen,
                    # A filter names what stands in the rows.
                    shared=tab.views.get("") if sight.seen(book.book, tab, reader) is None else None,
                )
            )
        names = {name: book.book.write(node) for name, node in book.book.names.values()}
        return encode({"seq": book.seq, "tabs": tabs, "names": names, "protections": book.protections()})

    def views(self, key: str, member: str) -> bytes:
        """A member's own views by tab, as JSON."""
        return encode({tab.id: tab.views[member] for tab in self.books[key].tabs if member in tab.views})

    def window(
        self,
        key: str,
        where: tuple[str, int, int, int, int],
        view: str | None,
        inputs: bool,
        who: Who,
    ) -> bytes:
        """A window (tab, top, bottom, left, right) as JSON."""
        tab, top, bottom, left, right = where
        reader = sight.Reader(*who)
        found = self.books[key].window(
            tab, top, bottom, (left, right), view=view, inputs=inputs, reader=reader
        )
        return encode(found)

    def cell(self, key: str, where: tuple[str, int, int], view: str | None, locale: str, who: Who) -> bytes:
        """One cell by its place (tab, row, column) in the grid, of a view if named, as JSON."""
        tab, row, column = where
        found = self.books[key].window(
            tab, row, row + 1, (column, column + 1), view=view, inputs=True, reader=sight.Reader(*who)
        )
        if not found.rows or not found.columns:
            return encode(CellInfo(row=-2, column=-2, input=None, local="", value=None))
        one = found.columns[0]
        given = (one.inputs or [None])[0]
        number = next((found.styles[style].number for style, _, _ in found.looks), None) or one.number
        return encode(
            CellInfo(
                row=found.rows[0],
                column=one.id,
                input=given,
                local=edge.local(given, locale, number or ""),
                value=one.values[0],
            )
        )

    def find(
        self, key: str, wanted: tuple[str, str, str], view: str | None, who: Who
    ) -> list[tuple[int, int]]:
        """Where a text (tab, text, language) is shown."""
        tab, text, locale = wanted
        return self.books[key].find(tab, text, locale=locale, view=view, reader=sight.Reader(*who))

    def places(self, key: str, where: tuple[str, int, int], view: str | None, who: Who) -> Places:
        """Where rows (tab, first, last) are in a view: the first place, the last, how many are shown."""
        tab, first, last = where
        return self.books[key].places(tab, (first, last), view, sight.Reader(*who))

    def table(self, key: str, tab: str, columns: list[str] | None, mixed: bool, who: Who) -> bytes:
        """A tab as an Arrow IPC stream."""
        found = self.books[key].to_arrow(tab, columns, mixed=mixed, reader=sight.Reader(*who))
        return bytes(write_stream(found))

    def copy(self, key: str, who: Who) -> bytes:
        """The bytes of a `.sheet` file with what a member may see, to be made a file of another program."""
        return copy_for(self.books[key], sight.Reader(*who))

    def sees_all(self, key: str, who: Who) -> bool:
        """Whether a member may have the file itself."""
        return self.books[key].sees_all(sight.Reader(*who))

    def container(self, key: str) -> tuple[int, bytes]:
        """The number and the bytes of the `.sheet` file, for the server: whoever is to have it is judged by `sees_all`."""
        book = self.books[key]
        return book.seq, book.to_container()

    def kept(self, key: str) -> tuple[int, bytes]:
        """The number and the bytes of a snapshot: the container, and what members can undo."""
        book = self.books[key]
        return book.seq, book.to_container(undo=True)

    def earlier(self, snapshot: bytes | None, rows: Sequence[Row]) -> bytes:
        """The container at another number."""
        book, _ = _replayed(snapshot, self._paced(rows))
        return book.to_container()

    def follow(self, key: str, snapshot: bytes | None, rows: Sequence[Row]) -> None:
        """Begin to follow a log after these rows, for `shorten`; ended by `close`."""
        book = from_bytes(snapshot)
        for row in self._paced(rows):
            book, _ = _taken(book, row, live=False)
        self.followed[key] = Shortener(book)

    def shorten(
        self, key: str, rows: Sequence[Row], kept: Sequence[int], known_after: int
    ) -> list[tuple[int, bytes]] | None:
        """The data of those of the rows `kept` that say from now on what other rows said; None if that cannot be.

        `rows` are the next ones, up to a kept one; changes after `known_after` stay known.
        """
        return records.shortened(self.followed[key], rows, kept, known_after, from_bytes)

    def accepted(self, data: bytes) -> bytes:
        """The bytes of a container, if they are one; raises Invalid."""
        return from_bytes(data).to_container()

    def import_file(self, data: bytes | memoryview, name: str) -> bytes:
        """The container of a file of another program; raises Invalid, TooLarge."""
        from openpaas_workspace.sheets.engine.files import formats

        return formats.import_file(data, name)

    def export_file(self, data: bytes, form: str, tab: str, locale: str) -> tuple[str, bytes]:
        """The media type and the bytes of a container's file; raises Invalid, NotFound."""
        from openpaas_workspace.sheets.engine.files import formats

        return formats.format_of(form).media, formats.export_file(from_bytes(data), form, tab, locale)


def from_bytes(data: bytes | memoryview | None, name: str = FIRST_NAME, *, own: bool = False) -> Workbook:
    """A workbook of a container; of nothing one with an empty tab. `own`: it is a snapshot of this server's own."""
    if data:
        return Workbook.from_container(data, foreign=FOREIGN.share().call, undo=own, lazy=own)
    book = Workbook(foreign=FOREIGN.share().call)
    if data is not None:
        book.apply(0, "", AddTab(id="t1", name=name), 0.0, 0)
        book.history.start = 0
    return book


def _cells(outcome: Outcome) -> int:
    return sum(bottom - top for one in outcome.changed for _, top, bottom in one.cells)


def _replayed(
    snapshot: bytes | memoryview | None, rows: Iterable[Row], *, own: bool = False
) -> tuple[Workbook, list[int]]:
    """A workbook as the log says, and the numbers of changes that it could not take."""
    book = from_bytes(snapshot, own=own)
    bad = []
    for row in rows:
        try:
            book, _ = _taken(book, row, live=False)
        except (MemoryError, Unread):
            # The change is good; there is no room for it here.
            raise
        except Exception:
            if row[2] == MERGED:
                # Many changes at once are not given up.
                raise
            # The log has it for ever; the sheet must open all the same.
            bad.append(row[0])
    return book, bad


def _taken(
    book: Workbook, row: Row, *, live: bool, prepared: MemberOp | None = None
) -> tuple[Workbook, Change | None]:
    seq, author, kind, data = row
    if kind == MERGED:
        return records.take_merged(book, seq, data, from_bytes), None
    if kind not in {OP, PREPARED}:
        made = from_bytes(data)
        made.book.seq = seq
        made.history.start = seq
        return made, None
    record = records.record(data)
    op = prepared or records.op(record.op)
    return book, book.apply(
        seq, author, op, record.now, record.seed, base_seq=record.base_seq if live else None
    )


VERBS: dict[str, Callable[..., Any]] = {
    name: getattr(Bench, name)
    for name in (
        "open", "take", "close", "check", "drop", "check_typed", "step", "replaceable", "apply", "about", "views", "window",
        "cell", "find", "places", "table", "copy", "sees_all", "container", "kept", "earlier", "accepted", "blank", "import_file",
        "export_file", "follow", "shorten",
    )
}  # fmt: skip
