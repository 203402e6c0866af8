"""What a file may ask for before anything of it is believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

import pyarrow as pa

from openpaas_workspace.kit.errors import Invalid, TooLarge

from ..values import MAX_COLUMNS, MAX_ROWS, MAX_TEXT

MOST_CELLS = 20_000_000
MOST_UNPACKED = 2 * 2**30  # bytes of all parts of one file
MOST_TEXT = 512 * 2**20  # bytes of all texts
_MOST_PARTS = 10_000
_RATIO = 250  # a sheet of a single value repeated stays below
_SMALL = 64 * 2**20  # below this a ratio says nothing
PIECE = 2**19


def opened(data: bytes | memoryview) -> zipfile.ZipFile:
    """A zip whose directory asks for nothing absurd; raises Invalid, TooLarge."""
    try:
        archive = zipfile.ZipFile(pa.BufferReader(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Invalid("The file is damaged, or is not what its name says.") from error
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise TooLarge("The file has too many parts.")
    if any(part.flag_bits & 1 for part in parts):
        raise Invalid("The file is locked by a password: take it off first.")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > _RATIO * len(data)):
        raise TooLarge("Unpacked the file would be far too large; it was not opened.")
    return archive


def pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part piece by piece; raises Invalid. Never more than the directory said."""
    try:
        with archive.open(name) as part:
            while piece := part.read(PIECE):
                yield piece
    except KeyError as error:
        raise Invalid(f"The file is damaged: {name} is missing.") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise Invalid("The file is damaged, or is not what its name says.") from error


def whole(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part that is small by its nature; raises Invalid, TooLarge."""
    if name in archive.namelist() and archive.getinfo(name).file_size > _SMALL:
        raise TooLarge("Unpacked the file would be far too large; it was not opened.")
    return b"".join(pieces(archive, name))


def parser() -> expat.XMLParserType:
    """An XML parser that takes no definitions, so that nothing in a file can grow."""
    made = expat.ParserCreate(namespace_separator=None)
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refused
    made.EntityDeclHandler = _refused
    return made


def _refused(*_: object) -> None:
    raise Invalid(
        "The file holds definitions of its own (DOCTYPE), which no spreadsheet needs; it was not opened."
    )


def fits(rows: int, columns: int, cells: int) -> None:
    """Whether a tab has room for that; raises TooLarge."""
    if rows > MAX_ROWS:
        raise TooLarge(f"The file has {rows:,} rows; a sheet has room for {MAX_ROWS:,}.")
    if columns > MAX_COLUMNS:
        raise TooLarge(f"The file has {columns:,} columns; a sheet has room for {MAX_COLUMNS:,}.")
    if cells > MOST_CELLS:
        raise TooLarge(f"The file has more than {MOST_CELLS:,} cells.")


def short(longest: int) -> None:
    """Whether a cell has room for a text of so many characters; raises TooLarge."""
    if longest > MAX_TEXT:
        raise TooLarge(f"A text of {longest:,} characters is too long: a cell holds {MAX_TEXT:,}.")
