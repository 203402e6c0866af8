"""How much a space holds, and may hold."""

from sqlalchemy import func, select, update

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.events import SpaceChanged
from openpaas_workspace.files.models import nodes, spaces
from openpaas_workspace.files.schemas import SpaceQuota, SpaceUsage
from openpaas_workspace.files.service.rows import Node, space_row, subtree
from openpaas_workspace.kit.errors import Full, Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service import outputs
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights

_MOST = 2**60


async def limit(work: Work, space_id: str) -> int:
    """The most bytes the space may hold; 0 is no limit."""
    own = await work.scalar(select(spaces.c.quota_bytes).where(spaces.c.id == space_id))
    return work.workspace.get(FilesSettings).space_quota_bytes if own is None else int(own)


async def require(work: Work, space_id: str, more: int) -> None:
    """Raises Full when a space has no room for so many more bytes; what lies in its trash counts."""
    if more <= 0:
        return
    most = await limit(work, space_id)
    if most and await _used(work, space_id) + more > most:
        raise Full(
            "This space is full: empty its trash, delete something, or ask an administrator for more room.",
            code="quota",
        )


async def weight(work: Work, node: Node) -> int:
    """The bytes of a node and all below it."""
    total = select(func.sum(nodes.c.size)).where(nodes.c.id.in_(subtree(node.id)))
    apart = outputs.total(subtree(node.id))
    return int(await work.scalar(total) or 0) + int(await work.scalar(apart) or 0)


async def space_usage(work: Work, id: str) -> SpaceUsage:  # noqa: A002  (the word of the path)
    """What a space holds; for its readers."""
    await rights.require(work, Ref("space", id), Level.reader)
    here_ = nodes.c.trashed_at.is_(None)
    query = (
        select(
            nodes.c.kind,
            here_.label("here"),
            func.count().label("count"),
            func.sum(nodes.c.size).label("size"),
        )
        .where(nodes.c.space_id == id)
        .group_by(nodes.c.kind, here_)
    )
    found = [row._asdict() for row in await work.all(query)]
    rows = [(row["kind"], bool(row["here"]), int(row["count"]), int(row["size"] or 0)) for row in found]
    held = select(nodes.c.id).where(nodes.c.space_id == id)
    apart = int(await work.scalar(outputs.total(held)) or 0)
    return SpaceUsage(
        bytes=sum(size for *_, size in rows) + apart,
        files=sum(count for kind, here, count, _ in rows if here and kind == "file"),
        folders=sum(count for kind, here, count, _ in rows if here and kind == "folder"),
        trash_bytes=sum(size for _, here, _, size in rows if not here),
        quota_bytes=await limit(work, id),
    )


async def limit_space(work: Work, id: str, body: SpaceQuota) -> SpaceQuota:  # noqa: A002
    """Set the most bytes a space may hold; the route lets administrators only. Raises NotFound, Invalid."""
    if body.quota_bytes is not None and not 0 <= body.quota_bytes <= _MOST:
        raise Invalid("Give the limit as a number of bytes; 0 is no limit.")
    space = await space_row(work, id)
    await work.execute(update(spaces).where(spaces.c.id == id).values(quota_bytes=body.quota_bytes))
    work.publish(SpaceChanged(ref=f"space:{space.id}", fields=("quota_bytes",)))
    return body


async def _used(work: Work, space_id: str) -> int:
    held = select(nodes.c.id).where(nodes.c.space_id == space_id)
    files = await work.scalar(select(func.sum(nodes.c.size)).where(nodes.c.space_id == space_id))
    return int(files or 0) + int(await work.scalar(outputs.total(held)) or 0)
