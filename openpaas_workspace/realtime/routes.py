"""Routes of live files: history, versions, comparison, authorship, presence."""

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.web import Outside, Route
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.realtime.schemas import (
    Blame,
    Comparison,
    ComparisonQuery,
    ContentQuery,
    History,
    HistoryQuery,
    Presence,
    RestoreBody,
    Restored,
    Version,
    VersionBody,
    VersionContent,
    VersionPatch,
)
from openpaas_workspace.realtime.service import comparing, history, versions


async def get_history(work: Work, file: str, query: HistoryQuery) -> History:
    """Who changed it when."""
    return await history.history(work, file, query)


async def get_content(outside: Outside, file: str, seq: str, query: ContentQuery) -> VersionContent:
    """What it held."""
    return await versions.content(outside.workspace, outside.actor, file, _number(seq), query.cell)


async def get_comparison(outside: Outside, file: str, query: ComparisonQuery) -> Comparison:
    """What became of it."""
    return await comparing.comparison(outside.workspace, outside.actor, file, query)


async def post_version(outside: Outside, file: str, body: VersionBody) -> Version:
    """Name a state."""
    return await versions.name_version(outside.workspace, outside.actor, file, body.name, body.seq)


async def patch_version(work: Work, file: str, version: str, body: VersionPatch) -> Version:
    """Name it otherwise."""
    return await versions.rename_version(work, file, version, body.name)


async def delete_version(work: Work, file: str, version: str) -> None:
    """Take the name away."""
    await versions.unname_version(work, file, version)


async def post_restore(outside: Outside, file: str, body: RestoreBody) -> Restored:
    """Bring a state back."""
    found = await versions.restore(outside.workspace, outside.actor, file, body.seq, body.cell)
    return Restored(seq=found)


async def get_blame(outside: Outside, file: str) -> Blame:
    """Who wrote what."""
    return await comparing.blame(outside.workspace, outside.actor, file)


async def get_presence(work: Work, file: str) -> Presence:
    """Who is there."""
    return await history.presence(work, file)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise NotFound
    return int(text)


ROUTES = (
    Route(
        "GET", "/files/{file}/history", get_history, History, "files:read", query=HistoryQuery,
        summary="Changes of a file, newest first, with authors and named versions.",
    ),
    Route(
        "GET", "/files/{file}/history/{seq}", get_content, VersionContent, "files:read",
        query=ContentQuery, unit=False,
        summary="What a file held at one of its numbers.",
    ),
    Route(
        "GET", "/files/{file}/comparison", get_comparison, Comparison, "files:read",
        query=ComparisonQuery, unit=False,
        summary="What became of one state of a file in a later one.",
    ),
    Route(
        "POST", "/files/{file}/versions", post_version, Version, "files:write",
        body=VersionBody, status=201, unit=False,
        summary="Name the state of a file, to keep it for ever.",
    ),
    Route(
        "PATCH", "/files/{file}/versions/{version}", patch_version, Version, "files:write",
        body=VersionPatch,
        summary="Give a named version another name.",
    ),
    Route(
        "DELETE", "/files/{file}/versions/{version}", delete_version, None, "files:write", status=204,
        summary="Take the name of a version away; its content stays in the history.",
    ),
    Route(
        "POST", "/files/{file}/restore", post_restore, Restored, "files:write", body=RestoreBody, unit=False,
        summary="Write an earlier state of a file, or one cell of it, again as a new change.",
    ),
    Route(
        "GET", "/files/{file}/blame", get_blame, Blame, "files:read", unit=False,
        summary="Who wrote each part of a file.",
    ),
    Route(
        "GET", "/files/{file}/presence", get_presence, Presence, "files:read",
        summary="Who has a file open now.",
    ),
)  # fmt: skip
