"""The route of search."""

from openpaas_workspace.core.web import Route
from openpaas_workspace.search.schemas import SearchQuery, SearchReply
from openpaas_workspace.search.service import finding

ROUTES = (
    Route(
        "GET", "/search", finding.search, SearchReply, "search:read", query=SearchQuery,
        summary="Files, folders, spaces and members by name.",
    ),
)  # fmt: skip
