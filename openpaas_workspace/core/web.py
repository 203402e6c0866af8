"""Typed routes: a table row names method, path, verb, types, scope; no handler is written by hand.

A verb is `async def verb(work, **path, body=…, query=…) -> reply`. GET runs in a read
transaction, every other method in a unit of work. Errors leave as RFC 9457 problems.
"""

import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgspec
from jupyter_server.base.handlers import APIHandler
from sqlalchemy.exc import SQLAlchemyError
from tornado import web

from openpaas_workspace.core import once
from openpaas_workspace.core.access import Who
from openpaas_workspace.core.db import is_away
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import NOBODY, Actor
from openpaas_workspace.kit.errors import (
    Forbidden,
    Invalid,
    TooLarge,
    Unauthenticated,
    Unavailable,
    WorkspaceError,
)
from openpaas_workspace.kit.schema import convert, decode, encode, is_empty

API = "/api/workspace/v1"
MAX_BODY = 1_000_000
_log = logging.getLogger(__name__)
_AWAY = "The database does not answer; try again in a moment."
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Identity:
    """Finds who speaks; accounts puts its own subclass into the workspace."""

    async def actor(self, handler: web.RequestHandler) -> Actor:
        """The actor behind a request, or NOBODY."""
        raise NotImplementedError


@dataclass(frozen=True)
class Route:
    """One row of a domain's route table; refuses to be built without a scope.

    `path` is below `/api/workspace/v1`, with `{name}` for path arguments. `scope` is
    `area:read` or `area:write` and is what a personal token must hold. `who` opens a
    route to nobody ("open") or keeps it for administrators. `session_only` refuses tokens
    of every scope: what makes, takes over or opens an account (links, passwords, tokens, roles). `summary` is the sentence in the API description.
    `unit=False` runs the verb outside a transaction with the workspace's Outside object
    (slow work such as hashing: the verb opens its own units).
    """

    method: Method
    path: str
    verb: Callable[..., Awaitable[Any]]
    reply: Any
    scope: str
    body: Any = None
    query: Any = None
    who: Who = "member"
    summary: str = ""
    status: int = 200
    unit: bool = True
    session_only: bool = False
    max_body: int = MAX_BODY

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z]+:(read|write)", self.scope):
            raise TypeError(f"{self.method} {self.path}: name a scope such as files:read")
        if (self.method == "GET") and self.scope.endswith(":write"):
            raise TypeError(f"GET {self.path}: a GET cannot need a write scope")

    @property
    def pattern(self) -> str:
        """The tornado pattern of the path, without base URL."""
        return API + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)


@dataclass(frozen=True)
class Outside:
    """What a verb with `unit=False` gets: who asks, and the workspace to open units on."""

    workspace: Workspace
    actor: Actor
    handler: "RouteHandler"


def handlers(routes: Iterable[Route]) -> list[tuple[str, type[web.RequestHandler]]]:
    """One handler class per path, holding the rows of its methods."""
    by_pattern: dict[str, dict[str, Route]] = {}
    for route in routes:
        methods = by_pattern.setdefault(route.pattern, {})
        if route.method in methods:
            raise TypeError(f"{route.method} {route.path} is registered twice")
        methods[route.method] = route
    return [
        (
            pattern,
            type("RouteHandler", (RouteHandler,), {"routes": methods, "__module__": RouteHandler.__module__}),
        )
        for pattern, methods in by_pattern.items()
    ]


# A piece of an upload, and what comes with it.
_THROWN_AWAY = 5_000_000


class RouteHandler(APIHandler):
    """Serves the rows of one path."""

    routes: ClassVar[dict[str, Route]] = {}
    SUPPORTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")

    async def get(self, **path: str) -> None:
        await self._serve("GET", path)

    async def post(self, **path: str) -> None:
        await self._serve("POST", path)

    async def put(self, **path: str) -> None:
        await self._serve("PUT", path)

    async def patch(self, **path: str) -> None:
        await self._serve("PATCH", path)

    async def delete(self, **path: str) -> None:
        await self._serve("DELETE", path)

    for _verb in (get, post, put, patch, delete):
        setattr(_verb, "__allow_unauthenticated", True)  # _serve asks the row
    del _verb

    @property
    def workspace(self) -> Workspace:
        """The workspace this server runs."""
        workspace: Workspace = self.settings["openpaas_workspace"]
        return workspace

    async def _serve(self, method: str, path: dict[str, str]) -> None:
        try:
            route = self.routes.get(method)
            if route is None:
                raise web.HTTPError(405)
            actor = await self.workspace.get(Identity).actor(self)
            check_door(route, actor)
            key = self._once_key(route, actor)
            if key is not None:
                answer = await self._call_once(route, actor, key, self._arguments(route, path))
            else:
                reply = await self._call(route, actor, self._arguments(route, path))
                if self._finished:
                    return
                answer = b"" if reply is None else encode(reply)
        except WorkspaceError as error:
            self.write_problem(error)
            return
        except SQLAlchemyError as error:
            if not is_away(error) or self._finished or self._headers_written:
                raise
            _log.exception("The database did not answer %s %s", method, self.request.path)
            self.write_problem(Unavailable(_AWAY, retry_after=1))
            return
        self.set_status(route.status if answer else 204)
        if answer:
            self.set_header("Content-Type", "application/json")
            self.finish(answer)

    def _once_key(self, route: Route, actor: Actor) -> once.Key | None:
        """The key by which a request that is sent again is known; None where there is none or it does not count."""
        sent = self.request.headers.get(once.HEADER)
        if sent is None or route.method not in {"POST", "PATCH"} or route.session_only or route.who == "open":
            return None
        request = f"{route.method} {self.request.uri}\n".encode() + self.request.body
        return once.Key.of(actor, sent, hashlib.sha256(request).hexdigest())

    async def _call_once(self, route: Route, actor: Actor, key: once.Key, arguments: dict[str, Any]) -> bytes:
        async def do() -> bytes:
            reply = await self._call(route, actor, arguments)
            return b"" if reply is None else encode(reply)

        if not route.unit:
            return await self.workspace.get(once.Once).run(self.workspace, actor, key, do)
        async with self.workspace.db.unit(actor) as work:
            found = await once.answered(work, key)
            if found is not None:
                return found
            reply = await route.verb(work, **arguments)
            answer = b"" if reply is None else encode(reply)
            await once.keep(work, key, answer)
        return answer

    def _arguments(self, route: Route, path: dict[str, str]) -> dict[str, Any]:
        arguments: dict[str, Any] = dict(path)
        if route.body is not None:
            if len(self.request.body) > route.max_body:
                raise TooLarge(f"This request is too large: {route.max_body} bytes at most.")
            arguments["body"] = body = decode(self.request.body, route.body)
            if route.method == "PATCH" and is_empty(body):
                raise Invalid("Name at least one field to change.")
        if route.query is not None:
            arguments["query"] = convert(self._query(), route.query)
        return arguments

    async def _call(self, route: Route, actor: Actor, arguments: dict[str, Any]) -> Any:
        if not route.unit:
            return await route.verb(Outside(self.workspace, actor, self), **arguments)
        db = self.workspace.db
        opened = db.read(actor) if route.method == "GET" else db.unit(actor)
        async with opened as work:
            return await route.verb(work, **arguments)

    def _query(self) -> dict[str, str]:
        try:
            return {
                name: values[-1].decode()
                for name, values in self.request.query_arguments.items()
                if name != "_xsrf" and values
            }
        except UnicodeDecodeError as error:
            raise Invalid("The query is not UTF-8.") from error

    def write_problem(self, error: WorkspaceError) -> None:
        """Answer with the error as application/problem+json."""
        self.set_status(error.status)
        if error.retry_after is not None:
            self.set_header("Retry-After", str(error.retry_after))
        self.finish(encode(error.problem()), set_content_type="application/problem+json")

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        """Answer any other failure as a problem too, without a trace."""
        error = WorkspaceError("The server failed at this; nothing was changed. It is in its log.")
        problem = error.problem()
        if status_code < 500:
            problem["detail"] = self._reason
        problem["status"] = status_code
        self.finish(encode(problem), set_content_type="application/problem+json")


def spare_the_answer(handler: Any) -> None:
    """To call before a request whose body is streamed ends with some of it unread.

    Closing upon unread bytes makes the system reset the connection, and the client may never see the answer. So the
    rest of a small body is read and thrown away; before a larger one the connection closes, and the client is told.
    """
    length = handler.request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) <= _THROWN_AWAY:
        handler.request.connection._read_finished = True  # noqa: SLF001  (tornado's own way to go on reading)
    else:
        handler.set_header("Connection", "close")


def check_door(route: Route, actor: Actor) -> None:
    """The coarse door of a route: logged in, administrator, scope; raises WorkspaceError."""
    if route.who == "off":
        raise web.HTTPError(404)
    if route.who == "open":
        return
    if actor == NOBODY or actor.kind == "nobody":
        raise Unauthenticated
    if not actor.has_scope(route.scope):
        raise Forbidden(f"This token does not hold the scope {route.scope}.")
    if route.session_only and actor.token:
        raise Forbidden("Do this in the page: tokens may not.")
    if route.who == "administrator" and not actor.administrator:
        raise Forbidden("Only an administrator may do this.")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Query of a list: at most `limit` items after the item with id `after`."""

    after: str = ""
    limit: int = 100
