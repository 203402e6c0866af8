"""What happens, as it happens."""

import time
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from openpaas_workspace.client.connection import ATTEMPTS, Connection, pause
from openpaas_workspace.client.people import Part
from openpaas_workspace.client.sentences import say
from openpaas_workspace.client.sockets import next_frame, open_socket, send_frame
from openpaas_workspace.kit.errors import Unavailable

if TYPE_CHECKING:
    from websocket import WebSocket


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One event: its number, type, the object it is about, who did it, when (milliseconds), and the type's own fields."""

    seq: int
    type: str
    ref: str
    actor: str
    at: int
    behalf: str = ""
    data: dict[str, Any] = {}


class Live(Part):
    """The part of a Workspace that listens."""

    def events(
        self,
        types: Collection[str] = (),
        *,
        resume: tuple[str, int] | None = None,
        seconds: float | None = None,
    ) -> Iterator[Happened]:
        """What happens from now on in all that I may see, one by one; none is left out, also after a lost connection.

        `types` are names such as `FileEdited`; all by default. `resume` goes on where another run stopped: the value
        of `ws.events_at`. Ends after `seconds`, else never. Raises Unavailable when the server does not come back or
        has forgotten what happened since.
        """
        stream = _Stream(self.connection, resume)
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            while (batch := stream.next(deadline)) is not None:
                for event in batch:
                    self.events_at = (stream.epoch, event["seq"])
                    if not types or event["type"] in types:
                        yield msgspec.convert(event, Happened)
                self.events_at = (stream.epoch, stream.seq)
        finally:
            stream.close()

    events_at: tuple[str, int] = ("", 0)


class _Stream:
    """The push socket as batches of events; opened again when it is lost."""

    def __init__(self, connection: Connection, resume: tuple[str, int] | None) -> None:
        self._connection = connection
        self._socket: WebSocket | None = None
        self._resuming = resume is not None and bool(resume[0])
        self.epoch, self.seq = resume or ("", 0)
        self._heartbeat = 30.0

    def next(self, deadline: float | None) -> list[dict[str, Any]] | None:
        """The next events; None when the time is over."""
        failures = 0
        while True:
            if deadline is not None and time.monotonic() >= deadline:
                return None
            try:
                frame = self._receive(deadline)
            except OSError as error:
                self.close()
                failures += 1
                if failures > ATTEMPTS:
                    raise Unavailable(say("The workspace does not answer: {why}.", why=error)) from error
                pause(failures)
                continue
            failures = 0
            if frame is None:
                continue
            if frame["type"] == "ev":
                self.seq = frame["seq"]
                return list(frame["e"])
            self._take(frame)

    def close(self) -> None:
        """Say nothing more."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "hb":
                self.seq = max(self.seq, frame["seq"])
                self._say({"type": "hb"})
            case "bye":
                self.close()
                pause(1, frame["retry_after"])

    def _receive(self, deadline: float | None) -> dict[str, Any] | None:
        socket = self._socket or self._open()
        left = self._heartbeat if deadline is None else max(0.01, deadline - time.monotonic())
        frame = next_frame(socket, min(left, self._heartbeat))
        if frame is None:
            self._say({"type": "hb"})
        return frame

    def _say(self, frame: dict[str, Any]) -> None:
        if self._socket is not None:
            send_frame(self._socket, frame)

    def _open(self) -> "WebSocket":
        made = open_socket(
            self._connection,
            "/push",
            timeout=self._heartbeat,
            forbidden=say("This token does not hold the scope events:read."),
        )
        hello: dict[str, Any] = {"type": "hello", "client": "python"}
        if self.epoch:
            hello["resume"] = {"epoch": self.epoch, "seq": self.seq}
        send_frame(made, hello)
        welcome = next_frame(made, self._heartbeat)
        if welcome is None:
            made.close()
            raise ConnectionError("no welcome")
        if self.epoch and not welcome["resumed"]:
            made.close()
            raise Unavailable(
                say("The server no longer knows what happened since; read afresh, then listen again.")
            )
        self.epoch, self._heartbeat = welcome["epoch"], float(welcome["limits"]["heartbeat"])
        if not self.seq:
            self.seq = welcome["seq"]
        self._socket = made
        return made
