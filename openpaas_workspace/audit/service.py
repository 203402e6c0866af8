"""The event log for administrators: list it, export it, check it. Listener-free: the events are the log."""

from collections.abc import AsyncIterator, Sequence

import msgspec
from sqlalchemy import ColumnElement, or_, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.audit import engine
from openpaas_workspace.audit.schemas import AuditEntry, AuditFilter, AuditPage, AuditQuery, LogCheck
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.stream import events_table, recorded
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden

_e = events_table.c
_EXPORT_PAGE = 1000


async def list_events(work: Work, query: AuditQuery) -> AuditPage:
    """Events that fit, newest first; administrators only."""
    _require_administrator(work.actor)
    statement = select(events_table).where(*_conditions(query)).order_by(_e.seq.desc()).limit(query.limit)
    if query.before is not None:
        statement = statement.where(_e.seq < query.before)
    events = [AuditEntry(**msgspec.structs.asdict(recorded(row))) for row in await work.all(statement)]
    more = len(events) == query.limit
    return AuditPage(
        events=events, names=await _names(work, events), next=events[-1].seq if more and events else None
    )


async def export(workspace: Workspace, actor: Actor, wanted: AuditFilter) -> AsyncIterator[str]:
    """The events that fit as pieces of CSV, newest first; administrators only."""
    _require_administrator(actor)
    yield engine.header()
    before: int | None = None
    while True:
        query = AuditQuery(**msgspec.structs.asdict(wanted), before=before, limit=_EXPORT_PAGE)
        async with workspace.db.read(actor) as work:
            page = await list_events(work, query)
        if page.events:
            yield engine.lines(page.events, page.names)
        if page.next is None:
            return
        before = page.next


async def verify(workspace: Workspace, actor: Actor) -> LogCheck:
    """Check the whole chain; administrators only."""
    _require_administrator(actor)
    return LogCheck(**msgspec.structs.asdict(await workspace.get(Bus).verify()))


def _require_administrator(actor: Actor) -> None:
    if not (actor.administrator or actor.kind == "system"):
        raise Forbidden("Only an administrator may see the event log.")


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_e.seq.is_not(None), _e.type != ""]
    if wanted.type:
        found.append(_e.type.in_([name.strip() for name in wanted.type.split(",")]))
    if wanted.ref:
        found.append(_e.ref == wanted.ref)
    if wanted.since is not None:
        found.append(_e.at >= wanted.since)
    if wanted.until is not None:
        found.append(_e.at < wanted.until)
    if wanted.member:
        found.append(
            or_(
                _e.actor == wanted.member,
                _e.behalf == wanted.member,
                _e.ref == f"member:{wanted.member}",
                _e.members.contains(f'"{wanted.member}"', autoescape=True),
            )
        )
    return found


async def _names(work: Work, events: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {event.actor for event in events} | {event.behalf for event in events}
    ids.update(id_ for event in events for id_ in event.members)
    ids.update(event.ref.removeprefix("member:") for event in events if event.ref.startswith("member:"))
    return {id_: name for id_, (name, _) in (await lookup.states(work, ids - {""})).items()}
