"""XLSX from a workbook, row by row: values, formulas with their results, looks, widths, frozen panes, names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from ..book import Book
from ..cells import Anything
from ..tabs import Tab
from ..values import Error, Tag
from ..windows import letters
from .excel_names import excel_formula, must_spill
from .grids import Looks, Piece, formula_at, scalars, spilled, walk_rows
from .showing import number_texts
from .xlsx_styles import styles_xml

_STEP = 5_000
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# What `cm="1"` of a cell refers to: its array spills.
_METADATA = (
    f'{_HEAD}<metadata xmlns="{_MAIN}" xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1"'
    ' pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1"'
    ' coerce="1" cellMeta="1"/></metadataTypes><futureMetadata name="XLDAPR" count="1"><bk><extLst>'
    '<ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}"><xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext>'
    '</extLst></bk></futureMetadata><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_LONGEST_NAME = 31
_WHEN = (1980, 1, 1, 0, 0, 0)
# Errors that Excel knows; ours that it does not are #VALUE! there.
_EXCEL_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}


def write_xlsx(book: Book) -> bytes:
    """The bytes of the file. Names of tabs that are too long for Excel are cut in `book` itself."""
    _shorten(book)
    sink = io.BytesIO()
    looks, strings = Looks(), Strings()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _put(archive, "[Content_Types].xml", _types(len(book.tabs)))
        _put(archive, "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        _put(archive, "xl/workbook.xml", _workbook(book))
        kinds = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(book.tabs) + 1)]
        kinds += [
            ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml"), ("sheetMetadata", "metadata.xml")
        ]  # fmt: skip
        _put(archive, "xl/metadata.xml", _METADATA)
        _put(archive, "xl/_rels/workbook.xml.rels", _relations(kinds))
        for number, tab in enumerate(book.tabs, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as part:
                SheetWriter(book, tab, looks, strings).write(part)
        _put(archive, "xl/styles.xml", styles_xml(list(looks.known)))
        with archive.open(_entry("xl/sharedStrings.xml"), "w", force_zip64=True) as part:
            strings.write(part)
    return sink.getvalue()


class Strings:
    """Texts that cells name by number."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text."""
        return self._known.setdefault(text, len(self._known))

    def write(self, part: IO[bytes]) -> None:
        """`xl/sharedStrings.xml`."""
        part.write(f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(self._known)}">'.encode())
        texts = list(self._known)
        for start in range(0, len(texts), _STEP):
            part.write(
                "".join(f"<si>{_text_element(text)}</si>" for text in texts[start : start + _STEP]).encode()
            )
        part.write(b"</sst>")


class SheetWriter:
    """One sheet."""

    def __init__(self, book: Book, tab: Tab, looks: Looks, strings: Strings) -> None:
        self._book, self._tab, self._looks, self._strings = book, tab, looks, strings
        self._shared: dict[int, int] = {}
        self._spills = spilled(tab)
        self._codes: dict[int, Anything] = {}

    def write(self, part: IO[bytes]) -> None:
        """All of it."""
        part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{self._view()}{self._columns()}<sheetData>'.encode())
        if self._tab.header:
            part.write(self._header().encode())
        for first, pieces in walk_rows(self._tab, self._looks, _STEP):
            part.write("".join(self._rows(first, pieces)).encode())
        part.write(b"</sheetData></worksheet>")

    def _view(self) -> str:
        rows, columns = self._tab.frozen
        if not rows and not columns:
            return '<sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        splits = (f' xSplit="{columns}"' if columns else "") + (f' ySplit="{rows}"' if rows else "")
        pane = "bottomRight" if rows and columns else "bottomLeft" if rows else "topRight"
        corner = f"{letters(columns)}{rows + 1}"
        return (
            f'<sheetViews><sheetView workbookViewId="0"><pane{splits} topLeftCell="{corner}" activePane="{pane}"'
            ' state="frozen"/></sheetView></sheetViews>'
        )

    def _columns(self) -> str:
        widths = [
            (place, self._tab.widths[id_])
            for place, (id_, _) in enumerate(self._tab.in_order())
            if self._tab.widths.get(id_)
        ]
        if not widths:
            return ""
        cols = "".join(
            f'<col min="{place + 1}" max="{place + 1}" width="{max(width - 5, 7) / 7:.2f}" customWidth="1"/>'
            for place, width in widths
        )
        return f"<cols>{cols}</cols>"

    def _header(self) -> str:
        cells = []
        for place, (_, column) in enumerate(self._tab.in_order()):
            if column is not None and column.name:
                cells.append(f'<c r="{letters(place)}1" t="s"><v>{self._strings.number(column.name)}</v></c>')
        return f'<row r="1">{"".join(cells)}</row>'

    def _rows(self, first: int, pieces: list[Piece]) -> Iterator[str]:
        count = len(pieces[0].block.tags) if pieces else 0
        names = [str(row) for row in range(first + 1, first + count + 1)]
        columns = [self._cells(piece, names) for piece in pieces]
        for row, cells in zip(names, zip(*columns, strict=True), strict=True):
            yield f'<row r="{row}">{"".join(cells)}</row>'

    def _cells(self, piece: Piece, names: list[str]) -> list[str]:
        letter = letters(piece.place)
        uniform = piece.block.uniform()
        if piece.owners is None and isinstance(piece.styles, int):
            style = f'" s="{piece.styles}' if piece.styles else ""
            if uniform is Tag.EMPTY:
                return [""] * len(names)
            if uniform is Tag.NUMBER:
                texts = number_texts(piece.block.numbers[:, 0]).to_pylist()
                return [
                    f'<c r="{letter}{row}{style}"><v>{text}</v></c>'
                    for row, text in zip(names, texts, strict=True)
                ]
            if uniform is Tag.TEXT and piece.block.coded is not None:
                codes = self._numbered(piece)[piece.block.coded.codes[:, 0]].tolist()
                return [
                    f'<c r="{letter}{row}{style}" t="s"><v>{code}</v></c>'
                    for row, code in zip(names, codes, strict=True)
                ]
        return self._mixed(piece, names)

    def _numbered(self, piece: Piece) -> Anything:
        """The numbers of a column's words."""
        found = self._codes.get(piece.place)
        coded = piece.block.coded
        if found is None and coded is not None:
            found = np.array([self._strings.number(word) for word in coded.words.tolist()], dtype=np.int64)
            self._codes[piece.place] = found
        assert found is not None  # noqa: S101
        return found

    def _mixed(self, piece: Piece, names: list[str]) -> list[str]:
        tags, numbers, texts = scalars(piece.block)
        styles = piece.styles.tolist() if not isinstance(piece.styles, int) else [piece.styles] * len(names)
        owners = piece.owners.tolist() if piece.owners is not None else [-1] * len(names)
        letter = letters(piece.place)
        cells = []
        for row, tag, number, text, style, owner in zip(
            names, tags, numbers, texts, styles, owners, strict=True
        ):
            kind, value = self._value(tag, number, text, formula=owner >= 0)
            inside = self._formula(owner, int(row) - 1, piece.place) if owner >= 0 else ""
            inside += f"<v>{value}</v>" if value else ""
            look = f' s="{style}"' if style else ""
            kind += ' cm="1"' if inside.startswith('<f t="array"') else ""
            cells.append(f'<c r="{letter}{row}"{look}{kind}>{inside}</c>' if inside or look else "")
        return cells

    def _value(self, tag: int, number: float, text: str, *, formula: bool) -> tuple[str, str]:
        if tag == Tag.NUMBER:
            return "", str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
        if tag == Tag.TEXT:
            return (' t="str"', _escaped(text)) if formula else (' t="s"', str(self._strings.number(text)))
        if tag == Tag.BOOLEAN:
            return ' t="b"', str(int(number))
        if tag == Tag.ERROR:
            said = Error(int(number)).text
            return ' t="e"', said if said in _EXCEL_ERRORS else "#VALUE!"
        return "", ""

    def _formula(self, owner: int, row: int, place: int) -> str:
        span = self._tab.spans[owner]
        size = self._spills.get((row, place))
        known = self._shared.get(owner)
        if known is not None and size is None:
            return f'<f t="shared" si="{known}"/>' if known >= 0 else ""
        node = formula_at(span, row, place)
        spills = size is not None or must_spill(self._book, node)
        text = excel_formula(self._book, node, spills=spills)
        if text is None:
            self._shared[owner] = -1
            return ""
        here = f"{letters(place)}{row + 1}"
        if spills:
            high, wide = size or (1, 1)
            end = f"{letters(place + wide - 1)}{row + high}"
            return f'<f t="array" ref="{here}:{end}">{_escaped(text)}</f>'
        if span.count == 1:
            return f"<f>{_escaped(text)}</f>"
        number = self._shared[owner] = len(self._shared)
        last = max(span.high + self._tab.offset, row + 1)
        return f'<f t="shared" ref="{here}:{letters(place)}{last}" si="{number}">{_escaped(text)}</f>'


def _escaped(text: str) -> str:
    """A text for XML; characters that XML has none of as Excel writes them."""
    if _CONTROL.search(text):
        text = _CONTROL.sub(lambda found: _coded(found[0]), text)
    return escape(text)


def _coded(found: str) -> str:
    return f"_x{ord(found):04X}_" if len(found) == 1 else f"_x005F{found}"


def _text_element(text: str) -> str:
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<t{kept}>{_escaped(text)}</t>"


def _shorten(book: Book) -> None:
    """Names of tabs as Excel takes them; formulas name tabs by what these are called now."""
    taken: set[str] = set()
    for tab in book.tabs:
        name, number = tab.name[:_LONGEST_NAME], 1
        while name.casefold() in taken:
            number += 1
            name = f"{tab.name[: _LONGEST_NAME - 4]} {number}"
        taken.add(name.casefold())
        tab.name = name


def _workbook(book: Book) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(tab.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, tab in enumerate(book.tabs, 1)
    )
    named = [(name, excel_formula(book, node)) for name, node in book.names.values()]
    names = "".join(
        f"<definedName name={quoteattr(name)}>{_escaped(text)}</definedName>" for name, text in named if text
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets>'
        + (f"<definedNames>{names}</definedNames>" if names else "")
        + '<calcPr fullCalcOnLoad="1"/></workbook>'
    )


def _relations(kinds: list[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(kinds, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _types(count: int) -> str:
    parts = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/styles.xml": "styles",
        "/xl/sharedStrings.xml": "sharedStrings",
        "/xl/metadata.xml": "sheetMetadata",
    }
    parts |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, count + 1)}
    inside = "".join(
        f'<Override PartName="{name}" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in parts.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inside}</Types>'
    )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = 1  # type: ignore[attr-defined]  # noqa: SLF001  (3.11 has no public name)
    return entry


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text, compresslevel=1)
