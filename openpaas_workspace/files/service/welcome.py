"""What a new workspace begins with: the organisation's first manager, and notebooks that show how to go on."""

import logging
from pathlib import Path

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.service import spaces
from openpaas_workspace.files.service.copying import import_folder
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import WorkspaceError

_log = logging.getLogger(__name__)
FOLDER = Path(__file__).parents[1] / "welcome"


async def first_administrator(workspace: Workspace, member_id: str) -> None:
    """Give the organisation's space its first manager and the notebooks of welcome, once. For the server."""
    name = await spaces.adopt_organisation(workspace, member_id)
    if not name or not workspace.get(FilesSettings).welcome:
        return
    try:
        await import_folder(workspace, SYSTEM, FOLDER, name)
    except WorkspaceError as error:
        _log.warning("No notebooks of welcome in %s: %s", name, error.sentence)
