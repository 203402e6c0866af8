"""The access table at work: every handler of the server is wrapped, an unlisted one answers 404."""

import contextlib
import inspect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tornado import web
from tornado.routing import Rule
from tornado.web import Application

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import Identity, spare_the_answer
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
    WorkspaceError,
)
from openpaas_workspace.kit.schema import encode

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
Rows = dict[str, Access]


def dotted(target: type) -> str:
    """The name of a handler class as the table writes it."""
    return f"{target.__module__}.{target.__qualname__}"


def bare_pattern(rule: Rule, base_url: str) -> str:
    """The registered pattern without base URL and end mark."""
    regex = getattr(rule.matcher, "regex", None)
    pattern = regex.pattern if regex is not None else "*"
    prefix = base_url.rstrip("/")
    return pattern.removeprefix(prefix).removesuffix("$")


def rules_of(router: Any) -> Iterator[Rule]:
    """Every rule of a router whose target is a handler class, nested routers included."""
    for rule in router.rules:
        if hasattr(rule.target, "rules"):
            yield from rules_of(rule.target)
        elif isinstance(rule.target, type):
            yield rule


def serves(target: type, method: str) -> bool:
    """Whether a handler class answers a method at all."""
    own = getattr(target, method.lower(), None)
    return own is not None and own is not getattr(web.RequestHandler, method.lower())


def install(application: Application, table: Iterable[Access], base_url: str) -> None:
    """Wrap every handler of the application by its rows; safe to call again for late handlers."""
    rows: dict[tuple[str, str], Rows] = defaultdict(dict)
    for row in table:
        rows[row.handler, row.pattern][row.method] = row
    for router in (application.wildcard_router, application.default_router):
        for rule in rules_of(router):
            if not hasattr(rule.target, "_access_rows"):
                key = dotted(rule.target), bare_pattern(rule, base_url)
                rule.target = _guarded(rule.target, rows.get(key, {}))


def _guarded(target: type, rows: Rows) -> type:
    async def prepare(self: Any) -> None:
        try:
            await _admit(self, rows)
        except WorkspaceError as error:
            answer_problem(self, error)
        if self._finished:
            return
        prepared = target.prepare(self)  # type: ignore[attr-defined]
        if inspect.isawaitable(prepared):
            await prepared

    return type(
        target.__name__,
        (target,),
        {
            "prepare": prepare,
            "_access_rows": rows,
            "__module__": target.__module__,
            "__qualname__": target.__qualname__,
        },
    )


async def _admit(handler: Any, rows: Rows) -> None:
    uri = handler.request.uri or ""
    if "%00" in uri or "\\" in uri:  # browsers take a redirect to /\\host for one to another host
        raise Invalid("An address cannot hold a backslash or the character NUL.")
    method = handler.request.method or ""
    row = rows.get(method) or (rows.get("GET") if method == "HEAD" else None)
    if row is None or row.who == "off":
        raise NotFound
    workspace: Workspace | None = handler.settings.get("openpaas_workspace")
    if workspace is None or not workspace.ready:
        raise Unavailable("The workspace is starting. Try again in a moment.", retry_after=1)
    if row.who == "open":
        return
    actor = await workspace.get(Identity).actor(handler)
    if actor.kind == "nobody":
        if method in {"GET", "HEAD"} and wants_page(handler):
            handler.redirect(_login_url(handler))
            return
        raise Unauthenticated
    _from_a_page(handler)
    _within_its_scopes(actor, row)
    if row.who == "administrator" and not actor.administrator:
        raise Forbidden("Only an administrator may do this.")
    if row.check is not None:
        await row.check(handler, actor)


def _within_its_scopes(actor: Actor, row: Access) -> None:
    if "all" in actor.scopes or (row.scope and actor.has_scope(row.scope)):
        return
    if row.scope:
        raise Forbidden(f"This token does not hold the scope {row.scope}.")
    raise Forbidden("This token does not open this address.")


def _from_a_page(handler: Any) -> None:
    """A browser names the page that opens a socket; each socket compares it. Raises Forbidden without one."""
    headers = handler.request.headers
    by_cookie = not getattr(handler, "_token_authenticated", False)
    if by_cookie and headers.get("Upgrade", "").lower() == "websocket" and not headers.get("Origin"):
        raise Forbidden("Open this from a page of the workspace, or with a token.")


def wants_page(handler: Any) -> bool:
    """Whether a person's browser asks for a page (not a script, image or API answer)."""
    headers = handler.request.headers
    return (
        "text/html" in headers.get("Accept", "")
        and "/api/" not in handler.request.path
        and headers.get("Upgrade", "").lower() != "websocket"
    )


def _login_url(handler: Any) -> str:
    from urllib.parse import urlencode

    base = handler.settings.get("base_url", "/")
    return f"{base}login?{urlencode({'next': handler.request.uri})}"


def answer_problem(handler: Any, error: WorkspaceError) -> None:
    """End any handler with a problem; of an upgrade request this refuses the upgrade."""
    handler.set_status(error.status)
    if error.retry_after is not None:
        handler.set_header("Retry-After", str(error.retry_after))
    if getattr(type(handler), "_stream_request_body", False):
        spare_the_answer(handler)
    handler.set_header("Content-Type", "application/problem+json")
    problem = error.problem()
    problem["message"] = error.sentence
    with contextlib.suppress(RuntimeError):
        web.RequestHandler.finish(handler, encode(problem))
