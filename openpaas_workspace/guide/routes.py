"""The routes of the guide."""

import asyncio

from openpaas_workspace.core.web import Outside, Route
from openpaas_workspace.guide import service
from openpaas_workspace.guide.schemas import GuidePage, GuideQuery


async def page(outside: Outside, name: str, query: GuideQuery) -> GuidePage:  # noqa: ARG001  (what every verb gets)
    """One page of the guide."""
    return await asyncio.to_thread(service.page, name, query.language)


async def send_picture(outside: Outside, name: str) -> None:
    """Send a picture of the guide."""
    data = await asyncio.to_thread(service.picture, name)
    handler = outside.handler
    handler.set_header("Cache-Control", "private, max-age=3600")
    handler.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.finish(data, set_content_type="image/png")


ROUTES = (
    Route(
        "GET", "/guide/{name}", page, GuidePage, "files:read", query=GuideQuery, unit=False,
        summary="A page of the guide, in French or English.",
    ),
    Route(
        "GET", "/guide/pictures/{name}", send_picture, bytes, "files:read", unit=False,
        summary="A picture of the guide.",
    ),
)  # fmt: skip
