"""`/files/<path>`: a file for the browser, where it can do nothing in the member's name."""

import mimetypes
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from openpaas_workspace.core.access import Access
from openpaas_workspace.files.gateway import models
from openpaas_workspace.files.gateway.caller import caller
from openpaas_workspace.files.gateway.stream import send
from openpaas_workspace.files.service import files
from openpaas_workspace.kit.errors import NotFound, WorkspaceError

_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


class DownloadHandler(JupyterHandler):
    """Serves files by contents path; scripts in them run, if at all, in an origin of their own and offline."""

    auth_resource = "contents"
    _pdf = False

    @property
    def content_security_policy(self) -> str:
        return _PDF_POLICY if self._pdf else _POLICY

    @web.authenticated
    @authorized
    async def head(self, path: str) -> None:
        await self._serve(path, body=False)

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        await self._serve(path, body=True)

    async def _serve(self, path: str, *, body: bool) -> None:
        self.check_xsrf_cookie()  # only from our own pages
        try:
            who = caller()
            place = await files.open_place(who, path)
            if place.node is None:
                raise NotFound
            self._describe(place.node.name)
            await send(self, who, place.node, body=body)
        except WorkspaceError as error:
            raise models.http_error(error) from error

    def _describe(self, name: str) -> None:
        kind, encoding = mimetypes.guess_type(name)
        if name.endswith(".ipynb"):
            kind = "application/x-ipynb+json"
        elif encoding is not None:
            kind = "application/gzip" if encoding == "gzip" else "application/octet-stream"
        kind = kind or "application/octet-stream"
        self._pdf = kind == "application/pdf"
        self.set_header("Content-Type", f"{kind}; charset=UTF-8" if kind.startswith("text/") else kind)
        self.set_header("Content-Security-Policy", self.content_security_policy)
        self.set_header("X-Content-Type-Options", "nosniff")
        if self.get_argument("download", None):
            self.set_attachment_header(name)

    def compute_etag(self) -> Any:
        """The one that was set, if any: no hash over what is streamed."""
        return None


ACCESS = tuple(
    Access(f"{DownloadHandler.__module__}.{DownloadHandler.__qualname__}", r"/files/(.*)", method, "member",
           "files:read")
    for method in ("GET", "HEAD")
)  # fmt: skip
