"""Large outputs of notebooks, which are stored apart: brought back for who takes a notebook out, and given one by one."""

import re
from pathlib import Path

from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.service.disk import in_thread
from openpaas_workspace.files.service.rows import Caller, Node, node_row
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.realtime.engine.apart import PLACEHOLDER, Fill
from openpaas_workspace.realtime.service import outputs
from openpaas_workspace.realtime.service.outputs import Found

_NAME = re.compile(rb'"id": ?"([0-9a-f]{64})"')


async def fill(caller: Caller, node: Node) -> Fill | None:
    """What makes a notebook whole; None of what holds all of it itself."""
    if formats.type_of(node.name) != formats.NOTEBOOK:
        return None
    return await outputs.fill_of(
        caller.workspace, node.id, caller.workspace.get(FilesSettings).max_whole_bytes
    )


async def show(caller: Caller, file_id: str, blob: str) -> Found:
    """One stored output of a file; for its readers. Raises NotFound."""
    async with caller.workspace.db.read(caller.actor) as work:
        node = await node_row(work, file_id)
        if node.kind != "file":
            raise NotFound
        found, is_own = await outputs.find(work, node.id, blob)
    if not is_own:
        async with caller.workspace.db.unit(caller.actor) as work:
            await outputs.refer(work, node.id, [found])
    return found


async def copied(caller: Caller, source: Node, copy: Node, data: bytes | Path) -> None:
    """A copy refers to the stored outputs that it names."""
    if formats.type_of(source.name) != formats.NOTEBOOK:
        return
    names = await in_thread(_names, data)
    if names:
        async with caller.workspace.db.unit(caller.actor) as work:
            await outputs.copied(work, source.id, copy.id, names)


def _names(data: bytes | Path) -> set[str]:
    data = data if isinstance(data, bytes) else data.read_bytes()
    return {name.decode() for name in _NAME.findall(data)} if PLACEHOLDER.encode() in data else set()
