"""The one room without a document: who is in the workspace."""

from collections.abc import Iterable
from typing import Any

from openpaas_workspace.realtime.engine import frames
from openpaas_workspace.realtime.engine.frames import Sync, SyncFrame
from openpaas_workspace.realtime.engine.update import EMPTY
from openpaas_workspace.realtime.gateway.outbox import Lane
from openpaas_workspace.realtime.gateway.present import Present

LOBBY = "JupyterLab:globalAwareness"
_NOTHING = b"\x00"


class Lobby:
    """Who is here; one for each process."""

    def __init__(self) -> None:
        self.connections: dict[str, LobbyConnection] = {}


class LobbyConnection(Present):
    """A page in the lobby."""

    def __init__(self, *, lobby: Lobby, **present: Any) -> None:
        super().__init__(**present)
        self._lobby = lobby

    def begin(self) -> None:
        """Join; the page waits for a sync as in any room."""
        self._lobby.connections[self.id] = self
        self.outbox.send(frames.step1(_NOTHING), Lane.CONTROL)
        self.greet()

    def receive(self, message: bytes) -> None:
        """One message of the page; there is no document to change."""
        try:
            frame = frames.decode(message)
        except frames.BadFrame as error:
            self.strike(str(error))
            return
        match frame:
            case SyncFrame(Sync.STEP1, _):
                self.outbox.send(frames.step2(EMPTY), Lane.CONTROL)
            case frames.AwarenessFrame(payload):
                self.hear(payload)
            case frames.SaveFrame(number):
                self.outbox.send(frames.save_reply(number, "success"), Lane.CONTROL)

    def others(self) -> Iterable[Present]:
        return list(self._lobby.connections.values())

    def may_use(self, client: int) -> bool:  # noqa: ARG002  (nothing is written here)
        return True

    def shown_as(self, state: dict[str, Any]) -> dict[str, Any]:
        # Stock pages tell the paths of what they have open; not everybody here may know of those.
        return {"user": state["user"]}

    def left(self) -> None:
        self._lobby.connections.pop(self.id, None)
        self.vanish()
