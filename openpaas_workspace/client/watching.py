"""Changes of a sheet as they are made."""

import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from openpaas_workspace.client.addresses import Area, written
from openpaas_workspace.client.connection import ATTEMPTS, pause
from openpaas_workspace.client.grid import Grid
from openpaas_workspace.client.sentences import say
from openpaas_workspace.client.sockets import next_frame, open_socket, send_frame
from openpaas_workspace.kit.errors import Unavailable

if TYPE_CHECKING:
    from websocket import WebSocket

    from openpaas_workspace.client.sheets import Sheet

_WAIT: Final = 30.0


class SheetChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change: its number, who made it (username), what kind of op it was, and the cells that it touched.

    `cells` are addresses by the name of their tab (`{"2026": ["B2", "C2:C9"]}`), results of formulas among them; an
    empty list stands for the whole tab. Of kind `missed` nothing is known but that there were changes.
    """

    seq: int
    who: str
    kind: str
    cells: dict[str, list[str]] = {}
    mine: bool = False


class Watch:
    """The socket of a sheet, opened again when it is lost."""

    def __init__(self, sheet: "Sheet", since: int | None, seconds: float | None) -> None:
        self._sheet = sheet
        self._seq = since
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._socket: WebSocket | None = None
        self._me = ""
        self._tabs: dict[str, str] = {}
        self._axes: dict[str, list[int]] = {}

    def changes(self) -> Iterator[SheetChange]:
        """One by one."""
        failures = 0
        try:
            while self._deadline is None or time.monotonic() < self._deadline:
                try:
                    frame = self._receive()
                except OSError as error:
                    self._close()
                    failures += 1
                    if failures > ATTEMPTS:
                        raise Unavailable(say("The workspace does not answer: {why}.", why=error)) from error
                    pause(failures)
                    continue
                failures = 0
                change = self._take(frame) if frame else None
                if change is not None:
                    yield change
        finally:
            self._close()

    def _take(self, frame: dict[str, Any]) -> SheetChange | None:
        if "tabs" in frame.get("sheet", frame):
            self._tabs = {tab["id"]: tab["name"] for tab in frame.get("sheet", frame)["tabs"]}
            self._axes.clear()
        if frame["type"] == "welcome":
            self._me = frame["me"]
            missed = self._seq is not None and frame["seq"] > self._seq
            self._seq = frame["seq"]
            return SheetChange(seq=frame["seq"], who="", kind="missed") if missed else None
        if frame["type"] != "applied" or frame["seq"] <= (self._seq or 0):
            return None
        self._seq = frame["seq"]
        return SheetChange(
            seq=frame["seq"],
            who=self._sheet.workspace.directory.username(frame["author"]),
            kind=frame["kind"],
            cells={self._tabs.get(one["tab"], one["tab"]): self._places(one) for one in frame["changed"]},
            mine=frame["author"] == self._me,
        )

    def _places(self, changed: dict[str, Any]) -> list[str]:
        if changed.get("structure"):
            self._axes.pop(changed["tab"], None)
            return []
        places = []
        for column, first, end in changed["cells"]:
            position = self._position(changed["tab"], column)
            if position is not None:
                places.append(written(Area(first, end, position, position + 1)))
        return places

    def _position(self, tab: str, column: int) -> int | None:
        known = self._axes.get(tab)
        if known is None or column not in known:
            known = self._axes[tab] = [id_ for id_, _ in Grid(self._sheet, tab).columns()]
        return known.index(column) if column in known else None

    def _receive(self) -> dict[str, Any] | None:
        socket = self._socket or self._open()
        left = _WAIT if self._deadline is None else max(0.01, self._deadline - time.monotonic())
        return next_frame(socket, min(left, _WAIT))

    def _open(self) -> "WebSocket":
        made = open_socket(
            self._sheet.connection,
            f"/sheets/{self._sheet.id}/socket",
            timeout=_WAIT,
            forbidden=say("This token does not hold the scope files:read."),
        )
        send_frame(made, {"type": "hello", "client": uuid.uuid4().hex[:16]})
        self._socket = made
        return made

    def _close(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()
