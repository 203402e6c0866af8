"""The list of hosts that notebooks of a space may reach: managers ask, administrators allow, refuse, withdraw."""

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.accounts.service.actors import require_administrator, require_member, require_session
from openpaas_workspace.core.db import Work
from openpaas_workspace.files.models import spaces
from openpaas_workspace.kernels.config import Egress
from openpaas_workspace.kernels.engine.hosts import Host, NotAHost, parse
from openpaas_workspace.kernels.events import EgressAsked, EgressDecided, EgressRemoved
from openpaas_workspace.kernels.models import hosts
from openpaas_workspace.kernels.schemas import EgressHost, EgressList, EgressRequest, HostAnswer, HostWish
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound, TooMany
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import people, rights

_MOST = 100
_SHOWN = 1000
_THERE = "This host is on the list already."
_h = hosts.c


async def list_hosts(work: Work, space_id: str) -> EgressList:
    """What the notebooks of a space may reach and what was asked for; for its managers."""
    await rights.require(work, Ref("space", space_id), Level.manager, held=True)
    query = select(hosts).where(_h.space_id == space_id).order_by(_h.host, _h.port)
    found = [_view(row) for row in await work.all(query)]
    return EgressList(hosts=found, package_index=index_host(work.workspace.get(Egress)))


async def ask_for_host(work: Work, space_id: str, body: HostWish) -> EgressHost:
    """Ask that notebooks of a space may reach a host; for its managers, themselves and not their kernels.

    What was refused can be asked for again. Raises Invalid, Conflict for what is on the list, TooMany.
    """
    space = Ref("space", space_id)
    await rights.require(work, space, Level.manager)
    member = require_member(work)
    host = _parsed(work, body.host)
    reason = body.reason.strip()
    if not reason:
        raise Invalid("Say what the notebooks need this host for.")
    here = (_h.space_id == space_id) & (_h.host == host.name) & (_h.port == host.port)
    row = await work.first(select(hosts).where(here))
    if row is not None and row.state != "refused":
        raise Conflict(_THERE)
    asked = {"state": "asked", "reason": reason, "asked_by": member, "asked_at": now()}
    asked |= {"decided_by": "", "decided_at": None, "answer": ""}
    if row is None:
        count = select(func.count()).select_from(hosts).where(_h.space_id == space_id)
        if (await work.scalar(count) or 0) >= _MOST:
            raise TooMany("This list is full: take a host off it first.")
        values = {"id": new_id(), "space_id": space_id, "host": host.name, "port": host.port, **asked}
        try:
            await work.execute(insert(hosts).values(**values))
        except IntegrityError as error:
            raise Conflict(_THERE) from error
    else:
        await work.execute(update(hosts).where(_h.id == row.id).values(**asked))
    work.publish(EgressAsked(ref=str(space), members=await _hearers(work, space), host=str(host)))
    return _view(await _row(work, here))


async def remove_host(work: Work, space_id: str, host_id: str) -> None:
    """Take a host off the list of a space, allowed or not; for its managers. Open connections end."""
    space = Ref("space", space_id)
    await rights.require(work, space, Level.manager, held=True)
    require_member(work)
    row = await _row(work, (_h.id == host_id) & (_h.space_id == space_id))
    await work.execute(delete(hosts).where(_h.id == row.id))
    host = str(Host(row.host, row.port))
    work.publish(EgressRemoved(ref=str(space), members=await _hearers(work, space), host=host))


async def every_host(work: Work) -> list[EgressRequest]:
    """All that was asked for in any space, what waits first; administrators only."""
    require_administrator(work)
    query = (
        select(hosts, spaces.c.name, spaces.c.owner_id)
        .join(spaces, spaces.c.id == _h.space_id)
        .order_by(_h.state != "asked", _h.asked_at.desc(), _h.id)
        .limit(_SHOWN)
    )
    return [_request(row) for row in await work.all(query)]


async def decide_host(work: Work, host_id: str, body: HostAnswer) -> EgressRequest:
    """Allow a host that was asked for, refuse it, or withdraw it; administrators only, from the page."""
    require_administrator(work)
    acting = await require_session(work)
    row = await _row(work, _h.id == host_id)
    if row.state == body.state:
        raise Conflict("Another administrator has decided this already.")
    decided = {"state": body.state, "decided_by": acting, "decided_at": now(), "answer": body.answer.strip()}
    await work.execute(update(hosts).where(_h.id == host_id).values(**decided))
    space, host = Ref("space", row.space_id), str(Host(row.host, row.port))
    hearers = await _hearers(work, space)
    work.publish(EgressDecided(ref=str(space), members=hearers, host=host, state=body.state))
    joined = select(hosts, spaces.c.name, spaces.c.owner_id).join(spaces, spaces.c.id == _h.space_id)
    found = await work.first(joined.where(_h.id == host_id))
    if found is None:
        raise NotFound
    return _request(found)


async def entries(work: Work, principal: str) -> list[tuple[Host, str]] | None:
    """The list that counts for a kernel's principal, with states; None for one that has none. No right is asked here."""
    kind, _, id_ = principal.partition(":")
    if kind == "member":
        query = select(hosts).join(spaces, spaces.c.id == _h.space_id).where(spaces.c.owner_id == id_)
    elif kind == "space":
        query = select(hosts).where(_h.space_id == id_)
    else:
        return None
    return [(Host(row.host, row.port), row.state) for row in await work.all(query)]


def index_host(settings: Egress) -> str:
    """The host of the package index, as it must be on the list."""
    parts = urlsplit(settings.package_index)
    usual = parts.port in {None, 443 if parts.scheme == "https" else 80}
    return (parts.hostname or "") if usual else f"{parts.hostname}:{parts.port}"


def _parsed(work: Work, text: str) -> Host:
    try:
        host = parse(text, short=True)
        if "." in host.name or str(host) in work.workspace.get(Egress).internal_hosts:
            return host
    except NotAHost:
        pass
    raise Invalid(
        "Write a host by its name, such as example.org, *.example.org or example.org:8443; "
        "addresses in numbers are not allowed."
    )


async def _row(work: Work, which: Any) -> Row[Any]:
    row = await work.first(select(hosts).where(which))
    if row is None:
        raise NotFound
    return row


async def _hearers(work: Work, space: Ref) -> tuple[str, ...]:
    found = await people.managers(work, space) | set(await lookup.administrators(work))
    return tuple(sorted(found))


def _view(row: Row[Any]) -> EgressHost:
    return EgressHost(
        id=row.id,
        space_id=row.space_id,
        host=str(Host(row.host, row.port)),
        state=row.state,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        answer=row.answer,
    )


def _request(row: Row[Any]) -> EgressRequest:
    return EgressRequest(host=_view(row), space=row.name, owner_id=row.owner_id or "")
