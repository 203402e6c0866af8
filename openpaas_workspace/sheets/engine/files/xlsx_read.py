"""XLSX as a workbook: values with their types, formulas, looks, widths, frozen panes, names.

The cells of a sheet are found by regular expressions over pieces of its XML, rows that are alike at once, which is
many times faster than a parser; a sheet that is written in another way (counted, so that none is overlooked) is parsed.
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator, Sequence
from html import unescape

import numpy as np

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.schemas import Style

from ..book import Book
from ..cells import Cells
from ..formats import is_date
from ..values import Tag
from .drafts import Draft, book_of
from .gather import Gathered, Words, numbered
from .limits import opened, pieces, whole
from .xlsx_cells import Reader, parsed
from .xlsx_rows import Rows, column_of
from .xlsx_styles import read_styles
from .xmltree import Element, tree

_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="(\d+)")?(?: t="(\w+)")?(?: cm="\d+")? ?'
    rb"(?:/>|>(?:<f([^>]*)(?:/>|>([^<]*)</f>))?"
    rb'(?:<v(?: xml:space="preserve")?>([^<]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_STRING = re.compile(rb"<si>(?:<t(?: xml:space=\"preserve\")?>([^<]*)</t>|(.*?))</si>", re.DOTALL)
_RUN = re.compile(rb"<rPh\b.*?</rPh>|<t(?: [^>]*)?>([^<]*)</t>", re.DOTALL)
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_TABS = 1000
_PIXELS = 7  # of a digit in the standard font
_DAYS_1904 = 1462
_PER_DAY = 86_400_000


def read_xlsx(data: bytes | memoryview, name: str) -> Book:  # noqa: ARG001  (tabs have names of their own)
    """A workbook with the tabs of the file. Raises Invalid, TooLarge."""
    with opened(data) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise Invalid("The file is damaged, or is not what its name says.")
        about = tree(whole(archive, "xl/workbook.xml"))
        parts = _relations(archive)
        styles = read_styles(tree(whole(archive, parts["styles"]))) if parts.get("styles") else []
        words = Words()
        texts = _strings(archive, parts.get("sharedStrings", ""), words)
        late = any(one.get("date1904") in {"1", "true"} for one in about.all("workbookPr"))
        drafts = []
        for sheet in about.all("sheets", "sheet")[:_MOST_TABS]:
            part = parts.get(sheet.get("id"), "")
            if "worksheets/" in part:
                drafts.append(_sheet(archive, part, sheet.get("name"), (words, texts, styles, late)))
    if not drafts:
        raise Invalid("The file has no sheet of cells.")
    return book_of(drafts, _names(about))


def _relations(archive: zipfile.ZipFile) -> dict[str, str]:
    """Parts by the ids that the workbook gives them, and two by their kind."""
    found = {}
    for one in tree(whole(archive, "xl/_rels/workbook.xml.rels")).all("Relationship"):
        target = one.get("Target")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found[one.get("Id")] = path
        kind = one.get("Type").rpartition("/")[2]
        if kind in {"styles", "sharedStrings"}:
            found[kind] = path
    return found


def _names(about: Element) -> list[tuple[str, str]]:
    return [
        (one.get("name"), plain_formula(one.text))
        for one in about.all("definedNames", "definedName")
        if not one.get("localSheetId") and not one.get("hidden")
    ]


def _strings(archive: zipfile.ZipFile, part: str, words: Words) -> Sequence[int]:
    """The codes of the strings that cells name by number."""
    if not part or part not in archive.namelist():
        return []
    codes = array("i")
    for piece in _cut(archive, part, b"</si>"):
        count = 0
        for plain, rich in _STRING.findall(piece):
            count += 1
            codes.append(words.code(text_of(b"".join(_RUN.findall(rich)) if rich else plain)))
        if count != piece.count(b"</si>"):
            raise Invalid("The file is damaged, or is not what its name says.")
    return codes


def _cut(archive: zipfile.ZipFile, part: str, end: bytes) -> Iterator[bytes]:
    """A part in pieces that end where an element does."""
    rest = b""
    for piece in pieces(archive, part):
        joined = rest + piece
        if b"<!DOCTYPE" in joined[:4096]:
            raise Invalid(
                "The file holds definitions of its own (DOCTYPE), which no spreadsheet needs; it was not opened."
            )
        at = joined.rfind(end)
        if at < 0:
            rest = joined
            if len(rest) > 2**26:
                raise TooLarge("A row of the file is too long.")
            continue
        yield joined[: at + len(end)]
        rest = joined[at + len(end) :]
    yield rest


def _sheet(
    archive: zipfile.ZipFile, part: str, name: str, about: tuple[Words, Sequence[int], list[Style], bool]
) -> Draft:
    words, texts, styles, late = about
    draft, reader = Draft(name), Reader(words, texts, plain_formula)
    head, regular = b"", True
    gathered = Gathered(words)
    rows = Rows(reader, gathered)
    for number, piece in enumerate(_cut(archive, part, b"</row>")):
        if number == 0:
            head = piece[:1_000_000].partition(b"<sheetData")[0]
        rest = rows.take(piece)
        cells = _CELL.findall(rest)
        if len(cells) != rest.count(b"<c ") + rest.count(b"<c>") or (
            number == 0 and b"<sheetData" not in piece
        ):
            regular = False
            break
        if cells:
            _take(reader, draft, gathered, cells)
    if not regular:
        draft, gathered, reader = Draft(name), Gathered(words), Reader(words, texts, plain_formula)
        head = b"".join(parsed(pieces(archive, part), reader, draft, gathered))
    _shape(head, draft, styles)
    reader.finish(draft)
    gathered.into(draft, styles)
    return _moments(draft, late)


def _take(reader: Reader, draft: Draft, gathered: Gathered, cells: list[tuple[bytes, ...]]) -> None:
    """Cells as the expression found them, all at once."""
    letters, rows, styles, types, options, formulas, values, inline = zip(*cells, strict=True)
    names, at = np.unique(np.array(letters, dtype="S3"), return_inverse=True)
    columns = np.array([column_of(one) for one in names.tolist()], dtype=np.int16)[at]
    places = np.array(rows, dtype="S7").astype(np.int64) - 1
    looks = np.array([one or b"0" for one in styles], dtype="S9").astype(np.int64)
    kinds = np.array(types, dtype="S9")
    size = len(cells)
    tags, numbers, codes = np.zeros(size, np.uint8), np.zeros(size), np.full(size, -1, np.int32)
    has_value = np.array([one != b"" for one in values])
    plain = np.flatnonzero(has_value & ((kinds == b"") | (kinds == b"n")))
    if len(plain):
        numbers[plain], tags[plain] = numbered([values[at] for at in plain.tolist()]), Tag.NUMBER
    for index in np.flatnonzero((kinds != b"") & (kinds != b"n")).tolist():
        tags[index], numbers[index], codes[index] = reader.value(types[index], values[index] or inline[index])
    if any(options) or any(formulas):
        for index in range(size):
            if formulas[index] or options[index]:
                place = (int(places[index]), int(columns[index]))
                reader.formula(
                    draft, place, options[index].decode(), formulas[index].decode("utf-8", "replace")
                )
    gathered.add_many(places, columns, looks, (tags, numbers, codes))


def _shape(head: bytes, draft: Draft, styles: list[Style]) -> None:
    """Widths, looks of whole columns and frozen panes, as the part says before its cells."""
    for found in re.findall(rb"<(?:\w+:)?col ([^>]*)/?>", head):
        values = dict(re.findall(r'(\w+)="([^"]*)"', found.decode("utf-8", "replace")))
        first, last = int(values.get("min", 1)) - 1, min(int(values.get("max", 1)), 16_384)
        if last - first > 1000:
            continue
        style = int(values.get("style", 0))
        for place in range(max(first, 0), last):
            if "width" in values and values.get("customWidth") in {"1", "true"}:
                draft.widths[place] = min(round(float(values["width"]) * _PIXELS + 5), 2000)
            if 0 < style < len(styles):
                draft.column_looks[place] = styles[style]
    pane = re.search(rb"<(?:\w+:)?pane ([^>]*)", head)
    if pane is not None:
        values = dict(re.findall(r'(\w+)="([^"]*)"', pane[1].decode("utf-8", "replace")))
        if values.get("state", "").startswith("frozen"):
            rows, columns = (int(float(values.get(key, 0))) for key in ("ySplit", "xSplit"))
            draft.frozen = (min(max(rows, 0), 100), min(max(columns, 0), 100))


def _moments(draft: Draft, late: bool) -> Draft:
    """Dates to the millisecond, as Excel counts them; counted from 1900 where the file does it from 1904."""
    for place, looks in draft.looks.items():
        cells: Cells | None = draft.columns.get(place)
        for style, rows in looks:
            if cells is not None and cells.numbers is not None and is_date(style.number):
                at = rows[rows < len(cells)]
                at = at[cells.tags[at] == Tag.NUMBER]
                cells.numbers[at] = np.rint(cells.numbers[at] * _PER_DAY) / _PER_DAY + (
                    _DAYS_1904 if late else 0
                )
    return draft


def text_of(data: bytes) -> str:
    """A text as XML holds it, `_x000D_` and its like too."""
    text = data.decode("utf-8", "replace")
    if "&" in text:
        text = unescape(text)
    return _CODED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def plain_formula(text: str) -> str:
    """A formula without the marks that Excel puts before names that came late."""
    text = unescape(text) if "&" in text else text
    return re.sub(r"_xlfn\.(?:_xlws\.)?|_xlpm\.|_xludf\.", "", text) if "_xl" in text else text
