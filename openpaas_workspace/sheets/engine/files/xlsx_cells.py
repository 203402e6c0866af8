"""Cells of XLSX one by one: what each type of value means, formulas that share their text, and the slow way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from html import unescape
from xml.parsers import expat

from openpaas_workspace.kit.errors import Invalid

from ..cells import Anything
from ..inputs import read_typed
from ..values import Error, Tag
from .drafts import Draft
from .gather import Gathered, Words
from .limits import parser
from .xmltree import local

_DAMAGED = "The file is damaged, or is not what its name says."
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_OPTION = re.compile(r'(\w+)="([^"]*)"')


class Reader:
    """What the cells of one sheet mean."""

    def __init__(self, words: Words, texts: Sequence[int], plain: Callable[[str], str]) -> None:
        self._words = words
        self.texts = texts
        self._plain = plain
        self._masters: dict[str, int] = {}
        self._children: list[tuple[int, int, str]] = []

    def value(self, kind: bytes, data: bytes) -> tuple[int, float, int]:
        """Tag, number and text code of a value; raises Invalid."""
        if not data and kind not in {b"s", b"str", b"inlineStr"}:
            return Tag.EMPTY, 0.0, -1
        try:
            if kind == b"s":
                return Tag.TEXT, 0.0, self.texts[int(data)]
            if kind == b"b":
                return Tag.BOOLEAN, float(int(data) != 0), -1
            if kind in {b"n", b""}:
                return Tag.NUMBER, float(data), -1
        except (ValueError, IndexError) as error:
            raise Invalid(_DAMAGED) from error
        text = data.decode("utf-8", "replace")
        if kind == b"e":
            return Tag.ERROR, float(Error.from_text(text) or Error.VALUE), -1
        if kind == b"d":
            return self._date(text)
        text = unescape(text) if "&" in text else text
        text = _CODED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
        return (Tag.TEXT, 0.0, self._words.code(text)) if text else (Tag.EMPTY, 0.0, -1)

    def shared(self, numbers: Anything, texts: Anything) -> Anything:
        """The codes of shared texts (`texts`, as an array) by their numbers; raises Invalid."""
        if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < len(texts):
            raise Invalid(_DAMAGED)
        return texts[numbers]

    def _date(self, text: str) -> tuple[int, float, int]:
        try:
            found = read_typed(datetime.fromisoformat(text).replace(tzinfo=None).isoformat()).value
        except ValueError:
            found = None
        if isinstance(found, float):
            return Tag.NUMBER, found, -1
        return Tag.TEXT, 0.0, self._words.code(text)

    def formula(self, draft: Draft, place: tuple[int, int], options: str, text: str) -> None:
        """A formula of a cell, or the share of one."""
        row, column = place
        said = dict(_OPTION.findall(options)) if options.strip(" /") else {}
        kind, index = said.get("t", ""), said.get("si", "")
        if kind == "dataTable":
            return
        if kind == "shared" and not text:
            self._children.append((row, column, index))
            return
        if text:
            if kind == "shared":
                self._masters[index] = len(draft.formulas)
            draft.formulas.append((row, column, self._plain(text)))
            if kind == "array":
                self._array(draft, place, said.get("ref", ""))

    def _array(self, draft: Draft, place: tuple[int, int], ref: str) -> None:
        corners = [_ADDRESS.fullmatch(part) for part in ref.partition(":")[::2]]
        if corners[0] is not None and corners[1] is not None:
            (top, left), (bottom, right) = (_position(corner) for corner in corners if corner is not None)
            draft.arrays.append((top, left, bottom + 1, right + 1))
        else:
            draft.arrays.append((*place, place[0] + 1, place[1] + 1))

    def finish(self, draft: Draft) -> None:
        """Join shares to their formulas."""
        draft.shared += [
            (row, column, self._masters[index])
            for row, column, index in self._children
            if index in self._masters
        ]


def _position(found: re.Match[str]) -> tuple[int, int]:
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


class _Slow:
    """A sheet by its events."""

    def __init__(self, reader: Reader, draft: Draft, gathered: Gathered) -> None:
        self._reader, self._draft, self._gathered = reader, draft, gathered
        self.head: list[str] = []
        self._row, self._column = -1, -1
        self._cell: dict[str, str] | None = None
        self._texts = {"v": "", "f": "", "t": ""}
        self._options = ""
        self._in: str | None = None
        self._ignored = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag in {"col", "pane"}:
            self.head.append(
                f"<{tag} {' '.join(f'{local(key)}={chr(34)}{one}{chr(34)}' for key, one in attributes.items())}/>"
            )
        elif tag == "row":
            self._row = int(attributes["r"]) - 1 if attributes.get("r", "").isdigit() else self._row + 1
            self._column = -1
        elif tag == "c":
            self._begin(attributes)
        elif tag == "rPh":
            self._ignored += 1
        elif self._cell is not None and tag in self._texts:
            self._in = tag
            if tag == "f":
                self._options = " ".join(f'{key}="{one}"' for key, one in attributes.items()) or " "

    def _begin(self, attributes: dict[str, str]) -> None:
        found = _ADDRESS.fullmatch(attributes.get("r", ""))
        if found:
            self._row, self._column = _position(found)
        else:
            self._column += 1
        self._cell, self._options = attributes, ""
        self._texts = {"v": "", "f": "", "t": ""}

    def text(self, data: str) -> None:
        if self._in is not None and not self._ignored:
            self._texts[self._in] += data

    def end(self, name: str) -> None:
        tag = local(name)
        if tag == "rPh":
            self._ignored -= 1
        elif tag == self._in:
            self._in = None
        elif tag == "c" and self._cell is not None:
            given, self._cell = self._cell, None
            style = int(given["s"]) if given.get("s", "").isdigit() else 0
            value = (self._texts["v"] or self._texts["t"]).replace("&", "&amp;").encode()
            held = self._reader.value(given.get("t", "n").encode(), value)
            if self._options:
                self._reader.formula(
                    self._draft,
                    (self._row, self._column),
                    self._options,
                    self._texts["f"].replace("&", "&amp;"),
                )
            self._gathered.add(self._row, self._column, style, held)


def parsed(parts: Iterator[bytes], reader: Reader, draft: Draft, gathered: Gathered) -> list[bytes]:
    """A sheet that is written in an unusual way; what it says of its columns and panes. Raises Invalid."""
    slow, made = _Slow(reader, draft, gathered), parser()
    made.StartElementHandler, made.EndElementHandler = slow.start, slow.end
    made.CharacterDataHandler = slow.text
    try:
        for part in parts:
            made.Parse(part, False)
        made.Parse(b"", True)
    except expat.ExpatError as error:
        raise Invalid(_DAMAGED) from error
    return [one.encode() for one in slow.head]
