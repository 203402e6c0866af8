"""Telling everybody who looks at a sheet what was changed: built once, and together with what comes at once."""

import asyncio
import struct
from abc import ABC, abstractmethod
from typing import Any, Final

import msgspec

from openpaas_workspace.kit.schema import encode
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.sheets.schemas.calls import Outcome, Record

_TEXT: Final = 0x81
# What comes within so many seconds goes to each page in one piece.
_TOGETHER: Final = 0.01


class Page(ABC):
    """A window that looks at the sheet.

    A base and no protocol: whether something is one is asked for each page at each change.
    """

    client: str

    @property
    @abstractmethod
    def who(self) -> str:
        """The member."""

    @abstractmethod
    def write(self, frames: bytes) -> None:
        """Send WebSocket frames as they are."""


class Telling:
    """What is on its way to the pages of one sheet."""

    def __init__(self, live: LiveObject) -> None:
        self._live = live
        self.seq = 0  # the last change that was told
        self._waiting: list[bytes] = []
        # How much of what waits a page has already.
        self._ahead: dict[Page, int] = {}
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def taken(self, change: Change, record: Record | None, outcome: Outcome, about: bytes) -> None:
        """A change was taken; `about` are the tabs and names when they may have changed."""
        self.seq = change.seq
        said = _said(change, record, outcome, about)
        pages = self._pages()
        others = [page for page in pages if page.client == said["client"] and page.who != said["author"]]
        if others or (outcome.lost and record is not None):
            self._flush()
            self._tell_each(pages, others, said, outcome)
            return
        self._waiting.append(framed(encode(said)))
        loop = asyncio.get_running_loop()
        if loop.time() - self._last > _TOGETHER:
            self._flush()
            return
        # Whoever wrote it waits for nothing: it is their acknowledgement.
        for page in pages:
            if page.client == said["client"]:
                self._catch_up(page)
        if self._timer is None:
            self._timer = loop.call_later(_TOGETHER, self._flush)

    @staticmethod
    def _tell_each(pages: list[Page], others: list[Page], said: dict[str, Any], outcome: Outcome) -> None:
        """Whom the author has overwritten is told to nobody else, and nobody answers for another member's window."""
        author = framed(encode(said | {"lost": outcome.lost}))
        everybody = framed(encode(said))
        nobody = framed(encode(said | {"client": ""}))
        for page in pages:
            if page in others:
                page.write(nobody)
            else:
                page.write(author if page.client == said["client"] else everybody)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = asyncio.get_running_loop().time()
        if self._waiting:
            frames = b"".join(self._waiting)
            for page in self._pages():
                if page in self._ahead:
                    self._catch_up(page)
                else:
                    page.write(frames)
            self._waiting.clear()
            self._ahead.clear()

    def _catch_up(self, page: Page) -> None:
        """A page hears of the changes in their order, each once."""
        at = self._ahead.get(page, 0)
        if at < len(self._waiting):
            page.write(b"".join(self._waiting[at:]))
            self._ahead[page] = len(self._waiting)

    def _pages(self) -> list[Page]:
        return [one for one in list(self._live.connections.values()) if isinstance(one, Page) and one.client]


def framed(text: bytes) -> bytes:
    """JSON as one WebSocket frame of the server (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return struct.pack("BB", _TEXT, size) + text
    if size <= 0xFFFF:
        return struct.pack("!BBH", _TEXT, 126, size) + text
    return struct.pack("!BBQ", _TEXT, 127, size) + text


def _said(change: Change, record: Record | None, outcome: Outcome, about: bytes) -> dict[str, Any]:
    said = {
        "type": "applied",
        "seq": change.seq,
        "author": change.behalf or change.author,
        "client": record.client if record is not None else "",
        "n": record.n if record is not None else 0,
        "kind": _kind.decode(record.op).kind if record is not None else "replace",
        "changed": outcome.changed,
        "lost": [],
        "undoable": outcome.undoable,
        "skipped": outcome.skipped,
    }
    if about:
        said |= msgspec.json.decode(about, type=dict[str, msgspec.Raw]) | {"seq": change.seq}
    return said


def again(who: str, client: str, n: int, outcome: Outcome) -> bytes:
    """What a page is told that sends a change again which was taken before."""
    said = {"type": "applied", "seq": outcome.seq, "author": who, "client": client, "n": n, "kind": "again"}
    more = {"changed": outcome.changed, "lost": [], "undoable": outcome.undoable, "skipped": outcome.skipped}
    return framed(encode(said | more))


class _Kind(msgspec.Struct):
    kind: str


_kind = msgspec.msgpack.Decoder(_Kind)
