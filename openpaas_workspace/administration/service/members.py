"""The members as a table for administrators."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from openpaas_workspace.accounts.models import group_members, members, sessions, tokens
from openpaas_workspace.accounts.service.actors import require_administrator
from openpaas_workspace.accounts.service.members import member_row
from openpaas_workspace.administration.schemas import MemberRecord, MemberRecords, RecordQuery
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.text import name_key

_m = members.c
_STANDING: dict[str, ColumnElement[bool]] = {
    "active": _m.disabled_at.is_(None),
    "invited": (_m.password_hash == "") & _m.disabled_at.is_(None),
    "disabled": _m.disabled_at.is_not(None) & _m.erased_at.is_(None),
    "administrator": _m.administrator.is_(True) & _m.disabled_at.is_(None),
    "erased": _m.erased_at.is_not(None),
}


async def list_records(work: Work, query: RecordQuery) -> MemberRecords:
    """Members, by username; those who were erased only when they are asked for. Administrators only."""
    require_administrator(work)
    wanted = [_STANDING.get(query.standing, _m.erased_at.is_(None))]
    if query.q.strip():
        key = name_key(query.q)
        wanted.append(
            or_(
                _m.username_key.contains(key, autoescape=True),
                _m.display_name.icontains(query.q.strip(), autoescape=True),
                _m.email_key.contains(key, autoescape=True),
                _m.unit.icontains(query.q.strip(), autoescape=True),
            )
        )
    total = await work.scalar(select(func.count()).select_from(members).where(*wanted))
    page = select(members).where(*wanted).order_by(_m.username_key).limit(query.limit)
    if query.after:
        last = select(_m.username_key).where(_m.id == query.after).scalar_subquery()
        page = page.where(_m.username_key > last)
    rows = await work.all(page)
    found = await _records(work, list(rows))
    more = len(rows) == query.limit
    return MemberRecords(members=found, total=int(total or 0), next=rows[-1].id if more and rows else "")


async def get_record(work: Work, member_id: str) -> MemberRecord:
    """One member as the table has it; administrators only. Raises NotFound."""
    require_administrator(work)
    await member_row(work, member_id)
    return await record(work, member_id)


async def record(work: Work, member_id: str) -> MemberRecord:
    """One member as the table has it. No right is asked here."""
    rows = await work.all(select(members).where(_m.id == member_id))
    return (await _records(work, list(rows)))[0]


async def _records(work: Work, rows: list[Row[Any]]) -> list[MemberRecord]:
    ids = [row.id for row in rows]
    groups: dict[str, list[str]] = defaultdict(list)
    for pair in await work.all(select(group_members).where(group_members.c.member_id.in_(ids))):
        groups[pair.member_id].append(pair.group_id)
    live = await _counts(work, sessions, ids, func.max(sessions.c.seen_at))
    held = await _counts(work, tokens, ids, func.max(tokens.c.used_at))
    return [_view(row, sorted(groups[row.id]), live.get(row.id), held.get(row.id)) for row in rows]


async def _counts(work: Work, table: Any, ids: list[str], last: Any) -> dict[str, Row[Any]]:
    query = (
        select(table.c.member_id, func.count().label("count"), last.label("last"))
        .where(table.c.member_id.in_(ids), table.c.expires_at > now())
        .group_by(table.c.member_id)
    )
    return {row.member_id: row for row in await work.all(query)}


def _view(row: Row[Any], groups: list[str], live: Any, held: Any) -> MemberRecord:
    seen = [found.last for found in (live, held) if found is not None and found.last]
    return MemberRecord(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        email=row.email,
        unit=row.unit,
        color=row.color,
        photo=row.photo,
        locale=row.locale,
        administrator=row.administrator,
        demo=row.demo,
        invited=not row.password_hash,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        erased_at=row.erased_at,
        seen_at=max([*seen, row.seen_at or 0], default=0) or None,
        sessions=live.count if live is not None else 0,
        tokens=held.count if held is not None else 0,
        groups=groups,
    )
