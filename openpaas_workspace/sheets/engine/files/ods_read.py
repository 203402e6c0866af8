"""ODS as a workbook: values with their types, formulas, looks, widths, names."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from xml.parsers import expat

import numpy as np

from openpaas_workspace.kit.errors import Invalid, TooLarge, WorkspaceError
from openpaas_workspace.sheets.schemas import Moment, Style

from ..book import Book
from ..formats import PLAIN
from ..inputs import DATE_FORMAT, read
from ..values import MAX_COLUMNS, MAX_ROWS, Error, Tag
from .drafts import Draft, book_of
from .gather import Gathered, Words
from .limits import MOST_CELLS, opened, parser, pieces
from .ods_formulas import from_open
from .ods_numbers import code_of
from .ods_rows import Rows
from .xmltree import Element, local

_DAMAGED = "The file is damaged, or is not what its name says."
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?")
_LENGTH = re.compile(r"([\d.]+)(cm|mm|in|pt|px)")
_PER_INCH = {"cm": 2.54, "mm": 25.4, "in": 1.0, "pt": 72.0, "px": 96.0}
_STYLES = {"automatic-styles"}
_MOST_TABS = 1000
_DECLARATION = re.compile(
    rb'\s*<\?xml(?:\s+version=["\']1\.\d["\'])?(?:\s+encoding=["\']([\w-]+)["\'])?(?:\s+standalone[^<>]*)?\s*\?>'
)
_ROW, _ROW_END = b"<table:table-row", b"</table:table-row>"
_LONGEST_ROW = 4 * 2**20

# Row and column are given by where it stands; style, tag, number, code, formula, how often.
_Cell = tuple[int, int, float, int, str, int]


def read_ods(data: bytes | memoryview, name: str) -> Book:  # noqa: ARG001  (tabs have names of their own)
    """A workbook with the tabs of the file. Raises Invalid, TooLarge."""
    with opened(data) as archive:
        if "content.xml" not in archive.namelist():
            raise Invalid(_DAMAGED)
        state, made = _Content(), parser()
        made.StartElementHandler, made.EndElementHandler = state.start, state.end
        made.CharacterDataHandler = state.text
        try:
            feeder = _Feeder(state, made)
            for piece in pieces(archive, "content.xml"):
                feeder.feed(piece)
            feeder.finish()
        except expat.ExpatError as error:
            raise Invalid(_DAMAGED) from error
    if not state.drafts:
        raise Invalid("The file has no sheet of cells.")
    return book_of(state.drafts, state.names)


class _Feeder:
    """Gives the content to its parser, but for rows that are written alike, which are read at once."""

    def __init__(self, content: _Content, made: expat.XMLParserType) -> None:
        self._content = content
        self._parse = made.Parse
        self._waiting = b""
        self._first = True
        # Where a row may stand in a comment, nothing but the parser knows.
        self._plain = True

    def feed(self, piece: bytes) -> None:
        """The next piece."""
        data, self._waiting = self._waiting + piece, b""
        head = _DECLARATION.match(data) if self._first else None
        encoding = head[1] if head is not None and head[1] else b"utf-8"
        body = data[head.end() :] if head is not None else data
        self._first = False
        if encoding.lower() != b"utf-8" or b"<!" in body or b"<?" in body:
            self._plain = False
        if not self._plain:
            self._parse(data, False)
            return
        at = 0
        while (begin := data.find(_ROW, at)) >= 0:
            self._parse(data[at:begin], False)
            at = self._content.rows(data, begin)
            if at > begin:
                continue
            end = data.find(_ROW_END, begin)
            if end < 0:
                self._keep(data[begin:])
                return
            at = end + len(_ROW_END)
            self._parse(data[begin:at], False)
        self._parse(data[at : max(at, len(data) - len(_ROW))], False)
        self._keep(data[max(at, len(data) - len(_ROW)) :])

    def _keep(self, rest: bytes) -> None:
        """What is cut waits for the next piece."""
        self._waiting = rest
        if len(rest) > _LONGEST_ROW:
            self._plain = False

    def finish(self) -> None:
        """Nothing comes any more."""
        self._parse(self._waiting, True)


class _Content:
    """The content by its events."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.names: list[tuple[str, str]] = []
        self._words = Words()
        self._looks: list[Style] = [PLAIN]
        self._by_name: dict[str, int] = {}
        self._lengths: dict[str, int] = {}
        self._stack: list[Element] | None = None
        self._draft: Draft | None = None
        self._gathered = Gathered(self._words)
        self._nested = 0
        self._place, self._row = 0, 0
        self._cells: list[tuple[int, _Cell]] = []
        self._cell: dict[str, str] | None = None
        self._repeated = 1
        self._column = 0
        self._paragraphs: list[str] = []
        self._ignored = 0
        self._inside = False
        self._in_row = False
        self._rows = Rows(self._words, self._look_of, _serial)

    def rows(self, data: bytes, at: int) -> int:
        """Where rows end that begin at `at` and are plain; nothing is taken where no row may stand."""
        inside = self._draft is not None and self._nested == 1
        if not inside or self._stack is not None or self._ignored or self._in_row:
            return at
        end, count = self._rows.take(data, at, self._row, self._gathered)
        self._row += count
        return end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if self._stack is not None or tag in _STYLES:
            self._begin_style(tag, attributes)
        elif tag == "table":
            self._begin_table(attributes)
        elif tag == "annotation":
            self._ignored += 1
        elif self._draft is not None and self._nested == 1:
            self._begin(tag, attributes)
        if tag == "named-range":
            found = from_open(f"of:=[{attributes.get('table:cell-range-address', '')}]")
            if found:
                self.names.append((attributes.get("table:name", ""), found))

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table-column":
            self._begin_column(attributes)
        elif tag == "table-row":
            self._cells, self._place, self._in_row = [], 0, True
            self._repeated = _count(attributes.get("table:number-rows-repeated", "1"))
        elif tag in {"table-cell", "covered-table-cell"}:
            self._cell, self._paragraphs = attributes, []
        elif self._cell is not None and tag == "p":
            self._paragraphs.append("")
            self._inside = True
        elif self._inside and tag == "s":
            self._paragraphs[-1] += " " * min(_count(attributes.get("text:c", "1")), 1000)
        elif self._inside and tag in {"tab", "line-break"}:
            self._paragraphs[-1] += "\t" if tag == "tab" else "\n"

    def end(self, name: str) -> None:
        tag = local(name)
        if self._stack is not None:
            self._end_style()
        elif tag == "table":
            self._nested -= 1
            if self._nested == 0 and self._draft is not None:
                self._gathered.into(self._draft, self._looks)
                self._draft = None
        elif tag == "annotation":
            self._ignored -= 1
        elif self._draft is not None and self._nested == 1:
            if tag in {"table-cell", "covered-table-cell"}:
                self._end_cell()
            elif tag == "table-row":
                self._end_row()
                self._in_row = False
            elif tag == "p":
                self._inside = False

    def text(self, data: str) -> None:
        if self._stack is not None:
            self._stack[-1].text += data
        elif self._inside and not self._ignored:
            self._paragraphs[-1] += data

    def _begin_table(self, attributes: dict[str, str]) -> None:
        self._nested += 1
        if self._nested == 1:
            if len(self.drafts) >= _MOST_TABS:
                raise TooLarge("The file has too many parts.")
            self._draft = Draft(attributes.get("table:name", ""))
            self.drafts.append(self._draft)
            self._gathered = Gathered(self._words)
            self._row, self._column = 0, 0

    def _begin_column(self, attributes: dict[str, str]) -> None:
        count = _count(attributes.get("table:number-columns-repeated", "1"))
        width = self._lengths.get(attributes.get("table:style-name", ""), 0)
        look = self._by_name.get(attributes.get("table:default-cell-style-name", ""), 0)
        if count <= 1000 and self._draft is not None:
            for place in range(self._column, self._column + count):
                if width:
                    self._draft.widths[place] = width
                if self._looks[look] != PLAIN:
                    self._draft.column_looks[place] = self._looks[look]
        self._column += count

    def _end_cell(self) -> None:
        given, self._cell = self._cell or {}, None
        count = _count(given.get("table:number-columns-repeated", "1"))
        tag, number, code = self._value(given)
        formula = given.get("table:formula", "")
        if tag != Tag.EMPTY or formula:
            if self._place + count > MAX_COLUMNS:
                raise Invalid("The file has cells beyond the last row or column.")
            look = self._look_of(given.get("table:style-name", ""), given.get("office:value-type") == "date")
            self._cells.append((self._place, (look, tag, number, code, formula, count)))
            wide, high = (
                given.get(f"table:number-matrix-{part}-spanned", "") for part in ("columns", "rows")
            )
            if formula and wide and high and self._draft is not None:
                bottom, right = self._row + _count(high), self._place + _count(wide)
                self._draft.arrays.append((self._row, self._place, bottom, right))
        self._place += count

    def _end_row(self) -> None:
        cells, count = self._cells, self._repeated
        if cells and self._draft is not None:
            wide = sum(cell[-1] for _, cell in cells)
            if wide * count > MOST_CELLS or self._row + count > MAX_ROWS:
                raise TooLarge(f"The file has more than {MOST_CELLS:,} cells.")
            for place, (look, tag, number, code, formula, repeated) in cells:
                if count == repeated == 1:
                    self._gathered.add(self._row, place, look, (tag, number, code))
                else:
                    size = count * repeated
                    rows = np.repeat(np.arange(self._row, self._row + count), repeated)
                    columns = np.tile(np.arange(place, place + repeated), count)
                    values = (np.full(size, int(tag)), np.full(size, number), np.full(size, code))
                    self._gathered.add_many(rows, columns, np.full(size, look), values)
                if formula:
                    self._formula(place, formula, count, repeated)
        self._row += count

    def _formula(self, place: int, formula: str, count: int, repeated: int) -> None:
        text = from_open(formula)
        if text is not None and self._draft is not None and count * repeated <= 10_000:
            for row in range(self._row, self._row + count):
                self._draft.formulas += [(row, column, text) for column in range(place, place + repeated)]

    def _value(self, given: dict[str, str]) -> tuple[int, float, int]:
        kind = given.get("office:value-type", "")
        try:
            if kind in {"float", "percentage", "currency"}:
                return Tag.NUMBER, float(given["office:value"]), -1
            if kind == "boolean":
                return Tag.BOOLEAN, float(given["office:boolean-value"] == "true"), -1
            if kind == "date":
                return Tag.NUMBER, _serial(given["office:date-value"]), -1
            if kind == "time":
                return Tag.NUMBER, _days(given["office:time-value"]), -1
        except (KeyError, ValueError, WorkspaceError) as error:
            raise Invalid(_DAMAGED) from error
        text = given.get("office:string-value") or "\n".join(self._paragraphs)
        if given.get("calcext:value-type") == "error":
            return Tag.ERROR, float(Error.from_text(text) or Error.VALUE), -1
        return (Tag.TEXT, 0.0, self._words.code(text)) if kind == "string" and text else (Tag.EMPTY, 0.0, -1)

    # styles

    def _begin_style(self, tag: str, attributes: dict[str, str]) -> None:
        made = Element(tag, {local(key): value for key, value in attributes.items()})
        if self._stack is None:
            self._stack = [made]
            return
        if len(self._stack) > 100:
            raise Invalid(_DAMAGED)
        self._stack[-1].children.append(made)
        self._stack.append(made)

    def _end_style(self) -> None:
        assert self._stack is not None  # noqa: S101
        done = self._stack.pop()
        if self._stack:
            return
        self._stack = None
        numbers = {one.get("name"): one for one in done.children if one.tag.endswith("-style")}
        for one in done.all("style"):
            if one.get("family") == "table-cell":
                self._by_name[one.get("name")] = self._numbered(_style(one, numbers))
            elif one.get("family") == "table-column":
                found = one.find("table-column-properties")
                self._lengths[one.get("name")] = (
                    _pixels(found.get("column-width")) if found is not None else 0
                )

    def _look_of(self, name: str, date: bool) -> int:
        """The number of the look of a cell."""
        look = self._by_name.get(name, 0)
        return self._numbered(Style(number=DATE_FORMAT)) if date and look == 0 else look

    def _numbered(self, style: Style) -> int:
        if style not in self._looks:
            self._looks.append(style)
        return self._looks.index(style)


def _style(one: Element, numbers: dict[str, Element]) -> Style:
    text, cell = (
        one.find("text-properties") or Element("", {}),
        one.find("table-cell-properties") or Element("", {}),
    )
    paragraph = one.find("paragraph-properties") or Element("", {})
    number = numbers.get(one.get("data-style-name"))
    aligned: Any = {"start": "left", "left": "left", "center": "center", "end": "right", "right": "right"}
    color, background = text.get("color"), cell.get("background-color")
    return Style(
        number=code_of(number) if number is not None else None,
        bold=text.get("font-weight") == "bold" or None,
        italic=text.get("font-style") == "italic" or None,
        underline=text.get("text-underline-style", "none") != "none" or None,
        strike=text.get("text-line-through-style", "none") != "none" or None,
        color=color if color.startswith("#") and len(color) == 7 and color != "#000000" else None,
        background=background if background.startswith("#") and len(background) == 7 else None,
        align=aligned.get(paragraph.get("text-align")),
        wrap=cell.get("wrap-option") == "wrap" or None,
    )


def _count(text: str) -> int:
    found = int(text) if text.isdigit() and len(text) < 10 else 1
    return max(found, 1)


def _pixels(text: str) -> int:
    found = _LENGTH.fullmatch(text)
    return min(round(float(found[1]) / _PER_INCH[found[2]] * 96), 2000) if found else 0


def _serial(text: str) -> float:
    moment = datetime.fromisoformat(text[:26]) if "T" in text else date.fromisoformat(text)
    found = read(Moment(v=moment.isoformat())).value
    assert isinstance(found, float)  # noqa: S101
    return found


def _days(text: str) -> float:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    parts = [float((part or "0").replace(",", ".")) for part in found.groups()[1:]]
    days = parts[0] + (parts[1] * 3600 + parts[2] * 60 + parts[3]) / 86_400
    return -days if found[1] else days
