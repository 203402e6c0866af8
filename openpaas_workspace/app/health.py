"""`/healthz`: open to all, says only whether the workspace answers and reaches its database."""

from sqlalchemy import select
from tornado import web

from openpaas_workspace.core.access import Access
from openpaas_workspace.kit.actors import SYSTEM


class HealthHandler(web.RequestHandler):
    """200 with `ok`, or 503 with `database`."""

    async def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        try:
            async with self.settings["openpaas_workspace"].db.read(SYSTEM) as work:
                await work.scalar(select(1))
        except Exception:
            self.set_status(503)
            self.finish("database")
            return
        self.finish("ok")


HANDLERS = ((r"/healthz", HealthHandler),)
ACCESS = (Access(f"{__name__}.HealthHandler", r"/healthz", "GET", "open"),)
