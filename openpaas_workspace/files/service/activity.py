"""The page of a space: how much is in it, and what happened in it lately."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, case, func, or_, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Event, Recorded
from openpaas_workspace.core.stream import events_table, recorded
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.events import (
    FileCreated,
    FileMoved,
    FileRenamed,
    FileReplaced,
    FileRestored,
    FileTrashed,
    FolderCreated,
    SpaceChanged,
    SpaceCreated,
)
from openpaas_workspace.files.models import nodes
from openpaas_workspace.files.schemas import Activity, ActivityEntry, ActivityQuery, SpaceDetails
from openpaas_workspace.files.service import spaces
from openpaas_workspace.files.service.rows import space_row
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.events import FileEdited, VersionNamed, VersionRestored
from openpaas_workspace.sharing.events import GrantChanged, GrantWithdrawn
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import rights

_TO_READERS: tuple[type[Event], ...] = (
    SpaceCreated,
    SpaceChanged,
    FolderCreated,
    FileCreated,
    FileRenamed,
    FileMoved,
    FileTrashed,
    FileRestored,
    FileReplaced,
    FileEdited,
    VersionNamed,
    VersionRestored,
    GrantChanged,
)
_TO_MANAGERS: tuple[type[Event], ...] = (*_TO_READERS, GrantWithdrawn)
# How far back in the events of the whole workspace one look goes.
_DEPTH = 100_000
_e = events_table.c


async def details(work: Work, id: str) -> SpaceDetails:  # noqa: A002  (the word of the path)
    """One space with what is in it; for its readers."""
    await rights.require(work, Ref("space", id), Level.reader)
    space = await space_row(work, id)
    info = await spaces.describe(work, space)
    live, files = nodes.c.trashed_at.is_(None), nodes.c.kind == "file"
    sums = {
        "files": case((live & files, 1), else_=0),
        "folders": case((live & ~files, 1), else_=0),
        "size": case((live & files, nodes.c.size), else_=0),
        "trash_size": case((~live & files, nodes.c.size), else_=0),
    }
    found = await work.all(select(*(func.sum(one) for one in sums.values())).where(nodes.c.space_id == id))
    counted: dict[str, Any] = {name: int(value or 0) for name, value in zip(sums, found[0], strict=True)}
    return SpaceDetails(
        **msgspec.structs.asdict(info),
        **counted,
        created_at=space.created_at,
        created_by=space.created_by,
        alias_days=work.workspace.get(FilesSettings).alias_days,
    )


async def activity(work: Work, id: str, query: ActivityQuery) -> Activity:  # noqa: A002
    """What happened in a space and on what lies in it, newest first; for its readers.

    Looks at the last 100,000 events of the workspace. Only managers see who lost an access.
    """
    level = await rights.require(work, Ref("space", id), Level.reader)
    types = _TO_MANAGERS if level >= Level.manager else _TO_READERS
    head = (
        query.before if query.before is not None else (await work.scalar(select(func.max(_e.seq))) or 0) + 1
    )
    found = (
        select(events_table, nodes.c.name)
        .outerjoin(nodes, nodes.c.id == _node_id())
        .where(
            _e.seq < head,
            _e.seq >= head - _DEPTH,
            _e.type.in_([kind.__name__ for kind in types]),
            or_(nodes.c.space_id == id, _e.ref == f"space:{id}"),
        )
        .order_by(_e.seq.desc())
        .limit(query.limit)
    )
    rows = await work.all(found)
    names = await _subjects(work, [recorded(row) for row in rows])
    return Activity(
        entries=[_entry(row, names) for row in rows],
        next=rows[-1].seq if len(rows) == query.limit else None,
    )


def _node_id() -> ColumnElement[str]:
    """The id of the folder or file that an event is about."""
    return func.replace(func.replace(_e.ref, "folder:", ""), "file:", "")


async def _subjects(work: Work, events: list[Recorded]) -> dict[str, str]:
    """Names of the groups and members that the events give something to."""
    given = [Subject.parse(event.data["subject"]) for event in events if "subject" in event.data]
    groups = await lookup.group_names(work, {one.id for one in given if one.kind == "group"})
    members = await lookup.states(work, {one.id for one in given if one.kind == "member"})
    return {f"group:{id_}": name for id_, name in groups.items()} | {
        f"member:{id_}": name for id_, (name, _) in members.items()
    }


def _entry(row: Row[Any], names: dict[str, str]) -> ActivityEntry:
    event = recorded(row)
    subject = event.data.get("subject", "")
    return ActivityEntry(
        seq=event.seq,
        at=event.at,
        type=event.type,
        ref=event.ref,
        name=row.name or "",
        actor=event.behalf or event.actor,
        fields=list(event.data.get("fields", ())),
        subject=subject,
        subject_name=names.get(subject, ""),
        level=event.data.get("level", ""),
    )
