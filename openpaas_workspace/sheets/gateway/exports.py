"""`GET /api/workspace/v1/sheets/<id>/export`: a sheet as a file of another program."""

from typing import Any

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API, RouteHandler
from openpaas_workspace.files.gateway.receiving import actor_with
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.kit.schema import convert
from openpaas_workspace.sheets.schemas.calls import ExportQuery
from openpaas_workspace.sheets.service import sheets

_PIECE = 1024 * 1024
_NAME = "openpaas_workspace.sheets.gateway.exports.ExportHandler"


class ExportHandler(RouteHandler):
    """A sheet as a file."""

    async def get(self, **path: str) -> None:
        try:
            who = Acting(self.workspace, await actor_with(self, "files:read"))
            query: ExportQuery = convert(self._query(), ExportQuery)
            name, media, data = await sheets.export_sheet(who, path["sheet"], query)
            self.set_header("Content-Type", media)
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_attachment_header(name)
            self.set_header("Content-Length", str(len(data)))
            for start in range(0, len(data), _PIECE):
                self.write(data[start : start + _PIECE])
                await self.flush()
            self.finish()
        except WorkspaceError as error:
            self.write_problem(error)

    setattr(get, "__allow_unauthenticated", True)  # `actor_with` asks

    def compute_etag(self) -> Any:
        """None: no hash over what is streamed."""
        return None


_EXPORT = API + r"/sheets/(?P<sheet>[^/]+)/export"
HANDLERS: tuple[tuple[str, type], ...] = ((_EXPORT, ExportHandler),)
ACCESS = (Access(_NAME, _EXPORT, "GET", "member", "files:read"),)
