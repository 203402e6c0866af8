"""The workspace as one object: what each part of the client brings."""

from typing import Any

from openpaas_workspace.client.connection import ATTEMPTS, Connection
from openpaas_workspace.client.files import Files
from openpaas_workspace.client.history import History
from openpaas_workspace.client.live import Live
from openpaas_workspace.client.notebooks import Notebooks
from openpaas_workspace.client.people import People
from openpaas_workspace.client.sharing import Sharing
from openpaas_workspace.client.sheets import Sheets
from openpaas_workspace.client.transfers import Transfers


class Workspace(People, Files, Sharing, Transfers, History, Notebooks, Sheets, Live):
    """A workspace, in the name of whoever the token or the kernel belongs to.

    `Workspace()` in a kernel; elsewhere `Workspace("https://office.example.org", token="opw_…")`. Everything raises a
    `WorkspaceError` with the server's sentence: NotFound, Forbidden, Conflict, Invalid, Unavailable. Requests that
    were lost on the way are sent again, and nothing happens twice. `timeout` is in seconds.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 60.0,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.connection = Connection(url, token, timeout=timeout, attempts=attempts)

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        self.connection.close()

    def __repr__(self) -> str:
        return f"<Workspace {self.connection.url}>"
