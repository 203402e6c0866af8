"""ODS from a workbook, row by row: values, formulas with their results, looks, widths, names."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openpaas_workspace.sheets.schemas import Style

from ..book import Book
from ..cells import Anything
from ..dtypes import EPOCH
from ..formats import is_date, is_time, merged
from ..tabs import Tab
from ..values import Error, Tag
from ..windows import number_format
from .excel_names import must_spill
from .grids import Looks, Piece, formula_at, scalars, spilled, walk_rows
from .ods_formulas import to_open
from .ods_numbers import number_style
from .showing import number_texts

_STEP = 5_000
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NS = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = {
    "office": "office:1.0", "table": "table:1.0", "text": "text:1.0", "style": "style:1.0",
    "number": "datastyle:1.0", "fo": "xsl-fo-compatible:1.0", "of": "of:1.2", "manifest": "manifest:1.0",
}  # fmt: skip
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WHEN = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def write_ods(book: Book) -> bytes:
    """The bytes of the file."""
    sink = io.BytesIO()
    looks = _looks_of(book)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", _WHEN), _TYPE)
        entries = f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_TYPE}"/>'
        entries += '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        archive.writestr(
            _entry("META-INF/manifest.xml"),
            f'{_HEAD}<manifest:manifest {_spaces("manifest")} manifest:version="1.3">{entries}</manifest:manifest>',
        )
        with archive.open(_entry("content.xml"), "w", force_zip64=True) as part:
            names = [name for name in _SPACES if name != "manifest"]
            part.write(f'{_HEAD}<office:document-content {_spaces(*names)} office:version="1.3">'.encode())
            part.write(_styles(looks, book).encode())
            part.write(b"<office:body><office:spreadsheet>")
            for number, tab in enumerate(book.tabs):
                _Table(book, tab, number, looks).write(part)
            part.write(_names(book).encode())
            part.write(b"</office:spreadsheet></office:body></office:document-content>")
    return sink.getvalue()


class _Table:
    """One tab."""

    def __init__(self, book: Book, tab: Tab, number: int, looks: Looks) -> None:
        self._book, self._tab, self._number, self._looks = book, tab, number, looks
        self._spills = spilled(tab)
        self._matrices: dict[int, bool] = {}
        self._codes: list[str | None] = []

    def write(self, part: IO[bytes]) -> None:
        """All of it."""
        part.write(f"<table:table table:name={quoteattr(self._tab.name)}>{self._columns()}".encode())
        if self._tab.header:
            labels = (column.name if column is not None else "" for _, column in self._tab.in_order())
            part.write(f"<table:table-row>{''.join(map(_label, labels))}</table:table-row>".encode())
        for first, pieces in walk_rows(self._tab, self._looks, _STEP):
            self._codes = [style.number for style in self._looks.known]
            part.write("".join(self._rows(first, pieces)).encode())
        if not self._tab.height:
            part.write(b"<table:table-row><table:table-cell/></table:table-row>")
        part.write(b"</table:table>")

    def _columns(self) -> str:
        made = []
        for place, (id_, _) in enumerate(self._tab.in_order()):
            style = f' table:style-name="co{self._number}_{place}"' if self._tab.widths.get(id_) else ""
            made.append(f"<table:table-column{style}/>")
        return "".join(made) or "<table:table-column/>"

    def _rows(self, first: int, pieces: list[Piece]) -> Iterator[str]:
        columns = [self._cells(piece, first) for piece in pieces]
        for cells in zip(*columns, strict=True):
            yield f"<table:table-row>{''.join(cells)}</table:table-row>"

    def _cells(self, piece: Piece, first: int) -> list[str]:
        uniform = piece.block.uniform()
        if piece.owners is None and isinstance(piece.styles, int):
            style = f' table:style-name="ce{piece.styles}"' if piece.styles else ""
            code = self._codes[piece.styles] or ""
            if uniform is Tag.EMPTY:
                return ["<table:table-cell/>"] * len(piece.block.tags)
            if uniform is Tag.NUMBER and not is_date(code) and not is_time(code):
                kind = "percentage" if "%" in code else "float"
                head = f'<table:table-cell{style} office:value-type="{kind}" office:value="'
                return [f'{head}{text}"/>' for text in number_texts(piece.block.numbers[:, 0]).to_pylist()]
            if uniform is Tag.NUMBER and is_date(code):
                head = f'<table:table-cell{style} office:value-type="date" office:date-value="'
                return [f'{head}{text}"/>' for text in _days(piece.block.numbers[:, 0])]
            if uniform is Tag.TEXT and piece.block.coded is not None:
                head = f'<table:table-cell{style} office:value-type="string">'
                codes, words = piece.block.coded.codes[:, 0], piece.block.coded.words
                if len(words) > len(codes):  # a large vocabulary is not written out for every few rows
                    codes, words = np.arange(len(codes), dtype=np.int32), words[codes]
                made = [f"{head}{_paragraphs(word)}</table:table-cell>" for word in words.tolist()]
                return [made[code] for code in codes.tolist()]
        return self._mixed(piece, first)

    def _mixed(self, piece: Piece, first: int) -> list[str]:
        tags, numbers, texts = scalars(piece.block)
        count = len(tags)
        styles = piece.styles.tolist() if not isinstance(piece.styles, int) else [piece.styles] * count
        owners = piece.owners.tolist() if piece.owners is not None else [-1] * count
        days = _days(piece.block.numbers[:, 0])
        cells = []
        for at, (tag, number, text, style, owner) in enumerate(
            zip(tags, numbers, texts, styles, owners, strict=True)
        ):
            said = f' table:style-name="ce{style}"' if style else ""
            if owner >= 0:
                said += self._formula(owner, first + at, piece.place)
            if tag == Tag.NUMBER:
                cells.append(
                    f"<table:table-cell{said}{_number(number, self._codes[style] or '', days[at])}/>"
                )
            elif tag == Tag.BOOLEAN:
                value = "true" if number else "false"
                cells.append(
                    f'<table:table-cell{said} office:value-type="boolean" office:boolean-value="{value}"/>'
                )
            elif tag == Tag.EMPTY:
                cells.append(f"<table:table-cell{said}/>")
            else:
                shown = Error(int(number)).text if tag == Tag.ERROR else text
                said += ' calcext:value-type="error"' if tag == Tag.ERROR else ""
                cells.append(
                    f'<table:table-cell{said} office:value-type="string">{_paragraphs(shown)}</table:table-cell>'
                )
        return cells

    def _formula(self, owner: int, row: int, place: int) -> str:
        text = to_open(self._book, formula_at(self._tab.spans[owner], row, place))
        if text is None:
            return ""
        if owner not in self._matrices:
            self._matrices[owner] = must_spill(self._book, self._tab.spans[owner].template)
        size = self._spills.get((row, place)) or ((1, 1) if self._matrices[owner] else None)
        matrix = ""
        if size is not None:
            matrix = f' table:number-matrix-columns-spanned="{size[1]}" table:number-matrix-rows-spanned="{size[0]}"'
        return f" table:formula={quoteattr(_clean(text))}{matrix}"


def _number(number: float, code: str, day: str) -> str:
    if is_date(code):
        return f' office:value-type="date" office:date-value="{day}"'
    if is_time(code):
        seconds = round(number * 86_400)
        sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
        hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
        return f' office:value-type="time" office:time-value="{sign}PT{hours:02}H{minutes:02}M{rest:02}S"'
    kind = "percentage" if "%" in code else "float"
    text = str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return f' office:value-type="{kind}" office:value="{text}"'


def _days(numbers: Anything) -> list[str]:
    """Serial dates as ISO has them, with a time where any has one."""
    seconds = np.rint(np.clip(numbers - EPOCH, -700_000, 2_900_000) * 86_400).astype(np.int64)
    timed = bool((seconds % 86_400).any())
    moments = pa.array(seconds).cast(pa.timestamp("s"))
    texts: list[str] = pc.strftime(moments, "%Y-%m-%dT%H:%M:%S" if timed else "%Y-%m-%d").to_pylist()
    return [text.removesuffix("T00:00:00") for text in texts] if timed else texts


def _looks_of(book: Book) -> Looks:
    """All looks that cells may have: styles stand before the cells in a file."""
    looks = Looks()
    for tab in book.tabs:
        for id_, column in tab.in_order():
            below = Style(number=number_format(column.dtype) if column is not None else None)
            looks.number(below)
            for style, _ in tab.formats.get(id_, []):
                looks.number(merged(below, style))
    return looks


def _styles(looks: Looks, book: Book) -> str:
    made = []
    for number, style in enumerate(looks.known):
        data = number_style(f"N{number}", style.number) if style.number else ""
        named = f' style:data-style-name="N{number}"' if data else ""
        inside = _properties(style)
        made.append(
            f'{data}<style:style style:name="ce{number}" style:family="table-cell"{named}>{inside}</style:style>'
        )
    for number, tab in enumerate(book.tabs):
        for place, (id_, _) in enumerate(tab.in_order()):
            width = tab.widths.get(id_)
            if width:
                made.append(
                    f'<style:style style:name="co{number}_{place}" style:family="table-column">'
                    f'<style:table-column-properties style:column-width="{width / 96:.4f}in"/></style:style>'
                )
    return f"<office:automatic-styles>{''.join(made)}</office:automatic-styles>"


def _properties(style: Style) -> str:
    cell = f" fo:background-color={quoteattr(style.background)}" if style.background else ""
    cell += ' fo:wrap-option="wrap"' if style.wrap else ""
    text = (' fo:font-weight="bold"' if style.bold else "") + (
        ' fo:font-style="italic"' if style.italic else ""
    )
    text += f" fo:color={quoteattr(style.color)}" if style.color else ""
    text += ' style:text-underline-style="solid"' if style.underline else ""
    text += ' style:text-line-through-style="solid"' if style.strike else ""
    align = {"left": "start", "center": "center", "right": "end"}.get(style.align or "", "")
    return (
        (f"<style:table-cell-properties{cell}/>" if cell else "")
        + (f'<style:paragraph-properties fo:text-align="{align}"/>' if align else "")
        + (f"<style:text-properties{text}/>" if text else "")
    )


def _names(book: Book) -> str:
    made = []
    for name, node in book.names.values():
        text = to_open(book, node)
        found = re.fullmatch(r"of:=\[([^\[\]]*)\]", text or "")
        if found:
            base = found[1].partition(":")[0]
            made.append(
                f"<table:named-range table:name={quoteattr(name)} table:base-cell-address={quoteattr(base)}"
                f" table:cell-range-address={quoteattr(found[1])}/>"
            )
    return f"<table:named-expressions>{''.join(made)}</table:named-expressions>" if made else ""


def _label(text: str) -> str:
    return (
        f'<table:table-cell office:value-type="string">{_paragraphs(text)}</table:table-cell>'
        if text
        else "<table:table-cell/>"
    )


def _paragraphs(text: str) -> str:
    """Lines as paragraphs; spaces that XML would swallow as elements."""
    made = []
    for line in _clean(text).split("\n"):
        kept = escape(line).replace("\t", "<text:tab/>")
        if "  " in line or line[:1] == " " or line[-1:] == " ":
            kept = re.sub(r"^ | (?= )| $", "<text:s/>", kept)
        made.append(f"<text:p>{kept}</text:p>")
    return "".join(made)


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _spaces(*names: str) -> str:
    calc = f' xmlns:calcext="{_CALC}"' if "table" in names else ""
    return " ".join(f'xmlns:{name}="{_NS}{_SPACES[name]}"' for name in names) + calc


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = 1  # type: ignore[attr-defined]  # noqa: SLF001  (3.11 has no public name)
    return entry
