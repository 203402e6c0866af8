"""A workbook: checks ops, applies them, takes them back, and shows what is in it.

book = Workbook()
op = book.check(op, base_seq, author)       # raises, or says how the op must be logged
change = book.apply(seq, author, op, now, seed, base_seq=base_seq)      # never fails after that
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
import pyarrow as pa

from openpaas_workspace.kit.errors import Conflict
from openpaas_workspace.sheets import schemas as s

from . import container, search, undos, views, windows
from .apply import Applier
from .arrow import Incoming, from_arrow, read_stream, to_arrow
from .book import Book, Foreign, nobody_has_it
from .calculate import Calculator
from .check import Checker
from .edit import Content, Edit
from .formats import is_date, of_row
from .graph import Region
from .history import Entry, History, common
from .idset import to_ids
from .protections import follow, may, may_replace, may_take_back, told
from .restore import Planner
from .sight import SERVER, Reader, seen, sees_all, within
from .tabs import Tab
from .values import Tag

MOST_LOST = 100
Step = TypeVar("Step", s.Undo, s.Redo)
_NOTHING = {
    s.Undo: "There is nothing of yours to undo.",
    s.Redo: "There is nothing of yours to redo.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What an op did. `undoable` is False when taking it back would need more memory than is kept for it.

    `lost` are newer changes of others that it overwrote, `skipped` the cells that an undo left as others have them.
    """

    seq: int
    changed: list[s.Changed]
    lost: list[s.Lost] = field(default_factory=list)
    undoable: bool = True
    skipped: int = 0


class Workbook:
    """The state of a workbook, and the engine that keeps it calculated. Single-threaded, no I/O.

    `foreign` calculates functions that are not native; `most_inverse` is how many bytes one undo may keep.
    """

    def __init__(self, *, foreign: Foreign = nobody_has_it, most_inverse: int = 64 * 2**20) -> None:
        self.book = Book(foreign=foreign)
        self.most_inverse = most_inverse
        self._decoded: tuple[bytes, list[Incoming]] | None = None
        self._start()

    def _start(self) -> None:
        self.history = History()
        self.history.start = self.book.seq
        self.calculator = Calculator(self.book)
        self._applier = Applier(self.book, self._take, container.tab_to_bytes, container.tab_from_bytes)
        self._views = views.Cache()

    @property
    def seq(self) -> int:
        """Of the last op."""
        return self.book.seq

    @property
    def tabs(self) -> list[Tab]:
        """In order."""
        return self.book.tabs

    @property
    def nbytes(self) -> int:
        """Memory of the tables, texts estimated."""
        return sum(column.nbytes for tab in self.tabs for column in tab.columns.values())

    def check(self, op: s.MemberOp, base_seq: int, author: str = "", *, manages: bool = False) -> s.MemberOp:
        """The op as it must be logged and applied: formulas and intervals as they stand now.

        Raises a WorkspaceError, and then nothing has changed; `Deleted` carries what found no place.
        """
        found: s.MemberOp = Checker(self.book, self.history, self._decode, base_seq).check(op)
        if not manages:
            may(self.book, found, author, self._decode)
        if isinstance(found, s.Protect):
            known = self.book.protections.get(found.id)
            found = msgspec.structs.replace(found, by=known.by if known is not None else author)
        return found

    def apply(
        self, seq: int, author: str, op: s.Op, now: float, seed: int, *, base_seq: int | None = None
    ) -> Change:
        """Applies an op that was checked; `now` is a serial date. `base_seq` is for `lost` only."""
        self.book.seq, self.book.now, self.book.seed = seq, now, seed
        before = self.book.axes()
        edit = Edit(before, self.most_inverse)
        self._applier.author = author
        protections = dict(self.book.protections)
        self._applier.apply(edit, op)
        follow(self.book, edit, before, protections)
        regions = self._calculate(edit)
        self._views.forget({tab.id for tab, *_ in regions} | edit.structure)
        lost = self._lost(edit, author, base_seq) if base_seq is not None else []
        self._remember(seq, author, op, edit, before)
        return Change(seq, self._changed(regions, edit), lost, edit.undoable, getattr(op, "skipped", 0))

    def apply_run(self, seq: int, now: float, seed: int, ops: Sequence[tuple[str, s.Op | s.Grow]]) -> None:
        """Applies ops of a log made short, each with its author, and calculates once; what was before cannot be undone.

        They lead to the same inputs without being calculated in between.
        """
        self.book.seq, self.book.now, self.book.seed = seq, now, seed
        before, protections = self.book.axes(), dict(self.book.protections)
        edit = Edit(before, 0)
        for author, op in ops:
            self._applier.author = author
            self._applier.apply(edit, op)
        follow(self.book, edit, before, protections)
        regions = self._calculate(edit)
        self._views.forget({tab.id for tab, *_ in regions} | edit.structure)
        self.history = History()
        self.history.start = seq

    def may_replace(self, author: str) -> bool:
        """Whether somebody who does not manage the workbook may put other content in place of all of it."""
        return may_replace(self.book, author)

    def protections(self) -> list[dict[str, Any]]:
        """What is protected, and where it lies now; fields as of `ProtectionInfo`."""
        return told(self.book)

    def undo(self, author: str, *, manages: bool = False) -> s.Undo:
        """The op that takes back the author's last change, to be logged and applied; raises Conflict, Forbidden."""
        return self._back(s.Undo, self.history.to_undo(author), author, manages=manages)

    def redo(self, author: str, *, manages: bool = False) -> s.Redo:
        """The op that takes back the author's last undo; raises Conflict, Forbidden."""
        return self._back(s.Redo, self.history.to_redo(author), author, manages=manages)

    def _back(self, kind: type[Step], target: Entry | None, author: str, *, manages: bool) -> Step:
        if target is None:
            raise Conflict(_NOTHING[kind])
        plan = self._plan(target)
        step = kind(of=target.seq, parts=plan.parts, skipped=plan.skipped)
        if not manages:
            may_take_back(self.book, step, plan.follows, author, self._decode)
        return step

    def recalculate(self) -> None:
        """Calculates everything anew."""
        self.calculator.everything()

    def window(
        self,
        tab: str,
        top: int,
        bottom: int,
        columns: tuple[int, int],
        *,
        view: str | None = None,
        inputs: bool = False,
        formats: bool = True,
        reader: Reader = SERVER,
    ) -> s.Window:
        """Rows `top … bottom-1` of the grid (of a view: "" the shared one, or a member's), column positions likewise.

        As everywhere, of the rows that `reader` may see.
        """
        found = self.book.tab(tab)
        order = self._order(found, view, reader)
        above = self._views.headings(found, view)
        return windows.window(
            self.book, found, (top, bottom), columns, order, above=above, inputs=inputs, looks=formats
        )

    def size(self, tab: str, *, view: str | None = None, reader: Reader = SERVER) -> tuple[int, int]:
        """Rows of the grid and columns that exist, as of a view."""
        found = self.book.tab(tab)
        order = self._order(found, view, reader)
        return (found.height if order is None else len(order) + found.offset), len(found.axis)

    def input(self, tab: str, row: int, column: int) -> s.Input:
        """What a cell holds, by ids: a formula where there is one."""
        found = self.book.tab(tab)
        return windows.input_at(self.book, found, found.rows.position(row), found.axis.position(column))

    def find(
        self,
        tab: str,
        text: str,
        *,
        locale: str = "",
        most: int = 1000,
        view: str | None = None,
        reader: Reader = SERVER,
    ) -> list[tuple[int, int]]:
        """Cells whose text holds `text`, in any case, or whose number it means: rows of the grid and column positions."""
        found = self.book.tab(tab)
        return search.find(found, search.Wanted.of(text, locale), most, self._order(found, view, reader))

    def places(self, tab: str, rows: tuple[int, int], view: str | None, reader: Reader) -> windows.Places:
        """Where rows of the grid are in a view."""
        found = self.book.tab(tab)
        return windows.places(found, rows, self._order(found, view, reader))

    def to_arrow(
        self,
        tab: str,
        columns: Sequence[str] | None = None,
        *,
        mixed: bool = False,
        reader: Reader = SERVER,
    ) -> pa.Table:
        """The tab as a table, which `to_pandas()` turns into the DataFrame; cells that do not fit are null."""
        found = self.book.tab(tab)
        listed, names = windows.named_columns(found, columns)

        def dates(column: Any) -> bool:
            looks = found.formats.get(column.id, [])
            if not looks or (rows is not None and not len(rows)):
                return False
            numbers = np.flatnonzero(column.cells.tags == Tag.NUMBER)
            first = int(numbers[0]) if len(numbers) else 0
            at = first if rows is None else int(rows[first])
            return is_date(of_row(looks, found.rows.id_at(at)).number)

        rows = seen(self.book, found, reader)
        if rows is None:
            return to_arrow(listed, names, len(found.rows), mixed=mixed, is_date=dates)
        part = [windows.taken(column, rows) for column in listed]
        for column in part:
            # The words of other rows do not come along.
            column.cells = column.cells.compact()
        return to_arrow(part, names, len(rows), mixed=mixed, is_date=dates)

    def to_container(self, *, undo: bool = False) -> bytes:
        """The whole state as the bytes of a `.sheet` file; equal states give equal bytes.

        With `undo` what members can undo is in it: for the server's own snapshots, never for a file that leaves it.
        """
        return container.to_bytes(self.book, undos.to_bytes(self.history) if undo else b"")

    def sees_all(self, reader: Reader) -> bool:
        """Whether a reader may have the whole state as a file."""
        return sees_all(self.book, reader)

    @classmethod
    def from_container(
        cls,
        data: bytes | memoryview,
        *,
        foreign: Foreign = nobody_has_it,
        most_inverse: int = 64 * 2**20,
        undo: bool = False,
        lazy: bool = False,
    ) -> Workbook:
        """A workbook from `to_container`; raises Invalid. With `undo` what was done before can be undone.

        `lazy`: see `container.load`.
        """
        book = cls(foreign=foreign, most_inverse=most_inverse)
        container.load(book.book, data, lazy=lazy)
        book._start()
        if undo:
            book._remembers(container.undo_in(data))
        book.recalculate()
        return book

    def _remembers(self, data: bytes) -> None:
        try:
            if data:
                undos.load(self.history, data)
        except (ValueError, LookupError, TypeError, AttributeError, zlib.error, msgspec.MsgspecError):
            # A sheet opens whatever has become of this: then there is nothing to undo.
            self.history = History()
            self.history.start = self.book.seq

    def _calculate(self, edit: Edit) -> list[Region]:
        spans = [
            (span, low + span.tab.offset, high + span.tab.offset)
            for span, low, high in edit.spans
            if span.count
        ]
        if edit.structure or edit.everything:
            self.calculator.graph.rebuild()
            wanted = [
                (span, span.low + tab.offset, span.high + tab.offset)
                for tab in self.book.tabs
                for span in tab.spans.values()
            ]
            spans += wanted
        else:
            for span, _, _ in edit.spans:
                if span.count:
                    self.calculator.graph.add(span)
        regions = []
        for tab, column, low, high in edit.dirty:
            place = tab.axis.position(column)
            if place is not None and tab in self.book.tabs:
                regions.append((tab, place, low + tab.offset, high + tab.offset))
        return self.calculator.run(regions, spans)

    def _changed(self, regions: list[Region], edit: Edit) -> list[s.Changed]:
        by_tab: dict[str, list[tuple[int, int, int]]] = {}
        for tab, place, low, high in regions:
            if tab.id not in edit.structure:
                by_tab.setdefault(tab.id, []).append((tab.axis.id_at(place), low, high))
        found = [s.Changed(tab=id_, structure=True) for id_ in sorted(edit.structure)]
        return found + [s.Changed(tab=id_, cells=sorted(set(cells))) for id_, cells in sorted(by_tab.items())]

    def _remember(self, seq: int, author: str, op: s.Op, edit: Edit, before: Any) -> None:
        kind: Literal["op", "undo", "redo"] = (
            "undo" if isinstance(op, s.Undo) else "redo" if isinstance(op, s.Redo) else "op"
        )
        entry = Entry(
            seq=seq,
            author=author,
            kind=kind,
            of=getattr(op, "of", 0),
            wrote=edit.wrote,
            holds=dict(edit.wrote),
            settings=edit.settings,
            inverse=edit.inverse,
            nbytes=edit.nbytes if edit.undoable else 0,
            undoable=edit.undoable,
            shifts=edit.shifts,
            axes=before if edit.moved else {},
        )
        for tab in self.book.tabs:
            known = before.get(tab.key)
            if known is not None and edit.moved and (known[0] is not tab.rows or known[1] is not tab.axis):
                entry.structure.append((tab.id, known[0], known[1]))
        self.history.add(entry)
        if kind != "op":
            self.history.settle(entry)

    def _plan(self, target: Entry) -> Any:
        if not target.undoable:
            raise Conflict("This change was too large to be kept: it cannot be undone.")
        held, settings = self.history.held_by_others(target)
        return Planner(self.book, target.inverse, held, settings).plan()

    def _lost(self, edit: Edit, author: str, base_seq: int) -> list[s.Lost]:
        found: list[s.Lost] = []
        try:
            newer = [entry for entry in self.history.since(base_seq) if entry.author != author]
        except Conflict:
            return found
        if not newer:
            return found
        for item in edit.inverse:
            if not isinstance(item, Content):
                continue
            for entry in reversed(newer):
                both = common({(item.tab, item.column): item.ids}, entry.wrote)
                for rows in both.values():
                    for row in to_ids(rows, MOST_LOST - len(found)).tolist():
                        was = windows.kept_input(self.book, item, row)
                        found.append(
                            s.Lost(tab=item.tab, row=row, column=item.column, author=entry.author, input=was)
                        )
            if len(found) >= MOST_LOST:
                break
        return found

    def _order(self, tab: Tab, view: str | None, reader: Reader) -> Any:
        return within(self.book, tab, reader, self._views.order(tab, view))

    def _decode(self, data: bytes) -> list[Incoming]:
        if self._decoded is None or self._decoded[0] is not data:
            self._decoded = (data, from_arrow(read_stream(data)))
        return self._decoded[1]

    def _take(self, data: bytes) -> list[Incoming]:
        """The decoded columns, to be owned by the state."""
        found = self._decode(data)
        self._decoded = None
        return found
