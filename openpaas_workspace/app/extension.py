"""The Jupyter Server extension: the whole workspace under `openpaas start`, one page elsewhere."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.extension.application import ExtensionApp
from tornado.routing import HostMatches, Rule
from tornado.web import _ApplicationRouter
from traitlets import Bool

from openpaas_workspace.accounts.service.members import only_member
from openpaas_workspace.administration.service.health import KernelsOf
from openpaas_workspace.app import guard, health, jupyter_access, per_member
from openpaas_workspace.core import once, walcheckpoint
from openpaas_workspace.core.access import Access, Who
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Database
from openpaas_workspace.core.events import Recorded, rights_moved
from openpaas_workspace.core.jobs import JobRunner
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.core.web import handlers
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service.outsiders import Outsiders
from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.migrations.runner import upgrade
from openpaas_workspace.realtime.service.jupyter import JupyterDocuments

HOW_TO_START = """<!doctype html><html lang="en"><meta charset="utf-8"><title>OpenPaaS Workspace</title>
<h1>OpenPaaS Workspace</h1><p>The workspace is installed but this server runs plain JupyterLab.
Start it with <code>openpaas start</code>.</p>"""


class HowToStartHandler(JupyterHandler):
    """The one page of a plain Jupyter server."""

    async def get(self) -> None:
        self.finish(HOW_TO_START)


setattr(HowToStartHandler.get, "__allow_unauthenticated", True)


class WorkspaceApp(ExtensionApp):
    """Wires settings, database, domains and the access table into the server."""

    name = "openpaas_workspace"
    load_other_extensions = True
    active = Bool(False, help="Set by `openpaas start`; elsewhere the extension shows one page only.").tag(
        config=True
    )

    def initialize_settings(self) -> None:
        """Make the workspace object, not yet ready."""
        if not self.active:
            return
        from openpaas_workspace.app.domains import all_domains

        settings = Settings(parent=self)
        db = Database(settings.database())
        self.domains: tuple[Domain, ...] = all_domains()
        self.workspace = Workspace(settings, db)
        db.workspace, db.bus = self.workspace, Bus(db)
        self.workspace.put(Bus, db.bus)
        self.workspace.put(once.Once, once.Once())
        self.settings["openpaas_workspace"] = self.workspace

    def initialize_handlers(self) -> None:
        """Offer the page of a plain server, or nothing: `build` puts ours before everybody's."""
        if not self.active:
            self.handlers.append((r"/openpaas/?", HowToStartHandler))

    @property
    def server(self) -> Any:
        """The Jupyter server this extension is loaded in."""
        return self.serverapp

    def build(self) -> None:
        """Put our routes first, swap the per-member handlers, wrap all by the access table."""
        server = self.server
        application = server.web_app
        base = server.base_url.rstrip("/")
        rules: list[Any] = [(base + pattern + "$", cls) for pattern, cls in health.HANDLERS]
        for domain in self.domains:
            rules += [(base + pattern + "$", cls) for pattern, cls in handlers(domain.routes)]
            rules += [(base + pattern + "$", cls) for pattern, cls in domain.handlers]
        router = _ApplicationRouter(application, rules)
        application.default_router.rules.insert(0, Rule(HostMatches(".*$"), router))
        per_member.swap_handlers(application)
        self.table: tuple[Access, ...] = tuple(access_table(self.domains))
        guard.install(application, self.table, server.base_url)

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        await super()._start_jupyter_server_extension(serverapp)  # type: ignore[no-untyped-call]
        if not self.active:
            return
        try:
            await self._set_up()
        except WorkspaceError as error:
            self.log.critical("openpaas: %s", error.sentence)
            serverapp.stop()
            return
        except Exception:
            self.log.exception("The workspace could not start")
            serverapp.stop()
            raise
        guard.install(serverapp.web_app, self.table, serverapp.base_url)

    async def _set_up(self) -> None:
        workspace = self.workspace
        await asyncio.to_thread(upgrade, workspace.db)
        for domain in self.domains:
            if domain.setup is not None:
                await domain.setup(workspace)
        # The name under which other Jupyter extensions look for live documents.
        self.settings["jupyter_server_ydoc"] = workspace.get(JupyterDocuments)
        self._join_kernels()
        await workspace.get(Bus).start()
        self.jobs = JobRunner(
            workspace,
            (*walcheckpoint.JOBS, *once.JOBS, *(job for domain in self.domains for job in domain.jobs)),
        )
        workspace.put(JobRunner, self.jobs)
        self.jobs.start()
        if workspace.settings.demo:
            from openpaas_workspace.app.demo import seed

            await seed(workspace)
        if workspace.settings.single_member:
            await only_member(workspace)
        workspace.ready = True
        for announce in self.workspace.on_ready:
            await announce(workspace)

    def _join_kernels(self) -> None:
        from openpaas_workspace.app.kernel_doors import WorkspaceKernelDoors
        from openpaas_workspace.app.kernel_egress import WorkspaceKernelEgress, lists_changed
        from openpaas_workspace.app.kernel_watch import KernelOutsiders, WorkspaceKernelWatch
        from openpaas_workspace.app.placement import WorkspaceKernelAccess, WorkspacePlacement
        from openpaas_workspace.app.run_kernels import WorkspaceOwnKernels, WorkspaceRunKernels, teller
        from openpaas_workspace.runs.service.executions import Executions
        from openpaas_workspace.runs.service.runs import Runs

        manager, workspace = self.server.kernel_manager, self.workspace
        workspace.put(Outsiders, KernelOutsiders(manager))
        workspace.put(KernelsOf, KernelsOf(manager))
        self.egress = WorkspaceKernelEgress(workspace)
        manager.join(
            WorkspacePlacement(workspace),
            WorkspaceKernelAccess(workspace),
            WorkspaceKernelWatch(workspace),
            WorkspaceKernelDoors(workspace, self.server.web_app),
            self.egress,
        )

        workspace.put(Runs, Runs(workspace, WorkspaceRunKernels(workspace, manager), teller(workspace)))
        executions = Executions(workspace, WorkspaceOwnKernels(workspace, manager))
        workspace.put(Executions, executions)

        async def resume(_workspace: Workspace) -> None:
            await executions.resume()

        workspace.on_ready.append(resume)

        async def recheck(batch: Sequence[Recorded]) -> None:
            if rights_moved(batch):
                await manager.recheck()
            if lists_changed(batch):
                await manager.recheck_connections()

        workspace.get(Bus).listen("kernels", recheck)

    async def stop_extension(self) -> None:
        """End jobs, rooms, the stream and the database, last set up first."""
        if not self.active or not hasattr(self, "jobs"):
            return
        self.workspace.ready = False
        await self.jobs.stop()
        await self.egress.close()
        for domain in reversed(self.domains):
            if domain.close is not None:
                try:
                    await domain.close(self.workspace)
                except Exception:
                    self.log.exception("Domain %s did not close well", domain.name)
        await self.workspace.get(Bus).stop()
        await self.workspace.db.close()


def access_table(domains: Iterable[Domain]) -> Iterable[Access]:
    """Jupyter's rows, then each domain's: those of its routes are made from the routes."""
    yield from jupyter_access.rows()
    yield from health.ACCESS
    for domain in domains:
        yield from domain.access
        for route in domain.routes:
            who: Who = "open" if route.who == "open" else "member"
            yield Access(
                "openpaas_workspace.core.web.RouteHandler", route.pattern, route.method, who, route.scope
            )
