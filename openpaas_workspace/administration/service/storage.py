"""How much is stored, and where."""

import asyncio
import os
import shutil
from pathlib import Path

from sqlalchemy import case, func, select, text

from openpaas_workspace.accounts.service.actors import require_administrator
from openpaas_workspace.administration.schemas import MemberUse, Storage
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.models import nodes
from openpaas_workspace.kit.actors import Actor

_MOST = 200


async def storage(workspace: Workspace, actor: Actor) -> Storage:
    """Files, trash, blobs, database and disk, in bytes; administrators only."""
    n = nodes.c
    here = n.trashed_at.is_(None)
    async with workspace.db.read(actor) as work:
        require_administrator(work)
        sums = await work.first(
            select(
                func.sum(case((here & (n.kind == "file"), 1), else_=0)),
                func.sum(case((here, n.size), else_=0)),
                func.sum(case((here, 0), else_=n.size)),
            )
        )
        by = await work.all(
            select(n.created_by, func.count(), func.sum(n.size))
            .where(here, n.kind == "file")
            .group_by(n.created_by)
            .order_by(func.sum(n.size).desc())
            .limit(_MOST)
        )
        database = await _database_bytes(workspace, work)
    blobs, blob_bytes = await asyncio.to_thread(_weigh, workspace.data_dir / "blobs")
    disk = await asyncio.to_thread(shutil.disk_usage, workspace.data_dir)
    files, used, thrown = tuple(sums) if sums is not None else (0, 0, 0)
    return Storage(
        files=int(files or 0),
        files_bytes=int(used or 0),
        trash_bytes=int(thrown or 0),
        blobs=blobs,
        blobs_bytes=blob_bytes,
        database_bytes=database,
        disk_bytes=disk.total,
        disk_free=disk.free,
        quota_bytes=workspace.get(FilesSettings).space_quota_bytes,
        members=[
            MemberUse(member_id=who, files=count, bytes=int(size or 0)) for who, count, size in map(tuple, by)
        ],
    )


async def _database_bytes(workspace: Workspace, work: Work) -> int:
    if not workspace.db.is_sqlite:
        return int(await work.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    path = Path(workspace.db.url.database or "")
    found = [path, path.with_name(path.name + "-wal")]
    return sum(one.stat().st_size for one in found if one.exists())


def _weigh(folder: Path) -> tuple[int, int]:
    count, size = 0, 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                size += os.lstat(os.path.join(root, name)).st_size
            except FileNotFoundError:
                continue
            count += 1
    return count, size
