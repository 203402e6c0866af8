"""The object under which other Jupyter extensions look for live documents (`jupyter_server_ydoc`)."""

from typing import Any, Literal

from jupyter_ydoc import YNotebook, YUnicode

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.binding import Binding
from openpaas_workspace.realtime.engine.contents import fork
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host


class JupyterDocuments:
    """`settings["jupyter_server_ydoc"]`; for code of the server itself, which asks no rights."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def get_document(
        self,
        *,
        path: str | None = None,
        content_type: Literal["notebook", "file"] | None = None,  # noqa: ARG002  (the file says it itself)
        file_format: Literal["json", "text"] | None = None,  # noqa: ARG002
        room_id: str | None = None,
        copy: bool = True,
        create: bool = False,
    ) -> Any:
        """A copy of a live document, or None when it is not open and `create` is false.

        Raises Invalid for `copy=False`: a change that no author stands for is not accepted; write
        through `RoomHost.write`.
        """
        if not copy:
            raise Invalid("Ask for a copy, and write through the room host, which names an author.")
        binding, host = self._workspace.get(Binding), self._workspace.get(Host)
        if room_id is not None:
            bound = await binding.resolve(room_id.rpartition(":")[2])
        elif path is not None:
            bound = await binding.find(SYSTEM, path)
        else:
            raise Invalid("Name the document by path or room_id.")
        ref = Ref(FILE, bound.object_id)
        if not create and ref not in host.objects:
            return None
        try:
            live = await host.open(ref)
        except NotFound:
            return None
        doc = fork(live.state.parts())
        return YNotebook(doc) if bound.type == "notebook" else YUnicode(doc)
