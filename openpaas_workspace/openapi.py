"""Routes and events of all domains as one OpenAPI 3.1 document; made from their tables, never written by hand."""

import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import msgspec

from openpaas_workspace.core.events import Event
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.web import API, Outside, Route
from openpaas_workspace.kit.schema import Wire, encode
from openpaas_workspace.realtime.push.schemas import FRAMES

_REF = "#/components/schemas/{name}"
_SECURITY_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "A login in the browser.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal token; the scope named by the operation, its area, or `all`.",
    },
}
_ERRORS = {"$ref": "#/components/responses/Problem"}


class Problem(Wire, frozen=True, kw_only=True):
    """What went wrong, in a sentence that says what to do (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    retry_after: int | None = None


def document(domains: Sequence[Domain]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all routes and events of these domains."""
    routes = [(domain, route) for domain in domains for route in domain.routes]
    events = [type_ for domain in domains for type_ in domain.events]
    types = [Problem, *FRAMES, *events]
    types += [
        type_ for _, route in routes for type_ in (route.reply, route.body, route.query) if _has_schema(type_)
    ]
    shapes, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = {id(type_): shape for type_, shape in zip(types, shapes, strict=True)}
    queries = {route.query.__name__ for _, route in routes if route.query is not None}
    paths: dict[str, dict[str, Any]] = {}
    for domain, route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            domain, route, by_type, components
        )
    named = {name: shape for name, shape in components.items() if name not in queries}
    named["AnyEvent"] = {"anyOf": [{"$ref": _REF.format(name=type_.__name__)} for type_ in events]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenPaaS Workspace",
            "version": version("openpaas-workspace"),
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": API}],
        "tags": [{"name": domain.name} for domain in domains if domain.routes],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": {name: named[name] for name in sorted(named)},
            "responses": {"Problem": {"description": "Refused or failed.", "content": _problem()}},
            "securitySchemes": _SECURITY_SCHEMES,
        },
        "x-events": {
            type_.__name__: _event(type_) for type_ in sorted(events, key=lambda type_: type_.__name__)
        },
    }


def described(domains: Iterable[Domain]) -> tuple[Domain, ...]:
    """The domains and one more, whose route gives the description of all of them."""

    async def get_description(_outside: Outside) -> msgspec.Raw:
        """The description of every route and event."""
        if not made:
            made.append(encode(document(everything)))
        return msgspec.Raw(made[0])

    made: list[bytes] = []
    route = Route(
        "GET",
        "/openapi.json",
        get_description,
        dict[str, Any],
        "openapi:read",
        unit=False,
        summary="This description.",
    )
    everything = (*domains, Domain("openapi", routes=(route,)))
    return everything


def _operation(
    domain: Domain, route: Route, by_type: dict[int, Any], components: dict[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": route.verb.__name__,
        "tags": [domain.name],
        "summary": route.summary,
        "description": " ".join((route.verb.__doc__ or "").split()),
        "parameters": [*_path_parameters(route), *_query_parameters(route, components)],
        "responses": {**_success(route, by_type), "default": _ERRORS},
        "security": _security(route),
        "x-who": route.who,
        "x-scope": route.scope,
    }
    if route.body is not None:
        content = {"application/json": {"schema": by_type[id(route.body)]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route, components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    shape = components[route.query.__name__]
    required = shape.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _success(route: Route, by_type: dict[int, Any]) -> dict[str, Any]:
    if route.reply is None:
        return {"204": {"description": "Done."}}
    if route.reply is bytes:
        content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    else:
        content = {"application/json": {"schema": by_type[id(route.reply)]}}
    return {str(route.status): {"description": "Done.", "content": content}}


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.who == "open":
        return []
    token: list[dict[str, list[str]]] = [] if route.session_only else [{"token": [route.scope]}]
    return [{"session": []}, *token]


def _problem() -> dict[str, Any]:
    return {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}


def _event(type_: type[Event]) -> dict[str, Any]:
    return {
        "description": " ".join((type_.__doc__ or "").split()),
        "audience": type_.audience,
        "retention_days": type_.retention_days,
        "schema": {"$ref": _REF.format(name=type_.__name__)},
    }


def _has_schema(type_: Any) -> bool:
    return type_ is not None and type_ is not bytes
