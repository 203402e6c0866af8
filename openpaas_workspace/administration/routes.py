"""The table of the administration, and of the member's own data. Tokens open none of it that takes something over."""

from openpaas_workspace.administration.schemas import (
    Erasure,
    Health,
    MemberRecord,
    MemberRecords,
    RecordQuery,
    SessionRecord,
    SpaceArchive,
    SpaceRecord,
    SpaceTakeOver,
    Storage,
)
from openpaas_workspace.administration.service import (
    erasure,
    health,
    members,
    sessions,
    spaces,
    storage,
    takeout,
)
from openpaas_workspace.core.web import Outside, Route

READ, WRITE = "administration:read", "administration:write"


async def send_my_data(outside: Outside) -> None:
    """All that is stored of me, as a zip."""
    await takeout.begin(outside.workspace, outside.actor)
    handler = outside.handler
    handler.set_header("Content-Disposition", 'attachment; filename="my-data.zip"')
    handler.set_header("Content-Type", "application/zip")
    handler.set_header("Cache-Control", "no-store")
    handler.set_header("X-Content-Type-Options", "nosniff")
    async for piece in takeout.takeout(outside.workspace, outside.actor):
        if piece:
            handler.write(piece)
            await handler.flush()
    handler.finish(set_content_type="application/zip")


async def erase_member(outside: Outside, member_id: str, body: Erasure) -> MemberRecord:
    """Erase a member: names, address, photo and access go, the log keeps an id that names nobody."""
    return await erasure.erase_member(outside.workspace, outside.actor, member_id, body)


async def show_storage(outside: Outside) -> Storage:
    """How much is stored where."""
    return await storage.storage(outside.workspace, outside.actor)


async def show_health(outside: Outside) -> Health:
    """How the server is."""
    return await health.health(outside.workspace, outside.actor)


ROUTES = (
    Route(
        "GET", "/me/data", send_my_data, bytes, "accounts:read", unit=False, session_only=True,
        summary="All that is stored of me, as a zip.",
    ),
    Route(
        "GET", "/administration/members", members.list_records, MemberRecords, READ, query=RecordQuery,
        who="administrator", session_only=True, summary="The members as a table.",
    ),
    Route(
        "GET", "/administration/members/{member_id}", members.get_record, MemberRecord, READ,
        who="administrator", session_only=True, summary="One member, as the table has it.",
    ),
    Route(
        "POST", "/administration/members/{member_id}/erase", erase_member, MemberRecord, WRITE, body=Erasure,
        who="administrator", unit=False, session_only=True,
        summary="Erase a member; the own files go to another member or to the trash.",
    ),
    Route(
        "DELETE", "/administration/members/{member_id}/sessions", sessions.end_all_of, None, WRITE,
        who="administrator", session_only=True, summary="Log a member out everywhere.",
    ),
    Route(
        "GET", "/administration/spaces", spaces.every_space, list[SpaceRecord], READ,
        who="administrator", session_only=True, summary="All spaces, without their content.",
    ),
    Route(
        "POST", "/administration/spaces/{id}/take-over", spaces.take_over, SpaceRecord, WRITE,
        body=SpaceTakeOver, who="administrator", session_only=True,
        summary="Give a space that has no active manager to a member.",
    ),
    Route(
        "PATCH", "/administration/spaces/{id}", spaces.archive, SpaceRecord, WRITE, body=SpaceArchive,
        who="administrator", session_only=True, summary="Archive the space of a team, or bring it back.",
    ),
    Route(
        "GET", "/administration/sessions", sessions.all_sessions, list[SessionRecord], READ,
        who="administrator", session_only=True, summary="Everybody's login sessions.",
    ),
    Route(
        "DELETE", "/administration/sessions/{session_id}", sessions.end_session, None, WRITE,
        who="administrator", session_only=True, summary="End anybody's session.",
    ),
    Route(
        "GET", "/administration/storage", show_storage, Storage, READ, who="administrator", unit=False,
        session_only=True, summary="How much is stored where.",
    ),
    Route(
        "GET", "/administration/health", show_health, Health, READ, who="administrator", unit=False,
        session_only=True, summary="How the server is: database, sandbox, versions, kernels, jobs.",
    ),
)  # fmt: skip
