"""Routes of the event log, for administrators."""

from openpaas_workspace.audit import service
from openpaas_workspace.audit.schemas import AuditFilter, AuditPage, AuditQuery, LogCheck
from openpaas_workspace.core.web import Outside, Route

SCOPE = "audit:read"


async def export_events(outside: Outside, query: AuditFilter) -> None:
    """Send the events as a CSV file, page by page."""
    handler = outside.handler
    pieces = service.export(outside.workspace, outside.actor, query)
    first = await anext(pieces)  # a refusal is raised before any header is sent
    handler.set_header("Content-Type", "text/csv; charset=utf-8")
    handler.set_header("Content-Disposition", 'attachment; filename="events.csv"')
    handler.write(first)
    async for piece in pieces:
        handler.write(piece)
        await handler.flush()
    handler.finish(set_content_type="text/csv; charset=utf-8")


async def verify_events(outside: Outside) -> LogCheck:
    """Check the chain of the log."""
    return await service.verify(outside.workspace, outside.actor)


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/events",
        service.list_events,
        AuditPage,
        SCOPE,
        query=AuditQuery,
        who="administrator",
        summary="The event log, newest first.",
    ),
    Route(
        "GET",
        "/events.csv",
        export_events,
        bytes,
        SCOPE,
        query=AuditFilter,
        who="administrator",
        unit=False,
        summary="The event log as a CSV file.",
    ),
    Route(
        "GET",
        "/events/verify",
        verify_events,
        LogCheck,
        SCOPE,
        who="administrator",
        unit=False,
        summary="Whether the event log is whole and unchanged.",
    ),
)
