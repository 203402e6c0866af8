"""What goes into an archive for somebody: only what he may read, within the limits."""

from typing import NamedTuple

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.archive import Names, safe_name
from openpaas_workspace.files.service import places
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Caller, Node, children
from openpaas_workspace.kit.errors import Invalid, NotFound, TooLarge

_MOST_NAMED = 500


class Plan(NamedTuple):
    """The name of the archive, and its entries with their paths in it, folders before what lies in them."""

    name: str
    entries: list[tuple[str, Node]]


async def plan(caller: Caller, ids: list[str]) -> Plan:
    """Folders, files and spaces with all that lies in them.

    Raises NotFound for what the actor may not see, Invalid, TooLarge over the limits of the settings.
    """
    if not ids or len(ids) > _MOST_NAMED:
        raise Invalid(f"Choose one to {_MOST_NAMED} files or folders, or the folder that holds them.")
    names, entries = Names(), []
    async with caller.workspace.db.read(caller.actor) as work:
        tops = [await _find(work, id_) for id_ in dict.fromkeys(ids)]
        waiting = []
        for place in tops:
            if place.node is None:
                waiting += [(node, name) for name, node in await places.listing(work, place)]
            else:
                waiting.append((place.node, place.node.name))
        limits = _Limits(caller.workspace.get(FilesSettings))
        while waiting:
            below: list[tuple[Node, str]] = []
            for node, name in waiting:
                limits.count(node)
                entries.append((names.add(node.id, node.parent_id, name, folder=node.kind == "folder"), node))
                if node.kind == "folder":
                    below += [(one, one.name) for one in await children(work, node.id)]
            waiting = below
    first = tops[0]
    name = first.space.name if len(tops) > 1 or first.node is None else first.node.name
    return Plan(f"{safe_name(name)}.zip", entries)


async def _find(work: Work, id_: str) -> Place:
    try:
        return await places.find(work, id_)
    except Invalid:
        raise NotFound from None


class _Limits:
    def __init__(self, settings: FilesSettings) -> None:
        self._bytes, self._entries = settings.max_zip_bytes, settings.max_zip_entries
        self._settings = settings

    def count(self, node: Node) -> None:
        self._bytes -= node.size
        self._entries -= 1
        if self._bytes < 0:
            most = self._settings.max_zip_bytes // 1024**2
            raise TooLarge(f"This is too much for one archive: {most} MB at most. Choose a part of it.")
        if self._entries < 0:
            raise TooLarge(
                f"This is too much for one archive: {self._settings.max_zip_entries} files and folders at most. "
                "Choose a part of it."
            )
