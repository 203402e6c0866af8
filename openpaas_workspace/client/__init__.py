"""The workspace from Python: `from openpaas_workspace.client import Workspace`.

In a kernel `Workspace()` is all; elsewhere `Workspace("https://…", token="opw_…")`. Needs httpx, msgspec, pandas and
pyarrow, of which the last two are imported when a table is first asked for; nothing of the server is.
"""

from openpaas_workspace.client.notebooks import Execution, Notebook, RunFailed
from openpaas_workspace.client.records import Content, File, Member, Space
from openpaas_workspace.client.sheets import Sheet
from openpaas_workspace.client.tabs import Cell, Tab
from openpaas_workspace.client.values import CellError
from openpaas_workspace.client.watching import SheetChange
from openpaas_workspace.client.workspace import Workspace
from openpaas_workspace.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    WorkspaceError,
)

__all__ = [
    "Cell",
    "CellError",
    "Conflict",
    "Content",
    "Execution",
    "File",
    "Forbidden",
    "Invalid",
    "Member",
    "NotFound",
    "Notebook",
    "RunFailed",
    "Sheet",
    "SheetChange",
    "Space",
    "Tab",
    "TooLarge",
    "TooMany",
    "Unauthenticated",
    "Unavailable",
    "Workspace",
    "WorkspaceError",
]
