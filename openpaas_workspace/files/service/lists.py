"""Lists that go across spaces: what lies in the trash, what others share with me."""

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.engine.names import is_id
from openpaas_workspace.files.schemas import FileInfo, SharedFile, TrashedFile, TrashQuery
from openpaas_workspace.files.service import files, places, trash
from openpaas_workspace.files.service.rows import Caller, Node, by_ids, relative_paths
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.received import received

_DAY = 86_400_000


async def thrown_away(caller: Caller, query: TrashQuery) -> list[TrashedFile]:
    """What lies in the trash of a space, or of all spaces that the actor edits; newest first."""
    space_id = await _space_id(caller, query.space) if query.space else ""
    keep = caller.workspace.get(FilesSettings).trash_days * _DAY
    async with caller.workspace.db.read(caller.actor) as work:
        found = await trash.listing(work, space_id)
        described = await files.infos(work, [("", node.name, node) for node in found])
        spaces = {space.id: (space, level) for space, level in await places.visible_spaces(work)}
        folders = await _folders(work, found)
        return [
            TrashedFile(
                file=info,
                space=places.space_path(spaces[node.space_id][0], work.actor),
                folder=folders.get(node.id, ""),
                trashed_by=node.trashed_by or "",
                trashed_at=node.trashed_at or 0,
                purged_at=(node.trashed_at or 0) + keep,
                lost=node.lost,
                may_purge=spaces[node.space_id][1] >= Level.manager,
            )
            for node, info in zip(found, described, strict=True)
            if node.space_id in spaces
        ]


async def shared_with_me(work: Work) -> list[SharedFile]:
    """Folders and files shared with the actor by themselves, newest first."""
    given = {one.object_id: one for one in await received(work)}
    known = {id_: node for id_, node in (await by_ids(work, given)).items() if node.trashed_at is None}
    shown: list[tuple[str, str, Node]] = []
    for id_ in given:
        if id_ in known:
            path = await places.path_of(work, known[id_])
            shown.append((path, path.rpartition("/")[2], known[id_]))
    described: list[FileInfo] = await files.infos(work, shown)
    return [
        SharedFile(
            file=info,
            space=info.path.partition("/")[0],
            shared_by=given[info.id].granted_by,
            shared_at=given[info.id].at,
        )
        for info in described
    ]


async def _space_id(caller: Caller, path: str) -> str:
    return path if is_id(path) else (await files.open_place(caller, path)).space.id


async def _folders(work: Work, thrown: list[Node]) -> dict[str, str]:
    """Where each lay below its space: id → path of its folder, '' for the top."""
    above = await by_ids(work, {node.parent_id for node in thrown if node.parent_id != node.space_id})
    paths = await relative_paths(work, list(above.values())) if above else {}
    return {node.id: paths.get(node.parent_id, "") for node in thrown}
