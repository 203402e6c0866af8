"""All spaces, for administrators: the list gives no right to what is in them, and taking one over is a verb."""

from collections import defaultdict
from typing import Any, cast

from sqlalchemy import Row, case, func, select, update

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.accounts.service.actors import require_administrator, require_session
from openpaas_workspace.administration.events import SpaceTakenOver
from openpaas_workspace.administration.schemas import SpaceArchive, SpaceRecord, SpaceTakeOver
from openpaas_workspace.core.db import Work
from openpaas_workspace.files.events import SpaceChanged
from openpaas_workspace.files.models import nodes, spaces
from openpaas_workspace.files.schemas import SpaceKind
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.service import managers


async def every_space(work: Work) -> list[SpaceRecord]:
    """Every space with its size and managers, the largest first; administrators only."""
    require_administrator(work)
    rows = await work.all(select(spaces))
    found = await _records(work, list(rows))
    return sorted(found, key=lambda one: (-one.bytes, one.name))


async def take_over(work: Work, id: str, body: SpaceTakeOver) -> SpaceRecord:  # noqa: A002  (the word of the path)
    """Give a space that nobody can manage any more to a member; administrators only, and only from the page.

    Raises Conflict while it has a manager, Invalid for somebody's own files.
    """
    require_administrator(work)
    acting = await require_session(work)
    space = await _space(work, id)
    if space.owner_id is not None:
        raise Invalid("These are the own files of a member; they go with the account, when it is erased.")
    member = body.member or acting
    ref = Ref("space", id)
    if not await managers.take_over(work, ref, member):
        raise Conflict("This space has a manager: ask there.")
    work.publish(SpaceTakenOver(ref=str(ref), members=(member,), member=member))
    return (await _records(work, [await _space(work, id)]))[0]


async def archive(work: Work, id: str, body: SpaceArchive) -> SpaceRecord:  # noqa: A002
    """Archive the space of a team, or bring it back; administrators only."""
    require_administrator(work)
    space = await _space(work, id)
    if space.kind != "team":
        raise Invalid("Only the space of a team can be archived.")
    if body.archived != (space.archived_at is not None):
        at = now() if body.archived else None
        await work.execute(update(spaces).where(spaces.c.id == id).values(archived_at=at))
        work.publish(SpaceChanged(ref=str(Ref("space", id)), fields=("archived_at",)))
    return (await _records(work, [await _space(work, id)]))[0]


async def _space(work: Work, space_id: str) -> Row[Any]:
    row = await work.first(select(spaces).where(spaces.c.id == space_id))
    if row is None:
        raise NotFound("There is no such space.")
    return row


async def _records(work: Work, rows: list[Row[Any]]) -> list[SpaceRecord]:
    ids = [row.id for row in rows]
    held: dict[str, list[str]] = defaultdict(list)
    for space_id, subject in await managers.of(work, ids):
        held[space_id].append(subject)
    kept = await managers.kept(work, ids)
    owners = await lookup.states(work, {row.owner_id for row in rows if row.owner_id})
    sizes = await _sizes(work, ids)
    return [
        _view(
            row, held[row.id], sizes.get(row.id), orphaned=row.id not in kept and row.owner_id not in owners
        )
        for row in rows
    ]


async def _sizes(work: Work, ids: list[str]) -> dict[str, Row[Any]]:
    n = nodes.c
    here = n.trashed_at.is_(None)
    query = (
        select(
            n.space_id,
            func.sum(case((here & (n.kind == "file"), 1), else_=0)).label("files"),
            func.sum(case((here, n.size), else_=0)).label("bytes"),
            func.sum(case((here, 0), else_=n.size)).label("trash"),
        )
        .where(n.space_id.in_(ids))
        .group_by(n.space_id)
    )
    return {row.space_id: row for row in await work.all(query)}


def _view(row: Row[Any], held: list[str], size: Row[Any] | None, *, orphaned: bool) -> SpaceRecord:
    return SpaceRecord(
        id=row.id,
        ref=str(Ref("space", row.id)),
        kind=cast("SpaceKind", row.kind),
        name=row.name,
        owner_id=row.owner_id or "",
        managers=held,
        orphaned=orphaned,
        files=int(size.files) if size else 0,
        bytes=int(size.bytes) if size else 0,
        trash_bytes=int(size.trash) if size else 0,
        created_at=row.created_at,
        archived_at=row.archived_at,
    )
