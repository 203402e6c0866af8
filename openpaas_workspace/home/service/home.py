"""Home in one answer: a constant number of queries, whatever there is in the workspace."""

from collections.abc import Collection, Sequence
from typing import cast

from sqlalchemy import func, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.stream import events_table
from openpaas_workspace.files.service import overview
from openpaas_workspace.files.service.overview import Listed, Seen
from openpaas_workspace.files.service.rows import Caller
from openpaas_workspace.files.service.spaces import open_personal
from openpaas_workspace.home import engine
from openpaas_workspace.home.engine import Fact, Happened
from openpaas_workspace.home.schemas import Home, HomeChange, HomeFile, HomeSpace, ObjectKind, SpaceKind
from openpaas_workspace.home.service import pins
from openpaas_workspace.home.service.visits import Visits
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.events import FileEdited
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.presence import Presences
from openpaas_workspace.sharing.schemas import Level, LevelName
from openpaas_workspace.sharing.service import requests, rights
from openpaas_workspace.sharing.service.tree import member_of

RECENT = 8
CHANGES = 50
SPACES = 12
_LOOKED_AT = 60
_EVENTS = 300
_SHOWN = CHANGES + 10
_DAY = 86_400_000
_FIRST_VISIT_DAYS = 7
_e = events_table.c


async def home(caller: Caller) -> Home:
    """What the member who asks sees first."""
    await open_personal(caller.workspace, caller.actor)
    visits, head = caller.workspace.get(Visits), caller.workspace.get(Bus).head
    async with caller.workspace.db.read(caller.actor) as work:
        member_id = member_of(work)
        if member_id is None:
            raise Forbidden("Only members have a Home.")
        opened = await visits.latest(work, member_id, _LOOKED_AT)
        pinned = await pins.pinned(work, member_id)
        since_at, since_seq = await visits.arrive(work, member_id, head)
        rows, more = await _changes(work, member_id, since_at, since_seq)
        about = {row: _refs((row,)) for row in rows}
        levels = await rights.levels(
            work, {*opened, *pinned, *(ref for refs in about.values() for ref in refs)}
        )
        rows = [row for row, refs in about.items() if any(levels[ref] for ref in refs)][:_SHOWN]
        seen = await overview.seen(work, {*opened, *pinned, *_refs(rows)}, levels=levels, trashed=True)
        here = {ref: one for ref, one in seen.items() if one.node is None or one.node.trashed_at is None}
        recent = [ref for ref in opened if ref in here][:RECENT]
        kept = [ref for ref in pinned if ref in here]
        edits = await _last_edits(work, {*recent, *kept})
        present = _present(work)
        spaces, total = await _spaces(work, [here[ref].space.id for ref in opened if ref in here], present)
        waiting = await requests.waiting(work)
        name = (await lookup.states(work, (member_id,)))[member_id][0]

    def card(ref: Ref) -> HomeFile:
        people = present.get(ref.id, [])
        return _card(here[ref], opened.get(ref, 0), edits.get(ref), people, pinned=ref in kept)

    changes = [_change(row, one) for row in rows if (one := _about(row, seen)) is not None]
    return Home(
        member=member_id,
        name=name,
        since=since_at,
        changes=changes[:CHANGES],
        more=more or len(changes) > CHANGES,
        recent=[card(ref) for ref in recent],
        pinned=[card(ref) for ref in kept],
        spaces=spaces,
        spaces_total=total,
        waiting=waiting,
    )


async def _changes(work: Work, member_id: str, since_at: int, since_seq: int) -> tuple[list[Happened], bool]:
    """What others did since the last visit, and whether there was more than was looked at."""
    query = (
        select(_e.seq, _e.type, _e.ref, _e.actor, _e.actor_kind, _e.behalf, _e.at, _e.data)
        .where(_e.seq.is_not(None), _e.type.in_(sorted(engine.VERBS)), _e.actor != member_id)
        .where(_e.seq > since_seq if since_at else _e.at > now() - _FIRST_VISIT_DAYS * _DAY)
        .order_by(_e.seq.desc())
        .limit(_EVENTS)
    )
    facts = cast("Sequence[Fact]", await work.all(query))
    return engine.happened(facts, member_id, work.actor.groups), len(facts) == _EVENTS


def _refs(rows: Sequence[Happened]) -> set[Ref]:
    """What the rows are about; a place that was added to is a folder or a space."""
    added = {row.ref for row in rows if row.verb == "added"}
    known = {Ref.parse(row.ref) for row in rows if row.ref not in added}
    return known | {Ref(kind, id_) for id_ in added for kind in ("folder", "space")}


def _about(row: Happened, seen: dict[Ref, Seen]) -> Seen | None:
    """What a row is about, if the actor may read it; what was thrown away is named by that row only."""
    if row.verb == "added":
        one = seen.get(Ref("folder", row.ref)) or seen.get(Ref("space", row.ref))
    else:
        one = seen.get(Ref.parse(row.ref))
    if one is None or one.node is None or one.node.trashed_at is None or row.verb == "trashed":
        return one
    return None


async def _last_edits(work: Work, refs: Collection[Ref]) -> dict[Ref, tuple[int, str]]:
    """When each file was edited last, and by whom, as far as the stream knows."""
    newest = (
        select(func.max(_e.seq))
        .where(_e.ref.in_(sorted(map(str, refs))), _e.type == FileEdited.__name__)
        .group_by(_e.ref)
    )
    query = select(_e.ref, _e.at, _e.actor, _e.actor_kind, _e.behalf).where(_e.seq.in_(newest))
    rows = await work.all(query)
    return {Ref.parse(row.ref): (row.at, engine.author(cast("Fact", row))) for row in rows}


def _present(work: Work) -> dict[str, list[str]]:
    """Who has which file open in this process, by id; asks no right."""
    host, presences = work.workspace.find(Host), work.workspace.find(Presences)
    if host is None or presences is None:
        return {}
    files = [ref for ref in host.objects if ref.kind == FILE]
    return {ref.id: sorted(there) for ref in files if (there := presences.present(str(ref)))}


async def _spaces(
    work: Work, lately: list[str], present: dict[str, list[str]]
) -> tuple[list[HomeSpace], int]:
    """The first spaces: mine, those where I was lately, then by name; and how many there are."""
    mine = await overview.my_spaces(work)
    order = {id_: place for place, id_ in reversed(list(enumerate(lately)))}

    def place(space: Listed) -> tuple[bool, bool, int]:
        of_me = space.owner_id == member_of(work)
        return space.archived_at is not None, not of_me, order.get(space.id, len(lately))

    shown = sorted(mine, key=place)[:SPACES]
    levels = await rights.levels(work, [Ref("space", space.id) for space in shown])
    people: dict[str, set[str]] = {}
    for id_, space_id in (await overview.where_they_lie(work, present)).items():
        people.setdefault(space_id, set()).update(present[id_])
    return [_space(one, levels[Ref("space", one.id)], people.get(one.id, set())) for one in shown], len(mine)


def _space(space: Listed, level: Level, present: set[str]) -> HomeSpace:
    return HomeSpace(
        id=space.id,
        ref=str(Ref("space", space.id)),
        kind=cast("SpaceKind", space.kind),
        name=space.name,
        level=cast("LevelName", level.name),
        owner_id=space.owner_id or "",
        archived=space.archived_at is not None,
        present=sorted(present),
    )


def _card(
    seen: Seen, opened_at: int, edit: tuple[int, str] | None, present: list[str], *, pinned: bool
) -> HomeFile:
    edited_at, edited_by = edit or ((seen.node.modified_at, seen.node.modified_by) if seen.node else (0, ""))
    return HomeFile(
        id=seen.ref.id,
        ref=str(seen.ref),
        kind=cast("ObjectKind", seen.ref.kind),
        name=seen.name,
        space=seen.space.name,
        space_kind=cast("SpaceKind", seen.space.kind),
        owner_id=seen.space.owner_id or "",
        level=cast("LevelName", seen.level.name),
        pinned=pinned,
        opened_at=opened_at,
        edited_at=edited_at,
        edited_by=edited_by,
        present=present,
    )


def _change(row: Happened, seen: Seen) -> HomeChange:
    return HomeChange(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        verb=row.verb,
        ref=str(seen.ref),
        kind=cast("ObjectKind", seen.ref.kind),
        name=seen.name,
        space=seen.space.name,
        space_kind=cast("SpaceKind", seen.space.kind),
        owner_id=seen.space.owner_id or "",
        count=row.things,
        level=cast("LevelName", row.level) if row.level else None,
    )
