"""Notebooks and text files as live objects: CRDTs whose first content comes from disk."""

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.realtime.binding import Binding
from openpaas_workspace.realtime.engine.contents import edit
from openpaas_workspace.realtime.engine.update import EMPTY, parse_update
from openpaas_workspace.realtime.service import outputs
from openpaas_workspace.realtime.service.crdt import Crdt, frame
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.realtime.service.kinds import Description, LiveKind
from openpaas_workspace.realtime.service.log import Change

FILE = "file"


class FileKind(LiveKind):
    """The kind `file`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def _binding(self) -> Binding:
        return self._workspace.get(Binding)

    async def describe(self, object_id: str) -> Description:
        bound = await self._binding.resolve(object_id)
        return Description(bound.type, bound.format, object_id)

    async def first(self, object_id: str, described: Description) -> tuple[bytes, Actor] | None:
        value, author = await self._binding.first_content(object_id)
        # An empty file is imported too: from then on the log is the truth.
        update, apart = await self._workspace.get(Desk).run(edit, described.type, None, [], value)
        await outputs.keep(self._workspace, object_id, apart)
        return update or EMPTY, author

    def state(self, described: Description) -> Crdt:  # noqa: ARG002  (all CRDTs are alike)
        return Crdt(self._workspace.get(Desk).large)

    def frame(self, change: Change) -> bytes | None:
        return frame(change.data)

    def claims(self, data: bytes, member: str) -> list[tuple[int, str]]:
        return [(client, member) for client in parse_update(data, max_bytes=2**31, max_structs=2**31).clients]

    def changed(self, object_id: str, change: Change) -> None:
        self._binding.changed(object_id, change.seq)
