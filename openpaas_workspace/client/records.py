"""What the client hands out: plain records, bytes that know their version, tables."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a notebook shows as a small table."""

    def _repr_html_(self) -> str:
        fields = msgspec.structs.asdict(self)
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in fields.items()
        )
        return f"<table>{rows}</table>"


class Member(Shown, frozen=True, kw_only=True):
    """Somebody who works here."""

    id: str
    username: str
    display_name: str = ""
    unit: str = ""
    administrator: bool = False
    disabled: bool = False


class File(Shown, frozen=True, kw_only=True):
    """A file or folder, where it lies and what I may do with it (`level`)."""

    id: str
    ref: str
    kind: str
    name: str
    path: str
    size: int
    level: str


class Space(Shown, frozen=True, kw_only=True):
    """A space: a top-level folder with members. `path` leads to it."""

    id: str
    ref: str
    kind: str
    name: str
    path: str
    level: str
    description: str = ""


class Content(bytes):
    """The bytes of a file, and the `version` that they are; written back with it, what others wrote is kept."""

    version: str

    def __new__(cls, data: bytes, version: str = "") -> "Content":
        """Bytes with their version."""
        made = super().__new__(cls, data)
        made.version = version
        return made

    @property
    def text(self) -> str:
        """The bytes as UTF-8 text."""
        return self.decode("utf-8-sig")


def record(data: Mapping[str, Any], kind: type[T]) -> T:
    """A record from what the server sent; what a newer server adds is left out."""
    return msgspec.convert(data, kind, strict=False)


def moment(milliseconds: int | None) -> datetime | None:
    """A time of the server, in UTC."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def table(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> "pd.DataFrame":
    """A DataFrame with these columns, also when there is no row."""
    import pandas as pd

    names = list(columns)
    return pd.DataFrame.from_records([[row.get(name) for name in names] for row in rows], columns=names)
