"""What a CSV file does not say of itself: its encoding, its delimiter, whether its first line is a header."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass

DELIMITERS = (";", ",", "\t", "|")
_SAMPLE = 128 * 1024
_LINES = 500
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_LABEL = re.compile(
    r"[-+]?[\d  \u202f.,]*\d[\d  \u202f.,]*(?:[eE][-+]?\d+)?\s*[%€$£]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*"
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The text in UTF-8, its delimiter, and whether the first line names the columns."""

    data: bytes
    delimiter: str
    header: bool
    width: int


def sniff(data: bytes, delimiter: str = "") -> Sniffed:
    """What a file is, from its beginning; `delimiter` if it is known."""
    text = utf8(data)
    end = len(text) if len(text) <= _SAMPLE else text.rfind(b"\n", 0, _SAMPLE) + 1 or _SAMPLE
    sample = text[:end].decode("utf-8", "replace")
    first, rest = sample.partition("\n")[0], ""
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], text.partition(b"\n")[2]
        rest = sample.partition("\n")[2]
        sample = rest
    chosen = delimiter or max(DELIMITERS, key=lambda one: _fitness(sample, one))
    rows = _rows(sample, chosen)
    width = max((len(row) for row in rows), default=0)
    return Sniffed(text, chosen, _has_header(rows, width), width)


def utf8(data: bytes) -> bytes:
    """A text of any encoding in UTF-8, without the mark at its beginning."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            rest = data[len(mark) :]
            return rest if encoding == "utf-8" else rest.decode(encoding, "replace").encode()
    head = data[:4096]
    if head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return data.decode(encoding, "replace").encode()
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").encode()
    return data


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(sample.splitlines(), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) >= _LINES:
                break
    except csv.Error:
        pass
    return rows


def _fitness(sample: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter cuts lines into as many fields each: the share of lines that agree, and the fields."""
    counts = Counter(len(row) for row in _rows(sample, delimiter))
    if not counts:
        return 0.0, 0
    width, lines = counts.most_common(1)[0]
    if width < 2:
        return 0.0, 0
    return round(lines / counts.total(), 1), width


def _has_header(rows: list[list[str]], width: int) -> bool:
    """Whether the first line holds names: each filled, each once, none a number or date."""
    if len(rows) < 2 or len(rows[0]) < max(width / 2, min(width, 2)):
        return False
    width = len(rows[0])
    labels = [label.strip() for label in rows[0]]
    if any(_NO_LABEL.fullmatch(label) for label in labels) or sum(map(bool, labels)) < max(1, width - 1):
        return False
    if len({label.casefold() for label in labels}) < width:
        return False
    return width > 1 or any(_NO_LABEL.fullmatch(row[0].strip()) for row in rows[1:])
