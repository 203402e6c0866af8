"""Asking for access: once, and the managers of the object answer. Nobody learns by it what there is."""

from typing import Any

from sqlalchemy import Row, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.events import AccessAnswered, AccessRequested
from openpaas_workspace.sharing.models import access_requests, objects
from openpaas_workspace.sharing.schemas import (
    MAX_MESSAGE,
    AccessAnswer,
    AccessAsked,
    AccessRequest,
    AccessWish,
    Level,
    Subject,
)
from openpaas_workspace.sharing.service import grants, people, rights, titles

_DAY = 86_400_000
_A_DAY = 20
_SHOWN = 200
_KEPT = 90 * _DAY
_r = access_requests.c


async def ask(work: Work, ref: Ref, wish: AccessWish) -> AccessAsked:
    """Ask the managers of an object for a role on it; asking again changes nothing while nobody has answered.

    An object that is not there is asked for just the same. Raises Invalid when the role is there already,
    TooMany after 20 in a day, or within a day after a refusal.
    """
    if work.actor.kind != "member":
        raise Forbidden("Only members ask for access.")
    if len(wish.message) > MAX_MESSAGE:
        raise Invalid("This message is too long: 500 characters at most.")
    if await rights.level(work, ref) >= Level[wish.level]:
        raise Invalid("You have this access already.")
    row = await _own(work, ref)
    if row is not None and row.answered_at is None:
        return AccessAsked(asked_at=row.created_at)
    await _check_pace(work, row)
    asked_at = now()
    values = {
        "level": int(Level[wish.level]),
        "message": wish.message.strip(),
        "created_at": asked_at,
        "answered_at": None,
        "granted": False,
    }
    if not await _put(work, ref, row, values):
        row = await _own(work, ref)
        return AccessAsked(asked_at=asked_at if row is None else row.created_at)
    hearers = tuple(sorted(await people.managers(work, ref)))
    work.publish(AccessRequested(ref=str(ref), members=hearers, member=work.actor.id, level=wish.level))
    return AccessAsked(asked_at=asked_at)


async def asked(work: Work, ref: Ref) -> int | None:
    """Since when the actor's own request for the object waits; None without one."""
    row = await _own(work, ref)
    return row.created_at if row is not None and row.answered_at is None else None


async def waiting(work: Work) -> list[AccessRequest]:
    """The requests that the actor can answer, newest first; without those that meanwhile have what they ask for."""
    query = (
        select(access_requests)
        .join(objects, and_(objects.c.id == _r.object_id, objects.c.kind == _r.object_kind))
        .where(_r.answered_at.is_(None), rights.allowed(work.actor, _r.object_id, Level.manager))
        .order_by(_r.created_at.desc(), _r.id.desc())
        .limit(_SHOWN)
    )
    rows = await work.all(query)
    names = await titles.names(work, {_ref(row) for row in rows})
    able = await _unserved(work, [row for row in rows if _ref(row) in names])
    return [
        AccessRequest(
            id=row.id,
            ref=str(_ref(row)),
            name=names[_ref(row)],
            member_id=row.member_id,
            level=Level(row.level).word,
            message=row.message,
            created_at=row.created_at,
        )
        for row in able
    ]


async def answer(work: Work, request_id: str, body: AccessAnswer) -> None:
    """Give what was asked for, or another role, or nothing; for managers of the object.

    Raises NotFound, Conflict when another manager was faster, and what `grants.grant` raises.
    """
    row = await work.first(select(access_requests).where(_r.id == request_id))
    if row is None or await rights.level(work, _ref(row)) < Level.manager:
        raise NotFound
    ref, asker = _ref(row), Actor(kind="kernel", id=f"member:{row.member_id}")
    answered = {"answered_at": now(), "granted": body.grant}
    open_ = and_(_r.id == request_id, _r.answered_at.is_(None))
    if not await work.execute(update(access_requests).where(open_).values(**answered)):
        raise Conflict("Another manager has answered this request already.")
    level = Level[body.level] if body.level else Level(row.level)
    if body.grant and await rights.level(work, ref, asker) < level:
        await grants.grant(work, ref, Subject("member", row.member_id), level)
    hearers = {row.member_id} | await people.managers(work, ref)
    work.publish(
        AccessAnswered(
            ref=str(ref),
            members=tuple(sorted(hearers)),
            member=row.member_id,
            granted=body.grant,
            level=level.name if body.grant else Level.none.name,
        )
    )


async def forget(work: Work) -> int:
    """Forget requests of a season ago; returns how many."""
    return await work.execute(delete(access_requests).where(_r.created_at < now() - _KEPT))


def _ref(row: Row[Any]) -> Ref:
    return Ref(row.object_kind, row.object_id)


async def _own(work: Work, ref: Ref) -> Row[Any] | None:
    mine = and_(_r.object_id == ref.id, _r.object_kind == ref.kind, _r.member_id == work.actor.id)
    return await work.first(select(access_requests).where(mine))


async def _check_pace(work: Work, row: Row[Any] | None) -> None:
    if row is not None and not row.granted and row.answered_at > now() - _DAY:
        wait = (row.answered_at + _DAY - now()) // 1000 + 1
        raise TooMany("A manager has answered no to this; ask again tomorrow.", retry_after=wait)
    since = and_(_r.member_id == work.actor.id, _r.created_at > now() - _DAY)
    if (await work.scalar(select(func.count()).select_from(access_requests).where(since)) or 0) >= _A_DAY:
        raise TooMany(
            "You have asked for access to many things today; ask again tomorrow.", retry_after=_DAY // 1000
        )


async def _put(work: Work, ref: Ref, row: Row[Any] | None, values: dict[str, Any]) -> bool:
    """Write the request; false when the same member was faster in another window."""
    if row is not None:
        same = and_(_r.id == row.id, _r.answered_at == row.answered_at)
        return bool(await work.execute(update(access_requests).where(same).values(**values)))
    build = sqlite.insert if work.conn.dialect.name == "sqlite" else postgresql.insert
    fresh = {
        "id": new_id(),
        "object_kind": ref.kind,
        "object_id": ref.id,
        "member_id": work.actor.id,
        **values,
    }
    put = build(access_requests).values(**fresh).on_conflict_do_nothing().returning(_r.id)
    return await work.first(put) is not None


async def _unserved(work: Work, rows: list[Row[Any]]) -> list[Row[Any]]:
    """Those whose members are active and have less than they ask for: one question for each member."""
    states = await lookup.states(work, {row.member_id for row in rows})
    held: dict[str, dict[Ref, Level]] = {}
    for member_id in (id_ for id_, (_, active) in states.items() if active):
        refs = [_ref(row) for row in rows if row.member_id == member_id]
        held[member_id] = await rights.levels(work, refs, Actor(kind="kernel", id=f"member:{member_id}"))
    return [row for row in rows if row.member_id in held and held[row.member_id][_ref(row)] < row.level]
