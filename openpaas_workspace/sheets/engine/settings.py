"""Ops about tabs, names, looks and views: small things that an op of the same kind puts back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from openpaas_workspace.sheets.schemas import (
    AddTab,
    ColumnWidth,
    DefineName,
    Format,
    Freeze,
    MoveTab,
    Protect,
    PutColumn,
    PutNumber,
    PutState,
    PutTab,
    RemoveTab,
    RenameColumn,
    RenameTab,
    SetView,
    Style,
    View,
)

from . import formats, renaming
from .book import Book
from .columns import Column
from .dtypes import Dtype
from .edit import Edit, Setting
from .idset import ALL, NONE, IdSet, intersect, subtract, to_runs, union
from .structure import column_state, set_header
from .tabs import Tab


def add_tab(book: Book, edit: Edit, op: AddTab) -> None:
    """A new tab."""
    tab = Tab(op.id, op.name)
    book.tabs.insert(len(book.tabs) if op.position is None else op.position, tab)
    renaming.named(book, tab)
    edit.setting(f"tab:{op.id}", RemoveTab(tab=op.id))
    _all_change(book, edit)


def remove_tab(book: Book, edit: Edit, op: RemoveTab, packed: Callable[[Tab], bytes]) -> None:
    """A tab goes; what it takes to bring it back is kept."""
    tab = book.tab(op.tab)
    data = packed(tab) if edit.undoable else b""
    edit.nbytes += len(data)
    guards = [guard for guard in book.protections.values() if guard.tab == op.tab]
    for guard in guards:
        # Taken back last first: they follow their tab.
        edit.setting(f"protection:{guard.id}", guard)
    edit.setting(f"tab:{op.tab}", PutTab(position=book.tabs.index(tab), data=data))
    for id_, column in tab.columns.items():
        if len(column):
            edit.touch(tab, id_, tab.rows.idset(0, len(column)))
    book.tabs.remove(tab)
    book.former[tab.name.casefold()] = tab.key
    for guard in guards:
        del book.protections[guard.id]
    _all_change(book, edit)


def put_tab(book: Book, edit: Edit, op: PutTab, unpacked: Callable[[bytes], Tab]) -> None:
    """A removed tab comes back."""
    tab = unpacked(op.data)
    book.tabs.insert(min(op.position, len(book.tabs)), tab)
    renaming.named(book, tab)
    edit.setting(f"tab:{tab.id}", RemoveTab(tab=tab.id))
    _all_change(book, edit)


def rename_tab(book: Book, edit: Edit, op: RenameTab) -> None:
    """A tab's name."""
    tab = book.tab(op.tab)
    edit.setting(f"name of tab:{op.tab}", RenameTab(tab=op.tab, name=tab.name))
    book.former[tab.name.casefold()] = tab.key
    renaming.rename_tab(book, tab, op.name)
    _all_change(book, edit)


def move_tab(book: Book, edit: Edit, op: MoveTab) -> None:
    """A tab's place."""
    tab = book.tab(op.tab)
    edit.setting("order of tabs", MoveTab(tab=op.tab, position=book.tabs.index(tab)))
    book.tabs.remove(tab)
    book.tabs.insert(op.position, tab)
    edit.everything = True


def rename_column(book: Book, edit: Edit, op: RenameColumn) -> None:
    """A column's name."""
    rename(book, edit, book.tab(op.tab), op.column, op.name)


def rename(book: Book, edit: Edit, tab: Tab, column: int, name: str) -> None:
    """A column's name."""
    found = edit.column(tab, column)
    keep_column(edit, tab, found)
    before, found.name = found.name, name
    renaming.rename_column(book, tab, column, before, name)
    edit.everything = True
    edit.structure.add(tab.id)


def keep_column(edit: Edit, tab: Tab, column: Column) -> None:
    """Remembers what a column is."""
    part = PutColumn(tab=tab.id, column=column_state(tab, column))
    edit.setting(f"column:{tab.id}:{column.id}", part)


def put_column(book: Book, edit: Edit, op: PutColumn) -> None:
    """A column is again what it was; its cells keep their values."""
    tab = book.tab(op.tab)
    if tab.axis.position(op.column["id"]) is None:
        return
    column = tab.made(op.column["id"])
    keep_column(edit, tab, column)
    before = column.name
    describe(tab, column, op.column)
    renaming.rename_column(book, tab, column.id, before, column.name)
    edit.everything = True
    edit.structure.add(tab.id)


def describe(tab: Tab, column: Column, state: dict[str, Any]) -> None:
    """A column's name, type and width as `column_state` wrote them; numbers are stored as the type wants it."""
    from .content import counted

    column.name = state["name"]
    column.index = bool(state.get("index", False))
    dtype = Dtype.from_state(state["dtype"])
    if dtype != column.dtype:
        column.plain()
        column.dtype = dtype
        if dtype.native and column.owner is None:
            column.cells = counted(column.cells, column)
            column.native = True
    if "width" in state:
        tab.widths[column.id] = int(state["width"])


def set_column_type(edit: Edit, tab: Tab, column: Column, dtype: Dtype) -> None:
    """A column's type; cells that read as one of it become one."""
    from .content import counted, retyped

    keep_column(edit, tab, column)
    column.plain()
    inputs = column.inputs_mask(0, len(column))
    if inputs.any() and dtype.kind != "auto":
        edit.touch(tab, column.id, edit.capture(tab, column, slice(0, len(column))))
        column.cells.put(inputs, retyped(column.cells.take(inputs), dtype.kind))
    column.dtype = dtype
    if dtype.native and bool(inputs.all()):
        column.cells = counted(column.cells, column)
        column.native = True
    edit.dirty.append((tab, column.id, 0, len(column)))


def format_cells(book: Book, edit: Edit, op: Format) -> None:
    """Looks of a range or of columns."""
    from .content import area_of

    tab = book.tab(op.tab)
    if op.range is None:
        for column in op.columns:
            tab.made(column)
        set_formats(edit, tab, op.columns, ALL, op.style)
        return
    top, left, bottom, right = area_of(tab, op.range)
    tab.axis = tab.axis.grown(right)
    tab.rows = tab.rows.grown(bottom)
    rows = tab.rows.idset(top, bottom)
    set_formats(edit, tab, tab.axis.ids(left, right).tolist(), rows, op.style)


def set_formats(edit: Edit, tab: Tab, columns: Sequence[int], rows: IdSet, style: Style) -> None:
    """A style laid over rows of columns."""
    keep_state(edit, tab, "formats", columns)
    for column in columns:
        laid = formats.laid(tab.formats.get(column, []), rows, style)
        if laid:
            tab.formats[column] = laid
        else:
            tab.formats.pop(column, None)
    edit.structure.add(tab.id)


def put_number(edit: Edit, tab: Tab, column: int, rows: IdSet, *, was: str = "", number: str) -> None:
    """Cells whose number format is `was` get another; it is taken back for those that have it still."""
    have = tab.formats.get(column, [])
    for style, where in have:
        if (style.number or "") != was:
            rows = subtract(rows, where)
    if was:
        known = [where for style, where in have if style.number == was]
        rows = intersect(rows, functools.reduce(union, known, NONE))
    if not len(rows):
        return
    part = PutNumber(tab=tab.id, column=column, rows=to_runs(rows), was=number, number=was)
    edit.settings.add(f"formats:{tab.id}:{column}")
    edit.keep(Setting("", part), 300 + 16 * len(rows))
    laid = formats.laid(have, rows, Style(number=number))
    if laid:
        tab.formats[column] = laid
    else:
        tab.formats.pop(column, None)
    edit.structure.add(tab.id)


def keep_state(edit: Edit, tab: Tab, what: str, columns: Sequence[int] = ()) -> None:
    """Remembers formats (of some columns, one by one), widths, frozen panes or views as they are."""
    if what != "formats":
        edit.setting(f"{what}:{tab.id}", PutState(tab=tab.id, what=what, value=state_of(tab, what)))
        return
    for column in columns:
        before = PutState(tab=tab.id, what=what, value=state_of(tab, what, [column]))
        edit.setting(f"{what}:{tab.id}:{column}", before)


def state_of(tab: Tab, what: str, columns: Sequence[int] | None = None) -> Any:
    """Formats, widths, frozen panes or views as JSON."""
    if what == "formats":
        chosen = sorted(tab.formats) if columns is None else columns
        return {str(column): formats.to_state(tab.formats.get(column, [])) for column in chosen}
    if what == "widths":
        return {str(column): width for column, width in sorted(tab.widths.items())}
    if what == "frozen":
        return list(tab.frozen)
    if what == "header":
        return tab.header
    return {member: msgspec.to_builtins(view) for member, view in sorted(tab.views.items())}


def change_header(book: Book, edit: Edit, tab: Tab, *, header: bool) -> None:
    """The tab has a header from now on, or none."""
    if tab.header != header:
        keep_state(edit, tab, "header")
        set_header(book, edit, tab, header=header)
        edit.everything = True


def put_state(book: Book, edit: Edit, tab: Tab, what: str, value: Any) -> None:
    """Puts back what `state_of` gave."""
    if what == "header":
        change_header(book, edit, tab, header=bool(value))
        return
    keep_state(edit, tab, what, [int(column) for column in value] if what == "formats" else ())
    load_state(tab, what, value)
    edit.structure.add(tab.id)


def load_state(tab: Tab, what: str, value: Any) -> None:
    """Takes on what `state_of` gave."""
    if what == "formats":
        for column, state in value.items():
            if state:
                tab.formats[int(column)] = formats.from_state(state)
            else:
                tab.formats.pop(int(column), None)
    elif what == "widths":
        tab.widths = {int(column): int(width) for column, width in value.items()}
    elif what == "frozen":
        tab.frozen = (int(value[0]), int(value[1]))
    else:
        tab.views = {member: msgspec.convert(view, View) for member, view in value.items()}


def column_width(edit: Edit, tab: Tab, op: ColumnWidth) -> None:
    """A column's width."""
    keep_state(edit, tab, "widths")
    tab.made(op.column)
    tab.widths.pop(op.column, None)
    if op.width:
        tab.widths[op.column] = op.width
    edit.structure.add(tab.id)


def freeze(edit: Edit, tab: Tab, op: Freeze) -> None:
    """Frozen panes."""
    keep_state(edit, tab, "frozen")
    tab.frozen = (op.rows, op.columns)
    edit.structure.add(tab.id)


def set_view(edit: Edit, tab: Tab, op: SetView, author: str) -> None:
    """The shared view, or the author's."""
    keep_state(edit, tab, "views")
    member = author if op.mine else ""
    tab.views.pop(member, None)
    if op.view is not None:
        tab.views[member] = op.view
    edit.structure.add(tab.id)


def define_name(book: Book, edit: Edit, op: DefineName) -> None:
    """A name, or none any more."""
    key = op.name.upper()
    before = book.names.get(key)
    edit.setting(f"name:{key}", DefineName(name=op.name, text=book.write(before[1]) if before else ""))
    if op.text:
        book.names[key] = (op.name, book.read(op.text))
    else:
        book.names.pop(key, None)
    edit.everything = True


def protect(book: Book, edit: Edit, op: Protect) -> None:
    """Who may write where."""
    before = book.protections.get(op.id)
    edit.setting(f"protection:{op.id}", before or msgspec.structs.replace(op, members=None))
    if op.members is None:
        book.protections.pop(op.id, None)
    else:
        book.protections[op.id] = op


def _all_change(book: Book, edit: Edit) -> None:
    edit.everything = True
    edit.axes = book.axes()
    edit.structure.update(tab.id for tab in book.tabs)
