"""Routes of Home."""

from openpaas_workspace.core.web import Route
from openpaas_workspace.home.schemas import Home
from openpaas_workspace.home.service import home, pins

ROUTES = (
    Route(
        "GET", "/home", home.home, Home, "home:read", unit=False,
        summary="Recent and pinned files with who is in them, my spaces, what changed since my last visit.",
    ),
    Route("PUT", "/pins/{ref}", pins.pin, None, "home:write", status=204, summary="Keep an object at hand."),
    Route(
        "DELETE", "/pins/{ref}", pins.unpin, None, "home:write", status=204,
        summary="Do not keep an object at hand any more.",
    ),
)  # fmt: skip
