"""Checkpoints as the page asks for them after each save: history is kept by the log, so there is nothing to keep."""

from typing import Any

from jupyter_server.services.contents.checkpoints import AsyncCheckpoints

from openpaas_workspace.files.gateway import models
from openpaas_workspace.files.gateway.caller import caller
from openpaas_workspace.files.service import content, files
from openpaas_workspace.kit.errors import Forbidden, WorkspaceError

_ID = "now"


class WorkspaceCheckpoints(AsyncCheckpoints):
    """One checkpoint a file, which is the file as it is."""

    async def create_checkpoint(self, contents_mgr: Any, path: str) -> dict[str, Any]:  # noqa: ARG002
        """Bring the file on disk up to date; who may read it may ask for that."""
        return await self._checkpoint(path, flush=True)

    async def list_checkpoints(self, path: str) -> list[dict[str, Any]]:
        return [await self._checkpoint(path, flush=False)]

    async def restore_checkpoint(self, contents_mgr: Any, checkpoint_id: str, path: str) -> None:  # noqa: ARG002
        raise models.http_error(Forbidden("Restore a version from the history of the file."))

    async def rename_checkpoint(self, checkpoint_id: str, old_path: str, new_path: str) -> None:
        """Nothing to do."""

    async def delete_checkpoint(self, checkpoint_id: str, path: str) -> None:
        """Nothing to do."""

    async def rename_all_checkpoints(self, old_path: str, new_path: str) -> None:
        """Nothing to do."""

    async def delete_all_checkpoints(self, path: str) -> None:
        """Nothing to do."""

    async def _checkpoint(self, path: str, *, flush: bool) -> dict[str, Any]:
        who = caller()
        try:
            place = await files.open_place(who, path)
            if flush and place.node is not None:
                await content.flush(who.workspace, place.node)
        except WorkspaceError as error:
            raise models.http_error(error) from error
        modified = place.space.created_at if place.node is None else place.node.modified_at
        return {"id": _ID, "last_modified": models.moment(modified)}
