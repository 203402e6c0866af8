"""A real push socket on a real port: database, bus, sharing and sessions, with an identity from a header."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from openpaas_workspace.accounts.models import members
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.web import Identity
from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.push.domain import domain
from openpaas_workspace.realtime.push.service.hub import Push
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants, tree
from tests.core.databases import BACKENDS, database_url, open_workspace, told

PATIENCE = 20


class Noted(Event, frozen=True, kw_only=True, tag=True):
    """Test fact for readers of its ref."""

    n: int = 0


@dataclass
class Page:
    """One window: its socket, and the frames it got."""

    socket: ClientConnection
    frames: list[dict] = field(default_factory=list)

    async def send(self, **frame) -> None:
        await self.socket.send(json.dumps(frame))

    async def next(self, type_: str | None = None) -> dict:
        """The next frame, or the next of a type (others are kept in `frames`)."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = json.loads(await self.socket.recv())
                self.frames.append(frame)
                if type_ in (None, frame["type"]):
                    return frame

    async def events(self, count: int) -> list[dict]:
        """The next events."""
        found: list[dict] = []
        while len(found) < count:
            found += (await self.next("ev"))["e"]
        return found

    async def closed(self) -> int:
        """Wait for the close and tell its code."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    self.frames.append(json.loads(await self.socket.recv()))
        return self.socket.close_code


class World:
    """The workspace under test and who opens sockets to it."""

    def __init__(self, workspace, port: int) -> None:
        self.workspace, self.port = workspace, port
        self.actors: dict[str, Actor] = {}
        self.pages: list[Page] = []

    @property
    def push(self) -> Push:
        return self.workspace.get(Push)

    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/workspace/v1/push"

    async def member(self, name: str, **more) -> Actor:
        async with self.workspace.db.unit(SYSTEM) as work:
            row = {
                "id": name,
                "username": name,
                "username_key": name,
                "display_name": name.title(),
                "color": "teal",
                "administrator": more.get("administrator", False),
                "created_at": now(),
            }
            await work.execute(insert(members), row)
        self.actors[name] = Actor(kind="member", id=name, session=f"s-{name}", **more)
        return self.actors[name]

    async def space(self, id_: str, manager: Actor) -> Ref:
        async with self.workspace.db.unit(manager) as work:
            await tree.register(work, Ref("space", id_), None)
        await told(self.workspace)
        return Ref("space", id_)

    async def file(self, id_: str, parent: Ref) -> Ref:
        async with self.workspace.db.unit(SYSTEM) as work:
            await tree.register(work, Ref("file", id_), parent)
        return Ref("file", id_)

    async def grant(self, by: Actor, ref: Ref, subject: str, level: Level = Level.reader) -> None:
        async with self.workspace.db.unit(by) as work:
            await grants.grant(work, ref, Subject.parse(subject), level)
        await told(self.workspace)

    async def withdraw(self, by: Actor, ref: Ref, subject: str) -> None:
        async with self.workspace.db.unit(by) as work:
            await grants.withdraw(work, ref, Subject.parse(subject))

    async def publish(self, *facts: Event, actor: Actor = SYSTEM) -> None:
        async with self.workspace.db.unit(actor) as work:
            for fact in facts:
                work.publish(fact)

    async def open(self, name: str, **options) -> Page:
        socket = await connect(
            self.url(), additional_headers={"X-Test": name}, max_queue=None, compression=None, **options
        )
        page = Page(socket)
        self.pages.append(page)
        return page

    async def join(self, name: str, resume: dict | None = None, **options) -> Page:
        """Open, say hello, be welcomed."""
        page = await self.open(name, **options)
        await page.send(type="hello", client="test", **({"resume": resume} if resume else {}))
        await page.next("welcome")
        return page

    @property
    def seq(self) -> int:
        return self.workspace.db.bus.head


class HeaderIdentity(Identity):
    """Trusts a header, in tests only."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def actor(self, handler: web.RequestHandler) -> Actor:
        return self._world.actors.get(handler.request.headers.get("X-Test", ""), NOBODY)


@contextlib.asynccontextmanager
async def open_world(url: str, folder, **limits):
    async with open_workspace(url, folder, start=False) as workspace:
        sockets, port = bind_unused_port()
        world = World(workspace, sockets)
        application = web.Application(list(domain.handlers), openpaas_workspace=workspace)
        server = HTTPServer(application)
        server.add_sockets([sockets])
        world.port = port
        workspace.put(Identity, HeaderIdentity(world))
        workspace.put(Sessions, Sessions())
        await domain.setup(workspace)
        settings = world.push.limits
        for name, value in limits.items():
            setattr(settings, name, value)
        await workspace.db.bus.start()
        try:
            yield world
        finally:
            await domain.close(workspace)
            for page in world.pages:
                await page.socket.close()
            server.stop()
            await server.close_all_connections()


@pytest.fixture(params=BACKENDS)
async def world(request, tmp_path):
    limits = getattr(request.function, "limits", {})
    async with database_url(request.param, tmp_path) as url, open_world(url, tmp_path, **limits) as world:
        for name in ("alice", "bob", "carol"):
            await world.member(name)
        yield world


@pytest.fixture
async def small(request, tmp_path):
    """A world on SQLite only, for what does not touch the database; limits by `@limits(…)`."""
    limits = getattr(request.function, "limits", {})
    async with database_url("sqlite", tmp_path) as url, open_world(url, tmp_path, **limits) as world:
        for name in ("alice", "bob", "carol"):
            await world.member(name)
        yield world
