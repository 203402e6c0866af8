"""A server with live rooms and nothing else: real database, real rights, real sockets; files are a dict."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
from jupyter_server.auth import IdentityProvider, User
from sqlalchemy import insert
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from openpaas_workspace.accounts.models import members
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.web import Identity, handlers
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.binding import Binding, Bound, First
from openpaas_workspace.realtime.domain import domain
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants, tree
from openpaas_workspace.sharing.service.rights import level
from tests.core.databases import open_workspace

PEOPLE = ("alice", "bob", "carol", "dave", "mallory")


def actor(name: str, scopes: frozenset[str] = frozenset({"all"})) -> Actor:
    return Actor(kind="member", id=name, name=name, session=f"session-{name}", scopes=scopes)


class HeaderIdentity(Identity):
    """Who speaks is in a header: logging in has its own tests."""

    async def actor(self, handler) -> Actor:
        name = handler.request.headers.get("X-Member", "")
        scopes = handler.request.headers.get("X-Scopes", "all").split()
        return actor(name, frozenset(scopes)) if name in PEOPLE else NOBODY


class HeaderProvider(IdentityProvider):
    async def get_user(self, handler):
        name = handler.request.headers.get("X-Member", "")
        return User(username=name, display_name=name.title()) if name in PEOPLE else None


class Shelf(Binding):
    """Files in memory."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.values: dict[str, object] = {}
        self.bounds: dict[str, Bound] = {}
        self.paths: dict[str, str] = {}
        self.first_asked = 0
        self.fail_first = False
        self.changes: list[tuple[str, int]] = []
        self.saved: list[str] = []

    async def find(self, who: Actor, path: str) -> Bound:
        object_id = self.paths.get(path)
        if object_id is None:
            raise NotFound
        async with self.workspace.db.read(who) as work:
            if await level(work, Ref("file", object_id)) < Level.reader:
                raise NotFound
        return self.bounds[object_id]

    async def resolve(self, object_id: str) -> Bound:
        if object_id not in self.bounds:
            raise NotFound
        return self.bounds[object_id]

    async def first_content(self, object_id: str) -> First:
        self.first_asked += 1
        if self.fail_first:
            raise OSError("the disk is gone")
        return First(self.values[object_id])

    def changed(self, object_id: str, seq: int) -> None:
        self.changes.append((object_id, seq))

    async def save(self, object_id: str) -> None:
        self.saved.append(object_id)


class House:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> Host:
        return self.workspace.get(Host)

    @property
    def shelf(self) -> Shelf:
        shelf = self.workspace.get(Binding)
        assert isinstance(shelf, Shelf)
        return shelf

    async def file(self, path: str, value, *, owner: str = "alice", **levels: str) -> str:
        """A file in a space of its own that `owner` manages; others by level name."""
        who = actor(owner)
        object_id, space = new_id(), Ref("space", new_id())
        async with self.workspace.db.unit(who) as work:
            await tree.register(work, space, None)
            await tree.register(work, Ref("file", object_id), space)
            for name, role in levels.items():
                await grants.grant(work, Ref("file", object_id), Subject("member", name), Level[role])
        type_, format_ = ("notebook", "json") if isinstance(value, dict) else ("file", "text")
        self.shelf.values[object_id] = value
        self.shelf.bounds[object_id] = Bound(object_id, format_, type_)
        self.shelf.paths[path] = object_id
        return object_id

    async def grant(self, object_id: str, name: str, role: str) -> None:
        async with self.workspace.db.unit(actor("alice")) as work:
            await grants.grant(work, Ref("file", object_id), Subject("member", name), Level[role])

    async def withdraw(self, object_id: str, name: str) -> None:
        async with self.workspace.db.unit(actor("alice")) as work:
            await grants.withdraw(work, Ref("file", object_id), Subject("member", name))

    async def request(self, method: str, path: str, name: str = "alice", **more) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url, timeout=60) as client:
            headers = {"X-Member": name, **more.pop("headers", {})}
            return await client.request(method, path, headers=headers, **more)

    async def session(self, path: str, name: str = "alice", **more) -> httpx.Response:
        bound = self.shelf.bounds[self.shelf.paths[path]]
        body = {"format": bound.format, "type": bound.type, **more.pop("body", {})}
        return await self.request("PUT", f"/api/collaboration/session/{path}", name, json=body, **more)


@asynccontextmanager
async def house(url: str, folder: Path, *, people: bool = True, shelf: Shelf | None = None, **config):
    """Rooms on a port of their own, over the database at `url`."""
    async with open_workspace(url, folder) as workspace:
        workspace.ready = True
        if people:
            async with workspace.db.unit(SYSTEM) as work:
                for name in PEOPLE:
                    await work.execute(
                        insert(members).values(
                            id=name,
                            username=name,
                            username_key=name,
                            display_name=name.title(),
                            color="#123456",
                            administrator=False,
                            created_at=1,
                        )
                    )
        workspace.put(Sessions, Sessions())
        workspace.put(Identity, HeaderIdentity())
        own = Shelf(workspace)
        if shelf is not None:
            own.values, own.bounds, own.paths = shelf.values, shelf.bounds, shelf.paths
        workspace.put(Binding, own)
        for name, value in config.items():
            setattr(workspace.settings.config.Realtime, name, value)
        await domain.setup(workspace)
        built = House(workspace)
        server = _listen(built)
        try:
            yield built
        finally:
            server.stop()
            await server.close_all_connections()
            await domain.close(workspace)


def _listen(built: House) -> HTTPServer:
    rules = [*handlers(domain.routes), *domain.handlers]
    application = Application(
        [(pattern + "$", handler) for pattern, handler in rules],
        openpaas_workspace=built.workspace,
        identity_provider=HeaderProvider(),
        allow_unauthenticated_access=False,
        allow_remote_access=True,
        xsrf_cookies=False,
        disable_check_xsrf=True,
        base_url="/",
        allow_origin="",
        allow_origin_pat="",
        headers={},
        config_manager=None,
        event_logger=SimpleNamespace(emit=lambda **_: None),
    )
    server = HTTPServer(application)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    built.port = sockets[0].getsockname()[1]
    return server


async def until(check, patience: float = 30.0) -> None:
    """Wait until `check()` is true; a TimeoutError if it never is."""
    async with asyncio.timeout(patience):
        while not check():  # noqa: ASYNC110  (many things are waited for, most give no signal)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def closing(*things) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for thing in things:
            with contextlib.suppress(Exception):
                await thing.close()
