"""Accounts on each database of this machine, as services and behind a real server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from jupyter_server.auth import AllowAllAuthorizer
from jupyter_server.services.api.handlers import IdentityHandler
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from traitlets.config import Config

from openpaas_workspace.accounts.domain import domain
from openpaas_workspace.accounts.gateway.identity import WorkspaceIdentityProvider
from openpaas_workspace.accounts.schemas import NewMember
from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.accounts.service.hashing import Passwords
from openpaas_workspace.accounts.service.login import login
from openpaas_workspace.accounts.service.members import insert_member
from openpaas_workspace.accounts.service.sessions import Opened, Visitor
from openpaas_workspace.core.jobs import JobRunner
from openpaas_workspace.core.web import handlers
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from tests.core.databases import BACKENDS, database_url, open_workspace

PASSWORD = "correct horse battery staple"
HERE = Visitor(address="192.0.2.7", agent="tests")


@asynccontextmanager
async def running(url: str, folder: Path, jobs: bool = True) -> AsyncIterator[Workspace]:
    """A workspace with the accounts domain as a server process would have it."""
    async with open_workspace(url, folder) as workspace:
        # passwords of tests are hashed with the least memory allowed
        workspace.settings.config = Config({"AccountsSettings": {"hash_memory_kib": 8192, "hash_passes": 1}})
        await domain.setup(workspace)
        runner = JobRunner(workspace, domain.jobs)
        if jobs:
            runner.start()
        workspace.ready = True
        try:
            yield workspace
        finally:
            await runner.stop()
            await domain.close(workspace)


@pytest.fixture(params=BACKENDS)
async def url(request, tmp_path) -> AsyncIterator[str]:
    async with database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def workspace(url, tmp_path) -> AsyncIterator[Workspace]:
    async with running(url, tmp_path) as workspace:
        yield workspace


@dataclass
class People:
    """Members of a test, with their passwords known."""

    workspace: Workspace
    hashed: str = ""

    async def add(self, username: str, **more: Any) -> str:
        """A member with the test's password; returns the id."""
        self.hashed = self.hashed or await self.workspace.get(Passwords).hash(PASSWORD)
        demo = more.pop("demo", False)
        async with self.workspace.db.unit(SYSTEM) as work:
            row = await insert_member(
                work, NewMember(username=username, **more), password_hash=self.hashed, demo=demo
            )
        return row.id

    async def actor(self, member_id: str) -> Actor:
        async with self.workspace.db.read(SYSTEM) as work:
            return await actor_of_member(work, member_id)

    async def login(self, username: str, visitor: Visitor = HERE) -> Opened:
        return await login(self.workspace, username, PASSWORD, visitor)


@pytest.fixture
def people(workspace) -> People:
    return People(workspace)


@pytest.fixture
def published(workspace) -> Callable[[], Awaitable[list[str]]]:
    """The types of all events so far, in order."""

    async def types() -> list[str]:
        for _ in range(200):
            if await _all_numbered(workspace):
                return [event.type for event in await workspace.db.bus.since(0, 1000)]
            await asyncio.sleep(0.02)
        raise AssertionError("events were not numbered")

    return types


async def _all_numbered(workspace: Workspace) -> bool:
    from sqlalchemy import func, select

    from openpaas_workspace.core.bus import events_table

    async with workspace.db.read(SYSTEM) as work:
        return not await work.scalar(select(func.count()).where(events_table.c.seq.is_(None)))


class Site:
    """A real server with the pages and routes of accounts."""

    def __init__(self, workspace: Workspace, base: str) -> None:
        self.workspace, self.base = workspace, base

    def browser(self, **headers: str) -> "Browser":
        return Browser(self, headers)


class Browser(httpx.AsyncClient):
    """Keeps cookies and sends the XSRF token, as the page does."""

    def __init__(self, site: Site, headers: dict[str, str]) -> None:
        super().__init__(base_url=site.base, headers=headers, timeout=30)
        self.site = site

    async def xsrf(self) -> str:
        if "_xsrf" not in self.cookies:
            await self.get("/forgotten")
        return self.cookies["_xsrf"]

    async def form(self, path: str, **data: str) -> httpx.Response:
        return await self.post(path, data={**data, "_xsrf": await self.xsrf()})

    async def login(self, username: str, password: str = PASSWORD, **data: str) -> httpx.Response:
        return await self.form("/login", username=username, password=password, **data)

    async def api(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"X-XSRFToken": await self.xsrf(), **more.pop("headers", {})}
        return await self.request(method, f"/api/workspace/v1{path}", headers=headers, **more)

    @property
    def port(self) -> int:
        return urlsplit(str(self.base_url)).port or 80


@asynccontextmanager
async def served(workspace: Workspace) -> AsyncIterator[Site]:
    rules = [(pattern + "$", cls) for pattern, cls in (*handlers(domain.routes), *domain.handlers)]
    rules += [(r"/api/me", IdentityHandler)]
    provider = WorkspaceIdentityProvider()
    application = Application(
        rules,
        base_url="/",
        openpaas_workspace=workspace,
        identity_provider=provider,
        authorizer=AllowAllAuthorizer(),
        allow_unauthenticated_access=False,
        cookie_secret="for tests",
        xsrf_cookies=True,
        login_url="/login",
        headers={"Content-Security-Policy": "default-src *"},
    )
    socket, port = bind_unused_port()
    server = HTTPServer(application)
    server.add_socket(socket)
    try:
        yield Site(workspace, f"http://127.0.0.1:{port}")
    finally:
        server.stop()
        await server.close_all_connections()


@pytest.fixture
async def site(workspace) -> AsyncIterator[Site]:
    async with served(workspace) as site:
        yield site
