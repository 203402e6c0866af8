"""Routes of live files: history, versions, authorship, presence."""

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.web import Outside, Route
from openpaas_workspace.realtime.schemas import (
    Blame,
    History,
    HistoryQuery,
    Presence,
    RestoreBody,
    Restored,
    Version,
    VersionBody,
)
from openpaas_workspace.realtime.service import history


async def get_history(work: Work, file: str, query: HistoryQuery) -> History:
    """Who changed it when."""
    return await history.history(work, file, query)


async def post_version(outside: Outside, file: str, body: VersionBody) -> Version:
    """Name a state."""
    return await history.name_version(outside.workspace, outside.actor, file, body.name, body.seq)


async def post_restore(outside: Outside, file: str, body: RestoreBody) -> Restored:
    """Bring a state back."""
    return Restored(seq=await history.restore(outside.workspace, outside.actor, file, body.seq))


async def get_blame(outside: Outside, file: str) -> Blame:
    """Who wrote what."""
    return await history.blame(outside.workspace, outside.actor, file)


async def get_presence(work: Work, file: str) -> Presence:
    """Who is there."""
    return await history.presence(work, file)


ROUTES = (
    Route(
        "GET",
        "/files/{file}/history",
        get_history,
        History,
        "files:read",
        query=HistoryQuery,
        summary="Changes of a file, newest first, with authors and named versions.",
    ),
    Route(
        "POST",
        "/files/{file}/versions",
        post_version,
        Version,
        "files:write",
        body=VersionBody,
        status=201,
        unit=False,
        summary="Name the state of a file, to keep it for ever.",
    ),
    Route(
        "POST",
        "/files/{file}/restore",
        post_restore,
        Restored,
        "files:write",
        body=RestoreBody,
        unit=False,
        summary="Write an earlier state of a file again, as a new change.",
    ),
    Route(
        "GET",
        "/files/{file}/blame",
        get_blame,
        Blame,
        "files:read",
        unit=False,
        summary="Who wrote each part of a file.",
    ),
    Route(
        "GET",
        "/files/{file}/presence",
        get_presence,
        Presence,
        "files:read",
        summary="Who has a file open now.",
    ),
)
